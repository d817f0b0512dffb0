# SPDX-License-Identifier: Apache-2.0
"""What changes while a run lasts: the subject, the registry itself, the mapping, its tables."""
import json
import os
import signal
import struct
import subprocess
import threading
import time

import fastavro
import pytest
from producing import SUBJECT, counts
from fake_registry import FakeRegistry, Told
from test_lake import event, visible

LATEST = f"GET /subjects/{SUBJECT}/versions/latest"
LONG = {"name": "timestamp", "type": "long"}


class Run:
    """A run that reads from a pipe; its complaints are collected as they come."""

    def __init__(self, producer, *arguments):
        self.process = producer.start("encode", *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE)
        self.told = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.told.append(line.decode().strip())

    def feed(self, *events):
        self.process.stdin.write("".join(line + "\n" for line in events).encode())
        self.process.stdin.flush()

    def wait(self, condition, seconds=20):
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, self.told
            time.sleep(0.02)

    def wait_for(self, words, times=1):
        self.wait(lambda: sum(words in line for line in self.told) >= times)

    def end(self, code=0):
        """The summary, and standard output."""
        out = self.close()
        assert self.process.returncode == code, self.told
        return counts(out.decode(errors="replace")), out

    def close(self):
        self.process.stdin.close()
        out = self.process.stdout.read()
        self.process.wait(timeout=60)
        self.reader.join()
        return out


def registered(producer, url, *versions):
    for version in versions:
        done = producer.run("--registry", url, "--schema", version, "--out", "x")
        assert done.returncode == 0, done.stderr.decode()


def frames(data):
    """The ids of framed messages."""
    ids = []
    while data:
        length, _, number = struct.unpack(">IBI", data[:9])
        ids.append(number)
        data = data[4 + length:]
    return ids


# ---- another version


def test_a_new_latest_version_begins_a_new_file_and_nothing_is_lost(producer, registry):
    registered(producer, registry.url, "v1")
    run = Run(producer, "--registry", registry.url, "--use-latest", "--schema-ttl", "1", "--lake", "lake",
              "--metrics-file", "p.prom")
    run.wait_for("schema id 1, ")
    run.feed(*(event(n) for n in range(5)))
    registered(producer, registry.url, "v2")
    run.wait_for("version 2 of subject")
    run.feed(*(event(n) for n in range(5, 8)))
    summary, _ = run.end()
    assert (summary["encoded"], summary["lake records"], summary["lake files"]) == (8, 8, 2)
    assert summary["schema changes"] == 1
    found = {}
    for path in visible(producer):
        with open(path, "rb") as file:
            reader = fastavro.reader(file)
            found[int(reader.metadata["genesys.schema.id"])] = list(reader)
    assert [len(found[number]) for number in (1, 2)] == [5, 3]
    assert all("mos" in record for record in found[2]) and all("mos" not in record for record in found[1])
    assert "genesys_producer_schema_id 2\n" in (producer.folder / "p.prom").read_text()


def test_messages_go_on_with_the_new_id(producer, registry):
    registered(producer, registry.url, "v1")
    run = Run(producer, "--registry", registry.url, "--use-latest", "--schema-ttl", "1", "--out", "-")
    run.wait_for("schema id 1, ")
    run.feed(event(0), event(1))
    registered(producer, registry.url, "v3")
    run.wait_for("(schema id 2) is written with from here on")
    run.feed(event(2))
    _, out = run.end()
    assert frames(out) == [1, 1, 2]


def test_a_container_file_keeps_the_version_it_began_with(producer, registry):
    registered(producer, registry.url, "v1")
    run = Run(producer, "--registry", registry.url, "--use-latest", "--schema-ttl", "1", "--out", "out.avro",
              "--format", "ocf")
    run.wait_for("schema id 1, ")
    run.feed(event(0))
    registered(producer, registry.url, "v2")
    run.wait_for("schema id 1 is still written with: --out with --format ocf is one file")
    time.sleep(1.5)
    run.feed(event(1))
    summary, _ = run.end()
    assert summary["changes refused"] == 1 and "schema changes" not in summary
    with open(producer.folder / "out.avro", "rb") as file:
        reader = fastavro.reader(file)
        assert (reader.metadata["genesys.schema.id"], len(list(reader))) == ("1", 2)


def test_a_version_that_the_mapping_cannot_fill_is_told_once_and_not_written_with(producer):
    def version(number, *fields):
        schema = {"type": "record", "name": "R", "fields": [LONG, *fields]}
        return Told(200, {"id": 70 + number, "version": number, "schema": json.dumps(schema)})

    good, bad = version(1), version(2, {"name": "must", "type": "string"})
    script = {LATEST: [good, bad], f"GET /subjects/{SUBJECT}/versions/1": good}
    with FakeRegistry(script) as fake:
        run = Run(producer, "--registry", fake.url, "--use-latest", "--schema-ttl", "1", "--out", "-")
        run.feed(event(0))
        run.wait(lambda: sum("latest" in asked.path for asked in fake.asked) >= 4)
        run.feed(event(1))
        _, out = run.end()
    told = [line for line in run.told if "is not written with" in line]
    assert len(told) == 1 and "version 2" in told[0] and "must" in told[0]
    assert frames(out) == [71, 71]


# ---- a version that is deleted


@pytest.mark.parametrize("how", [["--schema", "v1"], ["--use-latest"]])
def test_a_deleted_version_is_reported_and_not_worked_around(producer, registry, how):
    registered(producer, registry.url, "v1")
    client = registry.client()
    run = Run(producer, "--registry", registry.url, *how, "--schema-ttl", "1", "--out", "-",
              "--metrics-file", "p.prom")
    run.wait_for("schema id 1, ")
    run.feed(event(0))
    assert client.delete(f"/subjects/{SUBJECT}/versions/1").status == 200
    run.wait_for(f"(schema id 1) was deleted from subject {SUBJECT}; it is still written with")
    prom = producer.folder / "p.prom"
    run.wait(lambda: prom.exists() and "genesys_producer_schema_deleted 1\n" in prom.read_text())
    assert client.get(f"/subjects/{SUBJECT}/versions").status == 404        # it was not registered again
    run.feed(event(1))
    assert client.delete(f"/subjects/{SUBJECT}/versions/1?permanent=true").status == 200
    run.process.wait(timeout=20)
    out = run.close()
    assert run.process.returncode == 2
    assert "schema id 1, which is written with, is not in the registry any more" in run.told[-1] or any(
        "is not in the registry any more" in line for line in run.told)
    assert sum("was deleted" in line for line in run.told) == 1
    assert "schema found deleted: 1" in "\n".join(run.told)
    assert frames(out) == [1, 1]


def test_a_version_that_comes_back_is_told(producer, registry):
    registered(producer, registry.url, "v1")
    client = registry.client()
    run = Run(producer, "--registry", registry.url, "--schema-ttl", "1", "--out", "out.bin")
    run.wait_for("schema id 1, ")
    assert client.delete(f"/subjects/{SUBJECT}/versions/1").status == 200
    run.wait_for("was deleted from subject")
    registered(producer, registry.url, "v1")
    run.wait_for("schema id 1 is in its subject again")
    run.end()


def test_the_latest_goes_back_when_the_last_version_is_deleted(producer, registry):
    registered(producer, registry.url, "v1", "v2")
    run = Run(producer, "--registry", registry.url, "--use-latest", "--schema-ttl", "1", "--out", "-")
    run.wait_for("schema id 2, ")
    run.feed(event(0))
    assert registry.client().delete(f"/subjects/{SUBJECT}/versions/2").status == 200
    run.wait_for("version 1 of subject")
    run.feed(event(1))
    _, out = run.end()
    assert any("(schema id 2) was deleted from subject" in line for line in run.told)
    assert frames(out) == [2, 1]


# ---- the registry


def test_a_registry_that_went_away_is_told_once_and_the_run_goes_on(producer, registry):
    run = Run(producer, "--registry", registry.url, "--schema-ttl", "1", "--out", "out.bin")
    run.feed(event(0))
    run.wait_for("schema id 1, ")
    registry.stop()
    run.wait_for("cannot reach the registry")
    time.sleep(1.5)
    run.feed(event(1))
    summary, _ = run.end()
    assert summary["encoded"] == 2 and summary["registry failures"] >= 2
    (told,) = [line for line in run.told if "cannot reach" in line]
    assert told.endswith("schema id 1 is still written with")


@pytest.mark.parametrize("answer", [Told(500, b"oops"), Told(200, b"<html>"), Told(200, {"id": "x"}),
                                    Told(404, b"no such page"), Told(200, {"id": 1}, pause=30)])
def test_what_a_registry_says_that_is_no_answer_changes_nothing(producer, answer):
    with FakeRegistry() as fake:
        run = Run(producer, "--registry", fake.url, "--schema-ttl", "1", "--registry-timeout", "1", "--out",
                  "-")
        run.wait_for("schema id 1, ")
        fake.script[f"POST /subjects/{SUBJECT}"] = [answer]
        run.wait_for("; schema id 1 is still written with")
        del fake.script[f"POST /subjects/{SUBJECT}"]
        run.wait_for("the registry answers again")
        run.feed(event(0))
        _, out = run.end()
    assert frames(out) == [1]


def test_the_schema_is_reported_as_used_again_and_again(producer, fake):
    run = Run(producer, "--registry", fake.url, "--schema-ttl", "1", "--out", "out.bin")
    run.wait(lambda: sum(asked.path == f"/subjects/{SUBJECT}" for asked in fake.asked) >= 2)
    run.end()


def test_the_registry_counts_the_schema_as_used_by_the_producer(producer, registry):
    registered(producer, registry.url, "v1")
    client = registry.client()
    run = Run(producer, "--registry", registry.url, "--use-latest", "--schema-ttl", "1", "--out", "out.bin")
    run.wait_for("schema id 1, ")

    def usage():
        return client.get("/schemas/ids/1/usage").json()

    before = usage()["fetches"]
    run.wait(lambda: usage()["fetches"] > before)
    assert usage()["clients"][0]["agent"].startswith("genesys-producer/")
    run.end()


def test_a_token_that_was_replaced_is_sent(producer, fake, tmp_path):
    (tmp_path / "token").write_text("old")
    run = Run(producer, "--registry", fake.url, "--registry-token-file", "token", "--schema-ttl", "1",
              "--out", "out.bin")
    run.wait_for("schema id 1, ")
    (tmp_path / "token").write_text("new")
    run.wait(lambda: fake.asked[-1].headers["Authorization"] == "Bearer new")
    run.end()


def test_an_answer_is_believed_in_for_an_hour_at_most(producer, fake):
    done = producer.run("--registry", fake.url, "--schema-ttl", "3601", "--out", "x")
    assert done.returncode == 2 and b"--schema-ttl needs 1 to 3600 seconds" in done.stderr


# ---- the mapping

MAPPING = {"constants": {"place": "here"}, "lookups": {"users": {"u1": "from the mapping"}},
           "envelopes": [{"name": "e", "when": {"/t": "string"}, "topic": "/t", "body": ""}],
           "rules": [{"topic": "a", "set": {"timestamp": {"get": "/n", "as": "long"}, "event_type": "=ONE",
                                            "contact_center_id": "const:place",
                                            "interaction_id": {"lookup": "users", "key": "/u"}}}]}
LINE = json.dumps({"t": "a", "n": 1772400000000, "u": "u1"})


def rewrite(path, value):
    """As a whole, as good programs do."""
    new = path.with_suffix(".new")
    new.write_text(value if isinstance(value, str) else json.dumps(value))
    os.replace(new, path)


def test_sighup_takes_the_mapping_anew_in_a_new_file(producer, fake, tmp_path):
    rewrite(tmp_path / "mine.json", MAPPING)
    run = Run(producer, "--registry", fake.url, "--mapping", "mine.json", "--lake", "lake")
    run.feed(LINE)
    run.wait(lambda: (tmp_path / "lake").exists() and any((tmp_path / "lake").rglob("*.tmp")))
    rewrite(tmp_path / "mine.json", json.dumps(MAPPING).replace("=ONE", "=TWO"))
    run.process.send_signal(signal.SIGHUP)
    run.wait(lambda: len(visible(producer)) == 1)
    run.feed(LINE)
    summary, _ = run.end()
    assert summary["mapping reloads"] == 1 and summary["lake files"] == 2
    found = set()
    for path in visible(producer):
        with open(path, "rb") as file:
            reader = fastavro.reader(file)
            found.add((reader.metadata["genesys.mapping.sha256"], *(r["event_type"] for r in reader)))
    assert {kinds for _, kinds in found} == {"ONE", "TWO"} and len({digest for digest, _ in found}) == 2


def test_sighup_completes_the_files_of_a_lake(producer, fake):
    run = Run(producer, "--registry", fake.url, "--lake", "lake")
    run.feed(*(event(n, hour=n) for n in range(3)))
    run.wait(lambda: len(list(producer.folder.glob("lake/*/*/*/.*.tmp"))) == 3)
    run.process.send_signal(signal.SIGHUP)
    run.wait(lambda: len(visible(producer)) == 3)
    run.end()


def test_what_is_due_is_done_while_a_line_comes_now_and_then(producer, fake):
    run = Run(producer, "--registry", fake.url, "--lake", "lake", "--roll-age", "1")
    run.wait_for("schema id 1, ")
    for number in range(30):    # never a second without one
        run.feed(event(number))
        time.sleep(0.3)
        if visible(producer):
            break
    assert visible(producer)
    run.end()


def test_a_mapping_that_was_broken_meanwhile_leaves_the_old_one(producer, fake, tmp_path):
    rewrite(tmp_path / "mine.json", MAPPING)
    run = Run(producer, "--registry", fake.url, "--mapping", "mine.json", "--out", "out.bin")
    run.wait_for("schema id 1, ")
    rewrite(tmp_path / "mine.json", json.dumps(MAPPING, indent=1).replace('"=ONE"', '"=ONE'))
    run.process.send_signal(signal.SIGHUP)
    run.wait_for("the mapping stays as it was: mine.json: line ")
    run.feed(LINE)
    summary, _ = run.end()
    assert summary["encoded"] == 1 and summary["changes refused"] == 1
    (record,) = producer.records("--registry", fake.url, "out.bin")
    assert record["event_type"] == "ONE"


def test_a_lookup_table_is_taken_anew_when_its_file_changes(producer, fake, tmp_path):
    rewrite(tmp_path / "mine.json", MAPPING)
    rewrite(tmp_path / "users.json", {"u1": "Ann"})
    run = Run(producer, "--registry", fake.url, "--mapping", "mine.json", "--lookup", "users=users.json",
              "--lake", "lake", "--roll-count", "1")
    run.feed(LINE)
    run.wait_for("schema id 1, ")
    time.sleep(0.3)
    rewrite(tmp_path / "users.json", '{"u1":\n "Bea"')
    run.wait_for("the mapping stays as it was: mine.json: users.json: line 2: ")
    run.feed(LINE)
    rewrite(tmp_path / "users.json", {"u1": "Cleo", "u2": "Dora"})
    time.sleep(3.5)
    run.feed(LINE)
    summary, _ = run.end()
    found = [record["interaction_id"] for path in visible(producer) for record in producer.records(path)]
    assert found == ["Ann", "Ann", "Cleo"]
    assert (summary["mapping reloads"], summary["changes refused"]) == (1, 1)


def test_tables_and_constants_that_are_given_stand_in_the_place_of_the_mappings(producer, tmp_path):
    (tmp_path / "users.json").write_text('{"6b1f4ba1-aaaa-4000-8000-000000000001": "Ann"}')
    body = {"eventTime": 1772400000000, "conversationId": "6b1f4ba1-0000-4000-8000-000000000000",
            "participantId": "6b1f4ba1-0000-4000-9000-000000000000",
            "userId": "6b1f4ba1-aaaa-4000-8000-000000000001"}
    line = json.dumps({"topicName": f"v2.detail.events.conversation.{body['conversationId']}.user.start",
                       "version": "2", "eventBody": body, "metadata": {}})
    done = producer.run("map", "--lookup", "users=users.json", "--constant", "org_id=ours", stdin=line)
    assert done.returncode == 0, done.stderr.decode()
    record = json.loads(done.stdout)["record"]
    assert (record["contact_center_id"], record["agent"]["display_name"]) == ("ours", "Ann")


@pytest.mark.parametrize("arguments, words", [
    (["--lookup", "users"], "--lookup needs two things with = between them"),
    (["--lookup", "=x"], "--lookup needs two things with = between them"),
    (["--lookup", "users=nowhere.json"], "cannot read nowhere.json"),
    (["--lookup", "agents=users.json"], "the mapping has no 'agents' among its lookups"),
    (["--lookup", "users=bad.json"], "bad.json: line 2: 'b' is to be a string"),
    (["--lookup", "users=list.json"], "list.json: line 1: a lookup table is to be an object"),
    (["--constant", "nothing=x"], "the mapping has no 'nothing' among its constants"),
    (["--constant", "org_id="], "--constant needs two things"),
    (["--constant", "org_id=\udcff"], "the constant 'org_id' is not UTF-8"),     # the byte 0xff
])
def test_a_table_or_constant_that_cannot_be_is_named(producer, fake, tmp_path, arguments, words):
    (tmp_path / "users.json").write_text("{}")
    (tmp_path / "bad.json").write_text('{"a": "x",\n"b": 1}')
    (tmp_path / "list.json").write_text("[]")
    done = producer.run("encode", "--registry", fake.url, "--out", "x", *arguments)
    assert done.returncode == 2 and words in done.stderr.decode()
    assert fake.schemas == []
