# SPDX-License-Identifier: Apache-2.0
"""Talking to a schemad under test: every exchange is kept, every answer compared with what the model says."""
import datetime
import json

from model import Refused
from registry import quote

AGENT = "history/1"
SHOWN = 30      # exchanges that a failure shows


def moment(text):
    """Seconds since 1970 of an RFC 3339 time in UTC."""
    assert text.endswith("Z"), text
    return datetime.datetime.fromisoformat(text).timestamp()


def rfc3339(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def settings_path(kind, place):
    return f"/{kind}" if place == ":.:" else f"/{kind}/{quote(place)}"


class Wrong(AssertionError):
    pass


class Talk:
    """One server, and what was said to it."""

    def __init__(self, registry, on_refusal=lambda refused: None):
        self.registry, self.on_refusal = registry, on_refusal
        self.client = None
        self.said = []

    def connect(self):
        self.client = self.registry.client(timeout=60)

    def ask(self, method, path, body=None):
        reply = self.client.ask(method, path, body, {"User-Agent": AGENT})
        sent = "" if body is None else " " + json.dumps(body)
        self.said.append(f"{method} {path}{sent}\n      {reply.status} {reply.text[:1500]}")
        del self.said[:-SHOWN]
        return reply

    def get(self, path):
        """The answer to what must be answered."""
        reply = self.ask("GET", path)
        if reply.status != 200:
            raise Wrong(f"200 was expected: {reply}")
        return reply.json()

    def must(self, method, path, body, expected, counted=True):
        """`expected` tells what must come, from the model: a value, or `Refused`. → (reply, value or None)"""
        reply = self.ask(method, path, body)
        value, refused = outcome(expected)
        if refused:
            self.refuses(reply, refused)
            if counted:
                self.on_refusal(refused)
        elif reply.status >= 300:
            raise Wrong(f"{method} {path}: the model answers {value!r}, the server {reply}")
        return reply, value

    def refuses(self, reply, refused):
        code = reply.json()["error_code"] if reply.status >= 400 else reply.status
        code = 409 if code == 40901 else code
        if code != refused.code or reply.status != int(str(code)[:3]):
            kept = [each.rule for each in refused.kept or ()]
            raise Wrong(f"the model refuses with {refused.code} {kept}, the server answers {reply}")
        if code in (42290, 42291):
            same_protection(reply.json(), refused)
        elif refused.version and f"{{oldSchemaVersion: {refused.version}}}" not in reply.text and \
                "oldSchemaVersion" in reply.text:
            raise Wrong(f"version {refused.version} is the first that does not fit: {reply}")


def outcome(call):
    try:
        return call(), None
    except Refused as refused:
        return None, refused


def same_kept(got, wanted, where):
    """`by` or `protectedBy` against the model's: the same rules in the same order, to the same moment."""
    rules = [(each["rule"], moment(each["until"]) if "until" in each else None) for each in got]
    expected = [(each.rule, each.until) for each in wanted]
    if rules != expected:
        raise Wrong(f"{where}: kept by {expected} says the model, by {rules} the server")
    if not all(isinstance(each["detail"], str) and each["detail"] for each in got):
        raise Wrong(f"{where}: a detail is missing: {got}")


def same_protection(body, refused):
    retention = body["retention"]
    if list(body)[:2] != ["error_code", "message"]:
        raise Wrong(f"the code comes first: {body}")
    same_kept(retention["protectedBy"], refused.kept, body["message"])
    ends = [each.until for each in refused.kept]
    until = None if None in ends else max(ends)
    if until != (moment(retention["until"]) if "until" in retention else None):
        raise Wrong(f"the outer until is {until}: {body}")
    if f"Version {refused.version} " not in body["message"]:
        raise Wrong(f"version {refused.version} is the lowest that is kept: {body}")
    if body["error_code"] == 42290:
        wanted = ", ".join(rule_text(each) for each in refused.kept)
        if not body["message"].endswith(f" is protected by retention policy: {wanted}"):
            raise Wrong(f"the message ends with {wanted!r}: {body['message']}")


def rule_text(kept):
    value = f"{kept.value:g}"
    return f"{kept.rule} {value}" + (f" until {rfc3339(kept.until)}" if kept.until is not None else "")
