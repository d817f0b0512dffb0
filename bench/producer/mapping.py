# SPDX-License-Identifier: Apache-2.0
"""The mapping file in Python, for the baseline: every expression becomes a function once, an event only calls
them. What is found is None when there is nothing."""
import datetime
import hashlib
import json
import re
import uuid

from raw import raw_at

STRING_MAX, TOPIC_MAX = 65536, 1024
EARLIEST, LATEST = 631152000000, 7258118400000      # 1990, 2200
ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)")
SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
MISSING = "required-field-missing"


class Refused(Exception):
    pass


class Event:
    __slots__ = ("line", "root", "body", "body_path", "topic", "segments", "rule", "now", "warnings")

    def __init__(self, line, root, now):
        self.line, self.root, self.now, self.warnings = line, root, now, None

    def warn(self, flaw):
        self.warnings = self.warnings or set()
        self.warnings.add(flaw)

    def captured(self, name):
        place = self.rule.places.get(name)
        return None if place is None else self.segments[place]


# ---- pointers


def steps(pointer):
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def into(value, step):
    if isinstance(value, dict):
        return value.get(step)
    if not isinstance(value, list):
        return None
    if step.startswith("?"):
        name, _, wanted = step[1:].partition("=")
        holds = (one for one in reversed(value) if isinstance(one, dict) and one.get(name) == wanted)
        return next(holds, None)
    return value[int(step)] if step.isdigit() and int(step) < len(value) else None


def finder(text):
    """A function of the event that gives what the pointer finds."""
    from_root = text.startswith("env:")
    path = steps(text.removeprefix("env:"))
    if len(path) == 1:
        step = path[0]
        if from_root:
            return lambda event: into(event.root, step)
        return lambda event: into(event.body, step)

    def find(event):
        value = event.root if from_root else event.body
        for step in path:
            value = into(value, step)
        return value
    return find


# ---- conversions


def timestamp(value, _event):
    if isinstance(value, str):
        parts = ISO.fullmatch(value)
        if not parts:
            raise Refused("timestamp-not-iso8601")
        zone = "+00:00" if parts[3] == "Z" else parts[3]
        when = datetime.datetime.fromisoformat(parts[1] + zone)
        value = int(when.timestamp()) * 1000 + int(((parts[2] or "") + "000")[:3])
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refused("timestamp-wrong-type")
    elif isinstance(value, float):
        raise Refused("timestamp-not-integer")
    if not EARLIEST <= value < LATEST:
        raise Refused("timestamp-out-of-range")
    return value


def as_text(change):
    def convert(value, event):
        if not isinstance(value, str):
            return event.warn("type-mismatch")
        if len(value) > STRING_MAX // 4 and len(value.encode()) > STRING_MAX:
            return event.warn("string-too-long")
        return change(value) if change else value
    return convert


def long(value, event):
    good = type(value) is int and -1 << 63 <= value < 1 << 63
    return value if good else event.warn("type-mismatch")


def double(value, event):
    return float(value) if type(value) in (int, float) else event.warn("type-mismatch")


CONVERSIONS = {
    "string": as_text(None), "upper": as_text(str.upper),
    "upper_snake": as_text(lambda text: SNAKE.sub("_", text).replace(".", "_").upper()),
    "long": long, "double": double, "timestamp_ms": timestamp,
}


def getter(pointer, kind):
    find, convert = finder(pointer), CONVERSIONS[kind]
    nothing = (None, "") if kind == "string" else (None,)

    def get(event):
        value = find(event)
        return None if value in nothing else convert(value, event)
    return get


# ---- expressions


def compile_first(expression, mapping):
    parts = [compile_expression(part, mapping) for part in expression["first"]]
    required = expression.get("required")

    def first(event):
        for part in parts:
            value = part(event)
            if value is not None:
                return value
        if required:
            raise Refused(MISSING)
        return None
    return first


def compile_uuid5(expression, mapping):
    space = uuid.UUID(mapping["uuid5_namespace"]).bytes
    parts = [finder(part) if part.startswith(("/", "env:")) else compile_expression(part, mapping)
             for part in expression["uuid5"]]

    def make(event):
        values = [part(event) for part in parts]
        name = "\x1f".join("" if value is None or isinstance(value, (dict, list)) else str(value)
                           for value in values)
        return str(uuid.UUID(bytes=hashlib.sha1(space + name.encode()).digest()[:16], version=5))
    return make


def compile_record(expression, mapping):
    members = [(name, compile_expression(part, mapping)) for name, part in expression["record"].items()]
    null_if_empty = expression.get("null_if_empty")

    def record(event):
        made = {name: part(event) for name, part in members}
        if null_if_empty and all(value is None for value in made.values()):
            return None
        return made
    return record


def compile_raw(pointer):
    find, path = finder(pointer), steps(pointer)

    def raw(event):
        return None if find(event) is None else raw_at(event.line, event.body_path + path).encode()
    return raw


def compile_split(expression):
    whole, by, index = getter(expression["split"], "string"), expression["by"], expression["index"]

    def split(event):
        pieces = (whole(event) or "").split(by)
        return pieces[index] or None if index < len(pieces) else None
    return split


def compile_text(text, mapping):
    kind, _, name = text.partition(":")
    if text.startswith("="):
        return lambda event: text[1:]
    if kind == "const":
        constant = mapping["constants"][name]
        return lambda event: constant
    if kind == "topic":
        return lambda event: event.captured(name)
    if text == "$topic":
        return lambda event: event.topic
    if text == "$template":
        return lambda event: event.rule.general
    return getter(text, "string")


def compile_expression(expression, mapping):
    if expression is None:
        return lambda event: None
    if isinstance(expression, str):
        return compile_text(expression, mapping)
    if "first" in expression:
        return compile_first(expression, mapping)
    if "uuid5" in expression:
        return compile_uuid5(expression, mapping)
    if "record" in expression:
        return compile_record(expression, mapping)
    if "raw" in expression:
        return compile_raw(expression["raw"])
    if "get" in expression:
        return getter(expression["get"], expression["as"])
    if "split" in expression:
        return compile_split(expression)
    table, key = mapping["lookups"][expression["lookup"]], compile_expression(expression["key"], mapping)
    return lambda event: table.get(key(event))


# ---- what an event is

TYPES = {"string": str, "object": dict, "array": list, "number": (int, float), "boolean": bool}


def condition(pointer, wanted):
    find = finder("env:" + pointer)
    if wanted.startswith("="):
        return lambda event: find(event) == wanted[1:]
    if wanted.startswith("^"):
        return lambda event: str(find(event)).startswith(wanted[1:])
    kind = TYPES[wanted]
    return lambda event: isinstance(find(event), kind)


def conditions(when):
    holding = [condition(pointer, wanted) for pointer, wanted in when.items()]
    return lambda event: all(holds(event) for holds in holding)


class Template:
    def __init__(self, text):
        self.parts = [None if part.startswith("{") else part for part in text.split(".")]
        self.places = {part[1:-1]: i for i, part in enumerate(text.split(".")) if part.startswith("{")}
        self.general = ".".join(part or "{id}" for part in self.parts)

    def matches(self, segments):
        return len(segments) == len(self.parts) and all(
            segment if part is None else segment == part for part, segment in zip(self.parts, segments))


class Rule(Template):
    def __init__(self, rule, mapping, fields):
        super().__init__(rule["topic"])
        if "like" in rule:
            rule = next(other for other in mapping["rules"] if other["topic"] == rule["like"])
        self.fields = [(name, compile_expression(expression, mapping), name in fields)
                       for name, expression in {**mapping["common"], **rule["set"]}.items()]
        self.ingest = rule.get("timestamp_fallback") == "ingest"
        self.key = compile_expression(rule.get("key", mapping["key"]), mapping)

    def fill(self, event):
        record = {}
        for name, give, wanted in self.fields:
            try:
                value = give(event)
            except Refused as cause:
                if not self.ingest or name != "timestamp" or str(cause) != MISSING:
                    raise
                event.warn("timestamp-from-ingest")
                value = event.now
            if wanted:
                record[name] = value
        return record

    def type_of(self, segments):
        media = self.places.get("media")
        return ".".join(part or (segments[i] if i == media else "{id}") for i, part in enumerate(self.parts))


class Mapping:
    def __init__(self, text, fields):
        mapping = json.loads(text)
        self.skips, self.skipped = [], []
        for skip in mapping["skip"]:
            if "when" in skip:
                self.skips.append((conditions(skip["when"]), skip["reason"]))
            else:
                self.skipped.append((Template(skip["topic"]), skip["reason"]))
        self.envelopes = []
        for envelope in mapping["envelopes"]:
            topic = envelope["topic"]
            self.envelopes.append((conditions(envelope["when"]),
                                   compile_text(topic if topic.startswith("=") else "env:" + topic, mapping),
                                   finder("env:" + envelope["body"]), steps(envelope["body"])))
        self.rules = {}
        for rule in mapping["rules"]:
            made = Rule(rule, mapping, fields)
            self.rules.setdefault(len(made.parts), []).append(made)

    def apply(self, line, now):
        """(record, key, None), or (None, None, reason) for what is skipped or refused."""
        event = Event(line, json.loads(line), now)
        for holds, reason in self.skips:
            if holds(event):
                return None, None, reason
        for fits, topic, body, path in self.envelopes:
            if fits(event):
                event.topic, event.body, event.body_path = topic(event), body(event), path
                break
        else:
            return None, None, "unknown-envelope"
        if len(event.topic) > TOPIC_MAX:
            return None, None, "topic-too-long"
        event.segments = event.topic.split(".")
        for template, reason in self.skipped:
            if template.matches(event.segments):
                return None, None, reason
        for event.rule in self.rules.get(len(event.segments), ()):
            if event.rule.matches(event.segments):
                return self.settle(event)
        return None, None, "unmapped-topic"

    @staticmethod
    def settle(event):
        kind, conversation = event.root.get("detail-type"), event.body.get("conversationId")
        if isinstance(kind, str) and kind != event.rule.type_of(event.segments):
            return None, None, "detail-type-mismatch"
        captured = event.captured("conversation_id")
        if captured and isinstance(conversation, str) and conversation and captured != conversation:
            return None, None, "conversation-id-mismatch"
        try:
            return event.rule.fill(event), event.rule.key(event), None
        except Refused as cause:
            return None, None, str(cause)
