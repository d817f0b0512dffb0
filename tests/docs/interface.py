# SPDX-License-Identifier: Apache-2.0
"""The tables as an OpenAPI document: docs/openapi.json, which schemad has built in."""
import json
import re

from registry import ROOT
from tables import MEDIA, errors, parameters, sections, shapes, table_of_routes

TYPES = {"boolean": {"type": "boolean"}, "string": {"type": "string"},
         "integer": {"type": "integer", "format": "int32"}}
ANYWHERE = (400, 404, 406, 414, 415, 431, 500, 503)     # answered by every route
WITH_BODY = (413, 422)
ON_WRITING = (50001,)
ABOUT = """\
The REST interface of Confluent's Schema Registry, as schemad speaks it. HEAD is answered wherever GET is, \
OPTIONS on every path. `/contexts/{context}` before a path stands for the same path in that context. \
docs/api.md of schemad explains each route, with examples."""


def refer(kind, name):
    return {"$ref": f"#/components/{kind}/{name}"}


def content(schema, types=MEDIA):
    return {media: {"schema": schema} for media in types}


def parameter(place, name, row):
    schema = dict(TYPES[row["type"]])
    if "words" in row:
        schema["enum"] = row["words"]
    if "least" in row:
        schema["minimum"] = row["least"]
    if row.get("list"):
        schema = {"type": "array", "items": schema}
    if "default" in row:
        schema["default"] = row["default"]
    described = {"name": name.partition(":")[0], "in": place}
    if "says" in row:
        described["description"] = row["says"]
    if "example" in row:
        described["example"] = row["example"]
    if place == "path":
        described["required"] = True
    return described | {"schema": schema}


def parameter_name(place, name):
    return f"{place}-{name.replace(':', '-')}"


def all_parameters():
    return {parameter_name(place, name): parameter(place, name, row)
            for place, rows in parameters().items() for name, row in rows.items()}


def status_of(code):
    return code // 100 if code > 999 else code


def all_codes(route, writes):
    codes = set(ANYWHERE) | set(route.errors)
    if route.body:
        codes |= set(WITH_BODY)
    if writes:
        codes |= set(ON_WRITING)
    return codes


def refusal(codes, messages):
    """The answer of one status: which codes, which messages."""
    says = "; ".join(f"{code}: {text}" for code in sorted(codes) for text in messages[code])
    schema = {"allOf": [refer("schemas", "Error"), {"properties": {"error_code": {"enum": sorted(codes)}}}]}
    return {"description": says, "content": content(schema)}


def answer(route):
    if not route.answer:
        return {"description": "Nothing to say."}
    return {"description": route.says, "content": content(refer("schemas", route.answer), route.types)}


def refusals_of(route, writes):
    """status → the codes it may have there"""
    by_status = {}
    for code in sorted(all_codes(route, writes)):
        by_status.setdefault(status_of(code), []).append(code)
    return by_status


def refusal_name(codes):
    return "Refused-" + "-".join(str(code) for code in codes)


def responses(route, writes):
    found = {str(route.status): answer(route)}
    if route.cached:
        found["304"] = {"description": "The client has it already."}
    for status, codes in sorted(refusals_of(route, writes).items()):
        found[str(status)] = refer("responses", refusal_name(codes))
    return found


def operation(route, handler, access):
    described = {"operationId": handler, "tags": [route.section], "summary": re.sub(r"`", "", route.says)}
    listed = [refer("parameters", parameter_name("path", name)) for name in route.arguments]
    listed += [refer("parameters", parameter_name("query", name)) for name in route.parameters]
    if listed:
        described["parameters"] = listed
    if route.body:
        described["requestBody"] = refer("requestBodies", route.body)
    return described | {"responses": responses(route, "WRITES" in access)}


def paths(known, table):
    found = {}
    for route in known:
        handler, access = table[route.method, route.path]
        path = re.sub(r":int\}", "}", route.path)
        found.setdefault(path, {})[route.method.lower()] = operation(route, handler, access)
    return found


def request_bodies(known):
    types = MEDIA + ("application/octet-stream",)
    return {route.body: {"required": True, "content": content(refer("schemas", route.body), types)}
            for route in known if route.body}


def all_refusals(known, table):
    messages = errors()
    return {refusal_name(codes): refusal(codes, messages) for route in known
            for codes in refusals_of(route, "WRITES" in table[route.method, route.path][1]).values()}


def version():
    return re.search(r"project\(schemad VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]


def document():
    known, table = [route for routes in sections().values() for route in routes], table_of_routes()
    return {
        "openapi": "3.1.0",
        "info": {"title": "schemad", "version": version(), "description": ABOUT,
                 "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/"},
                    {"url": "/contexts/{context}", "variables": {"context": {"default": "."}}}],
        "tags": [{"name": title} for title in sections()],
        "paths": paths(known, table),
        "components": {
            "parameters": all_parameters(),
            "requestBodies": request_bodies(known),
            "responses": all_refusals(known, table),
            "schemas": shapes(),
        },
    }


def write():
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
