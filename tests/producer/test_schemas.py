# SPDX-License-Identifier: Apache-2.0
"""The schemas that come along, and writing with the version that the registry has last."""
import json
import struct

import fastavro
import pytest
from producing import INGEST, SUBJECT
from fake_registry import FakeRegistry, Told
from registry import ROOT

EVENTS = "events-envelope.jsonl"
SHIPPED = {"v1": "", "v2": "_v2", "v3": "_v3", "v4": "_v4"}
LATEST = f"GET /subjects/{SUBJECT}/versions/latest"
LONG = {"name": "timestamp", "type": "long"}


def shipped(name):
    return ROOT / "producer" / "schemas" / f"genesys_interaction_event{SHIPPED[name]}.avsc"


def latest(producer, url, *more):
    return producer.run("--registry", url, "--use-latest", "--out", "out.bin", "--ingest-time", INGEST, *more)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_schema_is_the_reference_one(genesys, name):
    reference = json.loads((genesys / "schemas" / f"{name}.avsc").read_text())
    assert json.loads(shipped(name).read_text()) == reference


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_schema_is_picked_by_its_name(producer, fake, name):
    done = producer.run("--registry", fake.url, "--schema", name, "--out", "out.bin")
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(fake.schemas[0]) == json.loads(shipped(name).read_text())


def test_a_file_of_such_a_name_is_meant_when_its_folder_is_named(producer, fake):
    (producer.folder / "v2").write_text(json.dumps({"type": "record", "name": "R", "fields": [LONG]}))
    assert producer.run("--registry", fake.url, "--schema", "./v2", "--out", "out.bin").returncode == 0
    assert json.loads(fake.schemas[0])["name"] == "R"


# ---- the latest


def test_the_latest_version_is_written_with(producer, registry, genesys):
    for name in ("v1", "v2"):
        assert producer.run("--registry", registry.url, "--schema", name, "--out", "x").returncode == 0
    done = latest(producer, registry.url, genesys / EVENTS)
    assert done.returncode == 0, done.stderr.decode()
    assert "version 2, schema id 2, compatibility BACKWARD" in done.stderr.decode()
    lines = map(json.loads, (genesys / "expected-v2.jsonl").read_text().splitlines())
    wanted = [line["record"]["event_id"] for line in lines if line["action"] == "map"]
    records = producer.records("--registry", registry.url, "out.bin")
    assert [record["event_id"] for record in records] == wanted and "mos" in records[0]
    assert struct.unpack(">I", (producer.folder / "out.bin").read_bytes()[5:9]) == (2,)
    assert registry.client().get(f"/subjects/{SUBJECT}/versions").json() == [1, 2]


def test_fields_that_no_rule_fills_take_their_defaults(producer, registry, genesys):
    schema = json.loads(shipped("v1").read_text())
    schema["fields"] += [
        {"name": "added", "type": "string", "default": "é"},
        {"name": "level", "type": {"type": "enum", "name": "L", "symbols": ["A", "B"]}, "default": "B"},
        {"name": "list", "type": {"type": "array", "items": "int"}, "default": [1, -2]},
        {"name": "inner", "type": {"type": "record", "name": "I", "fields": [
            {"name": "x", "type": "double", "default": 0.5}, {"name": "y", "type": ["null", "int"]}]},
         "default": {"y": None}},
    ]
    assert registry.client().register(SUBJECT, schema).status == 200
    done = latest(producer, registry.url, "--format", "ocf", genesys / EVENTS)
    assert done.returncode == 0, done.stderr.decode()
    with open(producer.folder / "out.bin", "rb") as file:
        records = list(fastavro.reader(file))
    assert len(records) == 627
    for record in records:
        assert (record["added"], record["level"], record["list"]) == ("é", "B", [1, -2])
        assert record["inner"] == {"x": 0.5, "y": None}


def test_nothing_is_registered_and_no_level_is_set(producer):
    schema = json.dumps({"type": "record", "name": "R", "fields": [LONG]})
    with FakeRegistry({LATEST: Told(200, {"id": 70, "version": 9, "schema": schema})}) as fake:
        done = latest(producer, fake.url)
    assert done.returncode == 0, done.stderr.decode()
    assert [asked.method for asked in fake.asked] == ["GET", "GET"]
    assert "version 9, schema id 70, compatibility as the registry's default" in done.stderr.decode()


def test_a_subject_without_a_version_ends_the_run(producer, registry):
    done = latest(producer, registry.url)
    assert done.returncode == 2 and "40401" in done.stderr.decode()
    assert not (producer.folder / "out.bin").exists()


def test_a_deleted_version_is_not_worked_around(producer, registry):
    assert producer.run("--registry", registry.url, "--schema", "v1", "--out", "x").returncode == 0
    assert registry.client().delete(f"/subjects/{SUBJECT}").status == 200
    done = latest(producer, registry.url)
    assert done.returncode == 2 and "answered 404" in done.stderr.decode()


@pytest.mark.parametrize("answer, words", [
    ({"version": 1, "schema": "{}"}, "without a usable id and version"),
    ({"id": 1, "version": "x", "schema": "{}"}, "without a usable id and version"),
    ({"id": 1, "version": 1}, "without a schema"),
    ({"id": 1, "version": 1, "schema": "{}", "schemaType": "PROTOBUF"}, "of the type PROTOBUF, not AVRO"),
    ({"id": 1, "version": 1, "schema": "{}", "references": [{}]}, "refers to other schemas"),
    ({"id": 1, "version": 1, "schema": json.dumps({"type": "record", "name": "R", "fields": [
        LONG, {"name": "must", "type": "string"}]})}, "must"),
    ({"id": 1, "version": 1, "schema": '"long"'}, "record"),
])
def test_a_latest_version_that_cannot_be_written_with_ends_the_run(producer, answer, words):
    with FakeRegistry({LATEST: Told(200, answer)}) as fake:
        done = latest(producer, fake.url)
    assert done.returncode == 2 and words in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1 and not (producer.folder / "out.bin").exists()


def test_a_schema_and_the_latest_exclude_each_other(producer, fake):
    done = latest(producer, fake.url, "--schema", "v2")
    assert done.returncode == 2 and "cannot both be given" in done.stderr.decode()
    assert fake.asked == []
