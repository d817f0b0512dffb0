# SPDX-License-Identifier: Apache-2.0
"""What was acknowledged is on disk: after kill -9, and after an orderly stop in the midst of work."""
import http.client
import json
import signal
import threading
import time

from registry import Registry, quote

WRITERS = 16
ROUNDS = 5


def schema(writer, number):
    return json.dumps({"type": "record", "name": "R", "namespace": f"w{writer}",
                       "fields": [{"name": f"f{number}", "type": ["null", "int"], "default": None}]})


class Writer(threading.Thread):
    """Registers one schema after the other until its connection breaks, and keeps what was acknowledged."""

    def __init__(self, registry, number, round_number):
        super().__init__(daemon=True)
        self.registry, self.number, self.round = registry, number, round_number
        self.acknowledged = []
        self.broken = None

    def run(self):
        client = self.registry.client()
        count = 0
        try:
            while True:
                subject = f"s{self.number}-{self.round}-{count % 4}"
                reply = client.register(subject, schema(self.number, 1000000 * self.round + count))
                assert reply.status == 200, reply
                got = reply.json()
                self.acknowledged.append((time.monotonic(), subject, got["version"], got["id"], got["guid"],
                                          got["schema"]))
                count += 1
        except (OSError, http.client.HTTPException) as broken:
            self.broken = broken


def test_kill_9_loses_no_acknowledged_registration(tmp_path):
    registry = Registry(tmp_path)
    everything = []
    for round_number in range(ROUNDS):
        registry.start()
        client = registry.client()
        client.level("", "NONE")
        writers = [Writer(registry, number, round_number) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(0.7)
        killed = time.monotonic()
        registry.kill()
        for writer in writers:
            writer.join(20)
        round_acks = [ack for writer in writers for ack in writer.acknowledged]
        late = sum(1 for ack in round_acks if ack[0] > killed - 0.1)
        print(f"round {round_number}: {len(round_acks)} acknowledged, {late} of them in the last 100 ms")
        assert late > 0, "nothing was in flight at the kill: the test proved nothing"
        everything += round_acks

        registry.start()
        client = registry.client()
        for _, subject, version, schema_id, guid, text in everything:
            reply = client.get(f"/subjects/{quote(subject)}/versions/{version}")
            assert reply.status == 200, (subject, version, reply)
            got = reply.json()
            assert (got["id"], got["guid"], got["schema"]) == (schema_id, guid, text)
        registry.kill()
    print(f"{len(everything)} acknowledged registrations in {ROUNDS} rounds, none missing")


def whole_reply(sock):
    """Everything until the server closes, cut into (status, body) as far as it is whole; and the rest."""
    data = b""
    while True:
        try:
            more = sock.recv(65536)
        except (ConnectionResetError, TimeoutError):
            break
        if not more:
            break
        data += more
        head, found, body = data.partition(b"\r\n\r\n")
        if found:
            length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                          if line.lower().startswith(b"content-length:"))
            if len(body) >= length:
                return int(head.split(b" ")[1]), body[:length], body[length:]
    return None, None, data


def test_sigterm_answers_whole_or_closes(tmp_path):
    """200 registrations, SIGTERM in the midst: each is acknowledged or its connection closed, none half."""
    registry = Registry(tmp_path).start()
    results = [None] * 200

    def one(number):
        body = json.dumps({"schema": schema(number, number)}).encode()
        request = (f"POST /subjects/stop{number}/versions HTTP/1.1\r\nHost: x\r\n"
                   "Content-Type: application/json\r\n"
                   f"Content-Length: {len(body)}\r\n\r\n").encode() + body
        try:
            with registry.socket() as sock:
                sock.sendall(request)
                results[number] = whole_reply(sock)
        except OSError:
            results[number] = (None, None, b"")

    threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(200)]
    for number, thread in enumerate(threads):
        thread.start()
        if number == 100:
            registry.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join(30)
    assert registry.process.wait(30) == 0
    registry._close()

    acknowledged = {number: json.loads(body) for number, (status, body, _) in enumerate(results)
                    if status == 200}
    for number, (status, body, rest) in enumerate(results):
        assert rest == b"", f"half an answer to {number}: {rest!r}"
        assert status in (200, None), (number, status, body)
    assert 0 < len(acknowledged)
    print(f"{len(acknowledged)} of 200 acknowledged, the other connections closed")

    with Registry(tmp_path) as again:
        client = again.client()
        for number, got in acknowledged.items():
            reply = client.get(f"/subjects/stop{number}/versions/{got['version']}")
            assert reply.status == 200 and reply.json()["id"] == got["id"]


def test_restart_keeps_everything(tmp_path):
    seen = {}
    with Registry(tmp_path) as registry:
        client = registry.client()
        client.register("a", '"int"')
        client.register("a", '"long"')
        client.register("b", '"int"')
        client.put("/config/a", {"compatibility": "FULL", "normalize": True})
        client.put("/mode/b", {"mode": "READONLY"})
        client.delete("/subjects/a/versions/1")
        paths = ["/subjects?deleted=true", "/subjects/a/versions?deleted=true", "/subjects/a/versions",
                 "/subjects/a/versions/1?deleted=true", "/subjects/a/versions/2", "/schemas/ids/1",
                 "/schemas/ids/1/versions", "/config/a", "/mode/b", "/config", "/mode"]
        seen = {path: client.get(path).body for path in paths}
    with Registry(tmp_path) as registry:
        client = registry.client()
        for path, body in seen.items():
            assert client.get(path).body == body, path
        assert client.register("c", '"bytes"').json()["id"] == 3
