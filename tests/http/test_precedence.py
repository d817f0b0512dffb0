# SPDX-License-Identifier: Apache-2.0
"""Of two faults in one request the one that stands earlier in its list is told.

Each list is the order of one request's checks. A fault is what it changes of a request that would succeed;
every fault is tried alone, and every two that can be had together. `setup` runs first, `lock` last before
the request; `without` names what it cannot go together with; `{s}` is a subject that no other try has.
"""
import itertools
import json
import re

import pytest

from raw import Raw
from registry import Registry, quote

RECORD = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'
LAX = '{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"no int"}]}'
LARGE = RECORD[:-1] + f',"x":"{"y" * (1 << 20)}"}}'
BAD_RULES = {"domainRules": [{"name": "", "type": "CEL"}]}
LOCK = [("PUT", "/mode/{s}", {"mode": "READONLY"})]


def put(subject, text=RECORD, **members):
    return ("POST", f"/subjects/{subject}/versions", {"schema": text, **members})


def tag(path, name="x"):
    return [{"schemaEntity": {"entityPath": path, "entityType": "sr_record"}, "tags": [name]}]


def wish(**members):
    return {"resourceName": "t", "resourceNamespace": "n", "resourceId": "{s}", "resourceType": "topic",
            "associations": [{"subject": "{s}", "associationType": "value", **members}]}


class Fault:
    def __init__(self, error, said="", setup=(), lock=(), without=(), **changes):
        self.error, self.said = error, re.compile(said)
        self.setup, self.lock, self.changes = list(setup), list(lock), changes
        self.touched = {*changes, *without, *(["setup"] if setup else []), *(["lock"] if lock else [])}

    def __repr__(self):
        return f"{self.error} {self.said.pattern}".strip()


def fault(*args, **changes):
    return Fault(*args, **changes)


HELD = [put("{s}"), ("POST", "/associations", wish(lifecycle="WEAK"))]
REFERRED = [put("{s}"), put("{s}-u", '{"type":"record","name":"U","fields":[{"name":"r","type":"R"}]}',
                            references=[{"name": "R", "subject": "{s}", "version": 1}])]

HTTP = [
    fault(400, path="/subjects/%00/versions"),
    fault(404, path="/nothing"),
    fault(405, method="PATCH"),
    fault(415, "Unsupported", type="text/plain"),
    fault(406, accept="text/html"),
    fault(400, "JSON", raw="{"),
    fault(422, "null", raw="null"),
    fault(42208, subject="__EMPTY"),
]

TYPED = [
    fault(415, type="text/plain"),
    fault(406, accept="text/html"),
    fault(404, "HTTP 404", path="/schemas/ids/x"),
    fault(404, "HTTP 404", query="limit=x"),
    fault(40403, path="/schemas/ids/99/subjects"),
]

REGISTER = [
    fault(400, "32-bit", references=[{"name": "R", "subject": "t", "version": "x"}]),
    fault(42210, ruleSet=BAD_RULES),
    fault(42208, subject="__EMPTY"),
    fault(42201, "type NONE", schemaType="NONE"),
    fault(42201, "nope", schema='"nope"'),
    fault(42201, "No matching path", schemaTagsToAdd=tag("X")),
    fault(42205, "read-only", lock=LOCK),
    fault(42205, "import mode", id=7),
    fault(42201, "Empty", schema="", without=("schemaType", "schemaTagsToAdd", "setup")),
    fault(42201, "default", schema=LAX),
    fault(42205, "strong association", setup=[("POST", "/associations", {
        "resourceName": "{s}", "resourceNamespace": "n", "resourceId": "{s}", "resourceType": "topic",
        "associations": [{"schema": {"schema": RECORD.replace("R", "T")}}]})],
        references=[{"name": "T", "subject": ":.n:{s}-value", "version": 1}]),
    fault(40901, setup=[put("{s}", '"int"')]),
    fault(42201, "not one more", version=9),
    fault(42209, schema=LARGE),
]

LOOKUP = [
    fault(400, raw="{"),
    fault(42201, "type NONE", schemaType="NONE"),
    fault(42201, "nope", schema='"nope"'),
    fault(40401),
]

COMPATIBILITY = [
    fault(400, raw="{"),
    fault(422, raw=""),
    fault(42202, version="x"),
    fault(40402, version="9"),
    fault(42201, "Empty", schema=""),
    fault(42201, "nope", schema='"nope"'),
]

GET_VERSION = [
    fault(42202, version="0"),
    fault(40401, subject="none"),
    fault(40402, version="9"),
]

TAGS = [
    fault(400, raw="{"),
    fault(422, raw="null"),
    fault(42208, subject="__GLOBAL"),
    fault(42202, version="x"),
    fault(40401, subject="none"),
    fault(40402, version="9"),
    fault(42210, "should be omitted", ruleSet={}, rulesToRemove=["x"]),
    fault(42210, "Empty rule name", rulesToMerge=BAD_RULES),
    fault(42201, "No matching path", tagsToAdd=tag("X")),
    fault(42205, lock=LOCK),
    fault(42201, "not one more", newVersion=9),
]

PUT_CONFIG = [
    fault(400, raw="{"),
    fault(422, raw="null"),
    fault(42203, compatibility="sometimes"),
    fault(42210, defaultRuleSet=BAD_RULES),
    fault(42208, subject="__GLOBAL"),
    fault(42205, lock=LOCK),
]

PUT_MODE = [
    fault(400, raw="{"),
    fault(422, raw="null"),
    fault(42208, subject="__EMPTY"),
    fault(42204, "Invalid", raw="{}"),
    fault(42204, "Invalid", mode="none"),
    fault(42204, "Forward", mode="FORWARD"),
    fault(42205, "existing subjects", setup=[put("{s}")]),
]

DELETE_SUBJECT = [
    fault(40401, subject="none"),
    fault(40404, hidden=True),
    fault(42205, lock=LOCK),
    fault(40904, setup=HELD),
    fault(42206, setup=REFERRED),
    fault(40405, query="permanent=true"),
]

DELETE_VERSION = [
    fault(42202, version="x"),
    fault(40406, hidden=True),
    fault(40401, subject="none"),
    fault(40402, version="9"),
    fault(42205, lock=LOCK),
    fault(40907, setup=HELD, without=("query",)),
    fault(42206, setup=REFERRED),
    fault(40407, query="permanent=true"),
]

ASSOCIATE = [
    fault(400, raw="{"),
    fault(422, raw="null"),
    fault(42212, "'resourceName', detail: cannot be null", resourceName=""),
    fault(42212, "'resourceNamespace', detail: illegal character", resourceNamespace="a.b"),
    fault(42212, "'resourceId', detail: cannot be null", resourceId=""),
    fault(42212, "'resourceType', detail: must be", resourceType="x"),
    fault(42212, "'associations', detail: cannot be null", associations=[]),
    fault(42212, "'subject', detail: must not be empty", associations=[{"subject": ""}]),
    fault(42205, "read-only", lock=LOCK),
    fault(42212, "'associationType', detail: may only", associations=[{"subject": "{s}"}] * 2),
    fault(40907, associations=[{"subject": "{s}-none"}], without=("lock",)),
    fault(42206, associations=[{"subject": ":.n:t-value", "schema": {"schema": RECORD, "references": [
        {"name": "X", "subject": ":.n:t-value", "version": 1}]}}], without=("lock",)),
]

# name: method, path, body, what is there before, the list
REQUESTS = {
    "HTTP": ("POST", "/subjects/{subject}/versions", {"schema": RECORD}, [], HTTP),
    "typed arguments": ("GET", "/schemas/ids/{id}/subjects", None, [put("{s}")], TYPED),
    "register": ("POST", "/subjects/{subject}/versions", {"schema": RECORD}, [], REGISTER),
    "lookup": ("POST", "/subjects/{subject}", {"schema": RECORD}, [], LOOKUP),
    "compatibility": ("POST", "/compatibility/subjects/{subject}/versions/{version}", {"schema": RECORD},
                      [put("{s}")], COMPATIBILITY),
    "get version": ("GET", "/subjects/{subject}/versions/{version}", None, [put("{s}")], GET_VERSION),
    "tags": ("POST", "/subjects/{subject}/versions/{version}/tags", {"tagsToAdd": tag("R")}, [put("{s}")],
             TAGS),
    "put config": ("PUT", "/config/{subject}", {"compatibility": "FULL"}, [], PUT_CONFIG),
    "put mode": ("PUT", "/mode/{subject}", {"mode": "IMPORT"}, [], PUT_MODE),
    "associate": ("POST", "/associations", wish(), [put("{s}")], ASSOCIATE),
    "delete subject": ("DELETE", "/subjects/{subject}", None, [put("{s}")], DELETE_SUBJECT),
    "delete version": ("DELETE", "/subjects/{subject}/versions/{version}", None, [put("{s}")],
                       DELETE_VERSION),
}
HEAD = {"method", "path", "type", "accept", "query", "subject", "version", "raw", "hidden", "id"}


def compatible(faults):
    """Whether these faults can be had in one request: no two change the same thing, or undo each other."""
    changed = [each.touched for each in faults]
    for one, other in itertools.combinations(changed, 2):
        same = one & other
        head = HEAD | {"setup", "lock"}
        body_and_raw = ("raw" in one and other - head) or ("raw" in other and one - head)
        path_and_part = ("path" in one and other & {"subject", "version", "query", "path"}) or \
                        ("path" in other and one & {"subject", "version", "query"})
        if same or body_and_raw or path_and_part:
            return False
    everything = set().union(*changed)
    # Who is not there has no state, and who is hidden nobody who holds on to it.
    return not ("subject" in everything and everything & {"hidden", "setup"}) and \
        not ("hidden" in everything and everything & {"setup", "query", "version"})


def tries():
    for name, (*_, faults) in REQUESTS.items():
        for each in faults:
            yield pytest.param(name, (each,), id=f"{name}: {each}")
        for pair in itertools.combinations(faults, 2):
            if compatible(pair):
                yield pytest.param(name, pair, id=f"{name}: {pair[0]} before {pair[1]}")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Registry(tmp_path_factory.mktemp("precedence"), ":memory:") as registry:
        yield registry.client()


def filled(thing, subject):
    return json.loads(json.dumps(thing).replace("{s}", subject))


COUNT = itertools.count(1)


@pytest.mark.parametrize("name, faults", list(tries()))
def test_the_first_fault_is_told(shared, name, faults):
    method, path, body, before, _ = REQUESTS[name]
    mine = f"s{next(COUNT)}"
    changes = {key: value for each in faults for key, value in each.changes.items()}
    setup = [each for fault in faults for each in fault.setup] or list(before)
    setup += [("DELETE", "/subjects/{s}", None)] if changes.get("hidden") else []
    for request in filled(setup + [each for fault in faults for each in fault.lock], mine):
        reply = shared.ask(*request)
        assert reply.status < 300, f"{request}: {reply}"
    version = changes.get("version", 1) if "{version}" in path else 1
    target = changes.get("path") or path.format(subject=quote(changes.get("subject", mine)), version=version,
                                                id=changes.get("id", 1))
    target += "?" + changes["query"] if "query" in changes else ""
    headers = {key: changes[short] for short, key in (("type", "Content-Type"), ("accept", "Accept"))
               if short in changes}
    members = {key: value for key, value in changes.items()
               if key not in HEAD or (key in ("version", "id") and "{version}" not in path)}
    body = None if body is None else {**filled(body, mine), **filled(members, mine)}
    reply = shared.ask(changes.get("method", method), target, changes.get("raw", body), headers)
    first = faults[0]
    assert reply.error[1] == first.error and first.said.search(reply.error[2]), reply


LONG = "/subjects/" + "s" * 8200 + "/versions"
FIELDS = {431: "X: " + "x" * 8200, 413: "Content-Length: 99999999", 415: "Content-Type: text/plain"}


@pytest.mark.parametrize("target, fields, first", (
    (LONG, (431, 413, 415), 431), ("/nothing", (431, 413), 431), (LONG, (413, 415), 414),
    ("/subjects/%00" + "s" * 8200, (), 414), ("/subjects/%00/versions", (413,), 413),
    ("/nothing", (413,), 413), ("/subjects/s/versions", (413, 415), 413)))
def test_limits_are_told_before_anything_else(shared, target, fields, first):
    head = [f"POST {target} HTTP/1.1", "Host: x", *(FIELDS[each] for each in fields)]
    with Raw(shared.port) as raw:
        raw.send("\r\n".join(head + ["", ""]).encode())
        assert raw.answer().error[:2] == (first, first)


def test_there_are_many_of_them():
    assert len(list(tries())) > 150
