# SPDX-License-Identifier: Apache-2.0
"""The transcripts of tests/corpus/api: what is sent, and to the byte what must come back.

    # a comment, the sentence that holds         lines that begin with # explain
    > POST /subjects/a/versions                  a request: method and target,
    > Accept: application/json                   headers,
    >                                            an empty line and
    > {"schema":"\"int\""}                       a body, where there is one
    < 200                                        the answer: status,
    < Content-Type: application/json             headers that must be there (value `-`: must not),
    <
    < {"id":1}                                   and the body, compared byte by byte
    7 200                                        in the folder levels: the answer at api_level 7, where it is
    7                                            another one
    7 {"id":1}

A request without a Content-Type and with a body gets the v1+json type. In an expected body `{{ts}}` stands
for milliseconds, `{{any}}` for anything, `{{guid TEXT}}` for the guid of a canonical text. Each file runs
from an empty registry, started with what its line `# options: --clock manual` says; those of the folder
levels once for each level. With REGISTRY_URL set, they run against that registry instead (which must be
empty).

Every route, and every error that a client can meet, must have been seen in one of them: the tables of the
sources are compared with what was answered.
"""
import hashlib
import os
import pathlib
import re
import urllib.parse
import uuid

import pytest

from registry import ROOT, Client, Registry

FILES = sorted((ROOT / "tests" / "corpus" / "api").glob("*.txt"))
LEVELS = sorted((ROOT / "tests" / "corpus" / "api" / "levels").glob("*.txt"))


class Exchange:
    def __init__(self, line):
        self.line = line
        self.asked, self.wanted, self.at_7 = [], [], []


def exchanges(path):
    found = []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if line.startswith(">"):
            if not found or found[-1].wanted:
                found.append(Exchange(number))
            found[-1].asked.append(line[2:])
        elif line.startswith("<"):
            found[-1].wanted.append(line[2:])
        elif line.startswith("7"):
            found[-1].at_7.append(line[2:])
        else:
            assert not line.strip() or line.startswith("#"), f"{path.name}:{number}: {line}"
    return found


def options(path):
    """What the registry of this transcript is started with."""
    return " ".join(re.findall(r"^# options: (.*)$", path.read_text(), re.M)).split()


def parts(lines):
    """first line, headers, body or None"""
    if "" not in lines:
        return lines[0], lines[1:], None
    at = lines.index("")
    return lines[0], lines[1:at], "\n".join(lines[at + 1:])


def guids(text):
    """Each {{guid TEXT}} replaced by the guid of the text."""
    return re.sub(r"\{\{guid (.*?)\}\}",
                  lambda found: str(uuid.UUID(bytes=hashlib.md5(found[1].encode()).digest())), text)


def pattern(body):
    out = ""
    for piece in re.split(r"(\{\{ts\}\}|\{\{any\}\}|\{\{guid .*?\}\}+)", body):
        if piece == "{{ts}}":
            out += r"\d{13}"
        elif piece == "{{any}}":
            out += r".*"
        elif piece.startswith("{{guid "):
            text = piece[len("{{guid "):-2]
            out += re.escape(str(uuid.UUID(bytes=hashlib.md5(text.encode()).digest())))
        else:
            out += re.escape(piece)
    return re.compile(out, re.S)


def play(client, exchange, name, level):
    """The reply, if it is the one that was wanted."""
    first, headers, body = parts(exchange.asked)
    method, target = guids(first).split(" ", 1)
    reply = client.ask(method, target, body, dict(header.split(": ", 1) for header in headers))
    status, wanted_headers, wanted_body = parts(level == 7 and exchange.at_7 or exchange.wanted)
    where = f"{name}:{exchange.line}: {first}"
    assert reply.status == int(status), f"{where}: {reply}"
    for header in wanted_headers:
        key, value = header.split(": ", 1)
        got = reply.headers.get(key)
        if value == "-":
            assert got is None, f"{where}: {key}: {got}"
        else:
            assert pattern(value).fullmatch(got or ""), f"{where}: {key}: {got}"
    if wanted_body is not None:
        matches = pattern(wanted_body).fullmatch(reply.text)
        assert matches, f"{where}:\n  got  {reply.text}\n  want {wanted_body}"
    return method, target, reply


def play_all(path, client, level=8):
    seen = [play(client, exchange, path.name, level) for exchange in exchanges(path)]
    assert seen
    return seen


SEEN = {}                       # path → what was answered, so that no transcript runs twice


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_transcript(path, tmp_path):
    url = os.environ.get("REGISTRY_URL")
    if url:
        SEEN[path] = play_all(path, Client(urllib.parse.urlsplit(url).port))
        return
    with Registry(tmp_path, options=options(path)) as registry:
        SEEN[path] = play_all(path, registry.client())


def play_level(path, level, folder):
    with Registry(folder, ":memory:", ["--api-level", str(level)]) as registry:
        return play_all(path, registry.client(), level)


@pytest.mark.parametrize("level", (8, 7))
@pytest.mark.parametrize("path", LEVELS, ids=lambda path: path.stem)
def test_levels(path, level, tmp_path):
    SEEN[path, level] = play_level(path, level, tmp_path)


def places(path):
    """Every subject and context that a transcript names."""
    found = {":.:", ":.__GLOBAL:"}
    for exchange in exchanges(path):
        segments = exchange.asked[0].split(" ")[1].partition("?")[0].split("/")
        words = dict(zip(segments, segments[1:]))
        context = words.get("contexts", "")
        if context and ":" not in urllib.parse.unquote(context):
            found.add(f":.{context.removeprefix('.')}:")
        for word in ("subjects", "config", "mode"):
            if words.get(word):
                found.add(urllib.parse.unquote(words[word].partition(";")[0], errors="replace"))
    return found


CONTRACT = [path for path in FILES if "retention" not in path.read_text()]


@pytest.mark.parametrize("path", CONTRACT, ids=lambda path: path.stem)
def test_an_empty_policy_everywhere_changes_no_byte_of_a_transcript(path, tmp_path):
    if os.environ.get("REGISTRY_URL"):
        pytest.skip("this registry only has policies")
    with Registry(tmp_path, db=":memory:", options=options(path)) as registry:
        registry.empty_policies(*sorted(places(path)))
        play_all(path, registry.client())


# ---- the tables

@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Every (method, target, reply); a transcript that failed by itself fails here as well."""
    if os.environ.get("REGISTRY_URL"):
        pytest.skip("the tables are compared with this registry only")
    for path in FILES:
        if path not in SEEN:
            folder = tmp_path_factory.mktemp(path.stem)
            with Registry(folder, db=":memory:", options=options(path)) as registry:
                SEEN[path] = play_all(path, registry.client())
    return [answer for path in FILES for answer in SEEN[path]]


@pytest.fixture(scope="module")
def seen_at_7(tmp_path_factory):
    for path in LEVELS:
        if (path, 7) not in SEEN:
            SEEN[path, 7] = play_level(path, 7, tmp_path_factory.mktemp(path.stem))
    return [answer for path in LEVELS for answer in SEEN[path, 7]]


def rows(path, macro):
    """The arguments of each row, cut at commas that stand outside of strings and brackets."""
    text = re.sub(r"/\*.*?\*/", "", (ROOT / path).read_text(), flags=re.S)
    text = re.sub(r"^#.*$", "", text, flags=re.M)
    for row in re.findall(rf"^{macro}\((.*?)\)$", text, re.M | re.S):
        cut = re.findall(r'((?:"(?:[^"\\]|\\.)*"|\([^()]*\)|[^,"()])+)(?:,|$)', row)
        yield [part.strip() for part in cut]


def literal(parts_of_it):
    """Adjacent C strings, as one."""
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', parts_of_it)
    return "".join(strings).replace('\\"', '"')


def test_every_route_is_seen(seen):
    routes = [(literal(row[0]), literal(row[1])) for row in rows("api/routes.def", "ROUTE")]
    assert len(routes) > 30
    asked = {(method, re.sub(r";[^/]*", "", target.partition("?")[0])) for method, target, reply in seen
             if reply.status < 300}
    for method, path in routes:
        wanted = re.compile(re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(path)) + "/?")
        assert any(method == other and wanted.fullmatch(target) for other, target in asked), \
            f"no transcript has a success of {method} {path}"


# Rows that no transcript can reach, and the test that does; or why none can.
HEADS = "test_bad_input.py::test_a_head_that_can_be_read_in_two_ways_is_refused_in_json_and_closed"
ELSEWHERE = {
    "bad_head": HEADS,
    "body_too_large": "test_bad_input.py::test_a_body_over_16_mib_is_413_before_it_is_sent",
    "target_too_long": HEADS,
    "header_too_large": HEADS,
    "schema_too_large": "test_bad_input.py::test_a_new_schema_over_1_mib_is_42209_after_all_other_checks",
    "no_room": "test_limits.py::test_a_store_that_does_not_answer_is_50001_and_a_full_lane_503",
    "store": "test_limits.py::test_a_store_that_does_not_answer_is_50001_and_a_full_lane_503",
    "answer_too_large": "test_limits.py::test_a_listing_has_at_most_16_mib_where_replies_have",
    "too_many_versions": "test_limits.py::test_a_subject_has_at_most_10000_versions",
    "no_number_left": "test_limits.py::test_after_the_last_version_number_a_subject_takes_no_more",
    "no_id_left": "test_limits.py::test_after_the_last_id_a_context_takes_what_it_knows_only",
    "setting": "test_server.py::test_what_cannot_be_set_stops_the_start_with_one_line",
    "start": "test_server.py::test_a_port_in_use_stops_the_start_before_the_database_is_touched",
    "associations_get": "test_transcripts.py::test_transcript",         # inside the results of a batch
    "associations_put": "test_transcripts.py::test_transcript",         # likewise
    "reference_invalid": "test_transcripts.py::test_transcript",        # at the end of a longer sentence
    "reference_missing": "test_transcripts.py::test_transcript",        # likewise
    "references_too_large": "test_limits.py::test_references_bring_at_most_4_mib",
    "too_many_references": "test_references.py::test_many_references",
    "too_many_reserved": "test_limits.py::test_a_schema_reserves_at_most_1000_names",
    "too_many_rules": "test_limits.py::test_a_body_has_at_most_1000_rules",
    "write_too_large": "test_limits.py::test_a_batch_brings_no_schema_over_1_mib",
    "too_many_contexts": None,      # 10,000 of them: tests/unit/api/contexts_test.c
    "too_much_older": None,         # 16 GiB read: tests/unit/registry/effort_test.c
    "too_many_associations": None,  # 10,000 of them
    "busy": None,               # needs a second node
}


def row_of(code, said, table):
    """The row that such an answer comes from: of all that fit, the one with the most words of its own."""
    fitting = []
    code = 40901 if code == 409 else code       # the same, as level 7 says it
    for name, (other, message) in table.items():
        wanted = re.sub(r"%(\\\.\\\*s|s)", ".*", re.escape(message)).replace("%d", "-?[0-9]+")
        if code == other and re.fullmatch(wanted, said, re.S):
            fitting.append((len(re.sub(r"%(\.\*s|s)", "", message)), name))
    assert fitting, f"no row of errors.def says: {code} {said}"
    return max(fitting)[1]


def test_every_error_that_a_client_can_meet_is_seen(seen, seen_at_7):
    table = {row[0]: (int(row[1]), literal(row[2])) for row in rows("base/errors.def", "ERROR")}
    assert len(table) > 40 and set(ELSEWHERE) <= set(table)
    errors = [reply.json() for _, _, reply in seen + seen_at_7
              if reply.status >= 400 and reply.body]
    met = {row_of(error["error_code"], error["message"], table) for error in errors}
    for name, (code, message) in table.items():
        if name not in ELSEWHERE:
            assert name in met, f"no transcript reaches {name}: {code} {message}"
        else:
            assert name not in met, f"{name} is reached by a transcript: take it off the list"
    for name, place in ELSEWHERE.items():
        file, _, test = (place or "test_transcripts.py::row_of").partition("::")
        assert f"def {test}(" in (ROOT / "tests" / "http" / file).read_text(), f"{name}: {place}"
