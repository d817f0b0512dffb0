# SPDX-License-Identifier: Apache-2.0
"""What Avro saves, of what genesys-producer writes: against JSON as it came, against the same record as JSON,
each plain and compressed. Bytes per event; gzip at level 6, zstd at 3; "wire" is the record behind the five
bytes of Kafka's header."""
import gzip
import json
import random
import struct
import subprocess

HEADER = 5
LARGE = 20000
VERSIONS = ("v1", "v2", "v3")
BATCHES = (1, 10, 50, 200)
LIFECYCLE = ("CUSTOMER_", "FLOW_", "ACD_", "USER_START", "USER_END", "ACW", "WRAPUP", "CONTACT_", "OUTBOUND_",
             "VOICEMAIL_")


def frames(data):
    """The records of a framed file."""
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        yield data[at + 9:at + 4 + length]
        at += 4 + length


def zstd(data):
    return subprocess.run(["zstd", "-3", "-c", "-q"], input=data, stdout=subprocess.PIPE, check=True).stdout


PACKERS = {"plain": lambda data: data, "gzip": lambda data: gzip.compress(data, 6, mtime=0), "zstd": zstd}


class Group:
    """Some of the events: the lines, and for each version the records as Avro and as JSON."""

    def __init__(self, name, lines, programs, work):
        self.name, self.lines, self.programs, self.work = name, lines, programs, work
        self.input = work / "group.jsonl"
        self.input.write_bytes(b"".join(line + b"\n" for line in lines))
        self.wire = {version: self.framed(version) for version in VERSIONS}

    def framed(self, version):
        out = self.work / "group.bin"
        self.programs.run(self.programs.producer(version, "--out", out, self.input))
        return [bytes(HEADER) + record for record in frames(out.read_bytes())]

    def container(self, version, codec):
        out = self.work / "group.avro"
        self.programs.run(self.programs.producer(version, "--format", "ocf", "--codec", codec, "--out", out,
                                                 self.input))
        return out

    def records(self, version):
        """The records as JSON with nulls and without."""
        printed = subprocess.run([self.programs.options.producer, "decode", self.container(version, "null")],
                                 check=True, capture_output=True).stdout
        records = [json.loads(line) for line in printed.split(b"\n")[:-1]]
        return [compact(record) for record in records], [compact(without_nulls(record)) for record in records]


def compact(record):
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def without_nulls(record):
    if not isinstance(record, dict):
        return record
    return {name: without_nulls(value) for name, value in record.items() if value is not None}


def mean(parts):
    return sum(map(len, parts)) / len(parts)


def saved(json_size, avro_size):
    return f"{100 * (1 - avro_size / json_size):.0f} %"


def in_batches(parts, size, pack):
    batches = [b"".join(parts[at:at + size]) for at in range(0, len(parts), size)]
    return sum(len(pack(batch)) for batch in batches) / len(parts)


def shuffled(*columns):
    order = list(range(len(columns[0])))
    random.Random(20260301).shuffle(order)
    return [[column[at] for at in order] for column in columns]


def row(*cells):
    print("| " + " | ".join(f"{cell:.0f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |",
          flush=True)


def one_by_one(group):
    print(f"\nsizes: {group.name}, {len(group.lines)} events, one by one")
    row("compared", "JSON", "Avro", "saved")
    print("|---|--:|--:|--:|")
    received = mean(group.lines)
    for version in VERSIONS:
        row(f"as received, {version} wire", received, mean(group.wire[version]),
            saved(received, mean(group.wire[version])))
    for version in ("v1", "v2"):
        for what, texts in zip(("nulls written", "nulls left out"), group.records(version)):
            row(f"the same {version} record, {what}", mean(texts), mean(group.wire[version]),
                saved(mean(texts), mean(group.wire[version])))
    for name in ("gzip", "zstd"):
        alone = in_batches(group.lines, 1, PACKERS[name])
        row(f"as received, each by {name}; v2 wire not compressed", alone, mean(group.wire["v2"]),
            saved(alone, mean(group.wire["v2"])))
        packed = in_batches(group.wire["v2"], 1, PACKERS[name])
        row(f"as received and v2 wire, each by {name}", alone, packed, saved(alone, packed))


def in_one(group):
    """All events of the group as one batch or one file."""
    print(f"\nsizes: {group.name}, {len(group.lines)} events in one batch or file; arrival / shuffled order")
    row("compared", "JSON", "Avro", "saved")
    print("|---|--:|--:|--:|")
    lines = [line + b"\n" for line in group.lines]
    texts = [text + b"\n" for text in group.records("v2")[1]]
    wire = group.wire["v2"]
    orders = [(lines, texts, wire), shuffled(lines, texts, wire)]
    for name in ("gzip", "zstd"):
        sizes = [[in_batches(column, len(lines), PACKERS[name]) for column in order] for order in orders]
        pair(f"as received, {name}; v2 wire not compressed", [(one[0], mean(wire)) for one in sizes])
        pair(f"as received and v2 wire, both {name}", [(one[0], one[2]) for one in sizes])
        pair(f"the same v2 record (nulls left out), both {name}", [(one[1], one[2]) for one in sizes])
    for codec, how in (("null", "plain"), ("deflate", "gzip")):
        for version in VERSIONS:
            size = group.container(version, codec).stat().st_size / len(lines)
            packed = in_batches(lines, len(lines), PACKERS[how])
            row(f"as received, {how}; container file of {version}, {codec}", packed, size,
                saved(packed, size))


def pair(name, sizes):
    row(name, *(" / ".join(f"{one[at]:.0f}" for one in sizes) for at in (0, 1)),
        " / ".join(saved(*one) for one in sizes))


def by_batch(group):
    print(f"\nsizes: {group.name}, gzip by events in a batch; arrival / shuffled order")
    row("events in a batch", "as received", "the v2 record as JSON", "v2 wire")
    print("|--:|--:|--:|--:|")
    columns = ([line + b"\n" for line in group.lines], [text + b"\n" for text in group.records("v2")[1]],
               group.wire["v2"])
    mixed = shuffled(*columns)
    for size in (*BATCHES, len(group.lines)):
        row(size, *(" / ".join(f"{in_batches(column, size, PACKERS['gzip']):.0f}" for column in both)
                    for both in zip(columns, mixed)))


def mapped(programs, corpus):
    """(event type, line) of each event that becomes a record."""
    lines = (corpus / "events-envelope.jsonl").read_bytes().split(b"\n")[:-1]
    printed = subprocess.run([programs.options.producer, "map", corpus / "events-envelope.jsonl"], check=True,
                             capture_output=True).stdout
    for line, said in zip(lines, map(json.loads, printed.split(b"\n")[:-1])):
        if said["action"] == "map":
            yield said["record"]["event_type"] + " (large)" * (len(line) > LARGE), line


def tables(programs, corpus, work):
    events = list(mapped(programs, corpus))
    lifecycle = Group("lifecycle detail events",
                      [line for kind, line in events if kind.startswith(LIFECYCLE)], programs, work)
    one_by_one(lifecycle)
    in_one(lifecycle)
    by_batch(lifecycle)
    rest = Group("all that are mapped but the two large ones",
                 [line for _, line in events if len(line) <= LARGE], programs, work)
    one_by_one(rest)
    in_one(rest)
    by_type(events, programs, work)


def by_type(events, programs, work):
    print("\nsizes: each kind of event")
    row("event type", "n", "JSON as received", "gzip each", "v1 wire", "saved", "v2 wire", "saved")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for kind in dict.fromkeys(kind for kind, _ in events):
        group = Group(kind, [line for other, line in events if other == kind], programs, work)
        received = mean(group.lines)
        row(kind, len(group.lines), received, in_batches(group.lines, 1, PACKERS["gzip"]),
            mean(group.wire["v1"]), saved(received, mean(group.wire["v1"])), mean(group.wire["v2"]),
            saved(received, mean(group.wire["v2"])))
