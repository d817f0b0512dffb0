# SPDX-License-Identifier: Apache-2.0
"""Reading as another version: compared with fastavro's resolution, mixed ids, defaults, what stops."""
import datetime
import json
import subprocess
import time

import fastavro
import pytest
from producing import INGEST, SUBJECT
from fake_registry import Told
from test_decode import binary, message
from test_schemas import SHIPPED, shipped

EVENTS = "events-envelope.jsonl"
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def plain(value):
    """A value of fastavro's as it is printed."""
    if isinstance(value, datetime.datetime):
        return round((value - EPOCH) / datetime.timedelta(milliseconds=1))
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def record(*fields, name="R", **more):
    return {"type": "record", "name": name, "fields": list(fields), **more}


def field(name, kind, **more):
    return {"name": name, "type": kind, **more}


@pytest.fixture
def read(producer):
    """What a value of the writer looks like to the reader: by us, and by fastavro."""
    def run(writer, reader, *values):
        (producer.folder / "reader.avsc").write_text(json.dumps(reader))
        with open(producer.folder / "in.avro", "wb") as file:
            fastavro.writer(file, fastavro.parse_schema(json.loads(json.dumps(writer))), values)
        return producer.records("--reader-schema", "reader.avsc", "in.avro")
    return run


# ---- the four versions


@pytest.mark.parametrize("written", SHIPPED)
def test_each_version_reads_each_other_as_fastavro_does(producer, fake, genesys, written):
    done = producer.run("--registry", fake.url, "--schema", written, "--out", "in.avro", "--format", "ocf",
                        "--ingest-time", INGEST, genesys / EVENTS)
    assert done.returncode == 0, done.stderr.decode()
    for wanted in SHIPPED:
        reader = fastavro.parse_schema(json.loads(shipped(wanted).read_text()))
        with open(producer.folder / "in.avro", "rb") as file:
            theirs = [plain(value) for value in fastavro.reader(file, reader_schema=reader)]
        ours = producer.records("--reader-schema", wanted, "in.avro")
        assert len(ours) == 627 and ours == theirs
        assert list(ours[0]) == [member["name"] for member in reader["fields"]]


# ---- rules, one by one


@pytest.mark.parametrize("writer, reader, value, wanted", [
    ("int", "long", -7, -7), ("int", "double", 7, 7.0), ("long", "float", 3, 3.0),
    ("float", "double", 0.5, 0.5), ("string", "bytes", "é", "Ã©"), ("bytes", "string", b"\xc3\xa9", "é"),
    (["int", "long"], "long", 5, 5), ("int", ["null", "string", "long"], 5, 5),
    ("int", ["double", "int"], 5, 5), (["int", "string"], ["string", "double"], 5, 5.0),
    ("string", ["bytes", "string"], "x", "x"),
])
def test_a_type_is_taken_as_another(read, writer, reader, value, wanted):
    got = read(record(field("a", writer)), record(field("a", reader)), {"a": value})
    assert got == [{"a": wanted}] and type(got[0]["a"]) is type(wanted)


def test_fields_by_alias_in_another_order_dropped_and_by_default(read):
    writer = record(field("a", "int"), field("gone", {"type": "array", "items": "string"}),
                    field("b", "string"), field("c", "boolean"))
    reader = record(field("c", "boolean"), field("new", "string", default="n"),
                    field("bee", "string", aliases=["x", "b"]), field("a", "long"))
    got = read(writer, reader, {"a": 1, "gone": ["x", "y"], "b": "B", "c": True})
    assert got == [{"c": True, "new": "n", "bee": "B", "a": 1}]
    assert list(got[0]) == ["c", "new", "bee", "a"]


def test_one_field_that_two_of_the_reader_want(read):
    writer = record(field("a", "int"), field("b", "string"))
    reader = record(field("b", "string"), field("a", "double"), field("z", "long", aliases=["a"]))
    assert read(writer, reader, {"a": 4, "b": "B"}) == [{"b": "B", "a": 4.0, "z": 4}]


def test_symbols_go_by_name_and_by_the_enums_default(read):
    writer = record(field("e", {"type": "enum", "name": "E", "symbols": ["A", "B", "C"]}))
    reader = record(field("e", {"type": "enum", "name": "E", "symbols": ["C", "X", "A"], "default": "X"}))
    got = read(writer, reader, {"e": "A"}, {"e": "B"}, {"e": "C"})
    assert [value["e"] for value in got] == ["A", "X", "C"]


def test_types_by_alias_and_namespaces_that_differ(read):
    inner = {"type": "fixed", "name": "n.F", "size": 2}
    writer = record(field("f", inner), name="m.Old")
    reader = record(field("f", {**inner, "name": "o.F"}), name="m.New", aliases=["Old"])
    assert read(writer, reader, {"f": b"\x00\xff"}) == [{"f": "\x00ÿ"}]


def test_defaults_of_every_type(read):
    kinds = [("null", None), ("boolean", True), ("int", -1), ("long", 2 ** 60), ("float", 0.5),
             ("double", 2.0), ("bytes", "\u0000ÿ"), ("string", "é\n"),
             ({"type": "array", "items": "int"}, [1, 2]), ({"type": "map", "values": "double"}, {"k": 1.0}),
             ({"type": "fixed", "name": "F", "size": 1}, "\u0001"),
             ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "B"), (["null", "string"], None),
             (["null", "string"], "later branch"),
             (record(field("x", "int", default=9), field("y", ["null", "int"]), name="I"), {"y": 3})]
    reader = record(field("a", "int"), *(field(f"f{i}", kind, default=value)
                                         for i, (kind, value) in enumerate(kinds)))
    got = read(record(field("a", "int")), reader, {"a": 1})[0]
    wanted = [value for _, value in kinds]
    wanted[-1] = {"x": 9, "y": 3}
    assert [got[f"f{i}"] for i in range(len(kinds))] == wanted


def test_a_type_that_leads_back_to_itself(read):
    writer = record(field("v", "int"), field("next", ["null", "R"]))
    reader = record(field("next", ["null", "R"]), field("v", "double"), field("d", "string", default="d"))
    value = None
    for i in range(50):
        value = {"v": i, "next": value}
    got, depth = read(writer, reader, value)[0], 0
    while got:
        assert (got["v"], got["d"]) == (49.0 - depth, "d")
        got, depth = got["next"], depth + 1
    assert depth == 50


# ---- what cannot be


@pytest.mark.parametrize("name, words", [
    ("bad-required-field", "READER_FIELD_MISSING_DEFAULT_VALUE at /fields/8: customer_satisfaction_score"),
    ("bad-string-to-enum", ""),
])
def test_a_reader_that_cannot_read_is_told_once_for_a_file(producer, fake, genesys, name, words):
    producer.run("--registry", fake.url, "--schema", "v1", "--out", "in.avro", "--format", "ocf",
                 genesys / EVENTS)
    done = producer.run("decode", "--reader-schema", genesys / "schemas" / f"{name}.avsc", "in.avro")
    if words:
        assert done.returncode == 1 and done.stdout == b"" and words in done.stderr.decode()
    else:               # v1 has no such field
        assert done.returncode == 0


@pytest.mark.parametrize("text, words", [("{", "r.avsc: "), (None, "cannot read r.avsc")])
def test_a_reader_schema_that_is_none_ends_the_run(producer, text, words):
    (producer.folder / "in.bin").write_bytes(b"")
    if text:
        (producer.folder / "r.avsc").write_text(text)
    done = producer.run("decode", "--reader-schema", "r.avsc", "in.bin")
    assert done.returncode == 2 and words in done.stderr.decode()


# ---- many ids in one stream

OLD = json.dumps(record(field("a", "int")))
NEW = json.dumps(record(field("b", "string", default="b"), field("a", ["null", "long"])))


def two_bytes(schema, value):
    return binary(json.loads(schema), value)


def stream(*ids):
    frames = [message(i, two_bytes(OLD, {"a": 1}) if i % 2 else two_bytes(NEW, {"b": "x", "a": None}))
              for i in ids]
    return b"".join(frames), len(frames[0])


@pytest.fixture
def mixed(fake):
    fake.schemas += [OLD, NEW]
    return fake


def test_mixed_ids_become_one_shape(producer, mixed):
    (producer.folder / "in.bin").write_bytes(stream(1, 2, 1, 2)[0])
    (producer.folder / "new.avsc").write_text(NEW)
    got = producer.records("--registry", mixed.url, "--reader-schema", "new.avsc", "in.bin")
    assert got == [{"b": "b", "a": 1}, {"b": "x", "a": None}] * 2
    assert len(mixed.asked) == 2


def test_an_unknown_id_is_skipped_or_stops(producer, mixed):
    data, _ = stream(1, 9, 2)
    (producer.folder / "in.bin").write_bytes(data)
    place = len(stream(1)[0])
    skipped = producer.run("decode", "--registry", mixed.url, "in.bin")
    assert skipped.returncode == 1 and skipped.stdout.count(b"\n") == 2
    assert f"byte {place}: " in skipped.stderr.decode() and "40403" in skipped.stderr.decode()
    same = producer.run("decode", "--registry", mixed.url, "--on-error", "skip", "in.bin")
    assert same.stdout == skipped.stdout
    stopped = producer.run("decode", "--registry", mixed.url, "--on-error=stop", "in.bin")
    assert stopped.returncode == 2 and stopped.stdout.count(b"\n") == 1
    assert f"byte {place}: " in stopped.stderr.decode() and "--on-error stop" in stopped.stderr.decode()


def test_on_error_knows_two_words(producer):
    done = producer.run("decode", "--on-error", "go", "in.bin")
    assert done.returncode == 2 and "--on-error is skip or stop" in done.stderr.decode()


def talk(producer, fake, *more):
    """decode at the other end of a pipe."""
    running = producer.start("decode", "--registry", fake.url, *more, "-", stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def say(data):
        running.stdin.write(data)
        running.stdin.flush()
    return running, say


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_id_is_asked_for_again_when_its_time_is_over(producer, mixed):
    running, say = talk(producer, mixed, "--schema-ttl", "1")
    say(stream(1)[0] * 3)
    wait_for(lambda: len(mixed.asked) == 1)
    time.sleep(1.1)
    say(stream(1)[0])
    wait_for(lambda: len(mixed.asked) == 2)
    out, errors = running.communicate(timeout=20)
    assert running.returncode == 0 and out.count(b"\n") == 4, errors


def test_a_schema_that_was_deleted_meanwhile_is_noticed(producer, mixed):
    running, say = talk(producer, mixed, "--schema-ttl", "1")
    say(stream(1)[0])
    wait_for(lambda: len(mixed.asked) == 1)
    mixed.schemas.clear()
    time.sleep(1.1)
    say(stream(1)[0])
    out, errors = running.communicate(timeout=20)
    assert running.returncode == 1 and out.count(b"\n") == 1 and b"40403" in errors


def test_a_registry_that_is_gone_leaves_what_is_known(producer, mixed):
    running, say = talk(producer, mixed, "--schema-ttl", "1", "--registry-timeout", "1")
    say(stream(1)[0])
    wait_for(lambda: len(mixed.asked) == 1)
    mixed.script["GET /schemas"] = [Told(500, {"error_code": 50001, "message": "no"})]
    time.sleep(1.1)
    say(stream(1)[0])
    out, errors = running.communicate(timeout=20)
    assert running.returncode == 0 and out.count(b"\n") == 2, errors


@pytest.mark.parametrize("ttl", ["0", "3601", "x"])
def test_an_answer_is_believed_in_for_an_hour_at_most(producer, ttl):
    done = producer.run("decode", "--schema-ttl", ttl, "in.bin")
    assert done.returncode == 2 and "1 to 3600 seconds" in done.stderr.decode()


# ---- in the place of nulls


def test_calls_without_agent_and_queue_get_an_anonymous_one(producer, fake, genesys):
    producer.run("--registry", fake.url, "--schema", "v3", "--out", "in.bin", "--ingest-time", INGEST,
                 genesys / EVENTS)
    before = producer.records("--registry", fake.url, "in.bin")
    after = producer.records("--registry", fake.url, "--default", "agent.id=anonymous",
                             "--default=queue.name=none", "in.bin")
    assert len(after) == 627 and any(value["agent"] is None for value in before)
    for was, now in zip(before, after):
        agent = was["agent"] or dict.fromkeys(now["agent"])
        assert now["agent"] == {**agent, "id": agent["id"] or "anonymous"}
        assert now["queue"]["name"] == ((was["queue"] or {}).get("name") or "none")
        assert {**now, "agent": 0, "queue": 0} == {**was, "agent": 0, "queue": 0}


def test_defaults_reach_fields_that_were_never_written(producer, fake, genesys):
    producer.run("--registry", fake.url, "--schema", "v1", "--out", "in.avro", "--format", "ocf",
                 genesys / EVENTS)
    got = producer.records("--reader-schema", "v3", "--default", "agent.division_id=d", "--default",
                           "flow.id=f", "--default", "duration_ms=-1", "--default", "mos=4", "in.avro")
    assert {value["agent"]["division_id"] for value in got} == {"d"}
    assert {value["flow"]["id"] for value in got} == {"f"}
    assert {(value["duration_ms"], value["mos"]) for value in got} == {(-1, 4.0)}
    assert '"mos":4.0' in producer.run("decode", "--reader-schema", "v3", "--default", "mos=4",
                                       "in.avro").stdout.decode()


@pytest.mark.parametrize("argument, words", [
    ("agent.id", "is to be FIELD=VALUE"), ("=x", "is to be FIELD=VALUE"),
    ("agent.nothing=x", "has no such field"), ("agent.id.more=x", "has no such field"), ("..=x", "no such"),
    ("timestamp=1", "is never null"), ("agent=x", "cannot take the value"),
    ("mos=fast", "cannot take the value"), ("duration_ms=1.5", "cannot take the value"),
])
def test_a_default_that_fits_nothing_ends_the_run(producer, argument, words):
    (producer.folder / "in.bin").write_bytes(b"")
    done = producer.run("decode", "--reader-schema", "v3", "--default", argument, "in.bin")
    assert done.returncode == 2 and words in done.stderr.decode()


def test_without_a_reader_schema_the_default_is_the_writers_matter(producer, mixed):
    (producer.folder / "in.bin").write_bytes(stream(2, 1)[0])
    done = producer.run("decode", "--registry", mixed.url, "--default", "a=5", "in.bin")
    assert done.returncode == 1 and json.loads(done.stdout) == {"b": "x", "a": 5}
    assert "schema 1: --default a=5: that field is never null" in done.stderr.decode()


# ---- hostile


def test_bytes_that_lie_are_told_with_their_place(producer, mixed):
    (producer.folder / "new.avsc").write_text(NEW)
    bad = [b"", b"\xff" * 11, b"\x80", b"\x02\x00"]
    data = b"".join(message(1, avro) for avro in bad) + stream(2)[0]
    (producer.folder / "in.bin").write_bytes(data)
    done = producer.run("decode", "--registry", mixed.url, "--reader-schema", "new.avsc", "in.bin")
    assert done.returncode == 1 and done.stdout.count(b"\n") == 1
    assert done.stderr.count(b"\n") == 4 and b"byte 0: byte 0 of the record" in done.stderr


def test_the_subject_of_a_real_registry_read_back_as_the_newest(producer, registry, genesys):
    for name in SHIPPED:
        done = producer.run("--registry", registry.url, "--schema", name, "--out", f"{name}.bin",
                            "--ingest-time", INGEST, genesys / EVENTS)
        assert done.returncode == 0, done.stderr.decode()
    assert registry.client().get(f"/subjects/{SUBJECT}/versions").json() == [1, 2, 3, 4]
    data = b"".join((producer.folder / f"{name}.bin").read_bytes() for name in SHIPPED)
    (producer.folder / "all.bin").write_bytes(data)
    got = producer.records("--registry", registry.url, "--reader-schema", "v4", "all.bin")
    assert len(got) == 4 * 627
    assert len({tuple(value) for value in got}) == 1
    events = [value["event_id"] for value in got]
    assert events[:627] == events[627:2 * 627] == events[3 * 627:]
