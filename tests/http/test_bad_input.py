# SPDX-License-Identifier: Apache-2.0
"""Whatever is sent: a JSON error or a closed connection, and schemad goes on serving.

One schemad answers all of them, with one thread of each kind: a thread that got stuck would be noticed by the
very next request. At the end it stops with 0, which the sanitizers grant only when nothing was leaked.
"""
import gzip
import json
import os
import random
import socket
import time

import pytest

from raw import Raw, chunk, chunked, get, post
from registry import Registry, wait_until

MIB = 1 << 20
INT = '{"schema":"\\"int\\""}'


def files_of(registry):
    return len(os.listdir(f"/proc/{registry.process.pid}/fd"))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    options = ["--http-threads", "1", "--think-threads", "1", "--lane-threads", "1", "--idle-timeout", "2s",
               "--request-timeout", "10s"]
    with Registry(tmp_path_factory.mktemp("bad"), options=options) as registry:
        serves(registry)
        before = files_of(registry)
        yield registry
        wait_until(lambda: files_of(registry) <= before, 20, "the end of every connection")
        assert registry.stop(10) == 0, registry.stderr()[-4000:]


def serves(registry):
    """A write, a parse, a listing and a read, each within a second."""
    client = registry.client(timeout=5)
    begun = time.monotonic()
    registered = client.register("serves", '"string"')
    assert registered.status == 200, registered
    assert client.lookup("serves", '"string"').json()["id"] == registered.json()["id"]
    assert "serves" in client.get("/subjects").json()
    assert client.get("/").body == b"{}"
    client.close()
    assert time.monotonic() - begun < 3


@pytest.fixture(autouse=True)
def goes_on_serving(request):
    yield
    if "server" in request.fixturenames:
        serves(request.getfixturevalue("server"))


def say(server, *parts, timeout=20):
    raw = Raw(server.port, timeout)
    raw.send(*parts)
    return raw


def subjects(server):
    client = server.client()
    found = client.get("/subjects?deleted=true").json()
    client.close()
    return found


LAST = b"GET /subjects HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def until_closed(server, data, patience=1):
    """What is said to the data and to a last request that asks for the end. Silence for a second is an end,
    too: the other side then waits for the rest of something."""
    with say(server, data, LAST) as raw:
        raw.sock.settimeout(patience)
        try:
            return raw.everything()
        except TimeoutError:
            return raw.rest


def statuses(said):
    return [int(line.split(b" ")[1]) for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


# ---- heads

CHUNKED = "Transfer-Encoding: chunked"
OPEN = post("", CHUNKED, declared=False)                # and now its chunks
REFUSED_HEADS = {
    "no Host": (400, b"GET /subjects HTTP/1.1\r\n\r\n"),
    "two Hosts": (400, get("/subjects", "Host: y")),
    "white space before the colon": (400, get("/subjects", "Accept : */*")),
    "tab before the colon": (400, get("/subjects", "Accept\t: */*")),
    "Host and white space": (400, b"GET /subjects HTTP/1.1\r\nHost : x\r\n\r\n"),
    "a header name that is no token": (400, get("/subjects", "A(b: c")),
    "a space in the target": (400, get("/sub jects")),
    "a tab in the target": (400, get("/sub\tjects")),
    "a NUL in the target": (400, get("/sub\0jects")),
    "a NUL in a value": (400, get("/subjects", "X: a\0b")),
    "a NUL in a value, and a line behind it": (400, get("/subjects", "X: a\0b", "Y: c")),
    "a NUL behind chunked": (400, post("", "Transfer-Encoding: chunked\0x", declared=False)),
    "a folded line": (400, get("/subjects", "X: a\r\n b", "Y: c")),
    "a folded last line": (400, get("/subjects", "X: a\r\n\tb")),
    "a header without a name": (400, get("/subjects", ": value")),
    "a bare carriage return in a value": (400, get("/subjects", "X: a\rHost: evil")),
    "a method that is no token": (400, get("/subjects", method="G(T")),
    "two lengths that agree": (400, get("/subjects", "Content-Length: 0", "Content-Length: 0")),
    "two lengths that differ": (400, post("abc", "Content-Length: 7")),
    "a length beside chunked": (400, post("0\r\n\r\n", CHUNKED)),
    "chunked twice": (400, post("", CHUNKED, CHUNKED, declared=False)),
    "chunked, chunked": (400, post("", "Transfer-Encoding: chunked, chunked", declared=False)),
    "gzip, chunked": (400, post("", "Transfer-Encoding: gzip, chunked", declared=False)),
    "a coding like chunked": (400, post("", "Transfer-Encoding: xchunked", declared=False)),
    "identity": (400, post("", "Transfer-Encoding: identity", declared=False)),
    "chunked in quotes": (400, post("", 'Transfer-Encoding: "chunked"', declared=False)),
    "chunked in HTTP/1.0": (400, b"POST / HTTP/1.0\r\nHost: x\r\n" + CHUNKED.encode() + b"\r\n\r\n0\r\n\r\n"),
    "a target over 8192": (414, get("/" + "a" * 8192)),
    "a query over 8192": (414, get("/subjects?" + "a" * 8192)),
    "a header over 8192": (431, get("/subjects", "X: " + "a" * 8192)),
    "headers over 8192 together": (431, get("/subjects", *[f"X-{i}: {'a' * 150}" for i in range(60)])),
    "a hundred and one headers": (431, get("/subjects", *[f"X-{i}: a" for i in range(101)])),
    "a declared length over 16 MiB": (413, post("", f"Content-Length: {16 * MIB + 1}", declared=False)),
    "a declared length over 1 MiB for /config": (
        413, post("", f"Content-Length: {MIB + 1}", declared=False, target="/config", method="PUT")),
    "a declared length over 1 MiB for /mode/s": (
        413, post("", f"Content-Length: {MIB + 1}", declared=False, target="/mode/s", method="PUT")),
    "a declared length far too long": (413, post("", f"Content-Length: {1 << 62}", declared=False)),
}


@pytest.mark.parametrize("name", REFUSED_HEADS)
def test_a_head_that_can_be_read_in_two_ways_is_refused_in_json_and_closed(server, name):
    status, request = REFUSED_HEADS[name]
    with say(server, request, get("/smuggled")) as raw:
        assert raw.answer().error[:2] == (status, status)
        assert raw.closed()


NO_HTTP = {
    "nothing but a name": b"hello\r\n\r\n",
    "HTTP/0.9": b"GET /subjects\r\n\r\n",
    "HTTP/1.": b"GET /subjects HTTP/1.\r\nHost: x\r\n\r\n",
    "HTTP/9.9": b"GET /subjects HTTP/9.9\r\nHost: x\r\n\r\n",
    "HTTP/2 by prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
    "a TLS hello": bytes.fromhex("1603010200010001fc0303") + bytes(range(200)) + b"\r\n\r\n",
    "random bytes": random.Random(1).randbytes(3000),
    "random lines": b"\r\n".join(random.Random(2).randbytes(30) for _ in range(100)) + b"\r\n\r\n",
    "NULs": bytes(5000),
    "a header without a colon": b"GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n",
    "a length that is a word": post("", "Content-Length: five", declared=False),
    "a negative length": post("", "Content-Length: -1", declared=False),
    "a length with a sign": post("", "Content-Length: +5", declared=False) + b"abcde",
    "a hexadecimal length": post("", "Content-Length: 0x5", declared=False) + b"abcde",
    "a list of lengths": post("", "Content-Length: 5, 5", declared=False) + b"abcde",
    "a length beyond 64 bits": post("", "Content-Length: 99999999999999999999999", declared=False),
    "an empty length": post("", "Content-Length: ", declared=False),
    "a thousand headers": get("/subjects", *[f"X-{i}: a" for i in range(1000)]),
    "ten thousand headers": get("/subjects", *[f"X-{i}: a" for i in range(10000)]),
    "a header of a megabyte": get("/subjects", "X: " + "a" * MIB),
    "a header name of a megabyte": get("/subjects", "a" * MIB + ": x"),
    "a target of a megabyte": get("/" + "a" * MIB),
    "a method of a megabyte": get("/subjects", method="G" * MIB),
    "cookies without end": get("/subjects", "Cookie: " + "a=b;" * 8000),
    "a chunk size that is a word": OPEN + b"zz\r\n0\r\n\r\n",
    "a negative chunk size": OPEN + b"-2\r\n{}\r\n0\r\n\r\n",
    "a chunk size with 0x": OPEN + b"0x2\r\n{}\r\n0\r\n\r\n",
    "a chunk size beyond 64 bits": OPEN + b"f" * 17 + b"\r\n{}\r\n0\r\n\r\n",
    "an empty chunk size": OPEN + b"\r\n{}\r\n0\r\n\r\n",
    "a chunk that is longer than it said": OPEN + b"1\r\n{}}}}\r\n0\r\n\r\n",
    "a chunk size of a megabyte": OPEN + b"0" * MIB + b"2\r\n{}\r\n0\r\n\r\n",
    "a chunk extension of a megabyte": OPEN + b"2;" + b"x" * MIB + b"\r\n{}\r\n0\r\n\r\n",
    "trailers of a megabyte": chunked(INT, trailer="X: " + "a" * MIB + "\r\n"),
}


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_no_http_is_refused_and_closed(server, name):
    """The HTTP library may give these an answer of its own, which is not JSON (docs/api.md)."""
    said = until_closed(server, NO_HTTP[name])
    assert all(400 <= status <= 505 for status in statuses(said)), said[:500]
    assert "bad" not in subjects(server)


@pytest.mark.parametrize("name, status", [
    ("a thousand headers", 431), ("a header of a megabyte", 431), ("a target of a megabyte", 414),
    ("HTTP/9.9", 505), ("a length that is a word", 400), ("a length beyond 64 bits", 413),
    ("a chunk size that is a word", 400), ("a header without a colon", 400)])
def test_the_library_gives_the_status_that_fits(server, name, status):
    assert set(statuses(until_closed(server, NO_HTTP[name]))) == {status}


# ---- one request within another

INNER = post('{"schema":"\\"int\\""}', target="/subjects/smuggled/versions")
SMUGGLED = {
    "CL.TE": post(b"0\r\n\r\n" + INNER, CHUNKED),
    "TE.CL": post(chunk(INNER) + b"0\r\n\r\n", CHUNKED, "Content-Length: 4", declared=False),
    "a length, then another": post("0123456789" * 10 + INNER.decode(), "Content-Length: 100"),
    "chunked behind a tab": post(b"0\r\n\r\n" + INNER, "Transfer-Encoding:\tchunked"),
    "chunked on a folded line": post(b"0\r\n\r\n" + INNER, "Transfer-Encoding:\r\n chunked"),
    "chunked before a vertical tab": post(b"0\r\n\r\n" + INNER, "Transfer-Encoding: chunked\x0b"),
    "Transfer-Encoding and a blank": post(b"0\r\n\r\n" + INNER, "Transfer-Encoding : chunked"),
    "X and a bare line feed": post(b"0\r\n\r\n" + INNER, "X: y\nTransfer-Encoding: chunked"),
    "a length with an underscore": post("", "Content_Length: 5", declared=False, target="/") + b"12345",
    "a body behind GET that names a second request": get("/", f"Content-Length: {len(INNER)}") + INNER,
    "a body behind HEAD": get("/", f"Content-Length: {len(INNER)}", method="HEAD") + INNER,
    "a body behind DELETE": get("/config", f"Content-Length: {len(INNER)}", method="DELETE") + INNER,
    "a body behind OPTIONS": get("/config", f"Content-Length: {len(INNER)}", method="OPTIONS") + INNER,
    "a body behind 404": post(INNER, target="/nothing"),
    "a body behind 405": post(INNER, method="PATCH"),
    "a body behind 415": post(INNER).replace(b"application/json", b"text/plain"),
    "a body that is no JSON": post(INNER),
    "an upgrade": get("/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk",
                      f"Content-Length: {len(INNER)}") + INNER,
    "CONNECT": b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n" + b"Content-Length: %d\r\n\r\n" % len(INNER) + INNER,
    "an absolute target": post(INNER, target="http://other/nothing"),
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_no_request_is_smuggled_within_another(server, name):
    said = until_closed(server, SMUGGLED[name])
    assert len(statuses(said)) <= 2 or 400 in statuses(said), said[:500]
    assert "smuggled" not in subjects(server)


# ---- bodies: what they say

def nested(levels, inner="1"):
    return "[" * levels + inner + "]" * levels


def array_of(levels):
    """An Avro schema text with `levels` containers within each other."""
    return '{"type":"array","items":' * levels + '"int"' + "}" * levels


def registration(text, **members):
    return json.dumps({"schema": text, **members})


SCHEMA_TARGETS = ["/subjects/bad/versions", "/subjects/bad", "/compatibility/subjects/bad/versions/latest"]
HUGE = "9" * 1000
BAD_BODIES = {
    "truncated": (400, '{"schema":"'),
    "truncated in an escape": (400, '{"schema":"\\u00'),
    "truncated after a name": (400, '{"schema"'),
    "no value": (400, '{"schema":}'),
    "a comma too many": (400, '{"schema":"\\"int\\"",}'),
    "single quotes": (400, "{'schema':'int'}"),
    "a comment": (400, '{/* x */"schema":"\\"int\\""}'),
    "a byte order mark": (400, b"\xef\xbb\xbf" + INT.encode()),
    "UTF-16": (400, INT.encode("utf-16")),
    "UTF-16 without a mark": (400, INT.encode("utf-16-le")),
    "Latin-1": (400, b'{"schema":"\\"int\\"","x":"\xfc"}'),
    "Latin-1 in the schema": (400, b'{"schema":"\\"\xfc\\""}'),
    "an overlong form": (400, b'{"schema":"\xc0\xaf"}'),
    "a surrogate in UTF-8": (400, b'{"schema":"\xed\xa0\x80"}'),
    "beyond Unicode": (400, b'{"schema":"\xf4\x90\x80\x80"}'),
    "half of a character": (400, b'{"schema":"\xe2\x82"}'),
    "a NUL": (400, b"\0"),
    "a NUL before the value": (400, b"\0" + INT.encode()),
    "a NUL in a string": (400, b'{"schema":"\0"}'),
    "a line end in a string": (400, '{"schema":"\n"}'),
    "an escape that is none": (400, '{"schema":"\\x41"}'),
    "NaN": (400, '{"id":NaN}'),
    "a number with a plus": (400, '{"id":+1}'),
    "a number with a leading zero": (400, '{"id":01}'),
    "an id over 32 bits": (400, '{"schema":"\\"int\\"","id":2147483648}'),
    "an id under 32 bits": (400, '{"schema":"\\"int\\"","id":-2147483649}'),
    "a version with an absurd exponent": (400, '{"schema":"\\"int\\"","version":1e999999999}'),
    "a number of a thousand digits": (400, '{"schema":"\\"int\\"","id":' + HUGE + "}"),
    "a number of a hundred thousand digits": (400, '{"schema":"\\"int\\"","x":' + HUGE * 100 + "}"),
    "a name of a hundred thousand letters": (400, '{"' + "n" * 100000 + '":1}'),
    "nested 1001 deep": (400, '{"x":' + nested(1000) + "}"),
    "nested a million deep": (400, "[" * 1000000),
    "objects a hundred thousand deep": (400, '{"x":' * 100000),
    "a list": (400, "[]"),
    "a string": (400, '"int"'),
    "a number": (400, "1"),
    "true": (400, "true"),
    "a word": (400, "schema"),
    "a schema that is an object": (400, '{"schema":{"type":"int"}}'),
    "a schema that is a list": (400, '{"schema":["int"]}'),
    "a type that is a list": (400, '{"schema":"\\"int\\"","schemaType":[]}'),
    "references that are an object": (400, '{"schema":"\\"int\\"","references":{}}'),
    "metadata that is a list": (400, '{"schema":"\\"int\\"","metadata":[]}'),
    "a rule set that is a word": (400, '{"schema":"\\"int\\"","ruleSet":"x"}'),
    "white space alone": (422, " \r\n\t "),
    "nothing": (422, ""),
    "null": (422, "null"),
    "null and more": (422, "null null"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_answered_in_json_and_the_connection_goes_on(server, name):
    status, body = BAD_BODIES[name]
    with Raw(server.port) as raw:
        for target in SCHEMA_TARGETS:
            raw.send(post(body, target=target))
            assert raw.answer().error[:2] == (status, status)
        raw.send(get("/"))
        assert raw.answer().body == b"{}"
    assert "bad" not in subjects(server)


RECORD = '{"type":"record","name":"R","fields":[]'
BAD_SCHEMAS = {
    "nested 1001 deep": array_of(1001),
    "nested a hundred thousand deep": array_of(100000),
    "brackets a million deep": "[" * 1000000,
    "unions within unions": nested(500, '"int"'),
    "truncated": '{"type":"rec',
    "a NUL within": '{"type":"\0"}',
    "a NUL as an escape": '{"type":"\\u0000"}',
    "a byte order mark": '\ufeff"int"',
    "a huge size": '{"type":"fixed","name":"F","size":' + "9" * 400 + "}",
    "a size with an absurd exponent": '{"type":"fixed","name":"F","size":1e999999999}',
    "a negative size": '{"type":"fixed","name":"F","size":-1}',
    "a number of ten thousand digits": RECORD + ',"x":' + "9" * 10000 + "}",
    "a name of a megabyte that is no name": '{"type":"record","name":"' + "9" * MIB + '","fields":[]}',
    "a hundred thousand undefined types": "[" + ",".join(f'"t{i}"' for i in range(100000)) + "]",
    "a hundred thousand equal types": "[" + ",".join(['"int"'] * 100000) + "]",
    "an unknown type": '"nonsense"',
    "a list of nothing but commas": "[" + "," * 10000 + "]",
    "just a brace": "{",
    "just a quote": '"',
    "a control character": '"\x01"',
}


@pytest.mark.parametrize("name", BAD_SCHEMAS)
def test_a_bad_schema_is_42201_and_nothing_is_kept(server, name):
    body = registration(BAD_SCHEMAS[name])
    with Raw(server.port) as raw:
        for target in SCHEMA_TARGETS:
            raw.send(post(body, target=target))
            assert raw.answer().error[:2] == (422, 42201)
    assert "bad" not in subjects(server)


def forget(server, subject):
    client = server.client()
    assert client.delete(f"/subjects/{subject}").status == 200
    assert client.delete(f"/subjects/{subject}?permanent=true").status == 200
    client.close()


GOOD_BODIES = {
    "nested 1000 deep": '{"schema":"\\"int\\"","x":' + nested(999) + "}",
    "duplicate names: the last wins": '{"schema":"nonsense","schema":"\\"int\\""}',
    "a null, then a schema": '{"schema":null,"schema":"\\"int\\""}',
    "bytes after the value": INT + " \0 and more {{{",
    "a lone surrogate in an unknown member": '{"schema":"\\"int\\"","x":"\\ud800"}',
    "an id with a fraction": '{"schema":"\\"int\\"","id":-1.9}',
    "numbers as strings": '{"schema":"\\"int\\"","id":" -1 ","version":"0"}',
    "blank numbers": '{"schema":"\\"int\\"","id":"","version":" "}',
    "numbers that are words": '{"schema":"\\"int\\"","id":null,"version":null}',
    "escapes": '{"\\u0073chema":"\\u0022\\u0069nt\\u0022"}',
    "a hundred thousand unknown members": INT[:-1] + "".join(f',"m{i}":{i}' for i in range(100000)) + "}",
    "16 MiB": INT[:-1] + ',"x":"' + "x" * (16 * MIB - len(INT) - 7) + '"}',
}


@pytest.mark.parametrize("name", GOOD_BODIES)
def test_what_is_odd_but_allowed_is_taken(server, name):
    with say(server, post(GOOD_BODIES[name], target="/subjects/odd/versions")) as raw:
        answer = raw.answer()
        assert answer.status == 200 and answer.json()["schema"] == '"int"', answer
    forget(server, "odd")


def test_a_lone_surrogate_in_a_schema_is_kept_as_a_question_mark(server):
    text = '{"type":"record","name":"R","doc":"a\\ud800b","fields":[]}'
    with say(server, post(registration(text), target="/subjects/odd/versions")) as raw:
        assert raw.answer().json()["schema"] == '{"type":"record","name":"R","doc":"a?b","fields":[]}'
    forget(server, "odd")


def test_a_schema_nested_1000_deep_is_taken_and_compared(server):
    client = server.client()
    assert client.register("deep", array_of(999)).status == 200
    assert client.register("deep", array_of(998)).status == 409
    assert client.check("deep", array_of(999)).json() == {"is_compatible": True, "messages": []}
    client.close()
    forget(server, "deep")


# ---- bodies: how long they are

def test_a_body_over_16_mib_is_413_before_it_is_sent(server):
    with say(server, post("", f"Content-Length: {17 * MIB}", declared=False)) as raw:
        assert raw.answer().error == (413, 413, "HTTP 413 Request Entity Too Large")
        assert raw.closed()


def test_a_body_over_16_mib_that_is_sent_all_the_same_is_413(server):
    with say(server, post(b"x" * (17 * MIB))) as raw:
        assert raw.answer().error[:2] == (413, 413)


def test_a_chunked_body_over_16_mib_is_413_and_the_connection_goes_on(server):
    with say(server, OPEN) as raw:
        raw.send(*[chunk(b"x" * MIB)] * 17, b"0\r\n\r\n", get("/"))
        assert raw.answer().error == (413, 413, "HTTP 413 Request Entity Too Large")
        assert raw.answer().body == b"{}"


def test_a_chunked_body_without_end_is_cut(server):
    piece = chunk(b"x" * MIB)
    with say(server, OPEN) as raw:
        sent = 0
        while sent < 200 and raw.send(piece):
            sent += 1
        assert sent < 200, "200 MiB were taken"


def test_a_chunked_body_over_1_mib_for_a_setting_is_413(server):
    body = '{"normalize":true,"x":"' + "x" * MIB + '"}'
    for target in ("/config", "/config/s", "/mode", "/mode/s"):
        with say(server, chunked(body, method="PUT", target=target)) as raw:
            assert raw.answer().error[:2] == (413, 413)


def sized(length):
    """A record whose canonical text has that many bytes."""
    empty = '{"type":"record","name":"R","doc":"","fields":[]}'
    return empty.replace('"doc":""', '"doc":"' + "d" * (length - len(empty)) + '"')


def test_a_new_schema_over_1_mib_is_42209_after_all_other_checks(server):
    client = server.client()
    at_bound, over = sized(MIB), sized(MIB + 1)
    assert client.register("big", over).error == (
        422, 42209, "Register operation failed because schema is too large")
    assert client.register("big", at_bound).status == 200
    assert client.register("big", at_bound).json()["version"] == 1
    assert client.register("big", over).error[1] == 42209
    assert client.lookup("big", over).error == (404, 40403, "Schema not found")
    assert client.check("big", over).json() == {"is_compatible": True, "messages": []}
    assert client.register("serves", over).error[1] == 40901
    client.close()
    forget(server, "big")


def test_white_space_in_a_schema_text_does_not_count(server):
    client = server.client()
    assert client.register("big", sized(1000) + " " * 2 * MIB).json()["schema"] == sized(1000)
    client.close()
    forget(server, "big")


# ---- targets

BAD_TARGETS = {
    "/subjects/%00/versions": 400, "/subjects/a%0d%0aX:%20y/versions": 400, "/subjects/%1f/versions": 400,
    "/subjects/%7F/versions": 400, "/subjects/a%5Cb/versions": 400, "/subjects/%ff/versions": 400,
    "/subjects/%c0%af/versions": 400, "/subjects/%ed%a0%80/versions": 400,
    "/subjects/%f4%90%80%80/versions": 400,
    "/subjects/%e2%82/versions": 400, "/subjects/%/versions": 400, "/subjects/%4/versions": 400,
    "/subjects/%zz/versions": 400, "/subjects/%2e/versions": 400, "/subjects/%2E%2e/versions": 400,
    "/subjects/.%2e/versions": 400, "/subjects//versions": 400, "/subjects/a//b": 400, "///subjects": 400,
    "/subjects/;x/versions": 400, "/subjects/\xff/versions": 400, "/subjects?x=%zz": 400,
    "/subjects?%ff": 400,
    "subjects": 400, "*": 404, "/subjects/a/versions/1/2/3/4/5/6/7/8/9": 404, "/SUBJECTS": 404,
    "/" + "a/" * 4000: 404, "/%73ubjects/a/versions/b/c": 404, "/schemas/ids/%2031": 404,
    "/schemas/ids/2147483648": 404, "/schemas/ids/-2147483649": 404, "/schemas/ids/1.0": 404,
    "/schemas/ids/0x1": 404, "/schemas/ids/" + "9" * 5000: 404, "/subjects?limit=99999999999": 404,
    "/subjects?offset=1e3": 404, "/subjects/" + "%C3%A9" * 1000 + "/versions": 404,
}


@pytest.mark.parametrize("target", BAD_TARGETS, ids=lambda target: ascii(target[:40]))
def test_a_bad_target_is_answered_in_json(server, target):
    with say(server, get(target)) as raw:
        assert raw.answer().status == BAD_TARGETS[target]
    with say(server, get(target)) as raw:
        assert raw.answer().error[0] == BAD_TARGETS[target]


def test_a_target_of_8192_bytes_is_taken(server):
    with say(server, get("/subjects?x=" + "a" * (8192 - 12))) as raw:
        assert raw.answer().status == 200


def test_headers_of_8000_bytes_are_taken(server):
    with say(server, get("/subjects", "X: " + "a" * 8000)) as raw:
        assert raw.answer().status == 200


def test_a_subject_longer_than_4096_bytes_cannot_be_registered(server):
    with say(server, post(INT, target="/subjects/" + "a" * 4097 + "/versions")) as raw:
        assert raw.answer().error[:2] == (422, 42208)


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "get", "PROPFIND", "M" * 500])
def test_another_method_is_405(server, method):
    with say(server, get("/subjects", method=method)) as raw:
        assert raw.answer().error == (405, 405, "HTTP 405 Method Not Allowed")


def test_no_header_is_made_of_what_was_sent(server):
    """An id that is echoed cannot end its line."""
    for value in ("a\r\n Set-Cookie: x=y", "a\x0bb", "\x01", "a\x7f", "%0d%0aSet-Cookie:x", "ü" * 50,
                  "a" * 4000):
        with say(server, get("/", f"X-Request-ID: {value}"), get("/")) as raw:
            first = raw.answer()
            assert first.field("Set-Cookie") is None and first.field("X-Request-ID")
            if first.status == 200:
                assert raw.answer().body == b"{}"


# ---- bodies: how they come

def test_expect_is_answered_before_the_body_comes(server):
    with say(server, post("", "Expect: 100-continue", f"Content-Length: {len(INT)}", declared=False,
                          target="/subjects/serves")) as raw:
        assert raw.answer().status == 100
        raw.send(INT)
        assert raw.answer().error[1] == 40403


def test_expect_with_a_chunked_body(server):
    head = post("", "Expect: 100-Continue", CHUNKED, declared=False, target="/subjects/serves")
    with say(server, head) as raw:
        assert raw.answer().status == 100
        raw.send(chunk(INT), b"0\r\n\r\n")
        assert raw.answer().error[1] == 40403


@pytest.mark.parametrize("fields", [["Content-Length: 0"], []], ids=["empty", "none"])
def test_expect_without_a_body_is_answered(server, fields):
    with say(server, post("", "Expect: 100-continue", *fields, declared=False)) as raw:
        answer = raw.answer()
        if answer.status == 100:
            answer = raw.answer()
        assert answer.error[:2] == (422, 422)


def test_expect_with_a_body_that_is_too_large_is_refused_without_a_100(server):
    with say(server, post("", "Expect: 100-continue", f"Content-Length: {17 * MIB}", declared=False)) as raw:
        assert raw.answer().error[:2] == (413, 413)
        assert raw.closed()


def test_expect_of_a_client_that_does_not_wait(server):
    with say(server, post(INT, "Expect: 100-continue", target="/subjects/serves"), get("/")) as raw:
        answer = raw.answer()
        if answer.status == 100:
            answer = raw.answer()
        assert answer.error[1] == 40403
        assert raw.answer().body == b"{}"


def test_trailers_are_read_over(server):
    trailer = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nX-Request-ID: evil\r\nContent-Type: a/b\r\n"
    with say(server, chunked(INT, trailer=trailer, target="/subjects/serves"), get("/")) as raw:
        answer = raw.answer()
        assert answer.error[1] == 40403 and answer.field("X-Request-ID") != "evil"
        assert raw.answer().body == b"{}"


def test_chunks_may_be_of_any_size_and_have_extensions(server):
    one_by_one = b"".join(chunk(bytes([byte]), ";a=b;c=\"d\"") for byte in INT.encode())
    upper = b"%X\r\n" % len(INT) + INT.encode() + b"\r\n"
    padded = b"0000000%x\r\n" % len(INT) + INT.encode() + b"\r\n"
    head = post("", CHUNKED, declared=False, target="/subjects/serves")
    end = b"0;last\r\n\r\n"
    with say(server, head, one_by_one, end, head, upper, end, head, padded, end, get("/")) as raw:
        for _ in range(3):
            assert raw.answer().error[1] == 40403
        assert raw.answer().body == b"{}"


TRUNCATED = {
    "nothing but a letter": b"G", "a line end": b"\r\n", "half a line": get("/")[:10],
    "half a head": get("/")[:-2], "no body": post("", "Content-Length: 100", declared=False),
    "half a body": post(INT)[:-1], "no chunk": OPEN,
    "half a chunk size": OPEN + b"5", "half a chunk": chunked(INT)[:-7], "no last line": chunked(INT)[:-2],
}


@pytest.mark.parametrize("sent", TRUNCATED.values(), ids=TRUNCATED)
@pytest.mark.parametrize("end", ["half", "whole", "reset"])
def test_what_is_truncated_is_dropped(server, sent, end):
    with say(server, sent) as raw:
        if end == "half":
            raw.done_sending()
        if end == "reset":
            raw.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert "bad" not in subjects(server)


def test_a_client_that_does_not_wait_for_its_answer_harms_nobody(server):
    for _ in range(50):
        say(server, post(INT, target="/subjects/gone/versions"), get("/subjects") * 20).sock.close()
    wait_until(lambda: "gone" in subjects(server), what="the registration")
    forget(server, "gone")


# ---- connections that go on

def test_pipelined_requests_are_answered_in_their_order(server):
    asked = []
    for i in range(40):
        asked += [get("/", f"X-Request-ID: {i}-a"),
                  post(INT, f"X-Request-ID: {i}-b", target="/subjects/serves"),
                  get("/nothing", f"X-Request-ID: {i}-c"),
                  get("/subjects", f"X-Request-ID: {i}-d", method="HEAD"),
                  chunked(INT, target=f"/subjects/p{i % 3}/versions"), post("{", f"X-Request-ID: {i}-f")]
    with say(server, b"".join(asked)) as raw:
        for i in range(40):
            expected = [("a", 200), ("b", 404), ("c", 404), ("d", 200), (None, 200), ("f", 400)]
            for letter, status in expected:
                answer = raw.answer(head_only=letter == "d")
                assert answer.status == status
                assert letter is None or answer.field("X-Request-ID") == f"{i}-{letter}"
    for i in range(3):
        forget(server, f"p{i}")


def test_a_connection_is_used_again_after_every_kind_of_error(server):
    errors = [
        (get("/nothing"), 404), (get("/subjects", method="PATCH"), 405),
        (get("/subjects", "Accept: a/b"), 406), (get("/subjects", "Content-Type: a/b"), 415),
        (post("{"), 400), (post(""), 422), (get("/%ff"), 400),
        (get("/subjects/none/versions/x"), 422), (post(registration("x")), 422), (get("/schemas/ids/x"), 404),
        (chunked("{"), 400), (post("{", method="PATCH"), 405), (get("/subjects?offset=-1"), 500)]
    with Raw(server.port) as raw:
        for request, status in errors * 2:
            raw.send(request)
            assert raw.answer().error[0] == status
            raw.send(get("/"))
            assert raw.answer().body == b"{}"


def test_head_is_get_without_the_body(server):
    for target in ("/", "/subjects", "/subjects/serves/versions", "/subjects/serves/versions/1", "/config",
                   "/mode", "/subjects/serves/versions/latest/schema", "/schemas/ids/1",
                   "/schemas/ids/1/schema", "/nothing", "/schemas/ids/1/subjects", "/schemas/ids/1/versions",
                   "/schemas/types", "/config/none", "/schemas/guids/nonsense", "/associations/resources/-/t",
                   "/subjects/none/versions/x"):
        with say(server, get(target, method="HEAD"), get(target)) as raw:
            head, whole = raw.answer(head_only=True), raw.answer()
        assert head.status == whole.status
        changing = ("x-request-id", "date")
        assert [field for field in head.fields if field[0].lower() not in changing] == \
            [field for field in whole.fields if field[0].lower() not in changing], target
        assert int(whole.field("Content-Length")) == len(whole.body) > 0


def test_http_1_0_is_answered_and_closed(server):
    with say(server, b"GET /subjects HTTP/1.0\r\n\r\n") as raw:
        assert "serves" in raw.answer().json()
        assert raw.closed()


def test_connection_close_is_kept(server):
    with say(server, get("/", "Connection: close"), get("/")) as raw:
        assert raw.answer().body == b"{}"
        assert raw.closed()


def test_an_upgrade_is_not_taken(server):
    """The newer client of the JDK offers h2c with every first request."""
    fields = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
              "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk", "Content-Length: 0"]
    with say(server, get("/", *fields), get("/")) as raw:
        assert raw.answer().body == b"{}"
        assert raw.answer().body == b"{}"


def test_requests_that_were_broken_at_random_harm_nobody(server):
    """Good requests with a few bytes changed, doubled, cut or swapped; the seed is fixed."""
    chance = random.Random(20260301)
    good = [get("/subjects", "Accept: application/json", "Accept-Encoding: gzip", "X-Request-ID: a"),
            post(INT, target="/subjects/serves"),
            chunked(INT, '"int"', trailer="X: y\r\n", target="/subjects/serves"),
            get("/schemas/ids/1?subject=&format=resolved", "If-None-Match: *"),
            post(registration(array_of(5)), "Expect: 100-continue",
                 target="/compatibility/subjects/serves/versions"),
            post('{"mode":"READWRITE"}', method="PUT", target="/mode/none"), get("/config", method="OPTIONS")]
    for _ in range(400):
        data = bytearray(b"".join(chance.choices(good, k=chance.randint(1, 3))))
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            how = chance.randrange(5)
            if how == 0:
                data[at] = chance.randrange(256)
            elif how == 1:
                data[at:at] = data[at:at + chance.randint(1, 40)]
            elif how == 2:
                del data[at:at + chance.randint(1, 5)]
            elif how == 3:
                data[at:at] = chance.choice([b"\r\n", b"\n", b"\0", b" ", b"%", b";", b":", b"\xff", b"99"])
            else:
                data[at] ^= 1 << chance.randrange(8)
            if not data:
                break
        until_closed(server, bytes(data), 0.02)
    assert server.alive()


# ---- connections that do not go on

@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    options = ["--request-timeout", "1s", "--send-timeout", "1s", "--idle-timeout", "1s",
               "--http-threads", "1", "--think-threads", "1", "--lane-threads", "1"]
    with Registry(tmp_path_factory.mktemp("hasty"), db=":memory:", options=options) as registry:
        yield registry
        assert registry.stop(10) == 0


def ends_within(raw, seconds, pulse=b""):
    """The other side closes in time, although a byte goes out now and then. Returns what it said."""
    begun, said = time.monotonic(), b""
    raw.sock.settimeout(0.2)
    while time.monotonic() - begun < seconds:
        try:
            if pulse:
                raw.sock.sendall(pulse)
            part = raw.sock.recv(1 << 16)
        except TimeoutError:
            continue
        except OSError:
            return said
        if not part:
            return said
        said += part
    pytest.fail(f"still open after {seconds} s")


STALLED = {
    "nothing is ever sent": (b"", b""),
    "half a head": (get("/")[:20], b""),
    "a head, one byte at a time": (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"a"),
    "a target, one byte at a time": (b"GET /", b"a"),
    "half a body": (post(INT)[:-5], b""),
    "a body, one byte at a time": (post("", "Content-Length: 100000", declared=False), b" "),
    "a body after its Expect": (post("", "Expect: 100-continue", "Content-Length: 9", declared=False), b""),
    "chunks, one byte at a time": (OPEN, b"1\r\n \r\n"),
    "trailers, one byte at a time": (chunked(INT)[:-2] + b"X: ", b"a"),
    "line ends before a request": (b"\r\n", b"\r\n"),
    "one answer, then nothing": (get("/"), b""),
}


def test_slow_and_silent_connections_are_cut_and_keep_nobody_waiting(hasty):
    """All at once, three of each, so that the test takes no longer than one of them."""
    begun = time.monotonic()
    stalled = [(name, say(hasty, first), pulse) for name, (first, pulse) in STALLED.items() for _ in range(3)]
    serves(hasty)
    for name, raw, pulse in stalled:
        said = ends_within(raw, 8 - (time.monotonic() - begun), pulse)
        assert said.count(b"HTTP/1.1 200") == (name == "one answer, then nothing"), (name, said)
        raw.sock.close()
    serves(hasty)


def test_a_reader_that_does_not_read_is_cut(hasty):
    client = hasty.client()
    assert client.register("big", sized(MIB)).status == 200
    client.close()
    stalled = []
    for _ in range(5):
        stalled.append(say(hasty, get("/schemas/ids/2") * 30))
    serves(hasty)
    time.sleep(3)
    for raw in stalled:
        assert len(raw.everything()) < 30 * MIB
        raw.sock.close()
    serves(hasty)


def test_gzip_of_what_is_hostile_is_still_gzip(server):
    body = registration("x" * 100000)
    with say(server, post(body, "Accept-Encoding: gzip")) as raw:
        answer = raw.answer()
    assert answer.field("Content-Encoding") == "gzip" and answer.status == 422
    assert json.loads(gzip.decompress(answer.body))["error_code"] == 42201
