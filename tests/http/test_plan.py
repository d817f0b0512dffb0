# SPDX-License-Identifier: Apache-2.0
"""Plan and apply: what prune and purge take, what stops them, how much at once; what is applied is what was
previewed, or nothing is."""
import json

import pytest

from registry import Registry, quote

OPTIONS = ["--clock", "manual", "--retention-sweep-interval", "0"]
PRUNE = {"prune": {"enabled": True, "keepVersions": 1}, "limits": {"maxPercentPerSubject": 100}}
PURGE = {"recycle": {"days": 10}, "purge": {"enabled": True}, "limits": {"maxPercentPerSubject": 100}}
BOTH = {**PRUNE, **PURGE}


def day(number, time="00:00:00"):
    """Days from 2026-01-01 on, which is 1."""
    month, rest = divmod(number - 1, 28)
    return f"2026-{month + 1:02}-{rest + 1:02}T{time}Z"


def set_clock(client, now):
    reply = client.post("/test/clock", {"now": now})
    assert reply.status == 200, reply


def schema(number, name="S"):
    return json.dumps({"type": "enum", "name": f"{name}{number}", "symbols": ["a"]})


def versions(client, subject, query=""):
    reply = client.get(f"/subjects/{quote(subject)}/versions{query}")
    return reply.json() if reply.status == 200 else []


def policy(client, subject, body):
    reply = client.put(f"/retention/{quote(subject)}" if subject else "/retention", body)
    assert reply.status == 200, reply


def plan(client, path="/retention/plan", **body):
    reply = client.post(path, body or None)
    assert reply.status == 200, reply
    told = reply.json()
    summary = told["summary"]
    actions = [action["action"] for action in told["actions"]]
    assert summary["recycle"] == actions.count("recycle") and summary["purge"] == actions.count("purge")
    assert summary["evaluated"] == summary["kept"] + len(actions)
    return told


def apply(client, path="/retention/apply", **body):
    """Plans, applies that plan, and gives it back."""
    told = plan(client, path.replace("apply", "plan"), **body)
    reply = client.post(path, {**body, "digest": told["digest"]})
    assert reply.status == 200 and reply.json() == told, reply
    return told


def actions(told):
    return [(action["action"], action["subject"], action["version"]) for action in told["actions"]]


def kept(told):
    return [(each["subject"], each["version"], [stop["rule"] for stop in each["by"]])
            for each in told["kept"]]


@pytest.fixture
def running(tmp_path):
    with Registry(tmp_path, options=OPTIONS) as registry:
        yield registry


@pytest.fixture
def client(running):
    """With five versions of `a`, one a day."""
    connection = running.client()
    connection.level(":.__GLOBAL:", "NONE")
    fill(connection, "a", 5)
    yield connection
    connection.close()


def fill(client, subject, count, name="S", first=1):
    for number in range(1, count + 1):
        set_clock(client, max(day(first + number - 1), client.get("/test/clock").json()["now"]))
        assert client.register(subject, schema(number, name)).status == 200


# ---- what is taken

def test_without_a_policy_nothing_is_taken(client):
    assert plan(client) == {"digest": plan(client)["digest"], "policyAt": 0,
                            "summary": {"evaluated": 5, "recycle": 0, "purge": 0, "kept": 5},
                            "actions": [], "kept": []}
    policy(client, "", {})
    assert actions(apply(client)) == [] and versions(client, "a") == [1, 2, 3, 4, 5]


def test_what_only_protects_deletes_nothing(client):
    policy(client, "a", {"protect": {"minVersions": 2}, "limits": {"maxPercentPerSubject": 100}})
    assert actions(plan(client)) == [] and kept(plan(client)) == []


def test_the_conditions_of_prune_must_all_hold(client):
    set_clock(client, day(10))
    policy(client, "a", {**PRUNE, "prune": {"enabled": True, "keepVersions": 2}})
    assert actions(plan(client)) == [("recycle", "a", 1), ("recycle", "a", 2), ("recycle", "a", 3)]
    policy(client, "a", {"prune": {"olderThanDays": 7}})           # superseded on the 2nd, 3rd, 4th and 5th
    assert actions(plan(client)) == [("recycle", "a", 1), ("recycle", "a", 2)]
    client.get("/schemas/ids/1")
    policy(client, "a", {"prune": {"unusedForDays": 8}})           # 1 on the 10th, 2 not since the 2nd
    assert actions(plan(client)) == [("recycle", "a", 2)]
    assert plan(client)["actions"][0] == {
        "subject": "a", "version": 2, "id": 2, "action": "recycle",
        "because": ["beyond keepVersions 2", "superseded 7 days ago", "unused for 8 days"],
        "weakensTransitive": False}


def test_a_rule_of_days_takes_a_version_of_exactly_that_age(client):
    policy(client, "a", {**PRUNE, "prune": {"enabled": True, "olderThanDays": 10}})
    set_clock(client, "2026-01-11T23:59:59.999Z")
    assert actions(plan(client)) == []
    set_clock(client, day(12))                                  # 10 days after version 2 came
    assert actions(plan(client)) == [("recycle", "a", 1)]
    policy(client, "a", {"prune": {"olderThanDays": 11}, "protect": {"ageBasis": "created"}})
    assert actions(plan(client)) == [("recycle", "a", 1)]


def test_recycled_versions_are_purged_from_the_day_on_which_they_expire(client):
    policy(client, "a", PURGE)
    client.delete("/subjects/a/versions/1")                     # by hand, on the 5th
    client.delete("/subjects/a/versions/3")
    set_clock(client, "2026-01-14T23:59:59.999Z")
    assert actions(plan(client)) == []
    set_clock(client, day(15))
    told = apply(client)
    assert actions(told) == [("purge", "a", 1), ("purge", "a", 3)]
    assert told["actions"][0]["because"] == ["expired 0 days ago"]
    assert versions(client, "a", "?deleted=true") == [2, 4, 5]
    assert client.get("/subjects/a/versions/1/retention").json()["state"] == "purged"
    assert client.get("/schemas/ids/1").status == 404 and client.get("/schemas/ids/2").status == 200


def test_a_version_gets_one_action_a_plan(client):
    policy(client, "a", {**BOTH, "recycle": {"days": 0}})
    assert actions(apply(client)) == [("recycle", "a", number) for number in (1, 2, 3, 4)]
    assert actions(apply(client)) == [("purge", "a", number) for number in (1, 2, 3, 4)]
    assert actions(apply(client)) == []
    assert client.register("a", schema(9)).json()["version"] == 6


def test_stages_choose(client):
    policy(client, "a", {**BOTH, "recycle": {"days": 0}})
    client.delete("/subjects/a/versions/1")
    assert actions(plan(client)) == [("purge", "a", 1)] + [("recycle", "a", n) for n in (2, 3, 4)]
    assert actions(plan(client, stages=["recycle"])) == [("recycle", "a", n) for n in (2, 3, 4)]
    assert actions(plan(client, stages=["purge"])) == [("purge", "a", 1)]
    assert actions(plan(client, stages=["purge", "recycle"])) == actions(plan(client))
    assert actions(plan(client, stages=[])) == []
    apply(client, stages=["purge"])
    assert versions(client, "a", "?deleted=true") == [2, 3, 4, 5]


def test_policies_are_inherited_and_taken_whole(client):
    fill(client, "b", 2, "B")
    fill(client, ":.c:a", 2, "C")
    policy(client, ":.__GLOBAL:", PRUNE)
    everything = [("recycle", ":.c:a", 1), *(("recycle", "a", n) for n in (1, 2, 3, 4)), ("recycle", "b", 1)]
    assert actions(plan(client)) == everything
    policy(client, "b", {})
    policy(client, ":.c:", {"prune": {"enabled": True, "keepVersions": 2}})
    assert actions(plan(client)) == everything[1:5]


# ---- what stops it

def test_each_floor_stops_and_says_so(client):
    set_clock(client, day(8))
    policy(client, "a", {**PRUNE, "protect": {"minVersions": 3, "minAgeDays": 4}})
    client.put("/subjects/a/versions/1/hold", {"reason": "legal", "until": day(20)})
    told = plan(client)
    assert actions(told) == [("recycle", "a", 2)]
    assert kept(told) == [("a", 1, ["hold"]), ("a", 3, ["minVersions"]),
                          ("a", 4, ["minVersions", "minAgeDays"])]
    assert told["kept"][0]["by"] == [{"rule": "hold", "detail": "legal", "until": "2026-01-20T00:00:00Z"}]
    client.get("/schemas/ids/2", **{"User-Agent": "reader/1"})
    policy(client, "a", {"protect": {"usedWithinDays": 3, "minVersions": None, "minAgeDays": None}})
    told = plan(client)
    assert actions(told) == [("recycle", "a", 3), ("recycle", "a", 4)]
    assert told["kept"][1] == {"subject": "a", "version": 2, "id": 2,
                               "by": [{"rule": "usedWithinDays", "detail": "fetched 2026-01-08 by reader/1",
                                       "until": "2026-01-11T00:00:00Z"}]}


def test_the_latest_is_kept_even_where_prune_would_take_it(client):
    policy(client, "a", {**PRUNE, "prune": {"enabled": True, "keepVersions": 0}})
    told = plan(client)
    assert actions(told) == [("recycle", "a", n) for n in (1, 2, 3, 4)]
    assert kept(told) == [("a", 5, ["latest"])]
    policy(client, "a", {"prune": {"keepVersions": 1}})
    assert kept(plan(client)) == []


def refer(client, subject, to, version):
    text = json.dumps({"type": "record", "name": "R", "fields": [{"name": "f", "type": f"S{version}"}]})
    reference = {"name": f"S{version}", "subject": to, "version": version}
    reply = client.register(subject, text, references=[reference])
    assert reply.status == 200, reply


def test_a_version_that_a_live_one_refers_to_is_not_recycled(client):
    refer(client, "r", "a", 2)
    policy(client, "a", PRUNE)
    assert kept(plan(client)) == [("a", 2, ["reference"])]
    client.delete("/subjects/r")                                # now a recycled one refers to it
    assert actions(plan(client)) == [("recycle", "a", n) for n in (1, 2, 3, 4)]


def test_a_version_that_anything_refers_to_is_not_purged(client):
    refer(client, "r", "a", 2)
    client.delete("/subjects/r")
    policy(client, "a", {**BOTH, "recycle": {"days": 0}})
    apply(client)
    assert kept(plan(client)) == [("a", 2, ["reference"])]
    client.delete("/subjects/r?permanent=true")
    assert actions(plan(client)) == [("purge", "a", n) for n in (1, 2, 3, 4)]


def test_a_referrer_that_goes_in_the_same_plan_still_counts(client):
    refer(client, "r", "a", 2)
    client.delete("/subjects/r")
    policy(client, "", {**BOTH, "recycle": {"days": 0}})
    apply(client, stages=["recycle"])
    told = apply(client)
    assert ("purge", "r", 1) in actions(told) and kept(told) == [("a", 2, ["reference"])]
    assert actions(apply(client)) == [("purge", "a", 2)]


def test_an_id_goes_with_the_last_version_that_carries_it(client):
    assert client.register("b", schema(1)).json()["id"] == 1
    policy(client, "a", {**BOTH, "recycle": {"days": 0}})
    apply(client)
    assert ("purge", "a", 1) in actions(apply(client))
    assert client.get("/schemas/ids/1").json()["subject"] == "b"
    client.delete("/subjects/b")
    policy(client, "b", {**PURGE, "recycle": {"days": 0}})
    assert actions(apply(client)) == [("purge", "b", 1)]
    assert client.get("/schemas/ids/1").status == 404


def test_a_purge_that_a_transitive_level_would_notice_is_skipped(client):
    policy(client, "a", {**BOTH, "recycle": {"days": 0}})
    client.delete("/subjects/a/versions/1")                     # by hand: compatibility ignores it
    apply(client, stages=["recycle"])
    client.level("a", "FULL_TRANSITIVE")
    told = plan(client)
    assert actions(told) == [("purge", "a", 1)]
    assert kept(told) == [("a", n, ["transitive"]) for n in (2, 3, 4)]
    policy(client, "a", {"purge": {"evenIfTransitive": True}})
    told = plan(client)
    assert [action["weakensTransitive"] for action in told["actions"]] == [False, True, True, True]
    client.level("a", "FULL")
    assert not any(action["weakensTransitive"] for action in plan(client)["actions"])


def test_a_read_only_subject_is_passed_over_by_a_plan_and_refuses_its_apply(client):
    fill(client, "b", 2, "B")
    policy(client, "", PRUNE)
    client.put("/mode/a", {"mode": "READONLY"})
    told = plan(client)
    assert actions(told) == [("recycle", "b", 1)]
    assert kept(told) == [("a", n, ["mode"]) for n in (1, 2, 3, 4)]
    reply = client.post("/retention/apply", {"digest": told["digest"]})
    assert reply.error == (422, 42205, "Subject a in context  is in read-only mode")
    assert versions(client, "b") == [1, 2]
    assert actions(apply(client, subjects=["b"])) == [("recycle", "b", 1)]
    assert versions(client, "b") == [2] and versions(client, "a") == [1, 2, 3, 4, 5]


# ---- limits

def test_of_a_subject_a_quarter_goes_at_once_the_longest_superseded_first(client):
    fill(client, "a", 12, "T", first=6)
    policy(client, "a", {"prune": {"enabled": True, "keepVersions": 1}, "recycle": {"days": 0},
                         "purge": {"enabled": True}})
    told = apply(client)                                        # 17 live: 4.25
    assert actions(told) == [("recycle", "a", n) for n in (1, 2, 3, 4)]
    assert kept(told) == [("a", n, ["limits"]) for n in range(5, 17)]
    assert told["kept"][0]["by"] == [{"rule": "limits", "detail": "maxPercentPerSubject 25"}]
    told = apply(client)                                        # 13 live, 4 recycled: 3.25 and 1
    assert actions(told) == [("purge", "a", 1)] + [("recycle", "a", n) for n in (5, 6, 7)]
    assert kept(told)[:3] == [("a", n, ["limits"]) for n in (2, 3, 4)]


def test_at_least_one_goes_at_once(client):
    policy(client, "a", {**PRUNE, "limits": {"maxPercentPerSubject": 0.001}})
    assert actions(plan(client)) == [("recycle", "a", 1)]


def test_longest_superseded_is_not_lowest_number(client):
    """5 goes and comes back: it is superseded by what came after it, later than 4 was."""
    set_clock(client, day(6))
    client.delete("/subjects/a/versions/1")
    client.delete("/subjects/a/versions/2")
    set_clock(client, day(7))
    client.delete("/subjects/a/versions/5")                     # 4 is the latest again
    assert client.register("a", schema(6)).status == 200        # and superseded anew on the 7th
    policy(client, "a", {**PRUNE, "limits": {"maxPercentPerSubject": 34}})
    assert actions(plan(client)) == [("recycle", "a", 3)]
    policy(client, "a", {"limits": {"maxPercentPerSubject": 67}})
    assert actions(plan(client)) == [("recycle", "a", 3), ("recycle", "a", 4)]


def test_the_actions_of_one_policy_are_counted_in_all_its_subjects(client):
    for number, subject in enumerate("bcd"):
        fill(client, subject, 3, subject, first=7 + 3 * number)
    policy(client, "", {**PRUNE, "limits": {"maxPerRun": 3, "maxPercentPerSubject": 100}})
    policy(client, "d", {**PRUNE, "limits": {"maxPerRun": 1, "maxPercentPerSubject": 100}})
    told = plan(client)
    assert actions(told) == [("recycle", "a", n) for n in (1, 2, 3)] + [("recycle", "d", 1)]
    assert kept(told) == [(subject, n, ["limits"]) for subject, n in
                          (("a", 4), ("b", 1), ("b", 2), ("c", 1), ("c", 2), ("d", 2))]
    assert told["kept"][0]["by"] == [{"rule": "limits", "detail": "maxPerRun 3"}]
    for _ in range(3):
        apply(client)
    assert actions(plan(client)) == []


# ---- what is asked for

def test_a_plan_is_of_the_subjects_that_are_asked_for(client):
    for subject in ("ab", ":.c:a", ":.c:x"):
        fill(client, subject, 2, "Q")
    policy(client, ":.__GLOBAL:", PRUNE)

    def subjects(**body):
        return sorted({action["subject"] for action in plan(client, **body)["actions"]})
    assert subjects() == [":.c:a", ":.c:x", "a", "ab"]
    assert subjects(subjects=["a"]) == ["a"]
    assert subjects(subjects=["ab", ":.c:x", "ab"]) == [":.c:x", "ab"]
    assert subjects(subjects=[]) == []
    assert subjects(subjectPrefix="") == ["a", "ab"]            # as GET /subjects
    assert subjects(subjectPrefix="ab") == ["ab"]
    assert subjects(subjectPrefix=":.c:") == [":.c:a", ":.c:x"]
    assert subjects(subjectPrefix=":*:a") == [":.c:a", "a", "ab"]
    assert subjects(path="/contexts/.c/retention/plan") == [":.c:a", ":.c:x"]
    assert subjects(path="/contexts/.c/retention/plan", subjects=["x"]) == [":.c:x"]
    assert subjects(path="/contexts/.c/retention/plan", subjectPrefix="x") == [":.c:x"]
    assert subjects(path="/contexts/.c/retention/plan", subjectPrefix=":*:a") == [":.c:a"]
    assert subjects(path="/contexts/./retention/plan") == ["a", "ab"]
    assert plan(client, subjects=["a"])["summary"]["evaluated"] == 5
    told = apply(client, "/contexts/.c/retention/apply", subjects=["x"])
    assert actions(told) == [("recycle", ":.c:x", 1)]
    assert versions(client, ":.c:x") == [2] and versions(client, ":.c:a") == [1, 2]


def test_a_plan_that_names_an_unknown_subject_is_40401(client):
    refused = (404, 40401, "Subject 'nope' not found.")
    assert client.post("/retention/plan", {"subjects": ["a", "nope"]}).error == refused
    assert client.post("/retention/apply", {"subjects": ["a", "nope"], "digest": "x"}).error == refused
    policy(client, "a", PRUNE)
    reply = client.post("/contexts/.c/retention/plan", {"subjects": [":.:a"]})
    assert reply.error[:2] == (404, 40401)                      # that context sees only itself
    client.delete("/subjects/a")
    client.delete("/subjects/a?permanent=true")
    assert client.post("/retention/plan", {"subjects": ["a"]}).status == 404      # tombstones are no subject


@pytest.mark.parametrize("body, cause", [
    ({"subjects": "a"}, "'subjects' is not an array"),
    ({"subjects": None}, "'subjects' is not an array"),
    ({"subjects": ["a", 1]}, "'subjects' holds something other than strings"),
    ({"subjects": ["a"] * 1001}, "'subjects' has more than 1000 names"),
    ({"subjectPrefix": 1}, "'subjectPrefix' is not a string"),
    ({"subjectPrefix": "a", "subjects": []}, "'subjects' and 'subjectPrefix' exclude each other"),
    ({"stages": "recycle"}, "'stages' is not an array"),
    ({"stages": ["recycle", "remove"]}, "'stages' holds something other than \"recycle\" and \"purge\""),
    ({"stages": [None]}, "'stages' holds something other than \"recycle\" and \"purge\""),
    ({"subjectPrefx": "a"}, "unknown member 'subjectPrefx'"),
    (["a"], "the body is not an object"),
    ("null", "the body is not an object"),
])
def test_a_body_that_says_something_else_is_42296_and_names_the_member(client, body, cause):
    refused = (422, 42296, f"Invalid retention request: {cause}")
    assert client.post("/retention/plan", body).error == refused
    with_digest = {**body, "digest": "x"} if isinstance(body, dict) else body
    assert client.post("/retention/apply", with_digest).error == refused


def test_a_digest_belongs_to_apply_alone_and_there_it_must_be(client):
    def refused(cause):
        return 422, 42296, f"Invalid retention request: {cause}"
    assert client.post("/retention/plan", {"digest": "x"}).error == refused("unknown member 'digest'")
    assert client.post("/retention/apply").error == refused("'digest' is missing")
    assert client.post("/retention/apply", {}).error == refused("'digest' is missing")
    assert client.post("/retention/apply", {"digest": 1}).error == refused("'digest' is not a string")
    assert client.post("/retention/apply", '{"digest":').status == 400


def test_plan_and_apply_are_posted(client):
    for path in ("/retention/plan", "/retention/apply", "/contexts/.c/retention/plan"):
        for method in ("GET", "PUT", "DELETE"):
            assert client.ask(method, path, {} if method == "PUT" else None).status == 405
    policy(client, ":.:plan", PRUNE)                            # a subject of that name is written so
    assert client.get("/retention/:.:plan").json() == PRUNE


# ---- the digest

def test_the_same_plan_has_the_same_digest_whatever_the_time_of_day(client):
    policy(client, "a", {**PRUNE, "prune": {"enabled": True, "olderThanDays": 3}})
    set_clock(client, day(6, "01:00:00"))
    first = plan(client)
    assert actions(first) == [("recycle", "a", 1), ("recycle", "a", 2)]
    set_clock(client, day(6, "23:00:00"))
    assert plan(client)["digest"] == first["digest"]
    set_clock(client, day(7))                                   # version 3 has come
    assert plan(client)["digest"] != first["digest"]


CHANGES = {
    "a version": lambda client: client.register("a", schema(6)),
    "a version of another subject": lambda client: client.register("b", schema(6)),
    "a delete": lambda client: client.delete("/subjects/a/versions/2"),
    "a hold": lambda client: client.put("/subjects/a/versions/5/hold", {"reason": "x"}),
    "a policy": lambda client: client.put("/retention/a", {"limits": {"maxPerRun": 7}}),
    "a policy that is inherited no more": lambda client: client.put("/retention", {"recycle": {"days": 1}}),
    "a mode": lambda client: client.put("/mode/a", {"mode": "READONLY"}),
    "a level": lambda client: client.level("a", "FULL"),
    "a reference": lambda client: refer(client, "r", "a", 5),
    "a use": lambda client: client.get("/schemas/ids/3"),
}
NO_CHANGES = {"a policy that is inherited no more"}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_since_makes_a_plan_stale(client, change):
    set_clock(client, day(9))
    policy(client, "a", {**PRUNE, "protect": {"usedWithinDays": 1}})
    told = plan(client)
    reply = CHANGES[change](client)
    assert reply is None or reply.status == 200, reply
    before = versions(client, "a", "?deleted=true&deletedAsNegative=true")
    reply = client.post("/retention/apply", {"digest": told["digest"]})
    if change in NO_CHANGES:
        assert reply.status == 200
        return
    assert reply.error == (409, 40990,
                           "The retention plan is stale: the registry has changed since it was made")
    assert list(reply.json()) == ["error_code", "message", "plan"]
    assert reply.json()["plan"] == plan(client) and reply.json()["plan"]["digest"] != told["digest"]
    assert versions(client, "a", "?deleted=true&deletedAsNegative=true") == before


def test_a_use_that_no_rule_reads_makes_no_plan_stale(client):
    policy(client, "a", PRUNE)
    set_clock(client, day(9))
    told = plan(client)
    client.get("/schemas/ids/3")
    set_clock(client, day(9, "12:00:00"))                       # which also writes the mark
    assert client.post("/retention/apply", {"digest": told["digest"]}).status == 200


def test_a_plan_is_applied_once(client):
    policy(client, "a", PRUNE)
    told = apply(client)
    again = client.post("/retention/apply", {"digest": told["digest"]})
    assert again.status == 409 and again.json()["plan"]["actions"] == []


def test_a_foreign_digest_is_refused(client):
    policy(client, "a", PRUNE)
    for digest in ("", "x", plan(client)["digest"].upper(), plan(client)["digest"] + "0"):
        assert client.post("/retention/apply", {"digest": digest}).error[1] == 40990
    other = plan(client, stages=["purge"])["digest"]
    assert client.post("/retention/apply", {"digest": other}).error[1] == 40990


def test_policy_at_is_the_batch_of_the_newest_policy_that_governs(client):
    assert plan(client)["policyAt"] == 0
    policy(client, "", PRUNE)
    first = plan(client)["policyAt"]
    policy(client, "other", PRUNE)
    assert plan(client)["policyAt"] == first > 0
    policy(client, "a", {})
    assert plan(client)["policyAt"] > first
    fill(client, "b", 1, "B")
    assert plan(client, subjects=["b"])["policyAt"] == first


# ---- what it leaves

def test_an_apply_is_one_batch_in_the_history_with_who_and_why(client):
    policy(client, "a", {**PRUNE, "prune": {"enabled": True, "keepVersions": 1, "olderThanDays": 2}})
    set_clock(client, day(7))
    told = plan(client)
    client.post("/retention/apply", {"digest": told["digest"]}, **{"User-Agent": "operator/1"})
    explained = client.get("/subjects/a/versions/2/retention").json()
    assert explained["recycled"] == {"at": "2026-01-07T00:00:00Z", "by": "127.0.0.1 operator/1",
                                     "why": "beyond keepVersions 1, superseded 4 days ago", "policy": True}
    assert explained["state"] == "recycled"
    assert client.get("/schemas/ids/2").status == 200           # readable by id, always


def test_a_purge_by_policy_of_the_last_version_takes_the_settings_of_its_subject(client):
    policy(client, "", {**PURGE, "recycle": {"days": 0}})
    client.level("a", "FULL")
    client.put("/retention/a", {**PURGE, "recycle": {"days": 0}})
    client.delete("/subjects/a")
    assert [action[0] for action in actions(apply(client))] == ["purge"] * 5
    assert client.get("/config/a").error[1] == 40408
    assert client.get("/retention/a").error[1] == 40490
    assert client.register("a", schema(1)).json()["version"] == 6


def test_after_a_restart_the_plan_is_the_same(tmp_path):
    with Registry(tmp_path, options=OPTIONS) as registry:
        client = registry.client()
        client.level("", "NONE")
        fill(client, "a", 4)
        policy(client, "a", {**BOTH, "protect": {"usedWithinDays": 2}})
        set_clock(client, day(6))
        client.get("/schemas/ids/2")
        client.delete("/subjects/a/versions/3")
        told = plan(client)
        assert actions(told) == [("recycle", "a", 1)]
    with Registry(tmp_path, options=OPTIONS) as registry:
        client = registry.client()
        assert plan(client) == told
        assert client.post("/retention/apply", {"digest": told["digest"]}).status == 200


# ---- the sweeper

@pytest.fixture
def swept(tmp_path):
    with Registry(tmp_path, options=["--clock", "manual", "--retention-sweep-interval", "1h"]) as registry:
        registry.client().level("", "NONE")
        for number in range(5):
            registry.client().register("a", schema(number))
        yield registry


def runs(registry):
    return registry.stderr().count("retention sweep")


def test_a_sweep_is_due_after_an_interval_however_many_have_passed(swept):
    client = swept.client()
    policy(client, "a", {**PRUNE, "limits": {"maxPercentPerSubject": 0.1}})
    set_clock(client, "1970-01-01T00:59:59.999Z")
    assert versions(client, "a") == [1, 2, 3, 4, 5] and runs(swept) == 0
    set_clock(client, "1970-01-01T01:00:00Z")
    assert versions(client, "a") == [2, 3, 4, 5] and runs(swept) == 1
    set_clock(client, "1970-01-01T01:00:00Z")
    assert versions(client, "a") == [2, 3, 4, 5] and runs(swept) == 1
    set_clock(client, "1970-03-01T00:00:00Z")
    assert versions(client, "a") == [3, 4, 5] and runs(swept) == 2
    reply = client.post("/test/clock", {"now": "1970-02-01T00:00:00Z", "allowBack": True})
    assert reply.status == 200 and runs(swept) == 2
    set_clock(client, "1970-02-01T01:00:00Z")
    assert versions(client, "a") == [4, 5] and runs(swept) == 3


def test_the_sweeper_is_named_and_passes_over_what_is_read_only(swept):
    client = swept.client()
    policy(client, "a", PRUNE)
    client.register("b", schema(1, "B"))
    client.register("b", schema(2, "B"))
    policy(client, "b", PRUNE)
    client.put("/mode/b", {"mode": "READONLY"})
    set_clock(client, "1970-01-02T00:00:00Z")
    assert versions(client, "a") == [5] and versions(client, "b") == [1, 2]
    recycled = client.get("/subjects/a/versions/1/retention").json()["recycled"]
    assert recycled == {"at": "1970-01-02T00:00:00Z", "by": "sweeper", "why": "beyond keepVersions 1",
                        "policy": True}
    line = [line for line in swept.stderr().split("\n") if "retention sweep" in line][-1]
    assert "evaluated=7 recycled=4 purged=0 kept=1 ms=" in line


def test_the_sweeper_looks_only_at_policies_that_take_something(swept):
    client = swept.client()
    policy(client, "a", {"protect": {"minVersions": 2}})
    set_clock(client, "1970-01-02T00:00:00Z")
    assert "evaluated=0 recycled=0 purged=0 kept=0" in swept.stderr()


def test_without_an_interval_nothing_is_swept(running, client):
    policy(client, "a", PRUNE)
    set_clock(client, day(300))
    assert versions(client, "a") == [1, 2, 3, 4, 5] and runs(running) == 0


def test_on_the_machine_s_clock_the_sweeper_runs_by_itself(tmp_path):
    with Registry(tmp_path, options=["--retention-sweep-interval", "50ms"]) as registry:
        client = registry.client()
        client.level("", "NONE")
        for number in range(3):
            client.register("a", schema(number))
        policy(client, "a", PRUNE)
        for _ in range(500):
            if versions(client, "a") == [3]:
                break
            client.get("/schemas/ids/1")
        assert versions(client, "a") == [3]
