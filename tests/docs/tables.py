# SPDX-License-Identifier: Apache-2.0
"""What is known of the interface before anything is asked: the tables of this folder and of the sources."""
import itertools
import json
import math
import pathlib
import re
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "http"))

from test_transcripts import literal, rows  # noqa: E402


MEDIA = ("application/vnd.schemaregistry.v1+json", "application/vnd.schemaregistry+json",
         "application/json")


class Route:
    def __init__(self, row, section):
        self.section = section
        self.row = row
        self.method, self.path = row["route"].split(" ")
        self.says = row["says"]
        self.parameters = row.get("parameters", [])
        self.body, self.answer = row.get("body"), row.get("answer")
        self.status = row.get("status", 200)
        self.cached = row.get("cached", False)     # has an ETag
        self.types = row.get("types", MEDIA)
        self.errors = row.get("errors", [])
        self.pattern = re.compile(re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(self.path)) + "/?")

    @property
    def arguments(self):
        return re.findall(r"\{(.*?)\}", self.path)


def toml(name):
    return tomllib.loads((HERE / name).read_text())


def sections():
    """section → its routes, as routes.toml has them"""
    return {title: [Route(row, title) for row in routes] for title, routes in toml("routes.toml").items()}


def table_of_routes():
    """(method, path) → handler, access; in the order of api/routes.def"""
    return {(literal(row[0]), literal(row[1])): (row[2], row[3]) for row in rows("api/routes.def", "ROUTE")}


def parameters():
    return toml("parameters.toml")


def shapes():
    return json.loads((HERE / "shapes.json").read_text())


def message(row):
    """The text of an error, with the names of its arguments in the place of their values."""
    names = iter(re.sub(r"S\((\w+)\)", r"\1", argument) for argument in row[4:])
    return re.sub(r"%(\.\*s|s|d|zu)", lambda _: "{" + next(names) + "}", literal(row[2]))


def limits():
    """section → its rows of limits.toml, each with its value and its error's code and message"""
    values = {}
    text = (HERE.parents[1] / "base" / "limits.h").read_text()
    for name, value in re.findall(r"^    ([A-Z_]+) = ([^,]+),", text, re.M):
        values[name] = math.prod(values.get(part) or int(part) for part in value.split(" * "))
    told = {row[0]: (int(row[1]), message(row)) for row in rows("base/errors.def", "ERROR")}
    found = toml("limits.toml")
    for row in itertools.chain(*found.values()):
        row["value"] = values[row["limit"]]
        row["code"], row["message"] = told.get(row.get("error"), (None, None))
        row["message"] = row.get("answer", row["message"])
    return found


def errors():
    """code → its messages, as base/errors.def has them"""
    found = {}
    for row in rows("base/errors.def", "ERROR"):
        if row[0] not in ("setting", "start"):      # told at the start, never to a client
            found.setdefault(int(row[1]), []).append(message(row))
    return found


class Router:
    """Which route answers a call: the first row of api/routes.def that fits."""

    def __init__(self):
        known = {(route.method, route.path): route for routes in sections().values() for route in routes}
        self.routes = [known[row] for row in table_of_routes() if row in known]

    def find(self, method, target):
        path = re.sub(r";[^/]*", "", target.partition("?")[0])
        prefixed = re.fullmatch(r"/contexts/([^/]+)(/.+)", path)
        if prefixed:
            path = prefixed[2] + (f"/:.{prefixed[1]}:" if prefixed[2] in ("/config", "/mode") else "")
        for route in self.routes:
            if route.method == method and route.pattern.fullmatch(path):
                return route
        return None
