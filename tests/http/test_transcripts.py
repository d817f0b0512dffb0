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

A request without a Content-Type and with a body gets the v1+json type. In an expected body `{{ts}}` stands
for milliseconds, `{{any}}` for anything, `{{guid TEXT}}` for the guid of a canonical text. Each file runs
from an empty registry. With REGISTRY_URL set, they run against that registry instead (which must be empty).
"""
import hashlib
import os
import pathlib
import re
import urllib.parse
import uuid

import pytest

from registry import ROOT, V1, Client

FILES = sorted((ROOT / "tests" / "corpus" / "api").glob("*.txt"))


class Exchange:
    def __init__(self, line):
        self.line = line
        self.asked, self.wanted = [], []


def exchanges(path):
    found = []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if line.startswith(">"):
            if not found or found[-1].wanted:
                found.append(Exchange(number))
            found[-1].asked.append(line[2:])
        elif line.startswith("<"):
            found[-1].wanted.append(line[2:])
        else:
            assert not line.strip() or line.startswith("#"), f"{path.name}:{number}: {line}"
    return found


def parts(lines):
    """first line, headers, body or None"""
    if "" not in lines:
        return lines[0], lines[1:], None
    at = lines.index("")
    return lines[0], lines[1:at], "\n".join(lines[at + 1:])


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


def play(client, exchange, name):
    first, headers, body = parts(exchange.asked)
    method, target = first.split(" ", 1)
    reply = client.ask(method, target, body, dict(header.split(": ", 1) for header in headers))
    status, wanted_headers, wanted_body = parts(exchange.wanted)
    where = f"{name}:{exchange.line}: {first}"
    assert reply.status == int(status), f"{where}: {reply}"
    for header in wanted_headers:
        key, value = header.split(": ", 1)
        got = reply.headers.get(key)
        assert got is None if value == "-" else pattern(value).fullmatch(got or ""), f"{where}: {key}: {got}"
    if wanted_body is not None:
        assert pattern(wanted_body).fullmatch(reply.text), \
            f"{where}:\n  got  {reply.text}\n  want {wanted_body}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_transcript(path, request):
    url = os.environ.get("REGISTRY_URL")
    if url:
        client = Client(urllib.parse.urlsplit(url).port)
    else:
        client = request.getfixturevalue("client")
    count = 0
    for exchange in exchanges(path):
        play(client, exchange, path.name)
        count += 1
    assert count > 0
