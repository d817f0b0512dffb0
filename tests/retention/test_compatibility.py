# SPDX-License-Identifier: Apache-2.0
"""What retention takes, compatibility remembers: one history, with a policy that prunes and without one."""
import os
import random

import pytest

from history import BEGIN
from registry import Registry
from schemas import plain, some_shape
from talk import Talk, Wrong, rfc3339

DAY = 86400
STEPS = 150
SEEDS = [int(os.environ["SEED"])] if "SEED" in os.environ else [1, 2, 3]
LEVELS = ["BACKWARD_TRANSITIVE", "FORWARD_TRANSITIVE", "FULL_TRANSITIVE"]
KEEP_ONE = {"prune": {"enabled": True, "keepVersions": 1}, "recycle": {"days": 1}, "purge": {"enabled": True},
            "limits": {"maxPercentPerSubject": 100}}


class Twins:
    """`pruned` and `whole` get the same; one of them has a policy."""

    def __init__(self, registry, level, seed):
        self.rng = random.Random(seed)
        self.talk, self.now = Talk(registry), BEGIN
        self.talk.connect()
        self.ask("PUT", "/config", {"compatibility": level})
        self.ask("PUT", "/retention/pruned", KEEP_ONE)
        self.days(0)
        self.refused = self.accepted = 0

    def ask(self, method, path, body=None):
        reply = self.talk.ask(method, path, body)
        assert reply.status == 200, reply
        return reply.json()

    def days(self, days):
        self.now += round(days * DAY)
        self.ask("POST", "/test/clock", {"now": rfc3339(self.now)})

    def live(self, name):
        """text → version"""
        rows = self.ask("GET", f"/schemas?subjectPrefix={name}")
        return {row["schema"]: row["version"] for row in rows}

    def check(self, content):
        """Both endpoints' verdicts, which must be one."""
        told = [self.ask("POST", f"/compatibility/subjects/{name}/versions", content.sent)["is_compatible"]
                for name in ("pruned", "whole")]
        if told[0] != told[1]:
            said = "\n".join(self.talk.said)
            raise Wrong(f"pruned says {told[0]}, whole {told[1]} of {content.text}:\n{said}")
        return told[0]

    def register(self, content):
        fits = self.check(content)
        if content.text in self.live("whole"):
            return                  # there it is no new version, here it may be one
        for name in ("pruned", "whole"):
            reply = self.talk.ask("POST", f"/subjects/{name}/versions", content.sent)
            if (reply.status == 200) != fits:
                raise Wrong(f"{name}: {fits} was said, then came {reply}")
        self.accepted += fits
        self.refused += not fits

    def delete_by_hand(self):
        """What a client deletes is forgotten in both."""
        pruned, whole = self.live("pruned"), self.live("whole")
        both = sorted(set(pruned) & set(whole))
        if both:
            text = self.rng.choice(both)
            self.ask("DELETE", f"/subjects/pruned/versions/{pruned[text]}")
            self.ask("DELETE", f"/subjects/whole/versions/{whole[text]}")

    def step(self):
        what = self.rng.random()
        if what < 0.75:
            self.register(plain(some_shape(self.rng)))
        elif what < 0.95:
            self.days(self.rng.choice([0.1, 1, 3]))
        else:
            self.delete_by_hand()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_transitive_level_sees_what_policy_recycled_as_if_it_were_live(level, seed, tmp_path):
    with Registry(tmp_path, options=["--clock", "manual"]) as registry:
        twins = Twins(registry, level, seed)
        for _ in range(STEPS):
            twins.step()
        rows = twins.ask("GET", "/schemas?deleted=true")
        hidden = [row for row in rows if row["subject"] == "pruned" and row["deleted"]]
        assert twins.refused > 5 and twins.accepted > 1 and hidden, (twins.refused, twins.accepted, hidden)
        twins.talk.client.close()


def test_a_purge_that_shrinks_what_is_checked_waits_for_leave_and_is_marked(tmp_path):
    with Registry(tmp_path, options=["--clock", "manual", "--retention-sweep-interval", "0"]) as registry:
        twins = Twins(registry, "BACKWARD_TRANSITIVE", 0)
        first, second = (plain((("a", kind), ("b", other), ("c", "absent")))
                         for kind, other in (("bare", "absent"), ("default", "default")))
        for content in (first, second):
            twins.ask("POST", "/subjects/pruned/versions", content.sent)
        plan = twins.ask("POST", "/retention/plan")
        twins.ask("POST", "/retention/apply", {"digest": plan["digest"]})
        narrower = plain((("a", "absent"), ("b", "bare"), ("c", "absent")))     # reads second, not first
        ask = "/compatibility/subjects/pruned/versions"
        assert not twins.ask("POST", ask, narrower.sent)["is_compatible"]
        twins.days(2)
        plan = twins.ask("POST", "/retention/plan")
        assert plan["actions"] == [] and [[by["rule"] for by in each["by"]] for each in plan["kept"]] == \
            [["transitive"]], plan
        twins.ask("PUT", "/retention/pruned", {"purge": {"evenIfTransitive": True}})
        plan = twins.ask("POST", "/retention/plan")
        assert [(each["version"], each["action"], each["weakensTransitive"]) for each in plan["actions"]] == \
            [(1, "purge", True)]
        twins.ask("POST", "/retention/apply", {"digest": plan["digest"]})
        assert twins.ask("POST", ask, narrower.sent)["is_compatible"]
        twins.talk.client.close()
