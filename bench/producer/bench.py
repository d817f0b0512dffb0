# SPDX-License-Identifier: Apache-2.0
"""What run.sh prepares for: three programs in turns, and the tables of what they took."""
import argparse
import hashlib
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

import sizes

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MAPPING = ROOT / "producer" / "mapping" / "genesys.json"
NOW = "1772400000000"
SINKS = {"null": [], "lake, codec null": ["null"], "lake, codec deflate": ["deflate"]}


class Programs:
    """How each of the three is called."""

    def __init__(self, options):
        self.options = options
        self.lake = options.work / "lake"
        self.environment = {**os.environ, "BENCH_MODULES": str(options.modules)}

    def schema(self, version):
        return self.options.corpus / "schemas" / f"{version}.avsc"

    def producer(self, version, *arguments):
        return [self.options.producer, "encode", "--registry", self.options.registry,
                "--subject", f"bench-{version}", "--schema", version, "--ingest-time", NOW, *arguments]

    def baselines(self, form, version, source, *more):
        rest = [form, MAPPING, self.schema(version), source, *more]
        return {"fastavro": [self.options.python, HERE / "fastavro_events.py", *rest],
                "avsc": ["node", HERE / "avsc.js", *rest]}

    def all(self, codec, version, source):
        ends = ["--lake", self.lake, "--codec", *codec] if codec else ["--out", "/dev/null"]
        theirs = self.baselines(*(["lake", version, source, *codec, self.lake] if codec
                                  else ["null", version, source]))
        return {"genesys-producer": self.producer(version, *ends, source), **theirs}

    def run(self, command, watch=lambda pid: None):
        """Seconds of processor time, on one core."""
        shutil.rmtree(self.lake, ignore_errors=True)
        command = ["taskset", "-c", str(os.cpu_count() - 1), *map(str, command)]
        with open(self.options.work / "log", "wb") as log:
            started = subprocess.Popen(command, stdout=log, stderr=log, env=self.environment)
            watch(started.pid)
            _, status, usage = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
        if started.returncode != 0:
            sys.exit(f"{command}: exit {started.returncode}\n{(self.options.work / 'log').read_text()}")
        return usage.ru_utime + usage.ru_stime


def same_bytes(programs, corpus):
    """All three write what the vectors say, record by record."""
    rows = [line.split("\t") for line in (corpus / "expected-wire.tsv").read_text().splitlines()]
    events = corpus / "events-envelope.jsonl"
    for version in ("v1", "v2"):
        columns = [rows[0].index(f"{version}_{what}") for what in ("bytes", "sha256")]
        wanted = [[row[column] for column in columns] for row in rows[1:]]
        out = programs.options.work / "out.bin"
        programs.run(programs.producer(version, "--out", out, events))
        ours = [[str(len(record)), hashlib.sha256(record).hexdigest()]
                for record in sizes.frames(out.read_bytes())]
        assert ours == wanted, f"{version}: genesys-producer writes other bytes"
        for name, command in programs.baselines("verify", version, events).items():
            done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True,
                                  env=programs.environment)
            assert [line.split("\t")[1:] for line in done.stdout.splitlines()] == wanted, f"{version}: {name}"
    print(f"bytes: all three write the {len(wanted)} records of expected-wire.tsv, v1 and v2, to the byte")


def repeat(corpus, count, target):
    lines = (corpus / "events-envelope.jsonl").read_bytes().splitlines(True)
    whole, rest = divmod(count, len(lines))
    with open(target, "wb") as file:
        for _ in range(whole):
            file.write(b"".join(lines))
        file.writelines(lines[:rest])
    return target


def speed(programs, options):
    source = repeat(options.corpus, options.events, options.work / "events.jsonl")
    size = source.stat().st_size
    print(f"speed: {options.events} events of {options.schema}, {size / 1e6:.0f} MB, {options.rounds} rounds;"
          " medians of processor time on one core")
    sizes.row("sink", "program", "events a second", "MB a second", "genesys-producer is faster by")
    print("|---|---|--:|--:|--:|")
    for sink, codec in SINKS.items():
        commands = programs.all(codec, options.schema, source)
        taken = {name: [] for name in commands}
        for round_ in range(options.rounds):
            for name in sorted(commands, reverse=round_ % 2 == 1):
                taken[name].append(programs.run(commands[name]))
        for name, seconds in taken.items():
            ratios = [theirs / ours for theirs, ours in zip(seconds, taken["genesys-producer"])]
            middle = statistics.median(seconds)
            sizes.row(sink, name, options.events / middle, size / 1e6 / middle,
                      f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


class Peak:
    """The most KiB that were resident, looked at until the process has ended. What the kernel tells at its
    end has the memory of whoever started it in it."""

    def __init__(self):
        self.most = 0

    def __call__(self, pid):
        while True:
            found = re.search(r"VmHWM:\s*(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
            if not found:
                return
            self.most = max(self.most, int(found[1]))
            time.sleep(0.005)


def peak(programs, codec, version, source):
    found = Peak()
    programs.run(programs.all(codec, version, source)["genesys-producer"], found)
    return found.most


def memory(programs, options):
    few = repeat(options.corpus, 10000, options.work / "few.jsonl")
    many = repeat(options.corpus, options.events, options.work / "events.jsonl")
    for sink, codec in SINKS.items():
        least, most = (peak(programs, codec, options.schema, source) for source in (few, many))
        print(f"memory: {sink}: {least} KiB at 10000 events, {most} KiB at {options.events}: "
              f"{(most - least) / 1024:+.1f} MiB")


def main():
    parser = argparse.ArgumentParser()
    for name in ("producer", "registry", "python"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("corpus", "work", "modules"):
        parser.add_argument(f"--{name}", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--events", type=int, default=1000000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--schema", default="v1")
    parser.add_argument("--only", default="speed,memory,sizes")
    options = parser.parse_args()
    programs = Programs(options)
    wanted = options.only.split(",")
    if "speed" in wanted:
        same_bytes(programs, options.corpus)
        speed(programs, options)
    if "memory" in wanted:
        memory(programs, options)
    if "sizes" in wanted:
        sizes.tables(programs, options.corpus, options.work)


if __name__ == "__main__":
    main()
