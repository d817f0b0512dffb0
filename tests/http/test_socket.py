# SPDX-License-Identifier: Apache-2.0
"""What a socket sees: bytes that no HTTP client would send, at a pace that none would keep."""
import contextlib
import json
import re
import signal
import socket
import subprocess
import time

import pytest

from registry import BIN, Registry, wait_until

HOST = b"Host: localhost\r\n"
CLOSE = b"Connection: close\r\n"
POST = b"POST / HTTP/1.1\r\n"
REGISTER = b"POST /subjects/%s/versions HTTP/1.1\r\nContent-Type: application/json\r\n" + HOST
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    options = ["--request-timeout", "2s", "--send-timeout", "2s", "--idle-timeout", "30s",
               "--body-max", "1MiB", "--drain-max", "2MiB"]
    with Registry(tmp_path_factory.mktemp("socket"), db=":memory:", options=options) as registry:
        yield registry


def talk(server, data, timeout=10):
    """Everything that comes back until the other side closes."""
    with server.socket(timeout) as sock:
        try:
            sock.sendall(data)
        except OSError:
            pass                            # refused midway: the reply is there to be read all the same
        got = b""
        while part := sock.recv(65536):
            got += part
        return got


def split(reply):
    """Status, headers in lower case, body: of the last reply in the bytes."""
    head, body = reply[reply.rindex(b"HTTP/1.1 "):].split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    return int(lines[0].split()[1]), headers, body


def statuses(replies):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", replies)]


def error_of(reply):
    status, headers, body = split(reply)
    assert headers["content-type"].startswith("application/")
    assert headers["connection"] == "close"
    assert UUID4.fullmatch(headers["x-request-id"])
    assert int(headers["content-length"]) == len(body)
    return status, json.loads(body)["error_code"], json.loads(body)["message"]


def test_still_serves(server):
    with contextlib.closing(server.client()) as client:
        assert client.get("/").status == 200


@pytest.mark.parametrize("name, head, status", [
    ("no Host", b"GET / HTTP/1.1\r\n", 400),
    ("two Hosts", b"GET / HTTP/1.1\r\n" + HOST + HOST, 400),
    ("two lengths", POST + b"Content-Length: 0\r\nContent-Length: 0\r\n" + HOST, 400),
    ("length and chunked", POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" + HOST, 400),
    ("another coding", POST + b"Transfer-Encoding: gzip, chunked\r\n" + HOST, 400),
    ("chunked and a blank", POST + b"Transfer-Encoding: chunked \r\n" + HOST, 400),
    ("blank before a colon", POST + b"Content-Length : 5\r\n" + HOST, 400),
    ("blank in the target", b"GET /sub jects HTTP/1.1\r\n" + HOST, 400),
    ("NUL in the target", b"GET /subjects\0/x HTTP/1.1\r\n" + HOST, 400),
    ("carriage return in a value", b"GET / HTTP/1.1\r\nX-Request-ID: a\rb\r\n" + HOST, 400),
    ("long target", b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\n" + HOST, 414),
    ("large head", b"GET / HTTP/1.1\r\nX: " + b"a" * 8192 + b"\r\n" + HOST, 431),
    ("many fields", b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: 1\r\n" % i for i in range(120)) + HOST, 431),
    ("declared too large", REGISTER % b"s" + b"Content-Length: 1048577\r\n", 413),
])
def test_what_can_be_read_in_two_ways_is_refused_and_closed(server, name, head, status):
    smuggled = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
    reply = talk(server, head + b"\r\n" + smuggled)
    assert reply.count(b"HTTP/1.1 ") == 1
    assert error_of(reply)[:2] == (status, status)


@pytest.mark.parametrize("data", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
    b"GET / HTTP/0.9\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n" + HOST + b"\r\n",
    POST + b"Content-Length: 5x\r\n" + HOST + b"\r\n",
    POST + b"Content-Length: 99999999999999999999999999\r\n" + HOST + b"\r\n",
    POST + b"Transfer-Encoding: chunked\r\n" + HOST + b"\r\nzz\r\n",
    b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: 1\r\n" % i for i in range(5000)) + HOST + b"\r\n",
    b"GET / HTTP/1.1\r\nCookie: " + b"a;" * 3900 + b"\r\n" + HOST + b"\r\n",
    b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
], ids=["tls", "http-0.9", "http-2", "no-colon", "length-5x", "length-huge", "chunk-zz", "fields", "cookies",
        "target"])
def test_what_is_no_http_is_answered_or_closed_and_harms_nobody(server, data):
    reply = talk(server, data)
    assert reply == b"" or re.match(rb"HTTP/1\.1 (400|413|414|431|505) ", reply)
    test_still_serves(server)


def test_a_query_of_four_thousand_parameters_is_no_harm(server):
    reply = talk(server, b"GET /?" + b"a&" * 4000 + b" HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n")
    assert split(reply)[0] == 200


def test_pipelined_requests_are_answered_in_order(server):
    body = b'{"schema":"\\"string\\""}'
    post = REGISTER % b"pipelined" + b"Content-Length: %d\r\n\r\n" % len(body) + body
    gets = [b"GET /%s HTTP/1.1\r\nX-Request-ID: %d\r\n" % (path, i) + HOST + b"\r\n"
            for i, path in enumerate([b"", b"subjects", b"nowhere"] * 50)]
    reply = talk(server, post + b"".join(gets) + b"GET / HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n")
    assert statuses(reply) == [200] + [200, 200, 404] * 50 + [200]
    assert re.findall(rb"X-Request-ID: (\d+)\r", reply) == [b"%d" % i for i in range(150)]


def test_a_chunked_body_is_read_whole(server):
    body = b'{"schema":"\\"int\\""}'
    chunks = b"".join(b"1;x=y\r\n%c\r\n" % byte for byte in body)
    head = REGISTER % b"chunked" + b"Transfer-Encoding: chunked\r\n" + CLOSE + b"\r\n"
    reply = talk(server, head + chunks + b"0\r\nX: trailer\r\n\r\n")
    assert split(reply)[0] == 200


def test_a_client_that_closes_its_half_gets_its_reply(server):
    with server.socket() as sock:
        sock.sendall(b"GET /subjects HTTP/1.1\r\n" + HOST + b"\r\n")
        sock.shutdown(socket.SHUT_WR)
        got = b""
        while part := sock.recv(65536):
            got += part
    assert split(got)[0] == 200


def test_continue_is_sent_before_the_body(server):
    with server.socket() as sock:
        sock.sendall(REGISTER % b"expect" + b"Expect: 100-continue\r\nContent-Length: 20\r\n\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b'{"schema":"\\"int\\""}')
        assert sock.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_body_that_may_not_come_is_refused_before_it_is_sent(server):
    reply = talk(server, REGISTER % b"s" + b"Expect: 100-continue\r\nContent-Length: 1048577\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 413 ")
    assert error_of(reply) == (413, 413, "HTTP 413 Request Entity Too Large")


def test_a_sender_that_does_not_listen_sees_its_refusal(server):
    with server.socket() as sock:
        sock.sendall(REGISTER % b"s" + b"Content-Length: 2000000\r\n\r\n")
        for _ in range(20):
            sock.sendall(b"x" * 100000)     # no reset, no broken pipe
            time.sleep(0.01)
        got = b""
        while part := sock.recv(65536):
            got += part
    assert error_of(got)[0] == 413


def test_a_chunked_body_past_its_bound_is_drained_and_refused(server):
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    head = REGISTER % b"s" + b"Transfer-Encoding: chunked\r\n\r\n"
    after = b"GET / HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n"
    reply = talk(server, head + chunk * 20 + b"0\r\n\r\n" + after)
    assert statuses(reply) == [413, 200]
    with server.socket() as sock:
        with pytest.raises(OSError):
            for _ in range(10000):          # far past drain_max: nobody reads this
                sock.sendall(head + chunk)
                head = b""
    test_still_serves(server)


@pytest.mark.parametrize("idle, data", [
    ("1s", b"G"),
    ("1s", b"GET /"),
    ("60s", b"GET / HTTP/1.1\r\nX: "),
    ("60s", POST + b"Content-Length: 99\r\n" + HOST + b"\r\n"),
], ids=["method", "target", "head", "body"])
def test_a_byte_now_and_then_does_not_live_for_ever(tmp_path, idle, data):
    options = ["--request-timeout", "1s", "--idle-timeout", idle]
    with Registry(tmp_path, db=":memory:", options=options) as server, server.socket() as sock:
        begun = time.monotonic()
        with pytest.raises(OSError):
            sock.sendall(data)
            sock.settimeout(0.3)
            while time.monotonic() - begun < 8:
                try:
                    if sock.recv(1000) == b"":
                        raise ConnectionResetError
                except TimeoutError:
                    pass
                sock.sendall(b"a")
        assert time.monotonic() - begun < 6


def slow_reader(server, pause):
    """Twenty large replies, asked for and left alone for a while; how many came in the end."""
    wide = {"type": "record", "name": "R",
            "fields": [{"name": f"f{i}", "type": "int", "doc": "d" * 200} for i in range(3000)]}
    with contextlib.closing(server.client()) as client:
        assert client.register("wide", wide).status == 200
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(30)
        sock.connect(("127.0.0.1", server.port))
        sock.sendall((b"GET /subjects/wide/versions/1 HTTP/1.1\r\n" + HOST + b"\r\n") * 19
                     + b"GET /subjects/wide/versions/1 HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n")
        time.sleep(pause)
        got = bytearray()
        with contextlib.suppress(OSError):
            while part := sock.recv(1 << 20):
                got += part
        return got.count(b'"deleted":false}')


def test_a_reply_has_its_own_time_to_be_taken(tmp_path):
    options = ["--request-timeout", "1s", "--send-timeout", "6s"]
    with Registry(tmp_path, db=":memory:", options=options) as server:
        assert slow_reader(server, pause=3) == 20


def test_a_reply_that_is_not_taken_ends(tmp_path):
    options = ["--request-timeout", "60s", "--send-timeout", "1s"]
    with Registry(tmp_path, db=":memory:", options=options) as server:
        assert slow_reader(server, pause=4) < 20


def test_idle_connections_keep_nobody_waiting(server):
    idle = [server.socket() for _ in range(500)]
    half = [server.socket() for _ in range(100)]
    for sock in half:
        sock.sendall(REGISTER % b"s" + b"Content-Length: 100\r\n\r\n{")
    test_still_serves(server)
    for sock in idle + half:
        sock.close()


def test_an_id_is_echoed_when_there_is_one_and_made_when_not(server):
    with contextlib.closing(server.client()) as client:
        assert client.get("/", **{"X-Request-ID": "abc def"}).headers["X-Request-ID"] == "abc def"
        assert UUID4.fullmatch(client.get("/").headers["X-Request-ID"])
        assert UUID4.fullmatch(client.get("/", **{"X-Request-ID": " "}).headers["X-Request-ID"])
        assert client.get("/nowhere", **{"X-Request-ID": "lost"}).headers["X-Request-ID"] == "lost"
    two = talk(server, b"GET / HTTP/1.1\r\nX-Request-ID: a\r\nX-Request-ID: b\r\n" + HOST + CLOSE + b"\r\n")
    assert UUID4.fullmatch(split(two)[1]["x-request-id"])


def run(*arguments, **options):
    return subprocess.run([BIN / "schemad", *arguments], capture_output=True, text=True, timeout=20,
                          **options)


def test_a_port_in_use_is_one_clear_line(server, tmp_path):
    done = run("--listen", f"127.0.0.1:{server.port}", "--db", str(tmp_path / "x.db"))
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == f"schemad: cannot listen on 127.0.0.1:{server.port}: Address already in use\n"
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize("arguments, sentence", [
    (["--colour", "red"], "unknown flag '--colour' (see --help)"),
    (["--listen", "8081"], "cannot listen on 8081: not HOST:PORT, or [ADDRESS]:PORT for IPv6"),
    (["--listen", "a:65536"], "cannot listen on a:65536: the port is no number from 0 to 65535"),
    (["--listen", "a:" + "9" * 30], f"cannot listen on a:{'9' * 30}: the port is no number from 0 to 65535"),
    (["--config", "/nowhere"], "/nowhere: No such file or directory"),
    (["--lane-threads", "0"], "lane_threads: '0' is not between 1 and 256"),
])
def test_a_wrong_start_is_one_clear_line(tmp_path, arguments, sentence):
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"schemad: {sentence}\n")


def test_a_database_that_is_none_is_one_clear_line(tmp_path):
    (tmp_path / "x.db").write_bytes(b"this is no database at all, whoever says so" * 100)
    done = run("--listen", "127.0.0.1:0", "--db", str(tmp_path / "x.db"))
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "x.db" in done.stderr


def test_listens_on_ipv6_and_says_so(tmp_path):
    process = subprocess.Popen([BIN / "schemad", "--listen", "[::1]:0", "--db", ":memory:"],
                               stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    line = process.stdout.readline()
    if not line:
        process.wait()
        pytest.skip("no IPv6 here")
    port = int(re.fullmatch(r"schemad ready http://\[::1\]:(\d+)\n", line)[1])
    socket.create_connection(("::1", port), 5).close()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0


def test_ends_when_its_parent_ends(tmp_path):
    port_file = tmp_path / "port"
    program = f"{BIN}/schemad --listen 127.0.0.1:0 --db :memory: --die-with-parent --port-file {port_file}"
    parent = subprocess.Popen(["sh", "-c", f"{program} & exec sleep 60"], stdout=subprocess.DEVNULL)
    wait_until(port_file.exists, what="the start")
    port = int(port_file.read_text())
    parent.kill()
    parent.wait()

    def gone():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return False
        except OSError:
            return True
    wait_until(gone, what="the end")


def test_a_reply_that_was_begun_is_sent_whole_after_sigterm(tmp_path):
    with Registry(tmp_path, db=":memory:") as server:
        sock = server.socket()
        idle = server.socket()
        sock.sendall(REGISTER % b"late" + b"Content-Length: 20\r\n\r\n")
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert server.alive()               # its head was read
        with pytest.raises(OSError):
            server.socket()
        sock.sendall(b'{"schema":"\\"int\\""}')
        got = b""
        while part := sock.recv(65536):
            got += part
        status, headers, body = split(got)
        assert (status, headers["connection"], json.loads(body)["id"]) == (200, "close", 1)
        assert server.process.wait(5) == 0
        sock.close()
        idle.close()
