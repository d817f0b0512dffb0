# SPDX-License-Identifier: Apache-2.0
"""genesys-producer as a process, and what it prints."""
import json
import pathlib
import subprocess

from registry import BIN

SUBJECT = "genesys-interaction-events-prod-avro-versions"
INGEST = "1772400000000"


class Producer:
    """genesys-producer in a folder of its own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.binary = BIN / "genesys-producer"

    def run(self, *arguments, stdin=b"", timeout=120):
        if isinstance(stdin, str):
            stdin = stdin.encode()
        return subprocess.run([self.binary, *map(str, arguments)], input=stdin, capture_output=True,
                              cwd=self.folder, timeout=timeout)

    def start(self, *arguments, **streams):
        return subprocess.Popen([self.binary, *map(str, arguments)], cwd=self.folder, **streams)

    def records(self, *arguments, code=0):
        """What `decode` prints, read back from JSON."""
        done = self.run("decode", *arguments)
        assert done.returncode == code, done.stderr.decode()
        return [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]


def rows(text):
    """JSON lines. Not splitlines, which also splits at U+2028 and U+0085."""
    return [json.loads(line) for line in text.split("\n") if line]


def mapped(producer, *arguments, **streams):
    done = producer.run("map", "--ingest-time", INGEST, *arguments, **streams)
    assert done.returncode == 0, done.stderr.decode()
    return rows(done.stdout.decode())


def counts(text):
    """The summary as a dictionary; reasons stand under "name/reason"."""
    found, above = {}, ""
    for line in text.splitlines():
        name, _, value = line.strip().partition(": ")
        if line.startswith("  "):
            name = f"{above}/{name}"
        else:
            above = name
        found[name] = int(value) if value.isdigit() else value
    return found
