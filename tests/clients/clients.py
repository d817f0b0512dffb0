# SPDX-License-Identifier: Apache-2.0
"""The clients that walk through the registry: what each can do, how it is started, what it needs.

A walk is a program in the client's own language. It gets the URL of an empty registry, makes its checks one
after the other, each with subjects of its own, and prints a line for each: `ok NAME`, or `not ok NAME: why`.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "http")]

import record  # noqa: E402
from registry import Registry  # noqa: E402

CHECKS = {
    "register": "registers; equal content keeps its id; a second version",
    "lookup": "finds what is there, and not what is not",
    "ids": "reads by id and by guid",
    "versions": "reads versions, lists subjects and versions",
    "latest": "reads the latest version, and the latest with given metadata",
    "metadata": "sends metadata and gets it back",
    "compatibility": "is told what is compatible, and why not",
    "config": "sets, reads and deletes levels",
    "mode": "sets and reads modes, is refused by READONLY",
    "deletes": "deletes softly, then permanently",
    "references": "registers with references, and sees who refers",
    "rules": "sends rule sets; its executors migrate records",
    "contexts": "registers in a context, and lists them",
    "associations": "makes, reads and deletes associations",
    "tags": "tags a schema",
    "serde": "encodes and decodes records",
    "errors": "gets statuses and codes that it understands",
}


class Client:
    """A row of the table. `needs` gives None, or why the client cannot run here."""

    def __init__(self, title, command, checks, needs=lambda: None, version=lambda: ""):
        self.title, self.command, self.checks = title, command, checks.split()
        self.missing, self.version = needs, version
        assert set(self.checks) <= set(CHECKS), self.checks


class Walk:
    def __init__(self, output, exchanges, recording):
        self.exchanges, self.recording = exchanges, recording
        self.said = dict(self._lines(output))

    @staticmethod
    def _lines(output):
        for line in output.split("\n"):
            found = re.match(r"(ok|not ok) ([a-z]+)(?:: (.*))?$", line)
            if found:
                yield found[2], None if found[1] == "ok" else found[3] or "no reason given"

    def wrong(self, client):
        """Why the walk was no good; empty when all is well."""
        return "\n".join(f"{check}: {self.said.get(check, 'it was not checked')}" for check in client.checks
                         if self.said.get(check, "missing") is not None)


def walk(client, options=()):
    """Starts schemad, the proxy and the client; what the client said and what was recorded."""
    with tempfile.TemporaryDirectory() as folder, Registry(folder, ":memory:", options) as registry, \
            record.Proxy(registry.port) as proxy:
        command = client.command()
        done = subprocess.run([*command, proxy.url], capture_output=True, text=True, timeout=300, cwd=HERE)
        said = done.stdout
        if done.returncode:
            said += f"not ok {client.checks[-1]}: ended with {done.returncode}: " + \
                json.dumps(done.stderr[-2000:]) + "\n"
        text = record.text_of(f"{client.title} {client.version()}", shown(command), proxy.exchanges)
        return Walk(said, list(proxy.exchanges), text)


def shown(command):
    """The command without where things are: a program's name, and what of the tree it runs."""
    program, walked = pathlib.Path(command[0]), pathlib.Path(command[-1])
    if program == walked:
        return f"{program.relative_to(ROOT)} URL"
    return f"{program.name.rstrip('0123456789.')} {walked.relative_to(ROOT)} URL"


# ---- what is installed

def python_package(name):
    from importlib import metadata
    return lambda: metadata.version(name)


def node_package(name):
    return lambda: json.loads((HERE / "node_modules" / name / "package.json").read_text())["version"]


def node_needs(name):
    def needs():
        if not shutil.which("node"):
            return "node is not installed"
        if not (HERE / "node_modules" / name).is_dir():
            return "the packages of tests/clients/package.json are not installed"
        return None
    return needs


def python_needs():
    from importlib import metadata
    try:
        metadata.version("confluent-kafka")
    except metadata.PackageNotFoundError:
        return "confluent-kafka is not installed"
    return None


BUILD = ROOT / "build" / "clients"


def made(name, file):
    """What tests/clients/make.sh makes is there; or why it could not be made."""
    def needs():
        if (BUILD / name / file).exists():
            return None
        missing = BUILD / name / "missing"
        return missing.read_text().strip() if missing.exists() else f"make.sh did not make {name}"
    return needs


def pinned(file, pattern):
    return lambda: re.search(pattern, (HERE / file).read_text())[1]


def java():
    return ["java", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp", BUILD / "java" / "lib" / "*",
            HERE / "java" / "Walk.java"]


def tool(name):
    return lambda: None if shutil.which(name) else f"{name} is not installed"


def printed(*command, pattern=r"(\d+\.\d+\S*)"):
    """The version that a program prints."""
    return lambda: re.search(pattern, subprocess.run(command, capture_output=True, text=True).stdout)[1]


def node(file, package, title, checks):
    return Client(title, lambda: ["node", HERE / file], checks, node_needs(package), node_package(package))


CLIENTS = {
    "python": Client(
        "confluent-kafka for Python", lambda: [sys.executable, HERE / "walk_python.py"],
        "register lookup ids versions latest metadata compatibility config mode deletes references rules "
        "contexts associations serde errors", python_needs, python_package("confluent-kafka")),
    "node": node(
        "walk_node.js", "@confluentinc/schemaregistry", "@confluentinc/schemaregistry",
        "register lookup ids versions latest metadata compatibility config deletes references rules contexts "
        "associations serde errors"),
    "kafkajs": node(
        "walk_kafkajs.js", "@kafkajs/confluent-schema-registry", "@kafkajs/confluent-schema-registry",
        "register lookup ids versions latest compatibility config references serde errors"),
    "avro-schema-registry": node(
        "walk_avro_schema_registry.js", "avro-schema-registry", "avro-schema-registry",
        "register ids versions latest serde errors"),
    "java": Client(
        "Confluent's for Java 7.5.3, carried by flink-sql-avro-confluent-registry", java,
        "register lookup ids versions latest metadata compatibility config mode deletes references rules "
        "contexts tags serde errors", made("java", "source"),
        pinned("java/pom.xml", r"registry</artifactId>\s*<version>(.*?)<")),
    "curl": Client(
        "curl", lambda: ["bash", HERE / "walk_curl.sh"],
        "register lookup ids versions latest metadata compatibility config mode deletes references contexts "
        "errors", tool("curl"), printed("curl", "--version")),
    "libcurl": Client(
        "libcurl", lambda: [BUILD / "libcurl" / "walk"], "register lookup ids compatibility config errors",
        made("libcurl", "walk"), printed("curl-config", "--version")),
    "go": Client(
        "confluent-kafka-go/v2/schemaregistry", lambda: [BUILD / "go" / "confluent"],
        "register lookup ids versions latest metadata compatibility config deletes references rules contexts "
        "errors", made("go", "confluent"), pinned("go/go.mod", r"confluent-kafka-go/v2 (.*)")),
    "srclient": Client(
        "riferrei/srclient for Go", lambda: [BUILD / "go" / "srclient"],
        "register lookup ids versions latest compatibility config deletes references serde errors",
        made("go", "srclient"), pinned("go/go.mod", r"srclient (.*)")),
    # Its test of compatibility expects a bare boolean, which no registry answers.
    "rust": Client(
        "schema-registry-client for Rust", lambda: [BUILD / "rust" / "walk"],
        "register lookup ids versions latest metadata config deletes references rules contexts associations "
        "serde errors", made("rust", "walk"), pinned("rust/Cargo.toml", r'client = \{ version = "=(.*?)"')),
}


def table(told):
    """Clients by checks, as text. `told` has what ran: (client, check) → well or not."""
    def cell(name, client, check):
        if check not in client.checks:
            return "-"
        return {True: "ok", False: "FAILED"}.get(told.get((name, check)), "not run")
    rows = [["", *CHECKS]]
    rows += [[name, *(cell(name, client, check) for check in CHECKS)] for name, client in CLIENTS.items()]
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(word.ljust(width) for word, width in zip(row, wide)).rstrip() for row in rows]
    versions = [f"{name}: {client.title} {client.version()}" if not client.missing() else
                f"{name}: {client.title}: {client.missing()}" for name, client in CLIENTS.items()]
    return "\n".join([*lines, "", *versions]) + "\n"


def page():
    """The table of docs/clients.md: which client, as recorded, is checked for what."""
    titles = {name: (record.RECORDED / f"{name}.txt").read_text().split("\n")[0][2:] for name in CLIENTS}
    rows = [f"| {titles[name]} | {', '.join(client.checks)} |" for name, client in CLIENTS.items()]
    return "\n".join(["| client | checked |", "|---|---|", *rows])
