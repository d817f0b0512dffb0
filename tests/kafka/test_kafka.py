# SPDX-License-Identifier: Apache-2.0
"""genesys-producer and Kafka: what a Confluent deserializer reads, and what is lost when a broker dies:
nothing."""
import collections
import hashlib
import importlib.util
import json
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import uuid

import fastavro
import pytest

pytest.importorskip("confluent_kafka", reason="confluent-kafka is not installed")
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import confluent_kafka  # noqa: E402
from broker import Broker, Mock, why_not_real  # noqa: E402
from confluent_kafka.schema_registry import SchemaRegistryClient  # noqa: E402
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer  # noqa: E402
from confluent_kafka.serialization import MessageField, SerializationContext  # noqa: E402


def borrowed(path, name):
    """A module of another folder of tests, whose own name is taken."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tools = borrowed(HERE.parent / "producer" / "conftest.py", "producer_conftest")
producer, registry, genesys = tools.producer, tools.registry, tools.genesys
counts, INGEST = tools.producing.counts, tools.producing.INGEST
EVENTS = "events-envelope.jsonl"
NAMES = uuid.UUID("8a0a2c6e-2f0a-5d4b-9a53-6f6d8f2b1c77")


@pytest.fixture(scope="module")
def kafka(tmp_path_factory):
    reason = why_not_real()
    running = Mock() if reason else Broker(tmp_path_factory.mktemp("kafka") / "broker").start()
    print(f"kafka: {'the mock cluster: ' + reason if reason else 'Apache Kafka, KRaft'}")
    yield running
    running.close()


@pytest.fixture
def broker(kafka, tmp_path):
    """A real one, up at the beginning and at the end."""
    if not kafka.real:
        pytest.skip(f"this needs a real broker, and there is only the mock cluster: {why_not_real()}")
    yield kafka
    if kafka.process.poll() is not None:
        kafka.start()


@pytest.fixture
def topic(kafka, request):
    return kafka.topic(re.sub(r"[^\w.-]", ".", request.node.name, flags=re.ASCII)[-200:])


def arguments(registry, kafka, topic, *more):
    return ["encode", "--registry", registry.url, "--kafka", kafka.brokers, "--topic", topic,
            "--ingest-time", INGEST, *map(str, more)]


def shown(value):
    """A value as the expected files have it."""
    if isinstance(value, bytes):
        return {"$sha256": hashlib.sha256(value).hexdigest(), "$len": len(value)}
    if isinstance(value, dict):
        return {name: shown(member) for name, member in value.items()}
    return value


def bag(things):
    return collections.Counter(json.dumps(thing, sort_keys=True) for thing in things)


def mapped(genesys, version="v1"):
    lines = map(json.loads, (genesys / f"expected-{version}.jsonl").read_bytes().splitlines())
    return [line for line in lines if line["action"] == "map"]


def deserialized(registry, topic, messages):
    with SchemaRegistryClient({"url": registry.url}) as client:
        read = AvroDeserializer(client)
        context = SerializationContext(topic, MessageField.VALUE)
        return [read(message.value(), context) for message in messages]


def event(number, filler=0):
    body = {"eventTime": 1772400000000 + number, "conversationId": f"6b1f4ba1-0000-4000-8000-{number:012d}",
            "participantId": "6b1f4ba1-0000-4000-9000-000000000000", "attributes": {"a": "x" * filler}}
    topic = f"v2.detail.events.conversation.{body['conversationId']}.attributes"
    return json.dumps({"topicName": topic, "version": "2", "eventBody": body, "metadata": {}}) + "\n"


# ---- what arrives


def test_headers_of_ones_own_go_with_each_message(producer, registry, kafka, topic):
    more = ["--header", "backfill=true", "--header", "note=a=b"]
    done = producer.run(*arguments(registry, kafka, topic, *more), stdin=event(1) + event(2))
    assert done.returncode == 0, done.stderr.decode()
    for message in kafka.messages(topic):
        headers = dict(message.headers())
        assert (headers["backfill"], headers["note"]) == (b"true", b"a=b") and len(headers) == 4
    for wrong, words in (("source=x", "every message has one of its own"), ("x", "needs two things")):
        done = producer.run(*arguments(registry, kafka, topic, "--header", wrong))
        assert done.returncode == 2 and words in done.stderr.decode()


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_confluent_deserializer_reads_every_record(producer, registry, genesys, kafka, topic, version):
    schema = ["--schema", genesys / "schemas" / "v2.avsc"] if version == "v2" else []
    done = producer.run(*arguments(registry, kafka, topic, *schema, genesys / EVENTS))
    assert done.returncode == 0, done.stderr.decode()
    messages = kafka.messages(topic)
    records = deserialized(registry, topic, messages)
    assert bag(map(shown, records)) == bag(line["record"] for line in mapped(genesys, version))
    assert len(records) == 627
    summary = counts(done.stdout.decode())
    assert (summary["kafka acknowledged"], summary["kafka unacknowledged"]) == (627, 0)


def test_key_and_headers_are_those_of_the_event(producer, registry, genesys, kafka, topic):
    done = producer.run(*arguments(registry, kafka, topic, genesys / EVENTS))
    assert done.returncode == 0, done.stderr.decode()
    lines = (genesys / EVENTS).read_bytes().split(b"\n")
    wanted = []
    for line in mapped(genesys):
        raw = lines[line["line"] - 1].decode()
        root = json.loads(raw)
        inner = root.get("detail", root)
        begin = re.search(r'"eventBody"\s*:\s*', raw).end()
        value, end = json.JSONDecoder().raw_decode(raw, begin)
        assert value == inner["eventBody"]
        body = raw[begin:end].encode()
        digest = hashlib.sha1(NAMES.bytes + inner["topicName"].encode() + b"\x1f" + body).digest()
        wanted.append([line["record"]["event_id"], line["key"], str(uuid.UUID(bytes=digest[:16], version=5)),
                       root.get("source", "notification")])
    messages = kafka.messages(topic)
    records = deserialized(registry, topic, messages)
    found = []
    for message, record in zip(messages, records):
        headers = {name: value.decode() for name, value in message.headers()}
        assert set(headers) == {"dedupe-key", "source"}
        key = message.key()
        found.append([record["event_id"], key and key.decode(), headers["dedupe-key"], headers["source"]])
    assert sorted(map(str, found)) == sorted(map(str, wanted))
    places = collections.defaultdict(set)
    for message in messages:
        places[message.key()].add(message.partition())
    assert all(len(partitions) == 1 for key, partitions in places.items() if key is not None)


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_each_compression_can_be_read(producer, registry, genesys, kafka, topic, codec):
    setting = f"compression.type={codec}"
    done = producer.run(*arguments(registry, kafka, topic, "-X", setting, genesys / EVENTS))
    assert done.returncode == 0, done.stderr.decode()
    assert len(deserialized(registry, topic, kafka.messages(topic))) == 627


def test_kafka_a_lake_and_a_file_get_the_same_records(producer, registry, genesys, kafka, topic):
    done = producer.run(*arguments(registry, kafka, topic, "--lake", "lake", "--out", "out.bin",
                                   genesys / EVENTS))
    assert done.returncode == 0, done.stderr.decode()
    in_kafka = deserialized(registry, topic, kafka.messages(topic))
    in_lake = []
    for path in producer.folder.glob("lake/*/*/*/part-*.avro"):
        with open(path, "rb") as file:
            in_lake += list(fastavro.reader(file))
    assert bag(map(shown, in_kafka)) == bag(map(shown, in_lake))
    assert len(producer.records("--registry", registry.url, "out.bin")) == len(in_kafka) == 627


def test_a_full_queue_is_waited_for(producer, registry, genesys, kafka, topic):
    done = producer.run(*arguments(registry, kafka, topic, "-Xqueue.buffering.max.messages=10", "-X",
                                   "batch.num.messages=5", genesys / EVENTS))
    assert done.returncode == 0, done.stderr.decode()
    assert counts(done.stdout.decode())["kafka acknowledged"] == 627
    assert len(kafka.messages(topic)) == 627


# ---- a broker that dies


def start(producer, *arguments):
    return producer.start(*arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def feed(running, data):
    running.stdin.write(data)
    running.stdin.flush()


def test_nothing_is_lost_or_doubled_when_the_broker_is_killed(producer, registry, genesys, broker, topic):
    data, rounds = (genesys / EVENTS).read_bytes(), 40
    running = start(producer, *arguments(registry, broker, topic))
    feeder = threading.Thread(target=lambda: [feed(running, data) or time.sleep(0.05) for _ in range(rounds)])
    feeder.start()
    time.sleep(1)
    broker.kill()
    time.sleep(2)
    before = running.poll()
    broker.start()
    feeder.join()
    out, err = running.communicate(timeout=120)
    assert before is None
    assert running.returncode == 0, err.decode()
    summary = counts(out.decode())
    assert summary["encoded"] == summary["kafka acknowledged"] == 627 * rounds
    records = deserialized(registry, topic, broker.messages(topic))
    wanted = bag(line["record"] for line in mapped(genesys))
    assert bag(map(shown, records)) == collections.Counter({row: n * rounds for row, n in wanted.items()})


def test_a_broker_that_stays_away_ends_the_run_with_counts(producer, registry, broker, topic):
    running = start(producer, *arguments(registry, broker, topic, "-X", "message.timeout.ms=3000"))
    feed(running, "".join(event(n) for n in range(10)).encode())
    until = time.monotonic() + 20
    while len(broker.messages(topic)) < 10 and time.monotonic() < until:
        time.sleep(0.2)
    broker.kill()
    feed(running, "".join(event(n) for n in range(10, 15)).encode())
    out, err = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "Kafka has not acknowledged 5 of 15 records, the first is line 11 of -: " in err.decode()
    summary = counts(out.decode())
    assert (summary["kafka acknowledged"], summary["kafka unacknowledged"]) == (10, 5)


def test_a_run_ends_by_itself_when_records_time_out(producer, registry, broker, topic):
    running = start(producer, *arguments(registry, broker, topic, "-X", "message.timeout.ms=2000"))
    feed(running, event(1).encode())
    time.sleep(0.5)
    broker.kill()
    feed(running, event(2).encode())
    running.wait(timeout=60)
    assert running.returncode == 2
    running.communicate()


def test_sigterm_says_what_is_unacknowledged(producer, registry, broker, topic):
    running = start(producer, *arguments(registry, broker, topic, "--kafka-timeout", "2"))
    feed(running, event(0).encode())
    until = time.monotonic() + 20
    while not broker.messages(topic) and time.monotonic() < until:
        time.sleep(0.2)
    broker.kill()
    feed(running, "".join(event(n) for n in range(1, 8)).encode())
    time.sleep(0.5)
    begun = time.monotonic()
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=60)
    assert 1.5 < time.monotonic() - begun < 12
    assert running.returncode == 2
    assert "stopped by SIGTERM after 8 lines" in err.decode()
    assert "Kafka has not acknowledged 7 of 8 records, the first is line 2 of -: " in err.decode()
    assert counts(out.decode())["kafka unacknowledged"] == 7


def test_sigterm_sends_what_was_read(producer, registry, kafka, topic):
    running = start(producer, *arguments(registry, kafka, topic, "-X", "linger.ms=20000"))
    feed(running, "".join(event(n) for n in range(50)).encode())
    time.sleep(2 if kafka.real else 6)  # the mock never says what a topic takes
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err.decode()
    assert counts(out.decode())["kafka acknowledged"] == 50
    assert len(kafka.messages(topic)) == 50


# ---- records that are too large


def letters(producer):
    return [json.loads(line) for line in (producer.folder / "dead.jsonl").read_bytes().splitlines()]


def test_a_record_beyond_the_topics_bound_is_a_dead_letter(producer, registry, broker):
    topic = broker.topic("small-messages", max_message_bytes=20000)
    lines = [event(n, filler=30000 if n == 3 else 500) for n in range(200)]
    done = producer.run(*arguments(registry, broker, topic, "--dead-letter", "dead.jsonl"),
                        stdin="".join(lines))
    assert done.returncode == 0, done.stderr.decode()
    (letter,) = letters(producer)
    assert (letter["line"], letter["reason"], letter["field"]) == (4, "record-too-large", None)
    assert 30000 < letter["bytes"] < 31000
    assert "raw" not in letter
    assert len(broker.messages(topic)) == 199


def test_what_the_broker_alone_finds_too_large_is_a_dead_letter(producer, registry, broker):
    topic = broker.topic("bound-that-moves")
    running = start(producer, *arguments(registry, broker, topic, "--dead-letter", "dead.jsonl", "-X",
                                         "compression.type=none"))
    feed(running, event(0).encode())
    until = time.monotonic() + 20
    while not broker.messages(topic) and time.monotonic() < until:
        time.sleep(0.2)
    broker.alter(topic, max_message_bytes=20000)
    time.sleep(1)
    feed(running, event(1, filler=30000).encode())
    time.sleep(1)
    feed(running, event(2).encode())
    out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err.decode()
    (letter,) = letters(producer)
    assert (letter["input"], letter["line"], letter["reason"]) == ("-", 2, "record-too-large")
    summary = counts(out.decode())
    assert (summary["encoded"], summary["dead-lettered"]) == (2, 1)
    assert (summary["kafka acknowledged"], summary["kafka refused as too large"]) == (2, 1)
    assert summary["kafka unacknowledged"] == 0
    assert len(broker.messages(topic)) == 2


# ---- dead letters in a topic


def test_dead_letters_go_to_a_topic_and_to_a_file(producer, registry, genesys, kafka, topic):
    dead = kafka.topic(topic[-100:] + ".dead")
    done = producer.run(*arguments(registry, kafka, topic, "--dead-letter-topic", dead, "--dead-letter",
                                   "dead.jsonl", genesys / "bad-events.jsonl"))
    assert done.returncode == 0, done.stderr.decode()
    summary = counts(done.stdout.decode())
    assert summary["dead letters acknowledged"] == summary["dead-lettered"] == len(letters(producer)) == 78
    messages = kafka.messages(dead)
    assert bag(json.loads(message.value()) for message in messages) == bag(letters(producer))
    for message in messages:
        assert dict(message.headers())["reason"].decode() == json.loads(message.value())["reason"]
        assert message.key() is None
    assert len(kafka.messages(topic)) == summary["encoded"] == 29


def test_a_dead_letter_that_its_topic_does_not_take_comes_without_its_line(producer, registry, broker):
    topic, dead = broker.topic("letters-are-small"), broker.topic("small-letters", max_message_bytes=20000)
    done = producer.run(*arguments(registry, broker, topic, "--dead-letter-topic", dead),
                        stdin='{"a": "' + "x" * 30000 + '"}\n{"b": 1}\n')
    assert done.returncode == 0, done.stderr.decode()
    found = {letter["line"]: letter for letter in map(json.loads, (m.value() for m in broker.messages(dead)))}
    assert (found[1]["bytes"], found[1].get("raw")) == (30009, None)
    assert (found[2]["bytes"], found[2].get("raw")) == (8, '{"b": 1}')


def test_a_line_whose_dead_letter_was_not_acknowledged_comes_again(producer, registry, broker, topic):
    dead = broker.topic(topic[-100:] + ".dead")
    (producer.folder / "in.jsonl").write_text('{"b": 1}\n' * 5)
    running = start(producer, *arguments(registry, broker, topic, "--dead-letter-topic", dead, "--state",
                                         "state.json", "--follow", "--kafka-timeout", "2", "in.jsonl"))
    until = time.monotonic() + 20
    while len(broker.messages(dead)) < 5 and time.monotonic() < until:
        time.sleep(0.2)
    time.sleep(1.5)
    broker.kill()
    with open(producer.folder / "in.jsonl", "a") as file:
        file.write('{"b": 2}\n' * 3)
    time.sleep(1.5)
    running.send_signal(signal.SIGTERM)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "Kafka has not acknowledged 3 of 8 dead letters, the first is line 6 of in.jsonl" in err.decode()
    assert "3 of 8 lines are not acknowledged" in err.decode()
    broker.start()
    done = producer.run(*arguments(registry, broker, topic, "--dead-letter-topic", dead, "--state",
                                   "state.json", "in.jsonl"))
    assert done.returncode == 0, done.stderr.decode()
    assert counts(done.stdout.decode())["dead letters acknowledged"] == 3


# ---- reading back


def read_back(producer, registry, kafka, topic, *more, code=0, **how):
    """The records that decode prints, and its complaints."""
    done = producer.run("decode", "--registry", registry.url, "--kafka", kafka.brokers, "--topic", topic,
                        *more, **how)
    assert done.returncode == code, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def as_expected(record):
    """Bytes are printed as the characters U+0000 to U+00FF."""
    data = record["data"]
    return shown({**record, "data": data if data is None else data.encode("latin-1")})


def test_a_topic_is_read_back_record_by_record(producer, registry, genesys, kafka, topic):
    for version in ("v1", "v3"):
        done = producer.run(*arguments(registry, kafka, topic, "--schema", version, genesys / EVENTS))
        assert done.returncode == 0, done.stderr.decode()
    records, _ = read_back(producer, registry, kafka, topic, "--reader-schema", "v1")
    wanted = bag(line["record"] for line in mapped(genesys))
    assert bag(map(as_expected, records)) == collections.Counter({row: 2 * n for row, n in wanted.items()})
    records, _ = read_back(producer, registry, kafka, topic, "--default", "agent.id=anonymous")
    assert len(records) == 2 * 627 and all(record["agent"]["id"] for record in records)
    assert sum("flow" in record for record in records) == 627


@pytest.fixture
def spoiled(producer, registry, kafka, topic):
    """A topic of one partition: a record, four things that are none, a record."""
    kafka.topic(topic + ".spoiled", partitions=1)
    writer = tools_producer(kafka)

    def put(data):
        writer.produce(topic + ".spoiled", data, partition=0)
        assert writer.flush(30) == 0

    done = producer.run("--registry", registry.url, "--out", "one.bin", stdin=event(1))
    assert done.returncode == 0, done.stderr.decode()
    record = (producer.folder / "one.bin").read_bytes()[4:]
    for data in (record, b"\0\0\0\0\x63" + record[5:], b"\1" + record[1:], record[:-3], None, record):
        put(data)
    return topic + ".spoiled"


def tools_producer(kafka):
    return confluent_kafka.Producer({"bootstrap.servers": kafka.brokers})


def test_what_cannot_be_read_is_told_with_partition_and_offset(producer, registry, kafka, spoiled):
    records, told = read_back(producer, registry, kafka, spoiled, code=1)
    assert len(records) == 2
    lines = [line.removeprefix(f"genesys-producer: {spoiled}: partition 0, ") for line in told.splitlines()]
    assert len(lines) == 4
    assert lines[0].startswith("offset 1: ") and "Schema 99 not found" in lines[0]
    assert lines[1] == "offset 2: a message that does not begin with the byte 0"
    assert lines[2].startswith("offset 3: byte ")
    assert lines[3] == "offset 4: a message without a value"


def test_on_error_stop_ends_there_and_a_group_goes_on_there(producer, registry, kafka, spoiled):
    for _ in range(2):
        records, told = read_back(producer, registry, kafka, spoiled, "--group", "stops", "--on-error",
                                  "stop", code=2)
        assert "partition 0, offset 1: " in told and "as --on-error stop asks for" in told
    assert records == []        # the first was printed and committed the first time
    records, told = read_back(producer, registry, kafka, spoiled, "--group", "stops", code=1)
    assert len(records) == 1 and len(told.splitlines()) == 4


def test_a_group_goes_on_behind_what_it_printed(producer, registry, kafka, topic):
    def put(*numbers):
        done = producer.run(*arguments(registry, kafka, topic), stdin="".join(event(n) for n in numbers))
        assert done.returncode == 0, done.stderr.decode()

    put(0, 1, 2)
    assert len(read_back(producer, registry, kafka, topic, "--group", "g")[0]) == 3
    assert read_back(producer, registry, kafka, topic, "--group", "late", "--from", "end")[0] == []
    put(3, 4)
    for group in ("g", "late"):
        records, _ = read_back(producer, registry, kafka, topic, "--group", group)
        assert sorted(record["timestamp"] % 1000 for record in records) == [3, 4]
        assert read_back(producer, registry, kafka, topic, "--group", group)[0] == []


def test_a_topic_is_followed_until_sigterm(producer, registry, kafka, topic):
    running = producer.start("decode", "--registry", registry.url, "--kafka", kafka.brokers, "--topic",
                             topic, "--follow", "--from", "end", "--group", "f", stdout=subprocess.PIPE)
    lines, numbers = [], iter(range(100))
    reader = threading.Thread(target=lambda: lines.extend(iter(running.stdout.readline, b"")))
    reader.start()
    until = time.monotonic() + 30
    while len(lines) < 3 and time.monotonic() < until:
        done = producer.run(*arguments(registry, kafka, topic), stdin=event(next(numbers)))
        assert done.returncode == 0, done.stderr.decode()
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=30) == 0
    reader.join()
    assert len(lines) >= 3
    again, _ = read_back(producer, registry, kafka, topic, "--group", "f")
    assert not {json.dumps(record) for record in again} & {json.dumps(json.loads(line)) for line in lines}


def test_the_members_of_a_group_share_a_topic_and_take_over(producer, registry, broker):
    topic = broker.topic("shared-by-two", partitions=6)

    def put(first, count):
        lines = "".join(event(n) for n in range(first, first + count))
        done = producer.run(*arguments(registry, broker, topic), stdin=lines)
        assert done.returncode == 0, done.stderr.decode()

    def member(name):
        out = open(producer.folder / name, "wb")
        return producer.start("decode", "--registry", registry.url, "--kafka", broker.brokers, "--topic",
                              topic, "--group", "two", "--follow", stdout=out, stderr=subprocess.DEVNULL)

    def printed(*names):
        return sorted(json.loads(line)["timestamp"] - 1772400000000 for name in names
                      for line in (producer.folder / name).read_bytes().split(b"\n")[:-1])

    def wait(condition):
        until = time.monotonic() + 40
        while not condition():
            assert time.monotonic() < until, (printed("a"), printed("b"))
            time.sleep(0.2)

    put(0, 100)
    members = [member("a"), member("b")]
    wait(lambda: len(printed("a", "b")) >= 100)
    time.sleep(4)       # both have their partitions, and have committed
    put(100, 100)
    wait(lambda: set(printed("a", "b")) == set(range(200)))
    assert {n for n in printed("a") if n >= 100} and {n for n in printed("b") if n >= 100}
    assert [n for n in printed("a", "b") if n >= 100] == list(range(100, 200))
    members[0].send_signal(signal.SIGTERM)
    assert members[0].wait(timeout=30) == 0
    put(200, 100)
    wait(lambda: set(printed("a", "b")) == set(range(300)))
    members[1].send_signal(signal.SIGTERM)
    assert members[1].wait(timeout=30) == 0


def test_a_member_ends_when_the_broker_is_away_and_says_what_is_not_committed(producer, registry, broker):
    topic = broker.topic("away", partitions=1)
    running = producer.start("decode", "--registry", registry.url, "--kafka", broker.brokers, "--topic",
                             topic, "--group", "away", "--follow", "--kafka-timeout", "2", "-X",
                             "session.timeout.ms=6000", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    done = producer.run(*arguments(registry, broker, topic), stdin=event(1))
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(running.stdout.readline())["timestamp"] % 1000 == 1
    broker.kill()           # before or after it was committed
    time.sleep(1)
    running.send_signal(signal.SIGTERM)
    _, err = running.communicate(timeout=40)    # the library itself may take a session's time
    assert running.returncode in (0, 2)
    assert running.returncode == 0 or b"Kafka does not commit offsets of group away: " in err


def test_a_follower_outlives_a_broker_that_was_killed(producer, registry, broker, topic):
    done = producer.run(*arguments(registry, broker, topic), stdin=event(1))
    assert done.returncode == 0, done.stderr.decode()
    running = producer.start("decode", "--registry", registry.url, "--kafka", broker.brokers, "--topic",
                             topic, "--follow", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert json.loads(running.stdout.readline())["timestamp"] % 1000 == 1
    broker.kill()
    broker.start()
    done = producer.run(*arguments(registry, broker, topic), stdin=event(2))
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(running.stdout.readline())["timestamp"] % 1000 == 2
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=30) == 0
    running.stdout.close()


def test_a_schema_that_a_header_names_by_its_guid_is_found(producer, registry, kafka, topic):
    headers = pytest.importorskip("confluent_kafka.schema_registry").header_schema_id_serializer
    schema = json.dumps({"type": "record", "name": "R", "fields": [{"name": "a", "type": "string"}]})
    with SchemaRegistryClient({"url": registry.url}) as client:
        write = AvroSerializer(client, schema, conf={"schema.id.serializer": headers})
        context = SerializationContext(topic, MessageField.VALUE, headers=[])
        value = write({"a": "by guid"}, context)
        assert value[0] != 0
        writer = tools_producer(kafka)
        writer.produce(topic, value, headers=context.headers)
        writer.produce(topic, value, headers=[("__value_schema_id", b"\1" + bytes(16))])
        writer.produce(topic, value, headers=[("__value_schema_id", b"\0")])
        assert writer.flush(30) == 0
    records, told = read_back(producer, registry, kafka, topic, code=1)
    assert records == [{"a": "by guid"}]
    assert "Schema 00000000-0000-0000-0000-000000000000 not found" in told
    assert "a header __value_schema_id that names no schema" in told and len(told.splitlines()) == 2


@pytest.mark.parametrize("arguments, words", [
    (["--kafka", "b"], "--kafka and --topic go together"),
    (["--kafka", "b", "--topic", "t", "file"], "decode reads files, or a topic"),
    ([], "decode reads files, or a topic"),
    (["--group", "g", "file"], "--group, --from and --follow go with --kafka"),
    (["--kafka", "b", "--topic", "t", "--from", "middle"], "--from is beginning or end, not 'middle'"),
    (["--kafka", "b", "--topic", "t", "--from", "end"], "--from end goes with --follow or --group"),
    (["--kafka", "b", "--topic", "t", "-X", "group.id=x"], "-X group.id cannot be chosen: --group names"),
    (["--kafka", "b", "--topic", "t", "-X", "auto.offset.reset=x"], "--from says where reading begins"),
    (["--kafka", "127.0.0.1:1", "--topic", "t", "--kafka-timeout", "1"],
     "Kafka at 127.0.0.1:1 cannot be read, topic t: "),
])
def test_what_cannot_be_read_from_is_told(producer, registry, arguments, words):
    done = producer.run("decode", "--registry", registry.url, *arguments)
    assert done.returncode == 2 and words in done.stderr.decode()


# ---- settings, and what cannot be


def test_sasl_is_passed_through(producer, registry, genesys, broker, topic):
    with_password = ["-X", "security.protocol=sasl_plaintext", "-X", "sasl.mechanism=PLAIN", "-X",
                     "sasl.username=genesys", "-X"]
    base = ["encode", "--registry", registry.url, "--kafka", broker.secured, "--topic", topic,
            "--kafka-timeout", "5", *with_password]
    done = producer.run(*base, "sasl.password=secret", genesys / EVENTS)
    assert done.returncode == 0, done.stderr.decode()
    assert len(broker.messages(topic)) == 627
    refused = producer.run(*base, "sasl.password=wrong-password", genesys / EVENTS)
    assert refused.returncode == 2
    assert b"uthentication failed" in refused.stderr
    assert b"wrong-password" not in refused.stderr
    assert len(broker.messages(topic)) == 627


def test_settings_may_stand_in_a_file(producer, registry, broker, topic):
    (producer.folder / "kafka.conf").write_text(
        "# how the broker is reached\n\nsecurity.protocol = sasl_plaintext\n".replace(" = ", "=")
        + "sasl.mechanism=PLAIN\r\n  sasl.username=genesys  \nsasl.password=secret")
    base = ["encode", "--registry", registry.url, "--kafka", broker.secured, "--topic", topic,
            "--kafka-config", "kafka.conf", "--kafka-timeout", "5"]
    done = producer.run(*base, stdin=event(1))
    assert done.returncode == 0, done.stderr.decode()
    assert len(broker.messages(topic)) == 1
    assert producer.run(*base, "-X", "sasl.password=wrong", stdin=event(1)).returncode == 2
    (producer.folder / "kafka.conf").write_text("\nlinger.ms 5\n")
    done = producer.run(*base, stdin=event(1))
    assert done.returncode == 2 and b"kafka.conf: line 2: a setting is KEY=VALUE" in done.stderr


@pytest.mark.parametrize("more, words", [
    (["-X", "no.such.setting=1"], '-X no.such.setting: No such configuration property: "no.such.setting"'),
    (["-X", "acks=1"], "-X acks cannot be chosen: records would be lost or doubled"),
    (["-Xenable.idempotence=false"], "-X enable.idempotence cannot be chosen"),
    (["-X", "bootstrap.servers=x"], "-X bootstrap.servers cannot be chosen: --kafka names the brokers"),
    (["-X", "linger.ms"], "-X needs KEY=VALUE"),
    (["-X"], "-X needs a value: KEY=VALUE"),
    (["-X", "linger.ms=soon"], "-X linger.ms: "),
    (["-X", "max.in.flight=50"], "the settings for Kafka do not go together: "),
])
def test_a_setting_that_cannot_be_is_refused_with_a_word(producer, registry, kafka, topic, more, words):
    done = producer.run(*arguments(registry, kafka, topic, "--out", "out.bin", *more), stdin=event(1))
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert not (producer.folder / "out.bin").exists()


@pytest.mark.parametrize("more, words", [
    (["--kafka", "127.0.0.1:1"], "--kafka and --topic go together"),
    (["--topic", "t"], "--kafka, --lake or --out is missing"),
    (["--out", "o", "--dead-letter-topic", "t"], "--dead-letter-topic goes with --kafka"),
    (["--kafka", "127.0.0.1:1", "--topic", "t", "--dead-letter-topic", "t"], "cannot be the same topic"),
    (["--out", "o", "--topic", "t"], "--kafka and --topic go together"),
    (["--out", "o", "-X", "a=b"], "-X, --kafka-config and --kafka-timeout go with --kafka"),
    (["--kafka", "127.0.0.1:1", "--topic", "t", "--kafka-timeout", "1"],
     "Kafka at 127.0.0.1:1 cannot be written to, topic t: "),
    (["--kafka", "127.0.0.1:1", "--topic", "no spaces", "--kafka-timeout", "1"], "cannot be written to"),
])
def test_what_leads_to_no_topic_is_told(producer, registry, more, words):
    done = producer.run("encode", "--registry", registry.url, *more, stdin=event(1))
    assert done.returncode == 2
    assert words in done.stderr.decode()


def test_a_topic_name_that_kafka_refuses_is_told(producer, registry, broker):
    done = producer.run(*arguments(registry, broker, "no spaces", "--kafka-timeout", "20"), stdin=event(1))
    assert done.returncode == 2
    assert b"topic no spaces: Broker: Invalid topic" in done.stderr
