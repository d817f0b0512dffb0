# SPDX-License-Identifier: Apache-2.0
"""Reading back: framed and container files as JSON lines, and files that are broken or lie."""
import io
import json
import math
import struct
import zlib

import fastavro
import pytest
from producing import INGEST
from fake_registry import FakeRegistry, Told

EVENTS = "events-envelope.jsonl"

EVERYTHING = {
    "type": "record", "name": "Everything", "namespace": "a.b", "fields": [
        {"name": "nothing", "type": "null"}, {"name": "flag", "type": "boolean"},
        {"name": "small", "type": "int"}, {"name": "large", "type": "long"},
        {"name": "short", "type": "float"}, {"name": "real", "type": "double"},
        {"name": "blob", "type": "bytes"}, {"name": "text", "type": "string"},
        {"name": "way", "type": {"type": "enum", "name": "Way", "symbols": ["UP", "DOWN"]}},
        {"name": "pair", "type": {"type": "fixed", "name": "Pair", "size": 2}},
        {"name": "list", "type": {"type": "array", "items": ["null", "string", "Way"]}},
        {"name": "map", "type": {"type": "map", "values": "double"}},
        {"name": "next", "type": ["null", "Everything"]},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
    ]}

VALUE = {
    "nothing": None, "flag": True, "small": -2 ** 31, "large": 2 ** 63 - 1, "short": 0.5, "real": 1e300,
    "blob": b"a\x00\xff", "text": "é\n\u0000\U0001f600", "way": "DOWN", "pair": b"\x80z",
    "list": [None, "x", "UP"], "map": {"k": -1.5, "": math.inf}, "next": None, "day": 20000,
}

PRINTED = {**VALUE, "blob": "a\u0000ÿ", "pair": "\u0080z", "map": {"k": -1.5, "": "Infinity"}}


def nested(times):
    value, printed = VALUE, PRINTED
    for _ in range(times):
        value, printed = {**VALUE, "next": value}, {**PRINTED, "next": printed}
    return value, printed


def binary(schema, value):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema({**schema}), value)
    return out.getvalue()


def message(schema_id, avro, magic=0):
    return struct.pack(">IBI", len(avro) + 5, magic, schema_id) + avro


@pytest.fixture
def decode(producer):
    """Runs `decode` over these bytes: what it printed, what it complained of."""
    def run(data, *more, code=0):
        (producer.folder / "in.bin").write_bytes(data)
        done = producer.run("decode", *more, "in.bin")
        assert done.returncode == code, done.stderr.decode()
        return [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]], done.stderr.decode()
    return run


# ---- what was written is read


@pytest.mark.parametrize("form", [["framed"], ["ocf", "--codec", "null"], ["ocf", "--codec", "deflate"]])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_round_trip_gives_what_was_mapped(producer, registry, genesys, version, form):
    schema = genesys / "schemas" / f"{version}.avsc"
    done = producer.run("--registry", registry.url, "--schema", schema, "--out", "out.bin", "--format", *form,
                        "--ingest-time", INGEST, genesys / EVENTS)
    assert done.returncode == 0, done.stderr.decode()
    records = producer.records("--registry", registry.url, "out.bin")
    lines = map(json.loads, (genesys / f"expected-{version}.jsonl").read_text().splitlines())
    wanted = [line["record"] for line in lines if line["action"] == "map"]
    assert len(records) == len(wanted) == 627
    for record, want in zip(records, wanted):
        assert list(record) == list(want)
        if want["data"] is not None:
            assert len(record.pop("data").encode("latin-1")) == want.pop("data")["$len"]
        assert record == want


def test_framed_records_may_come_by_standard_input(producer, fake):
    fake.schemas.append('"int"')
    done = producer.run("decode", "--registry", fake.url, "-", stdin=message(1, b"\x02"))
    assert (done.returncode, done.stdout) == (0, b"1\n")


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_container_files_of_others_are_read_without_a_registry(decode, codec):
    out = io.BytesIO()
    value, printed = nested(3)
    schema = fastavro.parse_schema({**EVERYTHING})
    fastavro.writer(out, schema, [value] * 500, codec=codec, sync_interval=2000)
    records, errors = decode(out.getvalue())
    assert records == [printed] * 500 and errors == ""


def test_each_record_is_resolved_by_its_own_id_asked_for_once(decode):
    with FakeRegistry() as fake:
        fake.schemas += [json.dumps(EVERYTHING), '"string"']
        value, printed = nested(0)
        avro = binary(EVERYTHING, value)
        records, _ = decode((message(1, avro) + message(2, b"\x02x")) * 50, "--registry", fake.url)
        assert records == [printed, "x"] * 50
        assert len(fake.asked) == 2


def test_several_files_are_read_one_after_another(producer, fake, tmp_path):
    fake.schemas.append('"string"')
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(message(1, b"\x02" + name.encode()) + message(1, b"\x04"))
    done = producer.run("decode", "--registry", fake.url, "a", "b")
    assert (done.returncode, done.stdout) == (1, b'"a"\n"b"\n')
    assert [line.split(": ")[1] for line in done.stderr.decode().splitlines()] == ["a", "b"]


def test_an_empty_file_holds_no_records(decode):
    assert decode(b"") == ([], "")


# ---- what is broken


def test_unknown_ids_and_broken_records_are_told_with_their_place_and_passed_over(decode, fake):
    fake.schemas.append('"string"')
    good = message(1, b"\x02x")
    parts = [good, message(7, b"\x02x"), good, message(1, b"\x04x"), message(1, b"\x02xy"),
             message(1, b"\x02x", 1), message(0xffffffff, b""), message(7, b""), good]
    records, errors = decode(b"".join(parts), "--registry", fake.url, code=1)
    assert records == ["x"] * 3
    places = [sum(map(len, parts[:i])) for i in range(len(parts))]
    told = [line.split(": ", 3)[1:] for line in errors.splitlines()]
    assert [(place, words.split(": ")[-1]) for _, place, words in told] == [
        (f"byte {places[1]}", "Schema not found"),
        (f"byte {places[3]}", "a length beyond the end of the record"),
        (f"byte {places[4]}", "1 bytes behind the record"),
        (f"byte {places[5]}", "a message that does not begin with the byte 0"),
        (f"byte {places[6]}", "no schema can have a negative id"),
        (f"byte {places[7]}", "Schema not found"),
    ]
    assert len([asked for asked in fake.asked if "/ids/7" in asked.path]) == 1


@pytest.mark.parametrize("tail, words", [
    (b"\x00", "the file ends within this frame"),
    (b"\x00\x00\x00\x09\x00\x00", "the file ends within this frame"),
    (b"\x00\x00\x00\x04\x00\x00\x00\x00", "no frame can have a length of 4"),
    (b"\xff\xff\xff\xff", "no frame can have a length of 4294967295"),
    (b"\x01\x00\x00\x01", "no frame can have a length of 16777217"),
])
def test_behind_a_broken_frame_reading_ends(decode, fake, tail, words):
    fake.schemas.append('"string"')
    records, errors = decode(message(1, b"\x02x") + tail, "--registry", fake.url, code=1)
    assert records == ["x"]
    assert errors == f"genesys-producer: in.bin: byte 11: {words}\n"


def test_a_file_of_three_bytes_is_neither_form(decode):
    assert "too short to be a framed or a container file" in decode(b"Obj", code=1)[1]


@pytest.mark.parametrize("answer, words", [
    ({"schema": "syntax = \"proto3\";", "schemaType": "PROTOBUF"}, "is of the type PROTOBUF, not AVRO"),
    ({"schema": "{}", "references": [{"name": "x"}]}, "refers to other schemas"),
    ({"schema": '{"type":"record"}'}, "schema 1: "),
])
def test_a_schema_that_cannot_be_used_is_told(decode, answer, words):
    with FakeRegistry({"GET /schemas/ids/1": Told(200, answer)}) as fake:
        records, errors = decode(message(1, b"\x02x"), "--registry", fake.url, code=1)
    assert records == [] and words in errors


def test_a_registry_that_fails_ends_it(decode):
    with FakeRegistry({"GET /schemas/ids/2": Told(403, {"error_code": 40301, "message": "no"})}) as fake:
        fake.schemas.append('"string"')
        both = message(1, b"\x02x") + message(2, b"\x02x")
        records, errors = decode(both, "--registry", fake.url, code=2)
        assert records == ["x"] and "answered 403 (error 40301): no" in errors
    with FakeRegistry({"GET /": Told(404, b"what?")}) as fake:
        assert "answered 404" in decode(message(1, b"\x02x"), "--registry", fake.url, code=2)[1]
    assert "--registry is needed" in decode(message(1, b"\x02x"), code=2)[1]


def test_a_file_that_is_not_there_is_named(producer):
    done = producer.run("decode", "nowhere")
    assert done.returncode == 2 and b"cannot read nowhere: No such file or directory" in done.stderr
    assert producer.run("decode", ".").returncode == 2


# ---- container files that lie


SYNC = b"0123456789abcdef"


def number(value):
    bits, out = (value << 1) ^ (value >> 63), b""
    while bits > 0x7f:
        out += bytes([bits & 0x7f | 0x80])
        bits >>= 7
    return out + bytes([bits])


def text(value):
    return number(len(value)) + value


def container(schema, *blocks, codec=b"null", sync=SYNC):
    head = b"Obj\x01" + number(2) + text(b"avro.schema") + text(schema) + text(b"avro.codec") + text(codec)
    return head + b"\x00" + SYNC + b"".join(number(n) + text(body) + sync for n, body in blocks)


def raw_deflate(body):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


def test_a_container_by_hand_is_read(decode):
    assert decode(container(b'"int"', (2, b"\x02\x04"), (1, b"\x06")))[0] == [1, 2, 3]
    packed = container(b'"int"', (2, raw_deflate(b"\x02\x04")), codec=b"deflate")
    assert decode(packed)[0] == [1, 2]
    headless = b"Obj\x01" + b"\x01" + number(19) + text(b"avro.schema") + text(b'"int"') + b"\x00" + SYNC
    assert decode(headless + number(1) + text(b"\x02") + SYNC)[0] == [1]


@pytest.mark.parametrize("data, count, words", [
    (container(b'"int"', (1, b"\x02"))[:-1], 0, "the file ends too early"),
    (container(b'"int"', (1, b"\x02"), (1, b"\x02"))[:-5], 1, "the file ends too early"),
    (container(b'"int"', (1, b"\x02"), sync=b"x" * 16), 0, "the sync marker is not the file's"),
    (container(b'"int"', (3, b"\x02\x04")), 2, "record 3 of the block"),
    (container(b'"int"', (1, b"\x02\x04")), 1, "the block holds more bytes than its records"),
    (container(b'"int"', (2 ** 62, b"\x02")), 1, "record 2 of the block"),
    (container(b'"null"', (2 ** 62, b"")), 1 << 20, "too many records that take no bytes"),
    (container(b'"int"', (-1, b"\x02")), 0, "a negative length"),
    (container(b'"int"') + number(1) + number(2 ** 62), 0, "a block longer than is read here"),
    (container(b'"int"', (1, b"\x02"), codec=b"snappy"), 0, "codec 'snappy' is not known here"),
    (container(b'"int"', (1, b"\x02"), codec=b"deflate"), 0, "no deflated data"),
    (container(b'"int"', (1, raw_deflate(b"\x00" * (65 << 20))), codec=b"deflate"), 0, "grows beyond"),
    (container(b'{"type":"record"}'), 0, "the container's schema: "),
    (container(b'{"type":"record","name":"R","fields":[{"name":"r","type":"R"}]}', (1, b"")), 0, ""),
    (container(b'{"type":"array","items":"null"}', (1, number(2 ** 40) + b"\x00")), 0, "take no bytes"),
    (container(b'"string"', (1, number(2 ** 40))), 0, "a length beyond the end of the record"),
    (container(b'["null",{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]}]',
               (1, b"\x02" * (1 << 20) + b"\x00")), 0, "nested too deep"),
    (container(b"[" * 5000), 0, "the container's schema: "),
    (b"Obj\x01" + number(2 ** 60), 0, "the file ends too early"),
    (b"Obj\x01" + number(1) + number(2 ** 60), 0, "a header longer than is read here"),
    (b"Obj\x01" + number(1) + text(b"k") + text(b"v") + b"\x00" + SYNC, 0, "holds no schema"),
])
def test_a_container_that_lies_is_told_and_harms_nobody(decode, data, count, words):
    records, errors = decode(data, code=1)
    assert len(records) == count
    assert words in errors and errors.count("\n") == 1


def test_every_truncation_and_every_flipped_byte_ends_well(producer):
    value, _ = nested(1)
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema({**EVERYTHING}), [value] * 2, codec="deflate")
    whole = out.getvalue()
    files = [whole[:at] for at in range(4, len(whole), 29)]
    files += [whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1:] for at in range(4, len(whole), 31)]
    for data in files:
        done = producer.run("decode", "-", stdin=data)
        assert done.returncode in (0, 1), done.stderr.decode()
