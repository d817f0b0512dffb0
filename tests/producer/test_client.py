# SPDX-License-Identifier: Apache-2.0
"""What the producer asks of a registry, and what it makes of answers that no good registry gives."""
import base64
import socket
import threading
import time

import pytest
from producing import SUBJECT
from fake_registry import FakeRegistry, Told
from registry import ROOT

CONFIG = f"GET /config/{SUBJECT}"
REGISTER = f"POST /subjects/{SUBJECT}/versions"
SCHEMA = (ROOT / "producer" / "schemas" / "genesys_interaction_event.avsc").read_text()


def encode(producer, url, *more, **how):
    return producer.run("--registry", url, "--out", "out.bin", *more, **how)


def refused(producer, script, *more):
    """Standard error of a run that came to nothing, and the fake that was asked."""
    with FakeRegistry(script) as fake:
        done = encode(producer, fake.url, *more)
    assert done.returncode == 2, done.stderr.decode()
    assert done.stdout == b""
    assert not list(producer.folder.glob("*out.bin*")) and not list(producer.folder.glob(".*"))
    return done.stderr.decode(), fake


def test_a_subject_without_a_level_gets_backward_before_it_is_registered(producer, fake):
    done = encode(producer, fake.url)
    assert done.returncode == 0, done.stderr.decode()
    assert [str(asked) for asked in map(repr, fake.asked)] == [
        f"GET /config/{SUBJECT}", f"PUT /config/{SUBJECT}", f"POST /subjects/{SUBJECT}/versions",
        "GET /schemas/ids/1"]
    assert fake.asked[1].json() == {"compatibility": "BACKWARD"}
    assert sorted(fake.asked[2].json()) == ["schema", "schemaType"]
    assert fake.asked[2].json()["schemaType"] == "AVRO"
    assert fake.asked[2].headers["Content-Type"] == "application/vnd.schemaregistry.v1+json"


def test_a_level_that_is_there_stays(producer, fake):
    fake.levels[SUBJECT] = "FULL_TRANSITIVE"
    assert encode(producer, fake.url).returncode == 0
    assert fake.levels[SUBJECT] == "FULL_TRANSITIVE"
    assert not [asked for asked in fake.asked if asked.method == "PUT"]


def test_a_subject_is_one_path_segment_whatever_it_holds(producer, fake):
    subject = "a/b c:%é?#&+..;"
    encoded = "a%2Fb%20c%3A%25%C3%A9%3F%23%26%2B..%3B"
    assert encode(producer, fake.url + "//", "--subject", subject).returncode == 0
    assert fake.asked[0].path == f"/config/{encoded}"
    assert fake.asked[2].path == f"/subjects/{encoded}/versions"
    assert fake.levels == {subject: "BACKWARD"}
    assert encode(producer, fake.url, "--subject", "..").returncode == 0
    assert fake.asked[-2].path == "/subjects/../versions"


def test_the_id_of_a_qualified_subject_is_asked_for_in_its_context(producer, fake):
    assert encode(producer, fake.url, "--subject", ":.ctx:name").returncode == 0
    assert fake.asked[-1].path == "/schemas/ids/1?subject=%3A.ctx%3Aname"


def test_user_and_password_of_the_address_are_sent(producer, fake):
    assert encode(producer, fake.url.replace("//", "//us%40er:pa%3Ass@")).returncode == 0
    sent = {asked.headers.get("Authorization") for asked in fake.asked}
    assert sent == {"Basic " + base64.b64encode(b"us@er:pa:ss").decode()}


def test_user_and_password_are_never_shown(producer):
    script = {CONFIG: Told(401, {"error_code": 401, "message": "Unauthorized"})}
    with FakeRegistry(script) as fake:
        unwelcome = encode(producer, fake.url.replace("//", "//somebody:secret@"))
    down = encode(producer, f"http://somebody:secret@127.0.0.1:{closed_port()}")
    assert "answered 401 (error 401): Unauthorized" in unwelcome.stderr.decode()
    for done in (unwelcome, down):
        assert done.returncode == 2
        assert b"secret" not in done.stderr and b"somebody" not in done.stderr


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_registry_that_is_down_is_named_after_several_tries(producer):
    port = closed_port()
    begin = time.monotonic()
    done = encode(producer, f"http://127.0.0.1:{port}")
    assert done.returncode == 2
    assert f"cannot reach the registry at http://127.0.0.1:{port}" in done.stderr.decode()
    assert 1 < time.monotonic() - begin < 20
    assert not (producer.folder / "out.bin").exists()


def test_a_registry_that_comes_up_meanwhile_is_found(producer):
    fake, port = FakeRegistry(), closed_port()
    begun = threading.Timer(0.5, lambda: start_at(fake, port))
    begun.start()
    done = encode(producer, f"http://127.0.0.1:{port}")
    begun.join()
    fake.__exit__()
    assert done.returncode == 0, done.stderr.decode()


def start_at(fake, port):
    import http.server
    server = http.server.ThreadingHTTPServer
    http.server.ThreadingHTTPServer = lambda address, handler: server(("127.0.0.1", port), handler)
    try:
        fake.__enter__()
    finally:
        http.server.ThreadingHTTPServer = server


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_moment_of_weakness_is_overcome(producer, status):
    weak = Told(status, {"error_code": status, "message": "not now"})
    with FakeRegistry({REGISTER: [weak, weak, Told(200, {"id": 1})]}) as fake:
        fake.schemas.append(SCHEMA)
        done = encode(producer, fake.url)
        assert done.returncode == 0, done.stderr.decode()
        assert sum(asked.path.endswith("/versions") for asked in fake.asked) == 3


def test_lasting_weakness_is_told_with_the_registrys_message(producer):
    errors, fake = refused(producer, {REGISTER: Told(500, {"error_code": 50002, "message": "no leader"})})
    assert "answered 500 (error 50002): no leader" in errors
    assert sum(asked.path.endswith("/versions") for asked in fake.asked) == 5


def test_a_refusal_is_told_once_in_the_registrys_words(producer):
    words = 'Schema being registered is incompatible with an earlier schema, details: [{errorType:"X"}]'
    errors, fake = refused(producer, {REGISTER: Told(409, {"error_code": 40901, "message": words})})
    assert f"answered 409 (error 40901): {words}" in errors
    assert sum(asked.path.endswith("/versions") for asked in fake.asked) == 1


@pytest.mark.parametrize("script, words", [
    ({CONFIG: Told(200, b"<html>")}, "something that is not JSON"),
    ({CONFIG: Told(200, {"other": 1})}, "without a compatibilityLevel"),
    ({CONFIG: Told(200, b"")}, "something that is not JSON"),
    ({CONFIG: Told(404, b"<h1>nothing here</h1>")}, "answered 404 without a JSON message: <h1>nothing"),
    ({CONFIG: Told(404, b"\xff\x00")}, "answered 404 without a JSON message"),
    ({CONFIG: Told(302, b"", headers={"Location": "http://127.0.0.1:1/"})}, "answered 302"),
    ({REGISTER: Told(200, {"id": "x"})}, "without a usable id"),
    ({REGISTER: Told(200, {"id": -1})}, "without a usable id"),
    ({REGISTER: Told(200, {"id": 10 ** 30})}, "without a usable id"),
    ({REGISTER: Told(200, [])}, "without a usable id"),
    ({"GET /schemas/ids": Told(200, {"schema": 7})}, "without a schema"),
    ({"GET /schemas/ids": Told(200, {"schema": "{"})}, ""),
    ({"GET /schemas/ids": Told(200, {"schema": "{}", "schemaType": "JSON"})}, "of the type JSON, not AVRO"),
    ({"GET /schemas/ids": Told(200, {"schema": "{}", "references": [{}]})}, "refers to other schemas"),
    ({"GET /schemas/ids": Told(200, b'{"schema": "' + b"x" * (17 << 20) + b'"}')}, "a reply of more than"),
    ({"GET /schemas/ids": Told(200, b"[" * 100000)}, "something that is not JSON"),
])
def test_garbage_is_told_and_nothing_is_written(producer, script, words):
    errors, _ = refused(producer, script)
    assert words in errors and errors.count("\n") == 1


def test_a_reply_that_breaks_off_is_asked_for_again(producer):
    torn = Told(200, {"schema": "…", "long": "x" * 1000}, cut=20)
    with FakeRegistry({"GET /schemas/ids": [torn, Told(200, {"schema": SCHEMA})]}) as fake:
        done = encode(producer, fake.url)
        assert done.returncode == 0, done.stderr.decode()


def test_a_slow_registry_is_not_waited_for_beyond_the_time_given(producer):
    begin = time.monotonic()
    errors, _ = refused(producer, {CONFIG: Told(200, {}, pause=20)}, "--registry-timeout", "1")
    assert "cannot reach the registry" in errors and "Timeout" in errors
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("address, words", [
    ("ftp://127.0.0.1/", "begins with http:// or https://"),
    ("file:///etc/passwd", "begins with http:// or https://"),
    ("127.0.0.1:8081", "http"),
    ("http://", "--registry needs an address"),
    ("http://a b/", "--registry needs an address"),
    ("http://127.0.0.1/?x=1", "ends with its path"),
    ("http://127.0.0.1/#x", "ends with its path"),
])
def test_an_address_that_is_none_is_an_unusable_argument(producer, address, words):
    done = encode(producer, address)
    assert done.returncode == 2 and words in done.stderr.decode()


def test_a_path_of_the_address_is_kept(producer):
    with FakeRegistry({"GET /api/sr/config": Told(200, {"compatibilityLevel": "NONE"}),
                       "POST /api/sr/subjects": Told(200, {"id": 3}),
                       "GET /api/sr/schemas/ids/3": Told(200, {"schema": SCHEMA})}) as fake:
        done = encode(producer, fake.url + "/api/sr/")
        assert done.returncode == 0, done.stderr.decode()
