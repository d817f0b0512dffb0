# SPDX-License-Identifier: Apache-2.0
"""The data lake: where its files are, what is in them, who can read them, and that nobody ever sees half of
one."""
import collections
import datetime
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import time

import fastavro
import pytest
from producing import INGEST, SUBJECT, counts
from test_encode import EVENTS, expected, schema_option

PART = re.compile(r"dt=\d{4}-\d\d-\d\d/hour=\d\d/part-.+-\d+-\d+-\d+\.avro")


def lake(producer, url, *more, folder="lake", **how):
    return producer.run("encode", "--registry", url, "--lake", folder, "--ingest-time", INGEST, *more, **how)


def files(producer, folder="lake", subject=SUBJECT):
    """The files of a subject as (partition, path), hidden ones too."""
    root = producer.folder / folder / subject
    return sorted((str(path.relative_to(root).parent), path) for path in root.rglob("*") if path.is_file())


def read(path):
    with open(path, "rb") as file:
        return list(fastavro.reader(file))


def wanted(genesys, version="v1"):
    return [line["record"] for line in expected(genesys, version) if line["action"] == "map"]


def partition(record):
    when = datetime.datetime.fromtimestamp(record["timestamp"] / 1000, datetime.timezone.utc)
    return when.strftime("dt=%Y-%m-%d/hour=%H")


def shown(record):
    """A record as the expected files have it."""
    if isinstance(record, bytes):
        return {"$sha256": hashlib.sha256(record).hexdigest(), "$len": len(record)}
    if isinstance(record, dict):
        return {name: shown(value) for name, value in record.items()}
    return record


def bag(records):
    """Records in any order, each as often as it is there."""
    return collections.Counter(json.dumps(record, sort_keys=True) for record in records)


def event(number, hour=0, day=0, filler=0):
    """An event whose record is well over `filler` bytes."""
    start = 1772400000000 + day * 86400000 + hour * 3600000
    body = {"eventTime": start + number, "conversationId": f"6b1f4ba1-0000-4000-8000-{number:012d}",
            "participantId": "6b1f4ba1-0000-4000-9000-000000000000", "attributes": {"a": "x" * filler}}
    topic = f"v2.detail.events.conversation.{body['conversationId']}.attributes"
    return json.dumps({"topicName": topic, "version": "2", "eventBody": body, "metadata": {}})


# ---- layout


def test_records_lie_in_the_hour_of_their_event(producer, registry, genesys):
    done = lake(producer, registry.url, genesys / EVENTS)
    assert done.returncode == 0, done.stderr.decode()
    found = files(producer)
    assert all(PART.fullmatch(f"{where}/{path.name}") for where, path in found)
    for where, path in found:
        assert {partition(record) for record in read(path)} == {where}
    assert {where for where, _ in found} == {partition(record) for record in wanted(genesys)}
    summary = counts(done.stdout.decode())
    assert summary["lake records"] == 627
    assert summary["lake files"] == len(found)


@pytest.mark.parametrize("defaults", [{}, {"timestamp": 5}])
def test_records_without_a_time_lie_in_the_hour_of_the_run(producer, registry, defaults):
    """The clock is that of --ingest-time, as for everything else that has no time. A default tells none."""
    schema, mapping = producer.folder / "timeless.avsc", producer.folder / "timeless.json"
    fields = [{"name": name, "type": "long", "default": value} for name, value in defaults.items()]
    schema.write_text(json.dumps({"type": "record", "name": "R",
                                  "fields": [{"name": "id", "type": "string"}, *fields]}))
    mapping.write_text(json.dumps({
        "mapping_version": 1,
        "envelopes": [{"name": "e", "when": {"/id": "string"}, "topic": "=t", "body": ""}],
        "rules": [{"topic": "t", "set": {"id": {"first": ["/id"], "required": True}}}]}))
    done = lake(producer, registry.url, "--schema", schema, "--mapping", mapping, stdin='{"id":"a"}\n')
    assert done.returncode == 0, done.stderr.decode()
    (where, path), = files(producer)
    assert where == partition({"timestamp": int(INGEST)})
    assert read(path) == [{"id": "a", **defaults}]


@pytest.mark.parametrize("codec", ["null", "deflate", None])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_record_is_there_once(producer, registry, genesys, version, codec):
    done = lake(producer, registry.url, *schema_option(genesys, version),
                *(["--codec", codec] if codec else []), genesys / EVENTS)
    assert done.returncode == 0, done.stderr.decode()
    records = [record for _, path in files(producer) for record in read(path)]
    assert bag(map(shown, records)) == bag(wanted(genesys, version))
    with open(files(producer)[0][1], "rb") as file:
        metadata = fastavro.reader(file).metadata
    assert metadata["avro.codec"] == (codec or "deflate")
    assert metadata["genesys.schema.id"] == "1"
    assert metadata["genesys.subject"] == SUBJECT
    assert re.fullmatch("[0-9a-f]{64}", metadata["genesys.mapping.sha256"])
    assert metadata["avro.schema"] == registry.client().get("/schemas/ids/1").json()["schema"]


@pytest.mark.parametrize("subject, folder", [
    ("x:.ctx:name", "x%3A.ctx%3Aname"),
    (".hidden", "%2Ehidden"),
    ("_x/../y z", "%5Fx%2F..%2Fy%20z"),
    ("ä~-_.9", "%C3%A4~-_.9"),
])
def test_the_subject_is_percent_encoded(producer, registry, subject, folder):
    done = lake(producer, registry.url, "--subject", subject, stdin=event(1))
    assert done.returncode == 0, done.stderr.decode()
    assert os.listdir(producer.folder / "lake") == [folder]
    assert len(files(producer, subject=folder)) == 1


def test_a_subject_that_is_too_long_for_a_folder_is_refused_at_the_start(producer, registry):
    done = lake(producer, registry.url, "--subject", "ä" * 43, stdin=event(1))
    assert done.returncode == 2
    assert b"258 bytes: a lake takes 255" in done.stderr


# ---- rolling


def test_a_file_rolls_by_count(producer, registry):
    lines = "\n".join(event(n) for n in range(25))
    done = lake(producer, registry.url, "--roll-count", "10", stdin=lines)
    assert done.returncode == 0, done.stderr.decode()
    assert sorted(len(read(path)) for _, path in files(producer)) == [5, 10, 10]


def test_a_file_rolls_by_size(producer, registry):
    lines = "\n".join(event(n, filler=20000) for n in range(60))
    done = lake(producer, registry.url, "--codec", "null", "--roll-size", "256KiB", stdin=lines)
    assert done.returncode == 0, done.stderr.decode()
    sizes = [path.stat().st_size for _, path in files(producer)]
    assert len(sizes) == 4
    assert all(size < (256 + 64) * 1024 for size in sizes)
    assert sum(len(read(path)) for _, path in files(producer)) == 60


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.05)
    return False


def start(producer, url, *more):
    return producer.start("encode", "--registry", url, "--lake", "lake", "--codec", "null", "--ingest-time",
                          INGEST, *more, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)


def visible(producer):
    return [path for _, path in files(producer) if not path.name.startswith(".")]


def test_a_file_rolls_by_age_while_nothing_comes(producer, registry):
    running = start(producer, registry.url, "--roll-age", "1")
    running.stdin.write((event(1) + "\n").encode())
    running.stdin.flush()
    assert wait_for(lambda: visible(producer))
    assert len(read(visible(producer)[0])) == 1
    assert running.poll() is None
    out, _ = running.communicate()
    assert running.returncode == 0
    assert counts(out.decode())["lake files"] == 1


def test_more_hours_than_files_may_be_open(producer, registry):
    lines = [event(n, hour=n % 40) for n in range(120)]
    done = lake(producer, registry.url, stdin="\n".join(lines))
    assert done.returncode == 0, done.stderr.decode()
    found = files(producer)
    assert len({where for where, _ in found}) == 40
    assert len(found) > 40
    assert sum(len(read(path)) for _, path in found) == 120


# ---- nobody sees half a file


def test_a_file_is_hidden_until_it_is_complete(producer, registry):
    running = start(producer, registry.url)
    running.stdin.write("".join(event(n, filler=50000) + "\n" for n in range(10)).encode())
    running.stdin.flush()
    assert wait_for(lambda: (producer.folder / "lake").exists() and files(producer)
                    and files(producer)[0][1].stat().st_size > 100000)
    assert visible(producer) == []
    assert re.fullmatch(r"\.part-.+\.avro\.tmp", files(producer)[0][1].name)
    running.send_signal(signal.SIGTERM)
    out, _ = running.communicate()
    assert running.returncode == 0
    done = counts(out.decode())["lake records"]         # what was still in the pipe was not read
    assert 0 < done <= 10
    assert len(files(producer)) == len(visible(producer)) == 1
    assert len(read(visible(producer)[0])) == done


def killed(producer, url, lines=10):
    """A run that was killed while its file was still hidden; the file's path."""
    running = start(producer, url)
    running.stdin.write("".join(event(n, filler=50000) + "\n" for n in range(lines)).encode())
    running.stdin.flush()
    assert wait_for(lambda: (producer.folder / "lake").exists() and files(producer)
                    and files(producer)[0][1].stat().st_size > 50000 * (lines - 2))
    running.kill()
    running.communicate()
    return files(producer)[0][1]


def test_what_a_crash_left_is_recovered_at_the_next_start(producer, registry):
    hidden = killed(producer, registry.url)
    with open(hidden, "ab") as file:
        file.write(b"\x02\x80\x80\x01half a block")
    done = lake(producer, registry.url, stdin=event(1, hour=5))
    assert done.returncode == 0
    named = hidden.with_name(hidden.name[1:].removesuffix(".tmp"))
    kept = read(named)
    assert 8 <= len(kept) <= 10
    assert f"recovered lake/{SUBJECT}/" in done.stderr.decode()
    assert f"{len(kept)} records that an earlier run left behind" in done.stderr.decode()
    assert not hidden.exists()
    assert counts(done.stdout.decode())["lake records"] == 1


def test_what_a_crash_left_without_a_block_is_removed_and_told(producer, registry):
    hidden = killed(producer, registry.url)
    os.truncate(hidden, 300)
    done = lake(producer, registry.url, stdin=event(1, hour=5))
    assert done.returncode == 0
    assert "without one whole block (300 bytes): removed" in done.stderr.decode()
    assert not hidden.exists()


def test_a_file_that_is_being_written_is_left_alone(producer, registry):
    running = start(producer, registry.url)
    running.stdin.write("".join(event(n, filler=50000) + "\n" for n in range(4)).encode())
    running.stdin.flush()
    assert wait_for(lambda: (producer.folder / "lake").exists() and files(producer))
    done = lake(producer, registry.url, stdin=event(9))
    assert done.returncode == 0
    assert b"left behind" not in done.stderr
    running.communicate()
    assert running.returncode == 0
    assert sum(len(read(path)) for path in visible(producer)) == 5


def test_what_cannot_be_read_is_told_and_left_alone(producer, registry):
    hidden = killed(producer, registry.url)
    hidden.unlink()
    hidden.symlink_to("/proc/self/mem")     # it can be opened, and its first byte is EIO
    done = producer.run("--registry", registry.url, "--lake", "lake", stdin=b"")
    assert "cannot be recovered: it cannot be read" in done.stderr.decode()
    assert hidden.is_symlink()


def test_a_file_of_another_machine_is_left_alone_and_told(producer, registry):
    hidden = killed(producer, registry.url)
    other = hidden.with_name(hidden.name.replace(f".part-{socket.gethostname()}", ".part-elsewhere"))
    hidden.rename(other)
    done = lake(producer, registry.url, stdin=event(1))
    assert done.returncode == 0
    assert "belongs to another machine: left alone" in done.stderr.decode()
    assert other.exists()


def test_a_full_disk_is_told_and_leaves_whole_files(producer, registry, small_disk):
    lines = "\n".join(event(n, hour=n % 3, filler=20000) for n in range(100))
    done = lake(producer, registry.url, "--codec", "null", folder=small_disk, stdin=lines)
    assert done.returncode == 2
    assert b"No space left on device" in done.stderr
    found = files(producer, "small")
    assert all(not path.name.startswith(".") for _, path in found)
    kept = sum(len(read(path)) for _, path in found)
    summary = counts(done.stdout.decode())
    assert summary["lake records"] == kept > 30
    assert summary["lake files"] == len(found)
    assert summary["lake records not written"] == summary["encoded"] - kept > 0


def test_a_full_disk_at_once_leaves_nothing(producer, registry, small_disk):
    with open(small_disk / "ballast", "wb", buffering=0) as file, pytest.raises(OSError):
        while True:
            file.write(bytes(4096))
    done = lake(producer, registry.url, folder=small_disk, stdin=event(1))
    assert done.returncode == 2
    assert b"No space left on device" in done.stderr
    assert [path for path in small_disk.rglob("*.avro*")] == []


# ---- beside other sinks, and misuse


def test_a_lake_and_a_file_get_the_same_records(producer, registry, genesys):
    done = lake(producer, registry.url, "--codec", "null", "--out", "out.bin", genesys / EVENTS)
    assert done.returncode == 0, done.stderr.decode()
    in_lake = [record for _, path in files(producer) for record in read(path)]
    assert bag(map(shown, in_lake)) == bag(wanted(genesys))
    assert len(producer.records("--registry", registry.url, "out.bin")) == 627


def test_a_file_beside_a_lake_may_be_a_container(producer, registry, genesys):
    done = lake(producer, registry.url, "--format", "ocf", "--out", "out.avro", genesys / EVENTS)
    assert done.returncode == 0, done.stderr.decode()
    assert bag(map(shown, read(producer.folder / "out.avro"))) == bag(wanted(genesys))
    assert sum(len(read(path)) for _, path in files(producer)) == 627


@pytest.mark.parametrize("arguments, words", [
    (["--lake", "lake", "--format", "ocf"], "--format goes with --out"),
    (["--out", "o", "--roll-count", "5"], "go with --lake"),
    (["--lake", "lake", "--roll-size", "5MB"], "needs a size like 64MiB, not '5MB'"),
    (["--lake", "lake", "--roll-size", "99999999999GiB"], "needs a size like 64MiB"),
    (["--lake", "lake", "--roll-count", "0"], "needs a number of at least 1, not '0'"),
    (["--lake", "lake", "--codec", "snappy"], "unknown codec 'snappy'"),
    (["--lake", "taken"], "cannot make the folder taken"),
])
def test_what_cannot_be_is_refused_with_a_word(producer, registry, arguments, words):
    (producer.folder / "taken").write_text("a file")
    done = producer.run("encode", "--registry", registry.url, *arguments, stdin=event(1))
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert not (producer.folder / "o").exists()
