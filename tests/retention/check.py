# SPDX-License-Identifier: Apache-2.0
"""What must hold after every step: the server's rows, explanations, plans and history against the model's."""
from collections import Counter

from model import place_of
from registry import quote
from talk import Wrong, moment, rfc3339, same_kept

LAW_OF_EXPLAIN = ["subject", "version", "id", "state", "protected", "by", "prunableFrom", "expiresAt",
                  "recycled", "purged"]
PLAN_MEMBERS = ["digest", "policyAt", "summary", "actions", "kept"]


def same(what, got, wanted):
    if got != wanted:
        raise Wrong(f"{what}: the model has {wanted!r}, the server {got!r}")


def explain_path(name, number):
    return f"/subjects/{quote(name)}/versions/{number}/retention"


def id_path(context, id, rest=""):
    return f"/schemas/ids/{id}{rest}" + ("" if context == "." else f"?subject={quote(place_of(context))}")


class Checks:
    """Beside a history: `talk` asks, `model` knows."""

    def __init__(self, talk, model):
        self.talk, self.model = talk, model
        self.issued = {}        # (context, id) → text, of every id that was ever given

    # ---- rows

    def rows(self):
        """Every version that is not purged: (subject, version) → (id, live, text)."""
        answer = self.talk.get("/schemas?deleted=true&subjectPrefix=:*:")
        return {(each["subject"], each["version"]): (each["id"], not each["deleted"], each["schema"])
                for each in answer}

    def model_rows(self):
        return {(subject.name, row.number): (row.id, row.live, row.content.text)
                for subject in self.model.subjects.values() for row in subject.rows.values()}

    def listing(self):
        got, wanted = self.rows(), self.model_rows()
        if got != wanted:
            more = {key: value for key, value in got.items() if wanted.get(key) != value}
            less = {key: value for key, value in wanted.items() if got.get(key) != value}
            raise Wrong(f"rows: only the server has {more}, only the model has {less}")

    def bytes_of_ids(self):
        """An id once issued resolves to the same bytes unless every version that carried it was purged."""
        for (context, id), text in self.issued.items():
            reply = self.talk.ask("GET", id_path(context, id))
            if (context, id) in self.model.texts:
                same(f"id {id} of {context}", (reply.status, reply.json().get("schema")), (200, text))
                self.model.mark(context, id)
            else:
                same(f"id {id} of {context}", reply.error[:2], (404, 40403))

    # ---- explain

    def explain(self, subject, number):
        got = self.talk.get(explain_path(subject.name, number))
        where = f"explain {subject.name} {number}"
        same(where, list(got), [name for name in LAW_OF_EXPLAIN if name in got])
        row = subject.rows.get(number)
        if row:
            self.explain_row(got, subject, row, where)
        else:
            self.explain_tomb(got, subject, number, where)

    def explain_row(self, got, subject, row, where):
        model = self.model
        kept = model.protection(subject, row)
        same(where, (got["subject"], got["version"], got["id"], got["state"], got["protected"]),
             (subject.name, row.number, row.id, "live" if row.live else "recycled", bool(kept)))
        same_kept(got["by"], kept, where)
        self.not_before(got.get("prunableFrom"), model.prunable_from(subject, row), f"{where} prunableFrom")
        expires = model.expires(subject, row)
        same(f"{where} expiresAt", got.get("expiresAt"), None if expires is None else rfc3339(expires))
        same(f"{where} recycled", "recycled" in got, not row.live)
        if not row.live:
            self.leaving(got["recycled"], row.recycled, where)
            same(f"{where} policy", got["recycled"]["policy"], row.recycled["policy"])

    def not_before(self, got, wanted, where):
        """A moment to come is exact; of one that has passed it matters only that it has."""
        got = None if got is None else moment(got)
        if wanted is None or got is None or wanted > self.model.now:
            same(where, got, wanted)
        elif got > self.model.now:
            raise Wrong(f"{where}: now, says the model, {got} the server")

    def explain_tomb(self, got, subject, number, where):
        tomb = subject.tombs[number]
        same(where, (got["id"], got["state"], got["protected"], got["by"]), (tomb["id"], "purged", False, []))
        self.leaving(got["purged"], tomb, where)

    def leaving(self, got, wanted, where):
        same(f"{where} at", moment(got["at"]), wanted["at"])
        same(f"{where} by", got["by"] == "sweeper", wanted["by"] == "sweeper")
        if wanted["why"]:
            same(f"{where} why", got.get("why"), wanted["why"])

    def explain_all(self):
        for subject in self.model.subjects.values():
            for number in sorted({*subject.rows, *subject.tombs}):
                self.explain(subject, number)

    # ---- plans

    def plan(self, got, wanted):
        """A plan of the server is the model's: every action, nothing else, and why the rest stays."""
        same("members of a plan", list(got), PLAN_MEMBERS)
        same("actions",
             [tuple(each[name] for name in ("subject", "version", "id", "action", "weakensTransitive"))
              for each in got["actions"]],
             [(each.subject, each.version, each.id, each.action, each.weakens) for each in wanted.actions])
        same("kept", {(each["subject"], each["version"]): [by["rule"] for by in each["by"]]
                      for each in got["kept"]}, wanted.kept)
        kept = [(each["subject"].encode(), each["version"]) for each in got["kept"]]
        same("order of kept", kept, sorted(kept))
        stages = Counter(each.action for each in wanted.actions)
        same("summary", got["summary"], {
            "evaluated": wanted.evaluated, "recycle": stages["recycle"], "purge": stages["purge"],
            "kept": wanted.evaluated - len(wanted.actions)})
        if not all(each["because"] for each in got["actions"]):
            raise Wrong(f"an action without a because: {got}")

    # ---- history

    def history(self):
        """Newest first, and every step in it; refusals are counted, not listed one by one."""
        got = self.talk.get("/retention/history?limit=1000")
        times = [moment(each["at"]) for each in got]
        told = [each for each in got if each["what"] != "refused"]
        wanted = list(reversed(self.model.events))
        if len(got) < 1000:
            same("number of events", len(told), len(wanted))
        # What a full answer leaves out is what was written first, then what is told as oldest: after a clock
        # that went back not the same.
        if len(got) < 1000 or not self.model.went_back:
            self.same_events(told, wanted[:len(told)], len(got) == 1000)
        if not self.model.went_back and times != sorted(times, reverse=True):
            raise Wrong("the history is not newest first")
        self.refusals(got)

    def part_of_history(self, name, since):
        """A subject's, a context's, or what came later: what the whole has of it, in its order."""
        whole = self.talk.get("/retention/history?limit=1000")
        if len(whole) < 1000:
            for path, fits in (
                    (f"/retention/history?subject={quote(name)}", lambda each: each["subject"] == name),
                    ("/contexts/.c/retention/history", lambda each: each["subject"].startswith(":.c:")),
                    (f"/retention/history?since={rfc3339(since)}", lambda each: moment(each["at"]) > since)):
                same(path, self.talk.get(path), [each for each in whole if fits(each)])

    def same_events(self, got, wanted, cut):
        """Those of one step may stand in any order, and a full answer may end in the midst of a step."""
        def event(each, at):
            return at, each["what"], each["subject"], each["version"], each["id"], each["by"] == "sweeper"
        key = [event(each, each["at"]) for each in wanted]
        seen = [event(each, moment(each["at"])) for each in got]
        if not cut or wanted[-1:] and wanted[-1]["at"] != wanted[0]["at"]:
            last = wanted[-1]["at"] if cut else None
            key, seen = [[each for each in some if each[0] != last] for some in (key, seen)]
            missing, more = Counter(key) - Counter(seen), Counter(seen) - Counter(key)
            if missing or more:
                raise Wrong(f"history: missing {missing}, not expected {more}")
        whys = Counter((each["what"], each["subject"], each["version"], each["why"])
                       for each in wanted if each["why"])
        told = Counter((each["what"], each["subject"], each["version"], each.get("why")) for each in got)
        if not cut and whys - told:
            raise Wrong(f"history: reasons are missing: {whys - told}")

    def refusals(self, got):
        counted = Counter()
        for each in got:
            if each["what"] == "refused":
                counted[each["subject"]] += each["count"]
        if len(got) < 1000:
            for name in {*counted, *self.model.refused_most}:
                least, most = self.model.refused_least[name], self.model.refused_most[name]
                if not least <= counted[name] <= most:
                    raise Wrong(f"refusals of {name}: {counted[name]}, between {least} and {most} were there")

    # ---- usage

    def usage(self, context, id):
        """The day on which it was last used, as the server says; None without a mark."""
        got = self.talk.get(id_path(context, id, "/usage"))
        same("usage id", got["id"], id)
        days = [int(moment(got[name]) // 86400) if "T" in got[name] else day_of(got[name])
                for name in ("lastFetched", "lastRegistered") if name in got]
        return max(days, default=None)

    def used(self, context, id):
        same(f"day of use of {id} in {context}", self.usage(context, id), self.model.used.get((context, id)))


def day_of(text):
    return int(moment(text + "T00:00:00Z") // 86400)
