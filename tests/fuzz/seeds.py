#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzz targets, made of the corpora.

    python3 tests/fuzz/seeds.py FOLDER

Writes FOLDER/avro/…: one file per case of tests/corpus/avro, in the form that fuzz_avro.c reads: a schema, a
second one, references, with the byte 0x1e between them. Equal files are written once, long ones not at all.
"""
import hashlib
import json
import pathlib
import sys

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "corpus"
LONGEST = 4096


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def avro_texts(case):
    """The texts of a case, in the order of the target."""
    if "schema" in case:
        return [case["schema"], case.get("canonical", "\"int\""), *case.get("references", [])]
    if "reader" in case:
        return [compact(case["reader"]), compact(case["writer"])]
    return [compact(case["new"]), compact(case["history"][-1])] if case.get("history") else []


def write_avro(folder):
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for path in sorted((CORPUS / "avro").glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            seed = "\x1e".join(avro_texts(json.loads(line))).encode("utf-8", "replace")
            name = folder / hashlib.sha1(seed).hexdigest()
            if 0 < len(seed) <= LONGEST and not name.exists():
                name.write_bytes(seed)
                count += 1
    return count


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(f"seeds: {write_avro(pathlib.Path(sys.argv[1]) / 'avro')} new for avro")


if __name__ == "__main__":
    main()
