# SPDX-License-Identifier: Apache-2.0
"""docs/openapi.json says what schemad answers: held against every answer of the transcripts."""
import jsonschema
import pytest

import interface
from tables import Router
from test_transcripts import seen  # noqa: F401

DOCUMENT = interface.document()


def resolved(thing):
    if "$ref" not in thing:
        return thing
    _, *names = thing["$ref"].split("/")
    for name in names:
        found = DOCUMENT[name] if name == names[0] else found[name]
    return found


def validator(schema):
    return jsonschema.Draft202012Validator({"$ref": "#/wanted", "wanted": schema,
                                            "components": DOCUMENT["components"]})


def complaint(operation, reply):
    """What the document does not say of this reply, or nothing."""
    told = operation["responses"].get(str(reply.status))
    if not told:
        return f"status {reply.status} is not told"
    content = resolved(told).get("content")
    if not content or not reply.body:
        return "a body is not told" if reply.body else "a body is told" if content else None
    media = reply.headers["Content-Type"]
    if media not in content:
        return f"type {media} is not told"
    said = reply.json() if "json" in media else reply.text
    errors = list(validator(content[media]["schema"]).iter_errors(said))
    return "; ".join(error.message[:300] for error in errors[:3]) or None


def test_every_answer_of_the_transcripts_is_as_openapi_says(seen):  # noqa: F811
    router, looked_at, complaints = Router(), 0, []
    for method, target, reply in seen:
        route = router.find(method, target)
        if not route:
            continue
        operation = DOCUMENT["paths"][route.path.replace(":int}", "}")][method.lower()]
        said = complaint(operation, reply)
        looked_at += 1
        if said:
            complaints.append(f"{method} {target}: {said}: {reply}")
    assert looked_at > 800
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)
