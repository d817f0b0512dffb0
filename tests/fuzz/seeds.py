#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzz targets, made of the corpora.

    python3 tests/fuzz/seeds.py FOLDER

Writes FOLDER/avro/…: one file per case of tests/corpus/avro, in the form that fuzz_avro.c reads: a schema, a
second one, references, with the byte 0x1e between them; and FOLDER/call/…: the requests of tests/corpus/api
in the form that fuzz_call.c reads. Equal files are written once, long ones not at all.
"""
import hashlib
import json
import pathlib
import sys

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "corpus"
LONGEST = 4096
HEADERS = ("Content-Type", "Accept", "Accept-Encoding", "If-None-Match")
CALLS = 12                      # of one input


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def avro_texts(case):
    """The texts of a case, in the order of the target."""
    if "schema" in case:
        return [case["schema"], case.get("canonical", "\"int\""), *case.get("references", [])]
    if "reader" in case:
        return [compact(case["reader"]), compact(case["writer"])]
    return [compact(case["new"]), compact(case["history"][-1])] if case.get("history") else []


def avro_seeds():
    for path in sorted((CORPUS / "avro").glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            yield "\x1e".join(avro_texts(json.loads(line)))


def calls(path):
    """The requests of a transcript, each as the target reads it."""
    asked = []
    for line in path.read_text().split("\n") + ["<"]:
        if line.startswith(">"):
            asked.append(line[2:])
        elif asked:
            first, *rest = asked
            end = rest.index("") if "" in rest else len(rest)
            fields = dict(field.split(": ", 1) for field in rest[:end])
            heads = [fields.get(name, "") for name in HEADERS]
            yield "\n".join([first, "|".join(heads), *rest[end + 1:]]) + "\x1e"
            asked = []


def call_seeds():
    """What a transcript asks, in pieces; each of an odd and of an even length, which is the level."""
    for path in sorted((CORPUS / "api").rglob("*.txt")):
        asked = list(calls(path))
        for at in range(0, len(asked), CALLS):
            seed = "".join(asked[at:at + CALLS])
            yield seed
            yield seed + "\x1e"


def write(folder, seeds, longest):
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for text in seeds:
        seed = text.encode("utf-8", "replace")
        name = folder / hashlib.sha1(seed).hexdigest()
        if 0 < len(seed) <= longest and not name.exists():
            name.write_bytes(seed)
            count += 1
    return count


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    print(f"seeds: {write(folder / 'avro', avro_seeds(), LONGEST)} new for avro, "
          f"{write(folder / 'call', call_seeds(), 4 * LONGEST)} for call")


if __name__ == "__main__":
    main()
