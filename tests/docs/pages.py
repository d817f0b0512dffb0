# SPDX-License-Identifier: Apache-2.0
"""Writes the pages that nobody writes by hand.

    python3 tests/docs/pages.py     rewrites them, prints what changed, ends with 1 if anything did

docs/api.md is api.md.in with the tables of routes.toml and parameters.toml, and with the examples of
examples.txt as the schemad of the last build answers them. docs/openapi.json says the same to programs.
docs/errors.md is errors.md.in with base/errors.def; docs/limits.md is limits.md.in with base/limits.h and
limits.toml; docs/configuration.md comes from schemad itself.
docs/retention.md is retention.md.in, whose requests are asked in the order of the page.
"""
import difflib
import http
import json
import re
import subprocess
import sys

from tables import HERE, MEDIA, errors, limits, parameters, sections
from registry import BIN, ROOT
import interface
import run
import walk

DOCS = ROOT / "docs"
WIDE = 100                      # JSON that is longer is shown with line breaks,
LONG = 60                       # … and no more lines of it
BEGINNING = 5                   # lines of another text


# ---- docs/api.md

def cell(text):
    return text.replace("|", "\\|")


def routes_table(routes):
    lines = ["| Route | Parameters | Answer |", "|---|---|---|"]
    for route in routes:
        asked = ", ".join(f"`{name.partition(':')[0]}`" for name in route.parameters) or "–"
        codes = f". {', '.join(str(code) for code in route.errors)}" if route.errors else ""
        status = f"{route.status}: " if route.status != 200 else ""
        lines.append(f"| `{route.method} {route.path}` | {asked} | {status}{cell(route.says)}{codes} |")
    return lines


def parameters_table(place):
    rows = parameters()[place]
    shown = {name: row for name, row in rows.items() if "says" in row}
    lines = ["| Parameter | Type | Meaning |", "|---|---|---|"]
    for name, row in sorted(shown.items()):
        kind = row["type"] + (", repeated" if row.get("list") else "")
        name = "{" + name + "}" if place == "path" else name
        lines.append(f"| `{name}` | {kind} | {cell(row['says'])} |")
    return lines


def folded(value, indent=""):
    """JSON on one line where it fits, else a line for each member."""
    line = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    if len(indent) + len(line) <= WIDE or not value or not isinstance(value, (dict, list)):
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [f'"{name}": {folded(item, inner)}' for name, item in value.items()]
    else:
        lines = [folded(item, inner) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return opening + "\n" + ",\n".join(inner + line for line in lines) + "\n" + indent + closing


def json_shown(text):
    """As it came, or with line breaks where it is long."""
    if len(text) <= WIDE:
        return text
    lines = folded(json.loads(text)).split("\n")
    return "\n".join(lines if len(lines) <= LONG else lines[:LONG // 4] + ["…"])


def beginning(text):
    return "\n".join([*text.split("\n")[:BEGINNING], "…"])


def example_shown(example):
    asked = [f"{example.method} {example.target}"]
    asked += [f"{name}: {value}" for name, value in example.headers.items()]
    if example.body:
        asked += ["", json_shown(example.body)]
    answered = [f"{example.status} {http.HTTPStatus(example.status).phrase}"]
    if example.answer and example.type != MEDIA[0]:
        answered.append(f"Content-Type: {example.type}")
    if example.answer:
        shown = json_shown if "json" in example.type else beginning
        answered += ["", shown(example.answer)]
    return [example.says, "", "```http", *asked, "```", "", "```http", *answered, "```", ""]


def examples_shown(routes, examples):
    lines = []
    for route in routes:
        lines += [f"#### `{route.method} {route.path}`", ""]
        for example in examples[route.method, route.path]:
            lines += example_shown(example)
    return lines[:-1]


def page_of_routes():
    examples, known = run.run(), sections()
    for routes in known.values():
        for route in routes:
            assert any(example.status < 300 for example in examples.get((route.method, route.path), [])), \
                f"tests/docs/examples.txt has no example of {route.method} {route.path} that succeeds"
    makers = {
        "routes": lambda title: routes_table(known[title]),
        "examples": lambda title: examples_shown(known[title], examples),
        "parameters": parameters_table,
    }
    return fill("api.md.in", makers)


def fill(template, makers):
    """The template with its lines `{{maker argument}}` replaced."""
    lines = []
    for line in (HERE / template).read_text().split("\n"):
        placeholder = re.fullmatch(r"\{\{(\w+) ?(.*)\}\}", line)
        lines += makers[placeholder[1]](placeholder[2]) if placeholder else [line]
    return "\n".join(lines)


# ---- docs/errors.md

def routes_of(code):
    """Where a code of few routes is met."""
    found = [f"`{route.method} {route.path}`" for routes in sections().values() for route in routes
             if code in route.errors]
    return ", ".join(found)


def errors_table(_):
    lines = ["| Code | Message | Where |", "|--:|---|---|"]
    for code, messages in sorted(errors().items(), key=lambda row: (interface.status_of(row[0]), row[0])):
        for number, text in enumerate(messages):
            lines.append(f"| {code} | {cell(text)} | {routes_of(code) if number == 0 else ''} |")
    return lines


# ---- docs/limits.md

def limit_shown(row):
    value, unit = row["value"], row.get("unit")
    for name in ("MiB", "KiB"):
        size = {"MiB": 1 << 20, "KiB": 1 << 10}[name]
        if unit and value % size == 0:
            value, unit = value // size, name
    return f"{value} {unit or ''}".strip()


def limits_table(section):
    lines = ["| What | At most | Setting | Past it |", "|---|--:|---|---|"]
    for row in limits()[section]:
        setting = f"`{row['setting']}`" if "setting" in row else "–"
        code = f"{row['code']} " if row["code"] else ""
        lines.append(f"| {row['what']} | {limit_shown(row)} | {setting} | {code}{cell(row['message'])} |")
    return lines


# ---- all of them

def settings_page():
    command = [BIN / "schemad", "--print-configuration"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


PAGES = {
    "api.md": page_of_routes,
    "openapi.json": interface.write,
    "errors.md": lambda: fill("errors.md.in", {"errors": errors_table}),
    "limits.md": lambda: fill("limits.md.in", {"limits": limits_table}),
    "configuration.md": settings_page,
    "retention.md": lambda: walk.walk((HERE / "retention.md.in").read_text(), json_shown),
}


def rewrite(name):
    """Writes the page; the difference to what stood there, or nothing."""
    page = DOCS / name
    before, after = page.read_text() if page.exists() else "", PAGES[name]()
    if before == after:
        return ""
    page.write_text(after)
    return "".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True),
                                        f"docs/{name}", f"docs/{name}, from this run"))


def main():
    changes = "".join(rewrite(name) for name in PAGES)
    print(changes or "nothing to change", end="\n" if not changes else "")
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
