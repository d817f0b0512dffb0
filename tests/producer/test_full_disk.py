# SPDX-License-Identifier: Apache-2.0
"""A full disk, under each thing that a run writes: it is told, nothing half is seen, nothing is lost."""
import json
import shutil

import fastavro
import pytest
from producing import INGEST, SUBJECT, counts
from test_lake import event

FULL = "No space left on device"


def fill(disk, but=0):
    """Fills the disk to the last byte, then gives some back."""
    ballast = disk / "ballast"
    with open(ballast, "ab", buffering=0) as file, pytest.raises(OSError):
        while True:
            file.write(bytes(4096))
    with open(ballast, "rb+") as file:
        file.truncate(ballast.stat().st_size - but)
    return ballast


def feed(folder, numbers, filler=20000, name="live"):
    with open(folder / name, "a") as file:
        file.writelines(event(number, filler=filler) + "\n" for number in numbers)


def encode(producer, url, *arguments, code=0):
    done = producer.run("encode", "--registry", url, "--ingest-time", INGEST, *arguments)
    assert done.returncode == code, done.stderr.decode()
    return counts(done.stdout.decode()), done.stderr.decode()


def numbers(folder):
    """Those of the events in the container files below a folder, hidden ones left out."""
    found = []
    for path in folder.rglob("*.avro"):
        with open(path, "rb") as file:
            found += [int(record["interaction_id"][-12:]) for record in fastavro.reader(file)]
    return found


@pytest.mark.parametrize("form", [["framed"], ["ocf", "--codec", "null"]])
def test_a_file_that_finds_no_room_leaves_what_was_there(producer, registry, small_disk, form):
    (small_disk / "out").write_bytes(b"what was there")
    feed(producer.folder, range(100))
    ends = ["--format", *form, "--out", small_disk / "out", "live"]
    summary, told = encode(producer, registry.url, *ends, code=2)
    assert f"cannot write {small_disk}/out: {FULL}" in told
    assert [path.name for path in small_disk.iterdir()] == ["out"]
    assert (small_disk / "out").read_bytes() == b"what was there"
    assert summary["read"] == summary["encoded"] < 100


def test_a_lake_goes_on_without_loss_when_there_is_room_again(producer, registry, small_disk):
    """The state is on another disk; the lake is moved to a larger one."""
    def arguments(lake):
        return ["--lake", lake, "--state", "state", "--codec", "null", "live"]

    feed(producer.folder, range(30))
    encode(producer, registry.url, *arguments(small_disk))
    feed(producer.folder, range(30, 130))
    summary, told = encode(producer, registry.url, *arguments(small_disk), code=2)
    assert FULL in told
    assert f"{summary['read']} of {summary['read']} lines are not acknowledged" in told
    assert {path.suffix for path in small_disk.rglob("*") if path.is_file()} == {".avro"}
    kept = numbers(small_disk)
    assert len(kept) == 30 + summary["lake records"]
    shutil.copytree(small_disk / SUBJECT, producer.folder / "lake" / SUBJECT)
    encode(producer, registry.url, *arguments("lake"))
    found = numbers(producer.folder / "lake")
    assert sorted(found) == sorted(kept + list(range(30, 130)))


def test_a_state_that_finds_no_room_stays_as_it_was(producer, registry, small_disk):
    feed(producer.folder, range(3))
    arguments = ["--lake", "lake", "--state", small_disk / "state", "live"]
    encode(producer, registry.url, *arguments)
    before = (small_disk / "state").read_bytes()
    ballast = fill(small_disk)
    feed(producer.folder, range(3, 6))
    _, told = encode(producer, registry.url, *arguments, code=2)
    assert f"{small_disk}/state" in told and FULL in told
    assert "3 of 3 lines are not acknowledged" in told
    assert (small_disk / "state").read_bytes() == before
    ballast.unlink()
    encode(producer, registry.url, *arguments)
    assert sorted(numbers(producer.folder / "lake")) == [0, 1, 2, 3, 3, 4, 4, 5, 5]
    assert json.loads((small_disk / "state").read_text())["files"][0]["lines"] == 6


def test_dead_letters_that_find_no_room_are_whole_lines(producer, registry, small_disk):
    (producer.folder / "live").write_text("".join("x" * 3000 + f"{n}\n" for n in range(500)))
    arguments = ["--lake", "lake", "--dead-letter", small_disk / "dead", "live"]
    _, told = encode(producer, registry.url, *arguments, code=2)
    assert f"cannot write dead letters to {small_disk}/dead: {FULL}" in told
    text = (small_disk / "dead").read_text()
    assert text.endswith("}\n")
    assert [json.loads(line)["line"] for line in text.splitlines()] == list(range(1, text.count("\n") + 1))


def test_counters_that_find_no_room_stay_as_they_were(producer, registry, small_disk):
    feed(producer.folder, range(3), filler=10)
    arguments = ["--out", "/dev/null", "--metrics-file", small_disk / "producer.prom", "live"]
    encode(producer, registry.url, *arguments)
    before = (small_disk / "producer.prom").read_bytes()
    fill(small_disk)
    _, told = encode(producer, registry.url, *arguments, code=2)
    assert f"cannot write {small_disk}/producer.prom: {FULL}" in told
    assert (small_disk / "producer.prom").read_bytes() == before
    assert sorted(path.name for path in small_disk.iterdir()) == ["ballast", "producer.prom"]


def test_a_mapped_line_that_finds_no_room_is_told(producer, small_disk):
    feed(producer.folder, range(3), filler=10)
    fill(small_disk)
    with open(small_disk / "out", "wb") as out:
        running = producer.start("map", "live", stdout=out, stderr=-1)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 2
    assert FULL in told.decode()
