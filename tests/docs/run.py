# SPDX-License-Identifier: Apache-2.0
"""Asks a schemad the requests of examples.txt."""
import pathlib
import re
import tempfile

from registry import Registry
from tables import HERE, Router

SOURCE = HERE / "examples.txt"
OPTIONS = ["--log-level", "warn", "--clock", "manual"]
SOME_GUID = "6f1ed002-ab5d-4c3a-9b52-8a2c1d0e7f43"


class Request:
    def __init__(self, line, says):
        self.line, self.says = line, says
        self.lines = []

    def parts(self):
        """method, target, headers, body or None"""
        method, target = self.lines[0].split(" ", 1)
        end = self.lines.index("") if "" in self.lines else len(self.lines)
        headers = dict(header.split(": ", 1) for header in self.lines[1:end])
        return method, target, headers, "\n".join(self.lines[end + 1:]) or None


def requests(path):
    """Each request with the sentence above it, or None."""
    found, says = [], []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if re.match(r"> [A-Z]+ /", line):
            found.append(Request(number, " ".join(says) or None))
        if line.startswith(">"):
            found[-1].lines.append(line[2:])
        says = says + [line[2:]] if line.startswith("# ") else []
    return found


def steady(text):
    """What differs from run to run is given one value: the guids of associations, and the commit."""
    text = re.sub(r'"commitId":"[^"]*"', '"commitId":"unknown"', text)
    text = re.sub(r'commit="[^"]*"', 'commit="unknown"', text)
    return re.sub(r'"guid":"[^"]*"(,"resourceName")', rf'"guid":"{SOME_GUID}"\1', text)


class Example:
    """A request that is shown, and its answer."""

    def __init__(self, request, reply):
        self.says = request.says
        self.method, self.target, self.headers, self.body = request.parts()
        self.status, self.answer = reply.status, steady(reply.text)
        self.type = reply.headers.get("Content-Type")


def ask_all(registry):
    """(request, its route, the reply), in the order of the file"""
    router, client = Router(), registry.client()
    for request in requests(SOURCE):
        method, target, headers, body = request.parts()
        reply = client.ask(method, target, body, headers)
        where = f"examples.txt:{request.line}: {method} {target}"
        route = router.find(method, target)
        assert route, f"{where}: no row of routes.toml fits"
        assert request.says or reply.status < 300, f"{where}: {reply}"
        yield request, route, reply
    client.close()


def run():
    """route as (method, path) → its examples, in the order of the file"""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        with Registry(pathlib.Path(folder), db=":memory:", options=OPTIONS) as registry:
            for request, route, reply in ask_all(registry):
                if request.says:
                    found.setdefault((route.method, route.path), []).append(Example(request, reply))
    return found
