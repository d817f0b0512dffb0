# SPDX-License-Identifier: Apache-2.0
"""A random history: one step after the other, each asked of the server and of the model.

Everything comes from the seed; a history runs the same way again with the same seed and number of steps.
"""
import json
import random
import time

from check import Checks, id_path, same
from model import DAY, EVERYWHERE, Model, place_of
from policies import some_patch
from registry import quote
from schemas import Reference, plain, referring, some_shape
from talk import SHOWN, Talk, Wrong, moment, outcome, rfc3339, settings_path

SUBJECTS = ["a", "b", "d", ":.c:a", ":.c:b"]
PLACES = [*SUBJECTS, ":.:", ":.c:", EVERYWHERE]
LEVELS = ["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FULL_TRANSITIVE", "FORWARD_TRANSITIVE", "FORWARD"]
SWEEP = 3600
BEGIN = 1_700_000_000
DEEP = 40       # steps between two looks at everything
EVERYTHING = ("", None, None, ("recycle", "purge"))
PREFIXES = [    # as of GET /subjects
    ("", lambda name: not name.startswith(":.")), ("a", lambda name: name == "a"),
    (":.c:", lambda name: name.startswith(":.c:")), (":.c:b", lambda name: name == ":.c:b"),
    (":*:", lambda name: True), (":*:b", lambda name: name in ("b", ":.c:b")),
    ("nothing", lambda name: False),
]


class History:
    def __init__(self, registry, seed, sweeps):
        self.rng = random.Random(seed)
        self.registry, self.sweeps = registry, sweeps
        self.model = Model()
        self.talk = Talk(registry, self.model.count_refusal)
        self.checks = Checks(self.talk, self.model)
        self.swept = None       # when a sweep is known to have run last
        self.steps = 0
        self.counts = {}

    # ---- running

    def run(self, steps):
        self.talk.connect()
        self.set_clock(BEGIN)
        names = [name for name, weight in STEPS.items() for _ in range(weight)]
        try:
            while self.steps < steps:
                self.step(self.rng.choice(names))
            self.look_at_everything()
        except Exception as problem:
            last = "\n".join(self.talk.said)
            raise Wrong(f"step {self.steps}: {problem!s}\nthe last {SHOWN} exchanges:\n{last}") from problem
        finally:
            self.talk.client.close()

    def step(self, name):
        self.steps += 1
        before = len(self.model.events)
        getattr(self, name)()
        self.counts[name] = self.counts.get(name, 0) + 1
        self.checks.listing()
        subject = self.touched(before) or self.subject()
        numbers = sorted({*subject.rows, *subject.tombs})
        if numbers:
            self.checks.explain(subject, self.rng.choice(numbers))
        if self.steps % DEEP == 0:
            self.look_at_everything()

    def touched(self, before):
        new = self.model.events[before:]
        return self.model.subject(self.rng.choice(new)["subject"]) if new else None

    def look_at_everything(self):
        self.checks.explain_all()
        self.checks.history()
        self.checks.part_of_history(self.subject().name, self.model.now - 30)
        self.same_plan_twice()
        for context, id in self.model.texts:
            self.checks.used(context, id)
        if self.rng.random() < 0.2:
            self.checks.bytes_of_ids()

    # ---- choosing

    def subject(self):
        return self.model.subject(self.rng.choice(SUBJECTS))

    def subject_with_recycled(self):
        some = [subject for subject in self.model.subjects.values() if subject.sorted(live=False)]
        return self.rng.choice(some) if some and self.rng.random() < 0.8 else self.subject()

    def number(self, subject, live=None):
        """Mostly a number that is there."""
        rows = subject.sorted(live)
        if rows and self.rng.random() < 0.93:
            return self.rng.choice(rows).number
        return self.rng.randint(1, max([3, *subject.rows, *subject.tombs]) + 1)

    def some_content(self, subject):
        """Content for a subject; mostly one that fits, so that histories grow."""
        for _ in range(4):
            content = self.any_content(subject)
            if not outcome(lambda content=content: self.model.parse(subject, content, strict=True))[1] and \
                    self.model.first_conflict(subject, content) is None:
                break
        return content

    def any_content(self, subject):
        shape = some_shape(self.rng)
        if subject.name not in ("d", ":.c:b") or self.rng.random() < 0.2:
            return plain(shape)
        names = ["a", "b"] if subject.context != "." else ["a", "b", ":.c:a"]
        name = self.rng.choice(names)
        target = self.model.subject(name if subject.context == "." else f":{subject.context}:{name}")
        fitting = [row.number for row in target.rows.values() if not row.content.references]
        known = fitting and self.rng.random() < 0.95
        number = self.rng.choice(fitting) if known else self.rng.randint(1, 9)
        return referring(shape, Reference(name, number))

    def reason(self):
        return f"because {self.rng.randint(1, 99)}"

    # ---- registering and reading

    def register(self):
        subject = self.subject()
        self.send_register(subject, self.some_content(subject))

    def register_again(self):
        """What the subject has, or had."""
        subject = self.subject()
        if subject.rows:
            self.send_register(subject, self.rng.choice(list(subject.rows.values())).content)

    def send_register(self, subject, content, id=-1, version=0):
        body = dict(content.sent)
        if id >= 0:
            body.update(id=id, version=version)
        force = self.rng.random() < 0.06
        path = f"/subjects/{quote(subject.name)}/versions" + ("?force=true" if force else "")
        reply, value = self.talk.must(
            "POST", path, body, lambda: self.model.register(subject.name, content, id, version, force))
        if value is None:
            return
        number, wanted = value
        got = reply.json()
        same("version given", got["version"], number)
        if wanted:
            same("id given", got["id"], wanted)
        else:
            if got["id"] <= self.model.last_id.get(subject.context, 0):
                raise Wrong(f"an id that was given before is given again: {got}")
            self.model.settle(subject, number, got["id"])
        self.checks.issued[subject.context, got["id"]] = got["schema"]
        same("text", got["schema"], content.text)

    def check(self):
        """Compatibility as registration would ask it."""
        subject = self.subject()
        content = self.any_content(subject)
        if outcome(lambda: self.model.parse(subject, content, strict=True))[1]:
            return
        reply = self.talk.ask("POST", f"/compatibility/subjects/{quote(subject.name)}/versions", content.sent)
        conflict = self.model.first_conflict(subject, content)
        same("compatible", reply.json()["is_compatible"], conflict is None)

    def look_up(self):
        subject = self.subject()
        if not subject.latest:
            return
        content = self.rng.choice(subject.sorted(live=True)).content
        row = next(row for row in reversed(subject.sorted(live=True)) if row.content == content)
        reply = self.talk.ask("POST", f"/subjects/{quote(subject.name)}", row.content.sent)
        same("lookup", (reply.json().get("version"), reply.json().get("id")), (row.number, row.id))
        self.model.mark(subject.context, row.id)

    def read(self):
        """By id or by version."""
        subject = self.subject()
        if not subject.rows:
            return
        row = self.rng.choice(list(subject.rows.values()))
        if self.rng.random() < 0.6 or not row.live:
            reply = self.talk.ask("GET", id_path(subject.context, row.id, self.rng.choice(["", "/schema"])))
        else:
            reply = self.talk.ask("GET", f"/subjects/{quote(subject.name)}/versions/{row.number}")
        same("status", reply.status, 200)
        self.model.mark(subject.context, row.id)
        self.checks.used(subject.context, row.id)

    # ---- deleting

    def delete_version(self):
        subject = self.subject()
        permanent = self.rng.random() < 0.4
        number = self.number(subject, live=not permanent)
        self.delete(permanent, f"/subjects/{quote(subject.name)}/versions/{number}",
                    lambda **how: self.model.delete_version(subject.name, number, **how))

    def delete_subject(self):
        subject = self.subject()
        permanent = self.rng.random() < (0.2 if subject.latest else 0.8)
        self.delete(permanent, f"/subjects/{quote(subject.name)}",
                    lambda **how: self.model.delete_subject(subject.name, **how))

    def delete(self, permanent, path, on_model):
        how, query = {"permanent": permanent}, [f"permanent={str(permanent).lower()}"]
        if self.rng.random() < 0.35:
            how["force"] = True
            query.append("force=true")
            if self.rng.random() < 0.8:
                how["reason"] = self.reason()
                query.append(f"reason={quote(how['reason'])}")
        path += "?" + "&".join(query)
        dry = None
        if self.rng.random() < 0.4:
            dry, _ = self.talk.must("DELETE", path + "&dryRun=true", None,
                                    lambda: on_model(dry=True, **how), counted=False)
            if self.rng.random() < 0.3:
                return
        reply, value = self.talk.must("DELETE", path, None, lambda: on_model(**how))
        if value is not None:
            same("deleted", reply.json(), value)
        if dry and (dry.status, dry.body) != (reply.status, reply.body):
            raise Wrong(f"the dry run said {dry}, then came {reply}")

    def delete_context(self):
        reply, _ = self.talk.must("DELETE", "/contexts/.c", None, lambda: self.model.delete_context(".c"))
        if reply.status == 204:
            self.adopt_context_settings()

    def adopt_context_settings(self):
        """Whether a context's own settings outlive it is not what these histories are about."""
        model = self.model
        for kind, values, name in (("retention", model.policies, None), ("mode", model.modes, "mode"),
                                   ("config", model.levels, "compatibilityLevel")):
            reply = self.talk.ask("GET", settings_path(kind, ":.c:"))
            if reply.status == 404:
                values.pop(":.c:", None)
            elif ":.c:" in values:
                same(kind, reply.json()[name] if name else reply.json(), values[":.c:"])

    # ---- undelete and holds

    def undelete_version(self):
        subject = self.subject_with_recycled()
        number = self.number(subject, live=False if self.rng.random() < 0.85 else None)
        self.undelete(subject, f"/versions/{number}",
                      lambda force: self.model.undelete_version(subject.name, number, force))

    def undelete_subject(self):
        subject = self.subject_with_recycled()
        self.undelete(subject, "", lambda force: self.model.undelete_subject(subject.name, force))

    def undelete(self, subject, rest, on_model):
        force = self.rng.random() < 0.2
        path = f"/subjects/{quote(subject.name)}{rest}/undelete" + ("?force=true" if force else "")
        reply, value = self.talk.must("POST", path, None, lambda: on_model(force))
        if value is not None:
            same("undeleted", reply.json(), value)

    def hold(self):
        subject = self.subject()
        number = self.number(subject)
        reason = self.reason() if self.rng.random() < 0.95 else ""
        until = None
        if self.rng.random() < 0.7:
            until = self.model.now + self.rng.choice([-60, 60, 7200, DAY, 5 * DAY])
        body = {"reason": reason} | ({} if until is None else {"until": rfc3339(until)})
        reply, value = self.talk.must("PUT", f"/subjects/{quote(subject.name)}/versions/{number}/hold", body,
                                      lambda: self.model.put_hold(subject.name, number, reason, until))
        if value:
            self.same_hold(reply.json(), value)

    def release(self):
        held = [(subject, row) for subject in self.model.subjects.values() for row in subject.rows.values()
                if row.hold]
        subject, number = self.subject(), 1
        if held and self.rng.random() < 0.9:
            subject, row = self.rng.choice(held)
            number = row.number
        path = f"/subjects/{quote(subject.name)}/versions/{number}/hold"
        reply, value = self.talk.must("DELETE", path, None,
                                      lambda: self.model.delete_hold(subject.name, number))
        if value:
            self.same_hold(reply.json(), value)

    def same_hold(self, got, wanted):
        same("members of a hold", [name for name in got if name != "until"], ["reason", "at", "by"])
        until = moment(got["until"]) if "until" in got else None
        same("hold", (got["reason"], until), (wanted["reason"], wanted["until"]))

    # ---- settings

    def policy(self):
        place = self.rng.choice(PLACES)
        patch = some_patch(self.rng)
        reply, value = self.talk.must("PUT", settings_path("retention", place), patch,
                                      lambda: self.model.put_policy(place, patch))
        if value is not None:
            got = reply.json()
            got.pop("warnings", None)
            same("policy", got, value)
            same("stored policy", self.talk.get(settings_path("retention", place)), value)

    def delete_policy(self):
        stored = list(self.model.policies)
        place = self.rng.choice(stored if stored and self.rng.random() < 0.9 else PLACES)
        if place == ":.:" and place not in self.model.policies:
            return
        reply, value = self.talk.must("DELETE", settings_path("retention", place), None,
                                      lambda: self.model.delete_policy(place))
        if value is not None:
            same("policy removed", reply.json(), value)

    def governing(self):
        subject = self.subject()
        got = self.talk.get(f"/retention/{quote(subject.name)}?defaultToGlobal=true")
        same("the policy that governs", got, self.model.policy(subject.name))

    def level(self):
        place, level = self.rng.choice(PLACES), self.rng.choice(LEVELS)
        self.talk.must("PUT", settings_path("config", place), {"compatibility": level},
                       lambda: self.model.put_level(place, level))

    def mode(self):
        """One place at a time is read-only, and soon is no more."""
        narrowed = [place for place, mode in self.model.modes.items() if mode != "READWRITE"]
        place = narrowed[0] if narrowed else self.rng.choice(PLACES)
        self.put_mode(place, "READWRITE" if narrowed else "READONLY")

    def put_mode(self, place, mode, force=False):
        path = settings_path("mode", place) + ("?force=true" if force else "")
        reply, _ = self.talk.must("PUT", path, {"mode": mode},
                                  lambda: self.model.put_mode(place, mode, force))
        return reply.status == 200

    def leave_modes(self):
        for place, mode in list(self.model.modes.items()):
            if mode != "READWRITE":
                self.put_mode(place, "READWRITE")

    def import_some(self):
        """IMPORT, with leftovers where there are some; what was purged may come back as it was."""
        subject = self.subject()
        if subject.latest and self.rng.random() < 0.7:
            self.talk.must(
                "DELETE", f"/subjects/{quote(subject.name)}?force=true&reason=import", None,
                lambda: self.model.delete_subject(subject.name, force=True, reason="import"))
        place = self.rng.choice([subject.name] * 6 + [place_of(subject.context), EVERYWHERE])
        if self.put_mode(place, "IMPORT", force=self.rng.random() < 0.3):
            for _ in range(self.rng.randint(1, 3)):
                self.import_one(subject)
            self.put_mode(place, "READWRITE")

    def import_one(self, subject):
        tombs = [(number, tomb) for number, tomb in subject.tombs.items() if number not in subject.rows]
        if tombs and self.rng.random() < 0.6:
            number, tomb = self.rng.choice(tombs)
            content, id = tomb["text"], tomb["id"]
            if self.rng.random() < 0.3:
                content, id = self.fresh_import(subject)
        else:
            content, id = self.fresh_import(subject)
            number = self.number_to_import(subject)
        row = subject.rows.get(number)
        if row and (row.id == id or self.model.referrers(subject, row)):
            return
        if self.model.id_of(subject.context, content) in (0, id):
            self.send_register(subject, content, id, number)

    def number_to_import(self, subject):
        """A new one, or now and then one whose version is replaced."""
        if subject.rows and self.rng.random() < 0.3:
            return self.rng.choice(list(subject.rows))
        return max([subject.kept, *subject.rows, *subject.tombs, 0]) + self.rng.randint(1, 2)

    def fresh_import(self, subject):
        """Content and its id; one that the context does not know gets an id above all."""
        content = plain(some_shape(self.rng))
        known = self.model.id_of(subject.context, content)
        return content, known or self.model.last_id.get(subject.context, 0) + self.rng.randint(1, 3)

    # ---- plan and apply

    def selection(self):
        """What a plan is asked about: the path and body of the request, and the same for the model."""
        kind = self.rng.random()
        where, body, names = "", {}, None
        if kind < 0.3:
            names = self.rng.sample(SUBJECTS, self.rng.randint(1, 3))
            body["subjects"] = names
        elif kind < 0.45:
            body["subjectPrefix"], fits = self.rng.choice(PREFIXES)
            names = self.existing(fits)
        elif kind < 0.55:
            where, names = "/contexts/.c", self.existing(lambda name: name.startswith(":.c:"))
        stages = ("recycle", "purge")
        if self.rng.random() < 0.25:
            stages = (self.rng.choice(stages),)
            body["stages"] = list(stages)
        return where, body or None, names, stages

    def existing(self, fits):
        return [name for name in SUBJECTS if fits(name) and self.model.subject(name).rows]

    def plan(self, selection):
        where, body, names, stages = selection
        reply, wanted = self.talk.must("POST", f"{where}/retention/plan", body,
                                       lambda: self.model.plan(names, stages))
        if wanted is None:
            return None, None
        self.checks.plan(reply.json(), wanted)
        return reply.json(), wanted

    def same_plan_twice(self):
        first, _ = self.plan(EVERYTHING)
        second, _ = self.plan(EVERYTHING)
        same("digest", second["digest"], first["digest"])

    def apply(self):
        """What was previewed is done, all of it and nothing else; or refused where something has changed."""
        selection = self.selection()
        plan, _ = self.plan(selection)
        if plan is None:
            return
        stale = self.rng.random() < 0.25 and self.disturb(selection)
        where, body, names, stages = selection
        wanted = self.model.plan(names, stages)
        before = self.checks.rows()
        reply = self.talk.ask("POST", f"{where}/retention/apply", {**(body or {}), "digest": plan["digest"]})
        if stale:
            return self.refused_as_stale(reply, wanted, before)
        if ["mode"] in wanted.kept.values():
            return same("apply where something is read-only", reply.error[:2], (422, 42205))
        same("apply", reply.status, 200)
        self.checks.plan(reply.json(), wanted)
        same("digest of what was done", reply.json()["digest"], plan["digest"])
        self.model.apply(wanted)
        self.did_exactly(reply.json()["actions"], before, self.checks.rows())

    def did_exactly(self, actions, before, after):
        """The difference between two listings is the plan."""
        went = {key for key in before if key not in after}
        hidden = {key for key in after if before[key][1] and not after[key][1]}
        planned = {stage: {(each["subject"], each["version"]) for each in actions if each["action"] == stage}
                   for stage in ("recycle", "purge")}
        same("what apply did", (hidden, went), (planned["recycle"], planned["purge"]))
        same("what apply left", {key: after[key] for key in after if key not in hidden},
             {key: before[key] for key in before if key not in hidden | went})

    def disturb(self, selection):
        """A version comes into a subject of the selection, or is used. True: the plan rests on that."""
        names = self.existing(lambda name: True) if selection[2] is None else selection[2]
        if not names:
            return False
        subject = self.model.subject(self.rng.choice(names))
        before = self.model.inputs(names)
        self.send_register(subject, self.some_content(subject))
        return self.model.inputs(names) != before

    def refused_as_stale(self, reply, wanted, before):
        same("apply of a stale plan", reply.error, (
            409, 40990, "The retention plan is stale: the registry has changed since it was made"))
        self.checks.plan(reply.json()["plan"], wanted)
        same("rows after a stale plan", self.checks.rows(), before)

    def apply_foreign(self):
        before = self.checks.rows()
        wanted = self.model.plan()
        reply = self.talk.ask("POST", "/retention/apply", {"digest": f"{self.rng.getrandbits(256):064x}"})
        self.refused_as_stale(reply, wanted, before)

    def killed_in_apply(self):
        """All of it or nothing, when the process is killed somewhere in the midst."""
        plan, wanted = self.plan(EVERYTHING)
        before = self.checks.rows()
        body = json.dumps({"digest": plan["digest"]})
        self.talk.client.http.request("POST", "/retention/apply", body, {"Content-Type": "application/json"})
        time.sleep(self.rng.random() * 0.01)
        self.start_again(killed=True)
        after = self.checks.rows()
        done = after != before and ["mode"] not in wanted.kept.values()
        if done:
            self.model.apply(wanted)
        self.after_kill()
        if done:
            self.did_exactly(plan["actions"], before, after)

    # ---- time, and being stopped

    def minutes(self):
        self.set_clock(self.model.now + self.rng.choice([0, 60, 300, 600]))

    def hours(self):
        self.set_clock(self.model.now + self.rng.choice([1, 6, 12]) * 3600)

    def days(self):
        self.set_clock(self.model.now + round(self.rng.choice([1, 1.5, 2, 3, 10]) * DAY))

    def back(self):
        """The clock may go back where it is told to; with sweeps it is not known when the next is due."""
        then = self.model.now - self.rng.choice([60, 7200, DAY])
        if self.sweeps:
            reply = self.talk.ask("POST", "/test/clock", {"now": rfc3339(then)})
            same("going back", reply.error[:2], (422, 42295))
        else:
            self.model.went_back = True
            self.set_clock(then, allowBack=True)

    def set_clock(self, now, **more):
        got = self.talk.ask("POST", "/test/clock", {"now": rfc3339(now), **more})
        same("clock", (got.status, got.json()), (200, {"now": rfc3339(now)}))
        self.model.now = now
        if self.sweeps and self.swept is None:
            self.maybe_swept()
        elif self.sweeps and now - self.swept >= SWEEP:
            self.sweep()
        self.model.written()

    def sweep(self):
        self.model.who = "sweeper"
        self.model.apply(self.model.plan())
        self.model.who = "client"
        self.swept = self.model.now

    def maybe_swept(self):
        """After a start it is seen, not known, whether a sweep was due; after an hour there is no doubt."""
        doubt = self.model.now - self.started < SWEEP if self.started is not None else False
        if not doubt or self.checks.rows() != self.checks.model_rows():
            self.sweep()

    started = None

    def restart(self):
        killed = self.rng.random() < 0.5
        self.start_again(killed)
        if killed:
            self.after_kill()

    def start_again(self, killed):
        self.talk.client.close()
        if killed:
            self.registry.kill()
        else:
            same("exit", self.registry.stop(), 0)
            self.model.written()
        self.registry.start()
        self.talk.connect()
        same("clock", self.talk.get("/test/clock"), {"now": rfc3339(self.model.now)})
        self.swept, self.started = None, self.model.now

    def after_kill(self):
        """Marks of use since the last POST of the clock may be lost; nothing else. Whether what was asked for
        when the process was killed was done is known by now: an id that went has no marks."""
        model = self.model
        for (context, id), before in model.unwritten.items():
            if (context, id) in model.texts:
                day = self.checks.usage(context, id)
                if day not in (before, model.used[context, id]):
                    raise Wrong(f"use of {id} in {context}: day {day}")
                model.used[context, id] = day
                if day is None:
                    del model.used[context, id]
        model.unwritten.clear()
        model.refused_unwritten.clear()


STEPS = {
    "register": 28, "register_again": 5, "check": 4, "look_up": 2, "read": 4,
    "delete_version": 10, "delete_subject": 3, "delete_context": 1,
    "undelete_version": 6, "undelete_subject": 2, "hold": 4, "release": 3,
    "policy": 8, "delete_policy": 2, "governing": 2, "level": 3,
    "mode": 3, "leave_modes": 2, "import_some": 2, "apply": 10,
    "apply_foreign": 1, "minutes": 3, "hours": 5, "days": 4, "back": 1, "restart": 1, "killed_in_apply": 1,
}
