# SPDX-License-Identifier: Apache-2.0
"""The baseline in Python: the same mapping, encoded by fastavro.

    fastavro_events.py verify|null|lake MAPPING SCHEMA INPUT [CODEC FOLDER]

`verify` prints what the tests' vectors hold; `null` encodes and forgets; `lake` writes container files, one
for each hour of the events, in blocks of 64 KiB.
"""
import datetime
import hashlib
import io
import json
import pathlib
import sys

import fastavro
from fastavro.write import Writer
from mapping import Mapping

NOW = 1772400000000


class Lake:
    def __init__(self, schema, codec, folder):
        self.schema, self.codec, self.folder = schema, codec, pathlib.Path(folder)
        self.writers, self.files = {}, []

    def begin(self, hour):
        when = datetime.datetime.fromtimestamp(hour * 3600, datetime.timezone.utc)
        folder = self.folder / when.strftime("dt=%Y-%m-%d") / when.strftime("hour=%H")
        folder.mkdir(parents=True, exist_ok=True)
        self.files.append(open(folder / "part.avro", "wb"))
        return Writer(self.files[-1], self.schema, codec=self.codec, sync_interval=65536)

    def put(self, record):
        hour = record["timestamp"] // 3600000
        if hour not in self.writers:
            self.writers[hour] = self.begin(hour)
        self.writers[hour].write(record)

    def end(self):
        for writer in self.writers.values():
            writer.flush()
        for file in self.files:
            file.close()


def main():
    form, mapping, schema, source, *lake = sys.argv[1:]
    parsed = fastavro.parse_schema(json.loads(pathlib.Path(schema).read_text()))
    mapping = Mapping(pathlib.Path(mapping).read_text(), {field["name"] for field in parsed["fields"]})
    lake = Lake(parsed, *lake) if form == "lake" else None
    encoded = size = number = 0
    out = io.BytesIO()
    with open(source, encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            record, _, _ = mapping.apply(line, NOW)
            if record is None:
                continue
            encoded += 1
            if lake:
                lake.put(record)
                continue
            out.seek(0)
            out.truncate()
            fastavro.schemaless_writer(out, parsed, record)
            size += out.tell()
            if form == "verify":
                print(number, out.tell(), hashlib.sha256(out.getvalue()).hexdigest(), sep="\t")
    if lake:
        lake.end()
    if form != "verify":
        print("read", number, "encoded", encoded, "bytes", size)


main()
