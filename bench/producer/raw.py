# SPDX-License-Identifier: Apache-2.0
"""The source text of one value inside a JSON text that was already found to be good."""
import json
import re
from json.decoder import scanstring

DECODER = json.JSONDecoder()
SPACE = re.compile(r"[ \t\n\r]*")


def member_at(text, at, name):
    """Where the member's value begins; `at` is on the brace of its object."""
    at = SPACE.match(text, at + 1).end()
    while True:
        found, at = scanstring(text, at + 1)
        at = SPACE.match(text, SPACE.match(text, at).end() + 1).end()
        if found == name:
            return at
        _, at = DECODER.raw_decode(text, at)
        at = SPACE.match(text, SPACE.match(text, at).end() + 1).end()


def raw_at(text, path):
    """Of objects alone: no mapping here takes the source of an array's element."""
    at = SPACE.match(text).end()
    for name in path:
        at = member_at(text, at, name)
    return text[at:DECODER.raw_decode(text, at)[1]]
