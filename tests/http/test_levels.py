# SPDX-License-Identifier: Apache-2.0
"""The transcripts of level 8, asked at both levels: what is not in this table is the same at both.

That a schema is told without guid, time and state, that AVRO is not named, an id not told with its holder, a
registration by its id alone, and 40901 as 409, is taken for granted; what else differs stands here by its
request, under its reason. tests/corpus/api/levels says to the byte what is answered instead.
"""
import json
import re

import pytest

from registry import Registry
from test_transcripts import FILES, exchanges, guids, parts

DIFFERENT = {
    "messages are shorter": """
        002_incompatible POST /compatibility/subjects/s/versions/latest?verbose=true
        022_config_members POST /compatibility/subjects/f/versions?verbose=true
        033_references_more POST /compatibility/subjects/outer/versions/1?verbose=true
        """,
    "a PUT answers what was sent, as it was typed; null clears nothing": """
        002_incompatible PUT /config/s
        005_config PUT /config
        005_config PUT /config/s
        010_levels PUT /config
        010_levels PUT /config/b
        010_levels PUT /config/f
        022_config_members PUT /config/f
        022_config_members PUT /config/s
        """,
    "a configuration stands alone, shows no level, and goes with the last live version": """
        004_delete GET /config/s
        005_config DELETE /config/s
        005_config GET /config/s
        010_levels GET /config/t
        010_levels GET /config/t?defaultToGlobal=true
        010_levels GET /config/u?defaultToGlobal=true
        022_config_members DELETE /config/s
        022_config_members GET /config/s
        022_config_members GET /config/s?defaultToGlobal=true
        023_alias GET /config/a
        """,
    "a mode goes with the last live version": """
        035_import_again GET /subjects/again/versions?deletedAsNegative=true
        035_import_again POST /subjects/again/versions
        """,
    "parameters that came later are ignored": """
        004_delete GET /subjects/s/versions?deletedAsNegative=true
        013_more_deletes GET /subjects/s/versions?deletedAsNegative=true
        013_more_deletes GET /subjects/s/versions?deletedAsNegative=true&deleted=true
        013_more_deletes GET /subjects/s/versions?deletedAsNegative=true&offset=1&limit=2
        030_contexts GET /contexts?contextPrefix=.ba
        032_references GET /subjects/b/versions/1/referencedby?deleted=true
        033_references_more GET /contexts/d/schemas/ids/2?referenceFormat=QUALIFIED
        033_references_more GET /subjects/:.d:c/versions/1?referenceFormat=qualified
        """,
    "the top-level mode is not deleted; FORWARD is none": """
        006_mode DELETE /mode
        006_mode GET /mode
        006_mode PUT /mode
        006_mode PUT /mode/s
        031_inheritance DELETE /mode
        034_import DELETE /mode
        034_import DELETE /mode/f
        034_import DELETE /mode?recursive=true
        034_import GET /mode/s
        034_import PUT /mode
        034_import PUT /mode/f
        034_import PUT /mode/s
        """,
    "nothing is forced: versions and ids are others from there on": """
        010_levels POST /subjects/t/versions?force=true
        022_config_members POST /subjects/d
        022_config_members POST /subjects/d/versions
        022_config_members POST /subjects/f/versions?force=true
        060_schemas DELETE /subjects/b/versions/2
        060_schemas GET /schemas
        060_schemas GET /schemas?offset=3&limit=1001
        060_schemas GET /schemas?ruleType=CEL
        060_schemas GET /schemas?ruleType=CEL&latestOnly=true
        060_schemas GET /schemas?subjectPrefix=:*:&latestOnly=true&offset=2
        060_schemas GET /schemas?subjectPrefix=b&latestOnly=true&deleted=true
        060_schemas GET /schemas?subjectPrefix=z
        060_schemas POST /subjects/a/versions
        060_schemas POST /subjects/a/versions?force=true
        060_schemas POST /subjects/b/versions?force=true
        060_schemas POST /subjects/z/versions
        """,
    "contexts are not deleted": """
        030_contexts DELETE /contexts/.ba
        030_contexts DELETE /contexts/:.ba:
        030_contexts DELETE /contexts/ba
        030_contexts DELETE /contexts/unknown
        030_contexts GET /contexts
        030_contexts GET /contexts/b
        """,
    "another release is told": """
        030_contexts GET /v1/metadata/version
        """,
    "`:.__GLOBAL:` is a context like any other": """
        030_contexts POST /subjects/:.__GLOBAL:s/versions
        031_inheritance GET /config/:.__GLOBAL:any
        031_inheritance GET /config/:.c:s?defaultToGlobal=true
        031_inheritance GET /config/s?defaultToGlobal=true
        031_inheritance GET /mode/:.__GLOBAL:x
        031_inheritance POST /subjects/:.c:s/versions
        031_inheritance POST /subjects/:.new:s/versions
        031_inheritance POST /subjects/s/versions
        034_import DELETE /mode/:.__GLOBAL:
        034_import PUT /mode/:.__GLOBAL:
        """,
    "what is hidden holds nothing; what refers to itself is not deleted whole": """
        032_references DELETE /subjects/b/versions/1?permanent=true
        032_references DELETE /subjects/self
        032_references DELETE /subjects/self?permanent=true
        032_references GET /schemas/ids/4?format=resolved
        032_references POST /subjects/d?deleted=true
        033_references_more DELETE /contexts/d/subjects/a?permanent=true
        034_import PUT /mode/target
        """,
}
LISTED = {line.strip() for lines in DIFFERENT.values() for line in lines.split("\n") if line.strip()}
# What the reference has; associations are not there at level 7.
BOTH = [path for path in FILES if path.stem < "070" and "associations" not in path.stem]


def without(thing):
    """As level 7 tells it."""
    if isinstance(thing, list):
        return [without(each) for each in thing]
    if not isinstance(thing, dict):
        return thing
    told = {key: without(value) for key, value in thing.items()}
    if "schema" in told:
        for key in ("guid", "ts", "deleted"):
            told.pop(key, None)
        if told.get("schemaType") == "AVRO":
            del told["schemaType"]
    if told.get("error_code") == 40901:
        told["error_code"] = 409
    if isinstance(told.get("message"), str):
        told["message"] = re.sub(r",guid=[0-9a-f-]{36}|,ts=null,deleted=null", "", told["message"])
        told["message"] = re.sub(r"(Subject \S*) in context \S* is", r"\1 is", told["message"])
    return told


def expected(method, target, reply, other):
    """The reply of level 8 as it would be at level 7; in the order of its members."""
    try:
        told = without(reply.json())
    except ValueError:
        return reply.text
    if isinstance(told, dict) and reply.status == 200:
        if re.match(r"(/contexts/[^/]+)?/schemas/ids/", target):
            told = {key: value for key, value in told.items() if key not in ("subject", "version")}
        if method == "POST" and "/versions" in target and other.startswith('{"id":') and "," not in other:
            told = {"id": told.get("id")}
    return reply.text if told == reply.json() else json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def differences(path, at_8, at_7):
    for exchange in exchanges(path):
        first, headers, body = parts(exchange.asked)
        method, target = guids(first).split(" ", 1)
        headers = dict(header.split(": ", 1) for header in headers)
        one, other = (client.ask(method, target, body, headers) for client in (at_8, at_7))
        same = (one.status, expected(method, target, one, other.text)) == (other.status, other.text)
        if not same and not re.search("/guids/|/associations|/openapi", target):
            yield f"{path.stem} {first}", one, other


@pytest.mark.parametrize("path", BOTH, ids=lambda path: path.stem)
def test_what_is_not_in_the_table_is_the_same_at_both_levels(path, tmp_path):
    found = set()
    (tmp_path / "7").mkdir()
    with Registry(tmp_path, ":memory:") as one, \
            Registry(tmp_path / "7", ":memory:", ["--api-level", "7"]) as other:
        for request, at_8, at_7 in differences(path, one.client(), other.client()):
            assert request in LISTED, f"{request}:\n  8: {at_8}\n  7: {at_7}"
            found.add(request)
    assert found == {request for request in LISTED if request.split(" ")[0] == path.stem}
