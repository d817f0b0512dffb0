# SPDX-License-Identifier: Apache-2.0
"""Input that is too much: it costs a line each, and no memory."""
import json
import os
import re
import subprocess

import pytest
from producing import INGEST, counts
from test_lake import event

# What ASan keeps of freed memory is not the program's.
SANITIZER = {"ASAN_OPTIONS": "quarantine_size_mb=1:thread_local_quarantine_size_kb=64"}
MIB = 1 << 20


def resident(pid):
    """The most that was resident, in bytes."""
    with open(f"/proc/{pid}/status") as status:
        return 1024 * int(re.search(r"VmHWM:\s*(\d+)", status.read())[1])


class Feed:
    """A run that is fed by hand and measured before its input ends."""

    def __init__(self, producer, url, *arguments):
        self.process = producer.start("encode", "--registry", url, "--ingest-time", INGEST, *arguments,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      env={**os.environ, **SANITIZER})

    def write(self, piece, times=1):
        for _ in range(times):
            self.process.stdin.write(piece)
        self.process.stdin.flush()

    def end(self):
        """The summary, and the memory that was taken. The input is small against a pipe's room at its end."""
        peak = resident(self.process.pid)
        out, err = self.process.communicate(timeout=120)
        assert self.process.returncode == 0, err.decode()
        return counts(out.decode()), peak


def fed(producer, url, size):
    """A line of `size` bytes between two that are good."""
    feed = Feed(producer, url, "--out", "/dev/null", "--dead-letter", f"dead-{size}")
    feed.write(event(1).encode() + b"\n")
    feed.write(b"x" * MIB, size // MIB)
    feed.write(b"x" * (size % MIB) + b"\n" + event(2).encode() + b"\n")
    summary, peak = feed.end()
    assert (summary["read"], summary["encoded"], summary["dead-lettered/too-large"]) == (3, 2, 1)
    letter, = (producer.folder / f"dead-{size}").read_text().splitlines()
    assert json.loads(letter) == {"input": "-", "line": 2, "reason": "too-large", "field": None,
                                  "bytes": size}
    return peak


def test_a_line_of_300_megabytes_is_told_by_its_length_and_takes_no_memory(producer, registry):
    assert fed(producer, registry.url, 300_000_000) < fed(producer, registry.url, 5_000_000) + 2 * MIB


@pytest.mark.parametrize("end", [["--out", "/dev/null"], ["--lake", "lake"]])
def test_memory_does_not_grow_with_the_events(producer, registry, end):
    events = "".join(event(number, hour=number % 9, filler=100 * (number % 30)) + "\n"
                     for number in range(500))

    def peak(times):
        feed = Feed(producer, registry.url, *end)
        feed.write(events.encode(), times)
        summary, most = feed.end()
        assert summary["encoded"] == 500 * times
        return most

    assert peak(40) < peak(2) + 5 * MIB


@pytest.mark.parametrize("depth", [80, 100_000])
def test_a_mapping_that_is_nested_too_deeply_is_refused_with_its_line(producer, depth):
    deep = '{"first": [' * depth + '"/a"' + "]}" * depth
    (producer.folder / "deep.json").write_text('{"mapping_version": 1,\n "key": ' + deep + "}")
    done = producer.run("map", "--mapping", "deep.json", stdin=event(1))
    assert done.returncode == 2
    assert done.stderr.decode().startswith("genesys-producer: deep.json: line 2: ")
    assert "nested too deeply" in done.stderr.decode()
