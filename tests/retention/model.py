# SPDX-License-Identifier: Apache-2.0
"""The registry as its contract and the laws of retention describe it: rows, tombstones, policies, time.

A second reading of the specification. It knows no HTTP and nothing of how schemad works: every call either
changes the model and returns what the answer must say, or raises `Refused` and changes nothing. Times are
seconds since 1970.
"""
import math
from collections import Counter
from dataclasses import dataclass, field

from schemas import Content, follows

DAY = 86400
EVERYWHERE = ":.__GLOBAL:"


class Refused(Exception):
    """The code of the error that must come, what keeps a version where that is asked, and which version."""

    def __init__(self, code, kept=None, version=None, subject=None):
        super().__init__(code)
        self.code, self.kept, self.version, self.subject = code, kept, version, subject


@dataclass
class Row:
    number: int
    id: int
    content: Content
    created: int
    superseded: int | None = None       # when it last stopped being the latest live one
    recycled: dict | None = None        # at, policy, why
    hold: dict | None = None            # reason, until

    @property
    def live(self):
        return self.recycled is None


@dataclass
class Subject:
    name: str
    rows: dict = field(default_factory=dict)
    tombs: dict = field(default_factory=dict)       # number → what the last purge of it left
    kept: int = 0                                   # the highest number ever given, where a policy keeps it

    @property
    def context(self):
        return context_of(self.name)

    def sorted(self, live=None):
        return [row for _, row in sorted(self.rows.items()) if live is None or row.live == live]

    @property
    def latest(self):
        return next(iter(reversed(self.sorted(live=True))), None)

    def rank(self, row):
        """How many live versions are newer."""
        return sum(1 for other in self.sorted(live=True) if other.number > row.number)


@dataclass
class Kept:
    """One reason for which a version stays; `until` is None where time alone does not end it."""
    rule: str
    until: int | None = None
    value: object = None


@dataclass
class Action:
    subject: str
    version: int
    id: int
    action: str
    weakens: bool
    since: int          # superseded, or recycled: who goes first where not all may go


@dataclass
class Plan:
    actions: list
    kept: dict          # (subject, version) → [rules]
    evaluated: int


def context_of(name):
    return name[1:name.index(":", 2)] if name.startswith(":.") else "."


def place_of(context):
    return ":.:" if context == "." else f":{context}:"


def section(policy, name):
    return policy.get(name) or {}


def under_policy(policy):
    protect = section(policy, "protect")
    return any(protect.get(rule) for rule in ("minVersions", "minAgeDays", "usedWithinDays")) or \
        bool(section(policy, "prune").get("enabled")) or bool(section(policy, "purge").get("enabled"))


def merge_patch(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merge_patch(target.get(name), value)
    return target


class Model:
    def __init__(self):
        self.now = 0
        self.subjects = {}
        self.policies, self.levels, self.modes = {}, {}, {}     # by subject or place
        self.last_id = {}                                       # context → the highest id given
        self.texts = {}                                         # (context, id) → Content, while a row has it
        self.used, self.born = {}, {}                           # (context, id) → day
        self.unwritten = {}                                     # marks that a crash may lose → the day before
        self.events = []                                        # what the history must tell
        self.refused_least, self.refused_most, self.refused_unwritten = Counter(), Counter(), Counter()
        self.who = "client"
        self.went_back = False

    # ---- looking

    def subject(self, name):
        return self.subjects.setdefault(name, Subject(name))

    def known(self, name):
        """The subject, if it has a row."""
        subject = self.subjects.get(name)
        if not subject or not subject.rows:
            raise Refused(40401)
        return subject

    def inherited(self, values, name, default):
        for place in (name, place_of(context_of(name)), EVERYWHERE):
            if place in values:
                return values[place]
        return default

    def governing(self, name):
        """The place whose policy governs, None without one."""
        return self.inherited({place: place for place in self.policies}, name, None)

    def policy(self, name):
        return self.inherited(self.policies, name, {})

    def level(self, name):
        return self.inherited(self.levels, name, "BACKWARD")

    def mode(self, name):
        return self.inherited(self.modes, name, "READWRITE")

    def transitive(self, name):
        return self.level(name).endswith("_TRANSITIVE")

    def target(self, context, reference):
        """(subject, row) of what a reference names; the row is None where there is none."""
        name = reference.subject
        if not name.startswith(":.") and context != ".":
            name = f":{context}:{name}"
        subject = self.subjects.get(name)
        return subject, subject.rows.get(reference.version) if subject else None

    def resolver(self, context):
        return lambda reference: self.target(context, reference)[1].content

    def referrers(self, subject, row, live=False, others=False):
        """The rows that refer to this one: all, or only the live, or only those of other subjects."""
        found = []
        for other in self.subjects.values():
            if others and other is subject:
                continue
            for each in other.rows.values():
                hit = any(self.target(other.context, reference)[1] is row
                          for reference in each.content.references)
                if hit and (each.live or not live):
                    found.append((other, each))
        return found

    # ---- what keeps a version

    def hold_of(self, row):
        hold = row.hold
        return hold if hold and (hold["until"] is None or self.now < hold["until"]) else None

    def used_day(self, subject, row):
        """An id without a mark counts as used on the day of its registration."""
        key = subject.context, row.id
        return self.used.get(key, self.born[key])

    def clock_starts(self, subject, row, policy):
        """From when its age counts; None: it is the latest, and its age is 0."""
        if section(policy, "protect").get("ageBasis", "superseded") == "created":
            return row.created
        return None if row is subject.latest else row.superseded

    def age(self, subject, row, policy):
        start = self.clock_starts(subject, row, policy)
        return 0 if start is None else max(0, self.now - start)

    def floors(self, subject, row):
        policy = self.policy(subject.name)
        protect = section(policy, "protect")
        kept = []
        least = protect.get("minVersions")
        if least and row.live and subject.rank(row) < least:
            kept.append(Kept("minVersions", None, least))
        days = protect.get("minAgeDays")
        if days and self.age(subject, row, policy) < days * DAY:
            start = self.clock_starts(subject, row, policy)
            kept.append(Kept("minAgeDays", None if start is None else start + round(days * DAY), days))
        days = protect.get("usedWithinDays")
        if days:
            until = (self.used_day(subject, row) + math.ceil(days)) * DAY
            if self.now < until:
                kept.append(Kept("usedWithinDays", until, days))
        return kept

    def protection(self, subject, row):
        """Explain's `by`."""
        hold = self.hold_of(row)
        return ([Kept("hold", hold["until"])] if hold else []) + self.floors(subject, row)

    def removable(self, subject, row, force=False, reason=None):
        """Raises where a hold or a floor keeps it; a forced removal passes floors. True: it was forced."""
        kept = self.protection(subject, row)
        if self.hold_of(row):
            raise Refused(42291, kept, row.number, subject.name)
        if not kept:
            return False
        if not force:
            raise Refused(42290, kept, row.number, subject.name)
        if not reason:
            raise Refused(42294)
        return True

    def expires(self, subject, row):
        days = section(self.policy(subject.name), "recycle").get("days")
        return None if row.live or days is None else row.recycled["at"] + round(days * DAY)

    # ---- what compatibility reads

    def remembered(self, subject):
        """Live versions and, under a transitive level, those recycled by policy, newest number first."""
        also = self.transitive(subject.name)
        return [row for row in reversed(subject.sorted())
                if row.live or (also and row.recycled["policy"])]

    def first_conflict(self, subject, content):
        """The version that a new content cannot follow, None if there is none."""
        level = self.level(subject.name)
        resolve = self.resolver(subject.context)
        rows = self.remembered(subject) if self.transitive(subject.name) else [subject.latest]
        for row in rows:
            if level != "NONE" and row and not follows(level, content, row.content, resolve):
                return row.number
        return None

    # ---- changing rows

    def tell(self, what, subject, row, why=None):
        self.events.append({"at": self.now, "what": what, "subject": subject.name, "version": row.number,
                            "id": row.id, "why": why, "by": self.who})

    def recycle(self, subject, rows, policy=False, whys=None):
        latest = subject.latest
        for row in rows:
            why = (whys or {}).get(row.number)
            if row is latest:
                row.superseded = self.now
            row.recycled = {"at": self.now, "policy": policy, "why": why, "by": self.who}
            self.tell("recycled", subject, row, why)

    def purge(self, subject, rows, whys=None):
        for row in rows:
            self.bury(subject, row, (whys or {}).get(row.number))
        if not subject.rows:
            for values in (self.policies, self.levels, self.modes):
                values.pop(subject.name, None)

    def bury(self, subject, row, why):
        """One row goes, and leaves its tombstone; the number may have been taken by another one already."""
        if under_policy(self.policy(subject.name)):
            subject.kept = max(*subject.rows, *subject.tombs, subject.kept, 0)
        subject.tombs[row.number] = {"id": row.id, "at": self.now, "why": why, "text": row.content,
                                     "by": self.who}
        if subject.rows[row.number] is row:
            del subject.rows[row.number]
        self.tell("purged", subject, row, why)
        self.forget(subject.context, row.id)

    def forget(self, context, id):
        """An id goes with the last version that carries it."""
        if not any(row.id == id for subject in self.subjects.values() if subject.context == context
                   for row in subject.rows.values()):
            for values in (self.texts, self.used, self.born, self.unwritten):
                values.pop((context, id), None)

    def put(self, subject, row):
        latest = subject.latest
        if latest and latest.number == row.number:
            pass                                    # replaced where it stands
        elif latest and latest.number < row.number:
            latest.superseded = self.now
        elif latest:
            row.superseded = row.created
        subject.rows[row.number] = row

    def mark(self, context, id):
        before, today = self.used.get((context, id)), self.now // DAY
        if before is None or before < today:
            self.used[context, id] = today
            self.unwritten.setdefault((context, id), before)

    def written(self):
        """Marks and counted refusals are in the store."""
        self.unwritten.clear()
        self.refused_least += self.refused_unwritten
        self.refused_unwritten.clear()

    def count_refusal(self, refused):
        """Once for each rule that kept it."""
        if refused.code in (42290, 42291):
            self.refused_most[refused.subject] += len(refused.kept)
            self.refused_unwritten[refused.subject] += len(refused.kept)

    # ---- registration

    def register(self, name, content, id=-1, version=0, force=False):
        """(version, id); id 0: any that was never given. `force` leaves compatibility out."""
        subject = self.subject(name)
        self.parse(subject, content, strict=False)
        same = [row for row in subject.sorted(live=True) if row.content == content]
        if same and version in (0, same[-1].number) and id in (-1, same[-1].id):
            self.mark(subject.context, same[-1].id)
            return same[-1].number, same[-1].id
        self.may_register(name, id)
        if id < 0:
            self.parse(subject, content, strict=True)
            if not force and (conflict := self.first_conflict(subject, content)):
                raise Refused(409, version=conflict)
        return self.add(subject, content, id, version)

    def parse(self, subject, content, strict):
        for reference in content.references:
            row = self.target(subject.context, reference)[1]
            if not row or row.content.references or (strict and not row.live):
                raise Refused(42201)        # missing, hidden, or no T

    def may_register(self, name, id):
        mode = self.mode(name)
        if mode == "READONLY" or (id >= 0) != (mode == "IMPORT"):
            raise Refused(42205)

    def id_of(self, context, content):
        """The id that a content has in a context, 0 without one."""
        return next((id for (where, id), text in self.texts.items()
                     if where == context and text == content), 0)

    def add(self, subject, content, id, version):
        importing = id >= 0
        known = self.id_of(subject.context, content)
        number = version if importing else max([subject.kept, *subject.rows, 0]) + 1
        restored = self.restores(subject, number, id, content) if importing else False
        if importing and self.texts.get((subject.context, id), content) != content:
            raise Refused(42205)
        given = id if importing else known
        replaced = subject.rows.get(number)
        if replaced:
            self.removable(subject, replaced)
        if given and given == known:
            self.mark(subject.context, given)       # known content that comes again is a use of its id
        gone = self.cleared(subject, given, number)
        self.put(subject, Row(number, given, content, self.now))
        if given:
            self.settle(subject, number, given)
        if restored:
            self.tell("restored", subject, subject.rows[number])
        if replaced:
            self.bury(subject, replaced, None)
        if gone:
            self.purge(subject, gone)
        return number, given

    def restores(self, subject, number, id, content):
        """Whether an import gives a purged number back; it may do so only with what the number stood for."""
        tomb = subject.tombs.get(number)
        if not tomb or number in subject.rows or number > subject.kept:
            return False
        if (tomb["id"], tomb["text"]) != (id, content):
            raise Refused(42205)
        return True

    def cleared(self, subject, id, number):
        """The older hidden versions with the same id, which a registration takes away."""
        return [row for row in subject.sorted(live=False)
                if row.id == id and row.number < number and not self.referrers(subject, row)
                and not self.protection(subject, row)]

    def settle(self, subject, number, id):
        """A new row has its id, given by the server or known before."""
        subject.rows[number].id = id
        key = subject.context, id
        if key in self.texts:
            self.mark(*key)
        else:
            self.texts[key], self.born[key] = subject.rows[number].content, self.now // DAY
        self.last_id[subject.context] = max(self.last_id.get(subject.context, 0), id)

    # ---- deletes

    def writable(self, name):
        if self.mode(name) == "READONLY":
            raise Refused(42205)

    def delete_version(self, name, number, permanent=False, force=False, reason=None, dry=False):
        subject = self.subjects.get(name)
        row = subject.rows.get(number) if subject else None
        if row and not row.live and not permanent:
            raise Refused(40406)
        subject = self.known(name)
        if not row:
            raise Refused(40402)
        self.writable(name)
        if self.referrers(subject, row, live=not permanent):
            raise Refused(42206)
        why = reason if self.removable(subject, row, force, reason) else None
        if permanent and row.live:
            raise Refused(40407)
        if not dry:
            (self.purge if permanent else self.recycle)(subject, [row], whys={number: why})
        return number

    def delete_subject(self, name, permanent=False, force=False, reason=None, dry=False):
        subject = self.known(name)
        if not permanent and not subject.latest:
            raise Refused(40404)
        self.writable(name)
        whys = {}
        for row in subject.sorted():
            if not permanent and not row.live:
                continue
            if self.referrers(subject, row, live=not permanent, others=True):
                raise Refused(42206)
            if self.removable(subject, row, force, reason):
                whys[row.number] = reason
            if permanent and row.live:
                raise Refused(40405)
        gone = subject.sorted(live=None if permanent else True)
        if not dry:
            (self.purge if permanent else self.recycle)(subject, gone, whys=whys)
        return [row.number for row in gone]

    def delete_context(self, context):
        if any(subject.rows for subject in self.subjects.values() if subject.context == context):
            raise Refused(42211)

    # ---- undelete and hold

    def one(self, name, number):
        """The row of a number that may carry a hold or come back."""
        subject = self.subjects.get(name)
        if not subject or not (subject.rows or subject.tombs):
            raise Refused(40401)
        self.writable(name)
        if number not in subject.rows:
            raise Refused(40492 if number in subject.tombs else 40402)
        return subject, subject.rows[number]

    def undelete_version(self, name, number, force=False):
        subject, row = self.one(name, number)
        if row.live:
            raise Refused(40491)
        self.revive(subject, [row], force)
        return number

    def undelete_subject(self, name, force=False):
        subject = self.known(name)
        self.writable(name)
        rows = subject.sorted(live=False)
        if not rows:
            raise Refused(40491)
        self.revive(subject, rows, force)
        return [row.number for row in rows]

    def revive(self, subject, rows, force):
        for row in rows:
            for reference in row.content.references:
                target = self.target(subject.context, reference)[1]
                if not target or not (target.live or target in rows):
                    raise Refused(42201)
        if not force and not self.fits(subject, rows):
            raise Refused(409)
        old = subject.latest
        for row in rows:
            row.recycled = None
            self.tell("undeleted", subject, row)
        if old and subject.latest is not old:
            old.superseded = self.now

    def fits(self, subject, rows):
        """Compatibility as if the versions had come in the order of their numbers."""
        level = self.level(subject.name)
        transitive = self.transitive(subject.name)
        remembered = self.remembered(subject) if transitive else subject.sorted(live=True)
        line = sorted({row.number: row for row in [*remembered, *rows]}.values(), key=lambda row: row.number)
        resolve = self.resolver(subject.context)
        for at, new in enumerate(line):
            for old in line[:at] if transitive else line[max(0, at - 1):at]:
                if level != "NONE" and (new in rows or old in rows) and \
                        not follows(level, new.content, old.content, resolve):
                    return False
        return True

    def put_hold(self, name, number, reason, until):
        subject, row = self.one(name, number)
        if not reason:
            raise Refused(42294)
        if until is not None and until <= self.now:
            raise Refused(42293)
        row.hold = {"reason": reason, "until": until}
        self.tell("held", subject, row, reason)
        return row.hold

    def delete_hold(self, name, number):
        subject, row = self.one(name, number)
        hold = self.hold_of(row)
        if not hold:
            raise Refused(40493)
        row.hold = None
        self.tell("released", subject, row)
        return hold

    # ---- settings

    def put_policy(self, place, patch):
        self.writable(place)
        self.policies[place] = merge_patch(self.policies.get(place, {}), patch)
        return self.policies[place]

    def in_scope(self, place):
        """The subjects that a mode set there is about, when it is IMPORT."""
        everywhere = place in (":.:", EVERYWHERE)
        return [subject for name, subject in sorted(self.subjects.items())
                if subject.rows and (everywhere or name == place or place_of(subject.context) == place)]

    def delete_policy(self, place):
        if place not in self.policies:
            raise Refused(40490)
        self.writable(place)
        return self.policies.pop(place)

    def put_level(self, place, level):
        self.writable(place)
        self.levels[place] = level

    def put_mode(self, place, mode, force=False):
        if mode == "IMPORT" and not force and self.inherited(self.modes, place, "READWRITE") != "IMPORT":
            self.clear_leftovers(self.in_scope(place))
        self.modes[place] = mode

    def clear_leftovers(self, subjects):
        if any(subject.latest for subject in subjects):
            raise Refused(42205)
        for subject in subjects:
            for row in subject.sorted():
                if any(other not in subjects for other, _ in self.referrers(subject, row)):
                    raise Refused(42206)
        for subject in subjects:
            for row in subject.sorted():
                self.removable(subject, row)
        for subject in subjects:
            self.purge(subject, subject.sorted())

    # ---- planning

    def plan(self, names=None, stages=("recycle", "purge")):
        if names is not None:
            subjects = [self.known(name) for name in dict.fromkeys(names)]
        else:
            subjects = [subject for subject in self.subjects.values() if subject.rows]
        subjects.sort(key=lambda subject: subject.name.encode())
        actions, kept = [], {}
        for subject in subjects:
            for stage in stages:
                self.plan_stage(subject, stage, actions, kept)
        self.limit_run(actions, kept)
        actions.sort(key=lambda action: (action.subject.encode(), action.version))
        return Plan(actions, kept, sum(len(subject.rows) for subject in subjects))

    def inputs(self, names):
        """What a plan of these subjects rests on, as far as a registration can change it."""
        found = []
        for name in names:
            subject, policy = self.subjects[name], self.policy(name)
            prune = section(policy, "prune")
            reads = section(policy, "protect").get("usedWithinDays") or \
                (prune.get("enabled") and "unusedForDays" in prune)
            found += [(name, row.number, reads and self.used_day(subject, row)) for row in subject.sorted()]
        return found

    def plan_stage(self, subject, stage, actions, kept):
        recycling = stage == "recycle"
        may_go = []
        for row in subject.sorted(live=recycling):
            if not (self.prunable if recycling else self.purgeable)(subject, row):
                continue
            stops = self.stops(subject, row)
            if stops:
                kept[subject.name, row.number] = stops
            else:
                weakens = not recycling and self.shrinks(subject, row)
                since = row.superseded if recycling else row.recycled["at"]
                may_go.append(Action(subject.name, row.number, row.id, stage, weakens, since))
        percent = section(self.policy(subject.name), "limits").get("maxPercentPerSubject", 25)
        most = max(1, math.floor(len(subject.sorted(live=recycling)) * percent / 100))
        self.limit(may_go, most, actions, kept)

    def limit(self, may_go, most, actions, kept):
        may_go.sort(key=lambda action: (action.since, action.subject.encode(), action.version))
        actions.extend(may_go[:most])
        for action in may_go[most:]:
            kept[action.subject, action.version] = ["limits"]

    def limit_run(self, actions, kept):
        by_place = {}
        for action in actions:
            by_place.setdefault(self.governing(action.subject), []).append(action)
        actions.clear()
        for place, group in by_place.items():
            self.limit(group, section(self.policies[place], "limits").get("maxPerRun", 100), actions, kept)

    def prunable(self, subject, row):
        policy = self.policy(subject.name)
        prune = section(policy, "prune")
        if not prune.get("enabled"):
            return False
        unused = max(0, self.now // DAY - self.used_day(subject, row))
        return subject.rank(row) >= prune.get("keepVersions", 0) and \
            self.age(subject, row, policy) >= prune.get("olderThanDays", 0) * DAY and \
            unused >= math.ceil(prune.get("unusedForDays", 0))

    def purgeable(self, subject, row):
        expires = self.expires(subject, row)
        enabled = section(self.policy(subject.name), "purge").get("enabled")
        return bool(enabled) and expires is not None and self.now >= expires

    def shrinks(self, subject, row):
        """Whether a transitive level would see less without it."""
        return not row.live and self.transitive(subject.name) and row.recycled["policy"]

    def stops(self, subject, row):
        """Why what fits a rule does not go, in the order of the answer; without the limits."""
        stops = [kept.rule for kept in self.protection(subject, row)]
        if row.live and row is subject.latest:
            stops.append("latest")
        if self.referrers(subject, row, live=row.live):
            stops.append("reference")
        purge = section(self.policy(subject.name), "purge")
        if self.shrinks(subject, row) and not purge.get("evenIfTransitive"):
            stops.append("transitive")
        if self.mode(subject.name) == "READONLY":
            stops.append("mode")
        return stops

    def prunable_from(self, subject, row):
        """The earliest moment at which a plan may take it, None if time alone does not free it."""
        policy = self.policy(subject.name)
        prune, purge = section(policy, "prune"), section(policy, "purge")
        kept = self.protection(subject, row)
        forever = {"latest", "reference", "transitive", "mode"} & set(self.stops(subject, row))
        if forever or any(each.until is None for each in kept):
            return None
        moments = [each.until for each in kept]
        if not row.live:
            if not purge.get("enabled") or self.expires(subject, row) is None:
                return None
            return max([*moments, self.expires(subject, row)])
        if not prune.get("enabled") or subject.rank(row) < prune.get("keepVersions", 0):
            return None
        if prune.get("olderThanDays"):
            moments.append(self.clock_starts(subject, row, policy) + round(prune["olderThanDays"] * DAY))
        if prune.get("unusedForDays"):
            moments.append((self.used_day(subject, row) + math.ceil(prune["unusedForDays"])) * DAY)
        return max([*moments, 0])

    def apply(self, plan):
        for action in plan.actions:
            subject = self.subjects[action.subject]
            row = subject.rows[action.version]
            if action.action == "recycle":
                self.recycle(subject, [row], policy=True)
            else:
                self.purge(subject, [row])
