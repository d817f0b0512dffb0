# SPDX-License-Identifier: Apache-2.0
"""The metrics file: the counters of the summary, for Prometheus, while a run lasts and when it has ended."""
import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time

import pytest

from producing import counts

LINE = re.compile(r'genesys_producer_(\w+)(?:\{((?:\w+="(?:[^"\\\n]|\\.)*",?)+)\})? (\d+)')


def metrics(path):
    return read(path.read_text())


def read(text):
    found, typed = {}, set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            typed.add(line.split()[2].removeprefix("genesys_producer_"))
        elif not line.startswith("# HELP "):
            name, labels, value = LINE.fullmatch(line).groups()
            assert name in typed
            found[name, labels] = int(value)
    return found


def test_the_counters_are_those_of_the_summary(producer, fake, genesys):
    done = producer.run("encode", "--registry", fake.url, "--out", "out.bin", "--metrics-file", "p.prom",
                        genesys / "events-envelope.jsonl", genesys / "bad-events.jsonl")
    assert done.returncode == 0, done.stderr.decode()
    summary, found = counts(done.stdout.decode()), metrics(producer.folder / "p.prom")
    for outcome in ("encoded", "skipped", "dead-lettered"):
        label = outcome.replace("-", "_")
        assert found["events_total", f'outcome="{label}"'] == summary[outcome]
    for name, value in summary.items():
        outcome, _, reason = name.partition("/")
        if reason:
            label = {"dead-lettered": "dead_lettered", "warnings": "warned"}.get(outcome, outcome)
            assert found["reasons_total", f'outcome="{label}",reason="{reason}"'] == value
    assert found["json_bytes_total", None] == summary["JSON bytes"]
    assert found["avro_bytes_total", None] == summary["Avro bytes"]
    assert (found["running", None], found["unacknowledged_lines", None]) == (0, 0)
    assert abs(found["updated_seconds", None] - time.time()) < 60


def test_the_counters_move_while_the_run_lasts(producer, fake, tmp_path):
    process = producer.start("encode", "--registry", fake.url, "--out", "out.bin", "--metrics-file",
                             "p.prom", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    process.stdin.write(b'{"result": "200", "status": "subscribed"}\n')
    process.stdin.flush()
    end = time.monotonic() + 20
    while not (tmp_path / "p.prom").exists() and time.monotonic() < end:
        time.sleep(0.1)
    found = metrics(tmp_path / "p.prom")
    assert found["running", None] == 1
    assert found["reasons_total", 'outcome="skipped",reason="subscription-reply"'] == 1
    assert found["unacknowledged_lines", None] == 1
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    assert metrics(tmp_path / "p.prom")["running", None] == 0


def test_a_reason_may_hold_any_character(producer, fake, tmp_path):
    mapping = {"envelopes": [{"name": "e", "when": {"/t": "string"}, "topic": "/t", "body": ""}],
               "skip": [{"when": {"/t": "=beat"}, "reason": 'a "b"\\\nc'}],
               "rules": [{"topic": "a", "set": {"timestamp": {"get": "/n", "as": "long"}}}]}
    (tmp_path / "mine.json").write_text(json.dumps(mapping))
    done = producer.run("encode", "--registry", fake.url, "--out", "out.bin", "--metrics-file", "p.prom",
                        "--mapping", "mine.json", stdin='{"t": "beat"}')
    assert done.returncode == 0, done.stderr.decode()
    assert metrics(tmp_path / "p.prom")["reasons_total", r'outcome="skipped",reason="a \"b\"\\\nc"'] == 1


def test_a_metrics_file_that_cannot_be_written_ends_the_run(producer, fake):
    for place, words in (("/nowhere/p.prom", b"cannot write /nowhere/p.prom"),
                         ("-", b"--metrics-file wants a file")):
        done = producer.run("encode", "--registry", fake.url, "--out", "out.bin", "--metrics-file", place)
        assert done.returncode == 2
        assert words in done.stderr


# ---- over HTTP


class Listening:
    """A run whose counters can be fetched; it reads from a pipe."""

    def __init__(self, producer, url, address="0", *more):
        self.process = producer.start("encode", "--registry", url, "--out", "out.bin", "--metrics-listen",
                                      address, *more, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE)
        for line in self.process.stderr:
            found = re.search(r"metrics at http://(.+):(\d+)/metrics", line.decode())
            if found:
                self.host, self.port = found[1].strip("[]"), int(found[2])
                break

    def ask(self, method="GET", path="/metrics", body=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        connection.request(method, path, body)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def end(self):
        self.process.stdin.close()
        out = self.process.stdout.read()
        self.process.stderr.close()
        assert self.process.wait(timeout=60) == 0
        return counts(out.decode())


def test_the_counters_are_served_while_the_run_lasts(producer, fake):
    run = Listening(producer, fake.url)
    assert run.host == "127.0.0.1"
    answer = run.ask()
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain; version=0.0.4;")
    found = read(answer.text)
    assert (found["running", None], found["schema_id", None], found["schema_deleted", None]) == (1, 1, 0)
    run.process.stdin.write(b'{"result": "200", "status": "subscribed"}\n')
    run.process.stdin.flush()
    until = time.monotonic() + 20
    while read(run.ask().text)["events_total", 'outcome="skipped"'] != 1:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert run.end()["skipped"] == 1
    with pytest.raises(OSError):
        run.ask()


def test_only_metrics_can_be_fetched(producer, fake):
    run = Listening(producer, fake.url)
    assert run.ask("HEAD").status == 200
    assert run.ask("GET", "/").status == 404
    assert run.ask("POST", "/metrics", b"x" * 100000).status == 405
    for junk in (b"\xff \r\n\r\n", b"GET /metrics HTTP/9\r\n\r\n", b"GET " + b"x" * 40000 + b"\r\n"):
        with socket.create_connection((run.host, run.port), timeout=30) as raw:
            try:
                raw.sendall(junk)
                raw.shutdown(socket.SHUT_WR)
                assert not raw.recv(100).startswith(b"HTTP/1.1 200")
            except OSError:     # it had enough
                pass
    assert run.ask().status == 200
    run.end()


def test_the_counters_are_served_while_the_output_blocks(producer, fake, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    holder = os.open(tmp_path / "pipe", os.O_RDWR)
    process = producer.start("encode", "--registry", fake.url, "--out", "pipe", "--metrics-listen", "0",
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    run = Listening.__new__(Listening)
    run.host = "127.0.0.1"
    while not (found := re.search(rb":(\d+)/metrics", process.stderr.readline())):
        pass
    run.port = int(found[1])
    body = json.dumps({"eventTime": 1772400000000, "conversationId": "c", "attributes": {"a": "x" * 60000}})
    topic = "v2.detail.events.conversation.c.attributes"
    line = f'{{"topicName": "{topic}", "version": "2", "eventBody": {body}}}\n'
    threading.Thread(target=os.write, args=(process.stdin.fileno(), line.encode() * 3), daemon=True).start()
    time.sleep(1)
    assert read(run.ask().text)["running", None] == 1
    process.kill()
    process.wait()
    os.close(holder)


@pytest.mark.parametrize("address, words", [
    ("", "--metrics-listen must not be empty"),
    ("x", "--metrics-listen needs [HOST:]PORT, not 'x'"),
    (":9400", "--metrics-listen needs [HOST:]PORT"),
    ("127.0.0.1:", "--metrics-listen needs [HOST:]PORT"),
    ("127.0.0.1:70000", "--metrics-listen needs [HOST:]PORT"),
    ("no.such.host.invalid:9400", "cannot listen at no.such.host.invalid:9400: "),
])
def test_an_address_that_is_none_ends_the_run(producer, fake, address, words):
    done = producer.run("encode", "--registry", fake.url, "--out", "out.bin", "--metrics-listen", address)
    assert done.returncode == 2 and words in done.stderr.decode()
    assert not (producer.folder / "out.bin").exists()


def test_a_port_that_is_taken_is_told(producer, fake):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = producer.run("encode", "--registry", fake.url, "--out", "out.bin", "--metrics-listen", address)
    assert done.returncode == 2
    assert f"cannot listen at {address}: Address already in use" in done.stderr.decode()
