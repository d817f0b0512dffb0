# SPDX-License-Identifier: Apache-2.0
"""The schemas of the histories: two small families of Avro records, and which of them can read which.

A `T` is a record of a few ints; an `R` has a field of the type T of another subject's version and a few ints
of its own. Content is what makes an id: a text and its references.
"""
import itertools
import json
import random
from typing import NamedTuple

NAMES = "abc"
SHAPES = [tuple(zip(NAMES, kinds))
          for kinds in itertools.product(("absent", "bare", "default"), repeat=len(NAMES))]


class Reference(NamedTuple):
    subject: str        # as it is sent: unqualified in the referrer's context
    version: int


class Content(NamedTuple):
    text: str
    references: tuple = ()

    @property
    def sent(self):
        """The members of a body that registers it or looks it up."""
        body = {"schema": self.text}
        if self.references:
            body["references"] = [{"name": "T", "subject": each.subject, "version": each.version}
                                  for each in self.references]
        return body


def _fields(shape):
    for name, kind in shape:
        if kind == "bare":
            yield {"name": name, "type": "int"}
        elif kind == "default":
            yield {"name": name, "type": "int", "default": 0}


def _text(record, fields):
    return json.dumps({"type": "record", "name": record, "fields": fields}, separators=(",", ":"))


def plain(shape):
    return Content(_text("T", list(_fields(shape))))


def referring(shape, reference):
    return Content(_text("R", [{"name": "t", "type": "T"}, *_fields(shape)]), (reference,))


def some_shape(rng: random.Random):
    return rng.choice(SHAPES)


def can_read(reader, writer, resolve):
    """Whether data of one content can be read as another; `resolve` gives the content behind a reference."""
    new, old = json.loads(reader.text), json.loads(writer.text)
    if new["name"] != old["name"]:
        return False
    if new["name"] == "R":
        inner = resolve(reader.references[0]), resolve(writer.references[0])
        if not can_read(*inner, resolve):
            return False
    written = {field["name"] for field in old["fields"]}
    return all(field["name"] in written or "default" in field for field in new["fields"])


def follows(level, new, old, resolve):
    """Whether `new` may come after `old` under a level, transitive or not."""
    direction = level.removesuffix("_TRANSITIVE")
    backward = direction not in ("BACKWARD", "FULL") or can_read(new, old, resolve)
    forward = direction not in ("FORWARD", "FULL") or can_read(old, new, resolve)
    return backward and forward
