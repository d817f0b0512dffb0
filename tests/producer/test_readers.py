# SPDX-License-Identifier: Apache-2.0
"""Readers and files: whoever reads a lake's files, of whatever version and codec, gets the published
records."""
import datetime
import hashlib
import io
import json
import pathlib
import subprocess

import fastavro
import pytest
from producing import INGEST, SUBJECT, Producer
from test_encode import EVENTS, avrocat, expected
from test_lake import bag, shown

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = HERE.parent / "clients"
VERSIONS = ["v1", "v2", "v3", "v4"]
CODECS = ["null", "deflate"]
UNIONS = {"string", "bytes", "long", "double", "int", "AgentInfo", "QueueInfo"}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


# ---- the readers: a list of files becomes a list of records


def by_fastavro(files, producer):
    return [record for path in files for record in fastavro.reader(io.BytesIO(path.read_bytes()))]


def by_apache_avro(files, producer):
    from avro.datafile import DataFileReader
    from avro.io import DatumReader
    records = []
    for path in files:
        with open(path, "rb") as file:
            records += list(DataFileReader(file, DatumReader()))
    return records


def by_polars(files, producer):
    import polars
    return [row for path in files for row in polars.read_avro(path).to_dicts()]


def by_duckdb(files, producer):
    """DuckDB with its own Avro extension, which comes from PyPI, as it cannot be fetched while tests run."""
    import duckdb
    import duckdb_extension_avro
    extension = next(pathlib.Path(duckdb_extension_avro.__file__).parent.rglob("*.duckdb_extension"))
    with duckdb.connect() as connection:
        connection.execute(f"LOAD '{extension}'")
        found = connection.execute("SELECT * FROM read_avro(?, hive_partitioning = false)",
                                   [str(files[0].parents[2] / "*" / "*" / "*.avro")])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row)) for row in found.fetchall()]


def by_avrocat(files, producer):
    program = avrocat()
    printed = [subprocess.run([program, path], capture_output=True, check=True).stdout for path in files]
    return [unwrapped(json.loads(line)) for text in printed for line in text.splitlines()]


def unwrapped(value):
    """avrocat shows the branch of a union, and bytes as the characters up to U+00FF."""
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in UNIONS:
        (kind, inner), = value.items()
        return inner.encode("latin-1") if kind == "bytes" else unwrapped(inner)
    return {name: unwrapped(member) for name, member in value.items()} if isinstance(value, dict) else value


def by_avsc(files, producer):
    if not (CLIENTS / "node_modules").is_dir():
        pytest.skip("the npm packages are not installed in tests/clients")
    printed = subprocess.run(["node", HERE / "read_avsc.js", *files], capture_output=True, check=True).stdout
    return [from_hex(json.loads(line)) for line in printed.splitlines()]


def from_hex(value):
    if isinstance(value, dict) and set(value) == {"$hex"}:
        return bytes.fromhex(value["$hex"])
    return {name: from_hex(member) for name, member in value.items()} if isinstance(value, dict) else value


def by_decode(files, producer):
    records = [record for path in files for record in producer.records(path)]
    for record in records:
        if record["data"] is not None:
            record["data"] = record["data"].encode("latin-1")
    return records


READERS = [by_fastavro, by_apache_avro, by_polars, by_duckdb, by_avrocat, by_avsc, by_decode]


# ---- the files


@pytest.fixture(scope="module")
def lakes(tmp_path_factory, genesys):
    """A lake for each version and codec, written when it is first asked for."""
    from registry import Registry
    made = {}
    home = tmp_path_factory.mktemp("registry")
    with Registry(home) as running:
        def lake(version, codec):
            if (version, codec) not in made:
                producer = Producer(tmp_path_factory.mktemp(f"{version}-{codec}"))
                done = producer.run("encode", "--registry", f"http://127.0.0.1:{running.port}",
                                    "--lake", "lake", "--schema", version, "--codec", codec,
                                    "--ingest-time", INGEST, genesys / EVENTS)
                assert done.returncode == 0, done.stderr.decode()
                made[version, codec] = producer, sorted((producer.folder / "lake" / SUBJECT).rglob("*.avro"))
            return made[version, codec]
        yield lake


def plain(record):
    """A record as the expected files have it: a time is milliseconds again."""
    when = record["timestamp"]
    if isinstance(when, datetime.datetime):
        when = when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
        record = {**record, "timestamp": (when - EPOCH) // datetime.timedelta(milliseconds=1)}
    return shown(record)


def without(record, later):
    """Without what a later version added, which nothing fills."""
    for name in later:
        assert record.pop(name) is None
    if later and record["agent"] is not None:
        assert record["agent"].pop("division_id") is None
    return record


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__.removeprefix("by_"))
def test_a_reader_gets_the_published_records(lakes, genesys, reader, version, codec):
    producer, files = lakes(version, codec)
    published = [line["record"] for line in expected(genesys, min(version, "v2")) if line["action"] == "map"]
    records = [plain(record) for record in reader(files, producer)]
    later = set(records[0]) - set(published[0])
    assert bool(later) == (version > "v2")
    assert bag(without(record, later) for record in records) == bag(published)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_blocks_hold_the_published_bytes_and_nothing_else(lakes, genesys, version, codec):
    rows = [line.split("\t") for line in (genesys / "expected-wire.tsv").read_text().splitlines()]
    digest = rows[0].index(f"{version}_sha256")
    found = []
    for path in lakes(version, codec)[1]:
        with open(path, "rb") as file:
            for block in fastavro.block_reader(file):
                whole = block.bytes_.getvalue()
                records = [encoded(block.writer_schema, record) for record in block]
                assert b"".join(records) == whole
                found += [hashlib.sha256(record).hexdigest() for record in records]
    assert sorted(found) == sorted(row[digest] for row in rows[1:])


def encoded(schema, record):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, record)
    return out.getvalue()
