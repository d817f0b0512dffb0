# SPDX-License-Identifier: Apache-2.0
"""What keeps a version, who may pass it, what comes back, and what is left of what went."""
import datetime
import json
import sqlite3

import pytest

from registry import Registry, quote

DAY = 86400
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


class Kept:
    """A registry with a clock that stands still, and the words of version retention."""

    def __init__(self, registry):
        self.registry = registry
        self.client = registry.client()
        self.day(0)

    def day(self, days, **how):
        now = BEGIN + datetime.timedelta(days=days)
        assert self.client.post("/test/clock", {"now": now.isoformat(), **how}).status == 200

    def policy(self, scope, policy):
        reply = self.client.put(f"/retention/{quote(scope)}" if scope else "/retention", policy)
        assert reply.status == 200, reply
        return reply.json()

    def versions(self, subject, count, first=0):
        """So many versions, each of them one optional field more."""
        for number in range(first, first + count):
            reply = self.client.register(subject, schema(number))
            assert reply.status == 200, reply
        return self

    def explain(self, subject, version):
        return self.client.get(f"/subjects/{quote(subject)}/versions/{version}/retention").json()

    def delete(self, subject, version=None, query=""):
        path = f"/subjects/{quote(subject)}" + (f"/versions/{version}" if version else "")
        return self.client.delete(path + query)

    def undelete(self, subject, version=None, query=""):
        path = f"/subjects/{quote(subject)}" + (f"/versions/{version}" if version else "")
        return self.client.post(f"{path}/undelete{query}")

    def hold(self, subject, version, **note):
        return self.client.put(f"/subjects/{quote(subject)}/versions/{version}/hold", note)

    def numbers(self, subject, query=""):
        return self.client.get(f"/subjects/{quote(subject)}/versions{query}").json()


def schema(number):
    fields = [{"name": f"f{i}", "type": "int", "default": 0} for i in range(number + 1)]
    return {"type": "record", "name": "R", "fields": fields}


def at(days):
    return (BEGIN + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def kept(tmp_path):
    with Registry(tmp_path, options=["--clock", "manual"]) as registry:
        yield Kept(registry)


# ---- floors

def test_the_newest_versions_are_kept_and_the_refusal_names_the_rule(kept):
    kept.policy("s", {"protect": {"minVersions": 2}})
    kept.versions("s", 3)
    for version in (3, 2):
        reply = kept.delete("s", version)
        assert reply.error == (422, 42290, f"Subject 's' Version {version} is protected by retention policy: "
                                           "minVersions 2")
        assert list(reply.json()) == ["error_code", "message", "retention"]
        assert reply.json()["retention"] == {"protectedBy": [
            {"rule": "minVersions", "detail": "one of the newest 2 live versions"}]}
    assert kept.delete("s", 1).json() == 1
    assert kept.numbers("s") == [2, 3]
    assert kept.delete("s").error[1] == 42290
    assert kept.delete("s", query="?force=true&reason=gone").json() == [2, 3]


def test_an_age_begins_when_a_version_is_superseded(kept):
    kept.policy("s", {"protect": {"minAgeDays": 90}})
    kept.versions("s", 1)
    kept.day(400)
    assert kept.delete("s", 1).error[2].endswith(": minAgeDays 90")
    kept.versions("s", 1, first=1)
    kept.day(489)
    reply = kept.delete("s", 1)
    assert reply.error == (422, 42290, "Subject 's' Version 1 is protected by retention policy: "
                                       f"minAgeDays 90 until {at(490)}")
    assert reply.json()["retention"] == {
        "protectedBy": [{"rule": "minAgeDays", "detail": "superseded 89 days ago", "until": at(490)}],
        "until": at(490)}
    kept.day(490)
    assert kept.delete("s", 1).status == 200
    assert kept.delete("s", 1, "?permanent=true").status == 200
    kept.policy("s", {"protect": {"ageBasis": "created"}})
    assert kept.delete("s", 2).status == 200


def test_the_age_of_a_recycled_version_keeps_it_from_being_purged(kept):
    kept.versions("s", 2)
    assert kept.delete("s", 1).status == 200
    kept.policy("s", {"protect": {"minVersions": 5, "minAgeDays": 10}})
    assert kept.delete("s", 1, "?permanent=true").error[2].endswith(f": minAgeDays 10 until {at(10)}")
    kept.day(10)
    assert kept.delete("s", 1, "?permanent=true").json() == 1


def test_an_id_that_was_used_lately_is_kept(kept):
    kept.versions("s", 2)
    kept.policy("s", {"protect": {"usedWithinDays": 1.5}})
    kept.day(1.9)
    reply = kept.delete("s", 1)
    assert reply.error[2].endswith(f": usedWithinDays 1.5 until {at(2)}")
    assert "2026-01-01" in reply.json()["retention"]["protectedBy"][0]["detail"]
    kept.day(2)
    assert kept.delete("s", 1).status == 200


def test_every_rule_that_keeps_is_named_in_order(kept):
    kept.versions("s", 2)
    kept.policy("s", {"protect": {"minVersions": 10, "minAgeDays": 90, "usedWithinDays": 180}})
    assert kept.hold("s", 1, reason="audit 12").status == 200
    assert kept.delete("s", 1).error == (422, 42291, "Subject 's' Version 1 is on hold: audit 12")
    rules = [rule["rule"] for rule in kept.delete("s", 1).json()["retention"]["protectedBy"]]
    assert rules == ["hold", "minVersions", "minAgeDays", "usedWithinDays"]
    assert "until" not in kept.delete("s", 1).json()["retention"]
    assert kept.client.delete("/subjects/s/versions/1/hold").status == 200
    assert kept.delete("s", 1).error[2].endswith(
        f": minVersions 10, minAgeDays 90 until {at(90)}, usedWithinDays 180 until {at(180)}")


def test_a_policy_that_says_nothing_keeps_nothing(kept):
    kept.versions("s", 2)
    kept.policy("", {"protect": {"minVersions": 10}})
    assert kept.delete("s", 1).error[1] == 42290
    kept.policy("s", {"protect": {"minVersions": 0, "ageBasis": "created"}, "recycle": {"days": 3}})
    assert kept.delete("s", 1).status == 200


def test_the_order_of_a_deletes_errors(kept):
    kept.policy("s", {"protect": {"minVersions": 1}})
    kept.versions("s", 1)
    reference = [{"name": "R", "subject": "s", "version": 1}]
    assert kept.client.register("t", '{"type":"record","name":"T","fields":[{"name":"r","type":"R"}]}',
                                references=reference, schemaType="AVRO").status == 200
    assert kept.delete("s", 1).error[1] == 42206
    assert kept.delete("t").status == 200
    assert kept.delete("s", 1).error[1] == 42290
    assert kept.client.put("/mode/s", {"mode": "READONLY"}).status == 200
    assert kept.delete("s", 1).error[1] == 42205
    kept.client.delete("/mode/s")
    kept.versions("u", 3)
    assert kept.delete("u", 2).status == 200
    assert kept.hold("u", 2, reason="x").status == 200
    assert kept.delete("u", query="?permanent=true").error[1] == 40405      # 1 is live, and comes first
    assert kept.delete("u", 1).status == 200
    assert kept.delete("u", query="?permanent=true").error[1] == 42291


def test_a_subject_is_deleted_whole_or_not_at_all(kept):
    kept.versions("s", 3)
    assert kept.hold("s", 2, reason="x").status == 200
    assert kept.delete("s").error == (422, 42291, "Subject 's' Version 2 is on hold: x")
    assert kept.numbers("s") == [1, 2, 3]


def test_a_resource_does_not_take_along_what_is_kept(kept):
    subject = ":.lkc-1:t-value"
    assert kept.client.post("/associations", {
        "resourceName": "t", "resourceNamespace": "lkc-1", "resourceId": "1",
        "associations": [{"associationType": "value", "schema": {"schema": '"int"'}}]}).status == 200
    assert kept.hold(subject, 1, reason="law").status == 200
    for query in ("&dryRun=true", ""):
        reply = kept.client.delete(f"/associations/resources/1?cascadeLifecycle=true{query}")
        assert reply.error[1] == 42291
        assert len(kept.client.get("/associations/resources/1").json()) == 1
    assert kept.numbers(subject) == [1]
    refused = [entry["count"] for entry in kept.client.get("/retention/history").json()
               if entry["what"] == "refused"]
    assert refused == [1]
    kept.client.delete(f"/subjects/{quote(subject)}/versions/1/hold")
    assert kept.client.delete("/associations/resources/1?cascadeLifecycle=true").status == 204
    assert kept.explain(subject, 1)["state"] == "purged"


# ---- dryRun and force

def test_a_dry_run_answers_and_changes_nothing(kept):
    kept.versions("s", 2)
    assert kept.delete("s", query="?dryRun=true").json() == [1, 2]
    assert kept.delete("s", "latest", "?dryRun=true").json() == 2
    assert kept.delete("s", 1, "?dryRun=true&permanent=true").error[1] == 40407
    assert kept.numbers("s") == [1, 2]
    kept.policy("s", {"protect": {"minVersions": 2}})
    assert kept.delete("s", 1, "?dryRun=true").error[1] == 42290
    assert kept.delete("s", 1, "?dryRun=true&force=true&reason=x").json() == 1
    history = kept.client.get("/retention/history").json()
    assert history == []


def test_a_dry_run_of_any_other_delete_changes_nothing_too(kept):
    kept.versions(":.c:s", 1)
    assert kept.delete(":.c:s").json() == kept.delete(":.c:s", query="?permanent=true").json() == [1]
    kept.versions("s", 1)
    for scope in ("", "/s"):
        assert kept.client.put(f"/config{scope}", {"compatibility": "FULL"}).status == 200
        assert kept.client.put(f"/mode{scope}", {"mode": "READWRITE"}).status == 200
        assert kept.client.put(f"/retention{scope}", {"protect": {"minVersions": 2}}).status == 200
    assert kept.hold("s", 1, reason="law").status == 200
    for path in ("/config", "/config/s", "/mode/s", "/mode?recursive=true", "/retention", "/retention/s",
                 "/subjects/s/versions/1/hold", "/contexts/c"):
        query = "&dryRun=true" if "?" in path else "?dryRun=true"
        told = kept.client.delete(path + query)
        assert told.status in (200, 204)
        assert kept.client.get("/mode/s").json() == {"mode": "READWRITE"}
        assert kept.client.get("/contexts").json() == [".", ".c"]
        assert kept.client.delete(path + query).body == told.body
    for path in ("/config", "/config/s", "/retention", "/retention/s", "/subjects/s/versions/1/hold",
                 "/contexts/c", "/mode/s"):
        told = kept.client.delete(path + "?dryRun=true")
        assert kept.client.delete(path).body == told.body
    for path, code in (("/config/s", 40401), ("/mode/s", 40401), ("/retention/s", 40490),
                       ("/subjects/s/versions/1/hold", 40493)):
        assert kept.client.delete(path + "?dryRun=true").error[1] == code
    assert kept.client.put("/mode", {"mode": "READONLY"}).status == 200
    assert kept.client.delete("/subjects/s/versions/1/hold?dryRun=true").error[1] == 42205


def test_force_needs_a_reason_only_where_protection_refuses(kept):
    kept.versions("s", 3)
    assert kept.delete("s", 1, "?force=true").json() == 1
    kept.policy("s", {"protect": {"minVersions": 2}})
    assert kept.delete("s", 2, "?force=true").error == (422, 42294, "A reason is required")
    assert kept.delete("s", 2, "?force=true&reason=").error[1] == 42294
    assert kept.delete("s", 2, "?force=true&reason=" + 1025 * "x").error[1] == 42296
    assert kept.hold("s", 2, reason="law").status == 200
    assert kept.delete("s", 2, "?force=true&reason=x").error[1] == 42291
    assert kept.client.delete("/subjects/s/versions/2/hold").status == 200
    assert kept.delete("s", 2, "?force=true&reason=" + 1024 * "x").json() == 2
    assert kept.explain("s", 2)["recycled"]["why"] == 1024 * "x"


# ---- by whom

def test_a_name_that_is_no_utf8_does_not_spoil_what_is_told(kept):
    odd = {"User-Agent": "caf\xe9\xff 1"}        # http.client sends it as bytes of Latin-1
    kept.versions("s", 3)
    kept.policy("s", {"protect": {"minVersions": 1}})
    assert kept.client.put("/subjects/s/versions/1/hold", {"reason": "x"}, **odd).json()["by"].endswith(
        " caf?? 1")
    for path, status in (("/subjects/s/versions/1/hold", 200), ("/subjects/s/versions/1", 200),
                         ("/subjects/s/versions/1?permanent=true", 200), ("/subjects/s/versions/2", 200),
                         ("/subjects/s", 422)):
        assert kept.client.delete(path, **odd).status == status
    assert kept.explain("s", 1)["purged"]["by"].endswith(" caf?? 1")
    assert kept.explain("s", 2)["recycled"]["by"].endswith(" caf?? 1")
    kept.client.get("/schemas/ids/3", **odd)
    told = kept.client.get("/retention/history")
    assert [entry["what"] for entry in told.json()] == [
        "refused", "recycled", "purged", "recycled", "released", "held"]
    assert all(entry["by"].endswith(" caf?? 1") for entry in told.json())
    assert kept.client.get("/schemas/ids/3/usage").json()["clients"][0]["agent"] == "caf?? 1"


# ---- holds

def test_a_hold_is_put_replaced_and_taken_off(kept):
    kept.versions("s", 1)
    put = kept.hold("s", "latest", reason="one", until="2026-01-02T01:00:00+01:00")
    assert list(put.json()) == ["reason", "until", "at", "by"]
    assert put.json()["until"] == at(1) and put.json()["at"] == at(0)
    assert put.json()["by"].startswith("127.0.0.1")
    assert kept.hold("s", 1, reason="two").json()["reason"] == "two"
    assert kept.client.delete("/subjects/s/versions/1/hold").json()["reason"] == "two"
    gone = kept.client.delete("/subjects/s/versions/1/hold")
    assert gone.error == (404, 40493, "Subject 's' Version 1 is not on hold")


def test_a_hold_that_has_ended_is_none(kept):
    kept.versions("s", 1)
    assert kept.hold("s", 1, reason="one", until=at(1)).status == 200
    kept.day(1)
    assert kept.client.delete("/subjects/s/versions/1/hold").error[1] == 40493
    assert kept.delete("s").status == 200


@pytest.mark.parametrize("note, code", [
    ({}, 42294), ({"reason": ""}, 42294), ({"reason": None}, 42294), ({"until": "never"}, 42294),
    ({"reason": 1}, 42296), ({"reason": "x", "until": "tomorrow"}, 42296),
    ({"reason": "x", "until": 1}, 42296),
    ({"reason": "x", "more": 1}, 42296), ({"reason": 1025 * "x"}, 42296), ([], 42296),
    ({"reason": "x", "until": at(0)}, 42293), ({"reason": "x", "until": "1969-12-31T23:59:59.999Z"}, 42293),
])
def test_what_is_wrong_with_a_hold_is_told_after_the_version_is_found(kept, note, code):
    path = "/subjects/s/versions/1/hold"
    assert kept.client.put(path, note).error[1] == 40401
    kept.versions("s", 1)
    assert kept.client.put("/subjects/s/versions/7/hold", note).error[1] == 40402
    assert kept.client.put("/subjects/s/versions/x/hold", note).error[1] == 42202
    assert kept.client.put(path, note).error[1] == code
    assert kept.client.put("/mode/s", {"mode": "READONLY"}).status == 200
    assert kept.client.put("/subjects/s/versions/7/hold", note).error[1] == 42205
    assert kept.explain("s", 1)["protected"] is False


# ---- the way back

def test_undelete_brings_a_version_back_as_it_was(kept):
    kept.versions("s", 2)
    before = kept.client.get("/subjects/s/versions/1").json()
    assert kept.undelete("s", 1).error == (404, 40491, "Subject 's' Version 1 is not deleted")
    assert kept.undelete("s").error == (404, 40491, "Subject 's' is not deleted")
    assert kept.delete("s", 1).status == 200
    reply = kept.client.post("/subjects/s/versions/1/undelete", "anything")
    assert reply.body == b"1"
    after = kept.client.get("/subjects/s/versions/1").json()
    assert {**after, "ts": 0} == {**before, "ts": 0}
    assert "recycled" not in kept.explain("s", 1)
    assert kept.delete("s").status == 200
    assert kept.undelete("s").json() == [1, 2]


def test_undelete_checks_in_order(kept):
    assert kept.undelete("s", "x").error[1] == 42202
    assert kept.undelete("s", 1).error[1] == 40401
    assert kept.undelete("s").error[1] == 40401
    kept.versions("s", 2)
    kept.delete("s", 1)
    kept.delete("s", 1, "?permanent=true")
    kept.client.put("/mode/s", {"mode": "READONLY"})
    for version in (1, 2, 7):
        assert kept.undelete("s", version).error[1] == 42205
    assert kept.undelete("s").error[1] == 42205
    kept.client.delete("/mode/s")
    assert kept.undelete("s", 7).error == (404, 40402, "Version 7 not found.")
    assert kept.undelete("s", 1).error == (404, 40492, "Subject 's' Version 1 was purged")
    assert kept.hold("s", 1, reason="x").error[1] == 40492
    assert kept.undelete("s", 2).error[1] == 40491
    kept.delete("s", query="")
    kept.delete("s", query="?permanent=true")
    assert kept.undelete("s").error[1] == 40401
    assert kept.undelete("s", 2).error[1] == 40492
    assert kept.undelete("s", 3).error[1] == 40402


def test_undelete_needs_its_references_live(kept):
    kept.versions("r", 1)
    text = '{"type":"record","name":"T","fields":[{"name":"r","type":"R"}]}'
    reference = [{"name": "R", "subject": "r", "version": 1}]
    assert kept.client.register("t", text, references=reference).status == 200
    kept.delete("t")
    kept.delete("r")
    reply = kept.undelete("t", 1)
    assert reply.error[:2] == (422, 42201)
    assert 'No schema reference found for subject "r" and version 1' in reply.error[2]
    assert kept.undelete("t", query="?force=true").error[1] == 42201
    assert kept.undelete("r").json() == [1]
    assert kept.undelete("t").json() == [1]


def test_undelete_fits_as_if_the_numbers_had_come_in_order(kept):
    optional, other = schema(0), {"type": "record", "name": "R", "fields": [{"name": "x", "type": "string"}]}
    kept.client.level("s", "NONE")
    for one in (optional, other, schema(1)):
        assert kept.client.register("s", one).status == 200
    kept.delete("s", 2)
    assert kept.undelete("s", 2).status == 200
    kept.delete("s", 2)
    kept.client.level("s", "BACKWARD")
    reply = kept.undelete("s", 2)
    assert reply.error[:2] == (409, 40901)
    assert reply.error[2].startswith('Schema being registered is incompatible with an earlier schema for '
                                     'subject "s", details: [')
    assert kept.numbers("s") == [1, 3]
    assert kept.undelete("s", 2, "?force=true").json() == 2


def test_a_plain_level_asks_the_neighbours_alone_and_a_transitive_one_everybody(kept):
    kept.client.level("s", "NONE")
    for number, kind in enumerate(("long", "int", "long", "int")):
        fields = [{"name": "x", "type": kind, "default": 0},
                  {"name": f"y{number}", "type": "int", "default": 0}]
        assert kept.client.register("s", {"type": "record", "name": "R", "fields": fields}).status == 200
    kept.delete("s", 3)
    kept.client.level("s", "FORWARD")
    assert kept.undelete("s", 3).error[1] == 40901          # 2 cannot read 3
    kept.client.level("s", "BACKWARD")
    assert kept.undelete("s", 3).error[1] == 40901          # 4 cannot read 3
    kept.delete("s", 4)
    assert kept.undelete("s", 3).json() == 3                # 3 reads 2
    kept.delete("s", 3)
    kept.client.level("s", "FORWARD_TRANSITIVE")
    assert kept.undelete("s", 4).json() == 4                # 1 and 2 read 4
    assert kept.undelete("s", 3).error[1] == 40901
    assert kept.undelete("s", 3, "?force=true").json() == 3


def test_the_clock_of_superseded_versions(kept):
    kept.policy("s", {"protect": {"minAgeDays": 100}})
    kept.versions("s", 1)
    kept.day(10)
    kept.versions("s", 1, first=1)
    kept.day(20)
    assert kept.delete("s", 2, "?force=true&reason=x").status == 200       # 1 is the latest again
    assert "until" not in kept.explain("s", 1)["by"][0]
    kept.day(30)
    assert kept.undelete("s", 2).status == 200
    assert kept.explain("s", 1)["by"][0]["until"] == at(130)
    kept.day(40)
    kept.versions("s", 1, first=2)
    kept.day(50)
    assert kept.delete("s", 2, "?force=true&reason=x").status == 200
    assert kept.explain("s", 2)["by"][0]["until"] == at(140)
    kept.day(60)
    assert kept.undelete("s", 2).status == 200                             # below the latest: nobody's clock
    ends = [kept.explain("s", version)["by"][0].get("until") for version in (1, 2, 3)]
    assert ends == [at(130), at(140), None]


# ---- what compatibility remembers

def recycled_by_policy(kept, level):
    """Four versions of a subject; the policy has recycled the first, whose field `x` no other has."""
    def one(name, kind="int"):
        return {"type": "record", "name": "R", "fields": [{"name": name, "type": kind, "default": 0}]}
    kept.client.level("s", level)
    for name in ("x", "a", "b", "c"):
        assert kept.client.register("s", one(name)).status == 200
    kept.policy("s", {"prune": {"enabled": True, "keepVersions": 3}, "limits": {"maxPercentPerSubject": 100}})
    plan = kept.client.post("/retention/plan").json()
    assert kept.client.post("/retention/apply", {"digest": plan["digest"]}).status == 200
    assert kept.explain("s", 1)["recycled"]["policy"] is True
    return {"type": "record", "name": "R", "fields": [{"name": "x", "type": "string", "default": ""}]}


@pytest.mark.parametrize("level, fits", [("BACKWARD_TRANSITIVE", False), ("FORWARD_TRANSITIVE", False),
                                         ("FULL_TRANSITIVE", False), ("BACKWARD", True), ("NONE", True)])
def test_a_transitive_level_remembers_what_the_policy_recycled(kept, level, fits):
    other = recycled_by_policy(kept, level)
    assert kept.client.check("s", other, version=None).json()["is_compatible"] is fits
    assert kept.client.check("s", other, version="latest").json()["is_compatible"] is True
    assert kept.client.register("s", other).status == (200 if fits else 409)


def test_a_delete_by_hand_is_forgotten_and_so_is_a_purge(kept):
    other = recycled_by_policy(kept, "BACKWARD_TRANSITIVE")
    assert kept.undelete("s", 1).status == 200
    assert kept.delete("s", 1).status == 200
    assert kept.explain("s", 1)["recycled"]["policy"] is False
    assert kept.client.check("s", other, version=None).json()["is_compatible"] is True
    assert kept.undelete("s", 1).status == 200
    plan = kept.client.post("/retention/plan").json()
    assert kept.client.post("/retention/apply", {"digest": plan["digest"]}).status == 200
    assert kept.client.register("s", other).status == 409
    assert kept.delete("s", 1, "?permanent=true").status == 200
    assert kept.client.register("s", other).status == 200


# ---- what is left

def test_a_purge_leaves_a_tombstone_that_is_explained(kept):
    kept.versions("s", 2)
    kept.delete("s", 1)
    kept.day(3)
    kept.delete("s", 1, "?permanent=true")
    told = kept.explain("s", 1)
    assert list(told) == ["subject", "version", "id", "state", "protected", "by", "purged"]
    assert told["state"] == "purged" and told["protected"] is False and told["by"] == [] and told["id"] == 1
    assert told["purged"]["at"] == at(3) and told["purged"]["by"].startswith("127.0.0.1")
    assert kept.client.get("/subjects/s/versions/1").error[1] == 40402
    assert kept.client.get("/subjects/s/versions/7/retention").error[1] == 40402
    kept.delete("s")
    kept.delete("s", query="?permanent=true")
    assert kept.client.get("/subjects/s/versions").error[1] == 40401
    assert kept.explain("s", 2)["state"] == "purged"
    assert kept.client.get("/subjects/s/versions/3/retention").error[1] == 40402
    assert kept.client.get("/subjects/t/versions/3/retention").error[1] == 40401
    kept.registry.kill()
    kept.registry.start()
    kept.client = kept.registry.client()
    assert kept.explain("s", 1) == told


def test_without_a_policy_numbers_are_freed(kept):
    kept.versions("s", 2)
    kept.delete("s")
    kept.delete("s", query="?permanent=true")
    assert kept.client.register("s", schema(5)).json()["version"] == 1
    assert kept.explain("s", 1)["state"] == "live"
    assert kept.explain("s", 2)["state"] == "purged"


def test_under_a_policy_numbers_are_never_given_again(kept):
    kept.policy("s", {"purge": {"enabled": True}})
    kept.versions("s", 2)
    kept.delete("s")
    kept.delete("s", query="?permanent=true")
    assert kept.client.get("/retention/s").error[1] == 40490            # it went with the last version
    assert kept.client.register("s", schema(5), version=1).error[1] == 42201
    kept.registry.kill()
    kept.registry.start()
    kept.client = kept.registry.client()
    assert kept.client.register("s", schema(5), version=3).json()["version"] == 3


def test_a_number_is_kept_that_was_given_while_its_twin_went(kept):
    kept.policy("s", {"purge": {"enabled": True}})
    kept.versions("s", 2)
    kept.delete("s", 1)
    assert kept.client.register("s", schema(0)).json()["version"] == 3
    assert kept.explain("s", 1)["state"] == "purged"
    kept.client.delete("/retention/s")
    kept.delete("s")
    kept.delete("s", query="?permanent=true")
    assert kept.client.register("s", schema(0)).json()["version"] == 4


def test_a_kept_number_comes_back_with_what_it_was(kept):
    kept.policy("s", {"purge": {"enabled": True}})
    kept.versions("s", 2)
    kept.delete("s")
    kept.delete("s", query="?permanent=true")
    assert kept.client.put("/mode/s", {"mode": "IMPORT"}).status == 200
    refused = kept.client.register("s", schema(0), id=7, version=1)
    assert refused.error == (422, 42205,
                             "Version 1 of subject 's' was purged and its number is not given again")
    assert kept.client.register("s", schema(3), id=1, version=1).error[1] == 42205
    assert kept.client.register("s", schema(0), id=1, version=1).status == 200
    assert kept.client.register("s", schema(6), id=9, version=3).status == 200
    history = kept.client.get("/retention/history?subject=s").json()
    assert history[0]["what"] == "restored" and history[0]["version"] == 1
    assert kept.explain("s", 1)["state"] == "live"


def test_an_import_does_not_take_the_place_of_what_is_kept(kept):
    kept.versions("s", 2)
    kept.hold("s", 1, reason="law")
    assert kept.client.put("/mode/s", {"mode": "IMPORT"}).error[1] == 42205
    assert kept.client.put("/mode/s?force=true", {"mode": "IMPORT"}).status == 200
    assert kept.client.register("s", schema(5), id=9, version=1).error[1] == 42291
    assert kept.client.register("s", schema(5), id=9, version=2).status == 200
    kept.policy("", {"protect": {"minVersions": 2}})
    assert kept.client.register("s", schema(6), id=10, version=2).error[1] == 42290
    assert kept.numbers("s") == [1, 2]


def test_a_version_that_comes_again_keeps_its_hold(kept):
    kept.versions("s", 2)
    kept.delete("s")
    kept.hold("s", 1, reason="law")
    assert kept.client.put("/mode/s?force=true", {"mode": "IMPORT"}).status == 200
    assert kept.client.register("s", schema(0), id=1, version=1).status == 200
    assert [rule["rule"] for rule in kept.explain("s", 1)["by"]] == ["hold"]


def test_what_is_left_outlives_the_context(kept):
    kept.policy(":.c:", {"purge": {"enabled": True}})
    kept.versions(":.c:s", 2)
    kept.delete(":.c:s")
    kept.delete(":.c:s", query="?permanent=true")
    assert kept.client.delete("/retention/:.c:").status == 200
    assert kept.client.delete("/contexts/.c").status == 204
    assert kept.explain(":.c:s", 2)["state"] == "purged"
    assert kept.client.register(":.c:s", schema(9)).json()["version"] == 3


def test_a_subject_that_is_imported_into_loses_its_policy_with_its_last_version(kept):
    kept.policy("s", {"recycle": {"days": 1}})
    kept.versions("s", 1)
    kept.delete("s")
    assert kept.client.put("/mode/s", {"mode": "IMPORT"}).status == 200
    assert kept.client.get("/retention/s").error[1] == 40490
    assert kept.client.get("/mode/s").json() == {"mode": "IMPORT"}


def test_a_text_stays_as_long_as_any_context_has_it(kept):
    for subject in ("s", ":.c:s"):
        kept.versions(subject, 1)
    kept.delete("s")
    kept.delete("s", query="?permanent=true")
    kept.registry.kill()
    kept.registry.start()
    kept.client = kept.registry.client()
    assert json.loads(kept.client.get("/subjects/:.c:s/versions/1").json()["schema"]) == schema(0)


def test_an_import_does_not_purge_what_is_kept(kept):
    kept.versions("a", 2)
    kept.versions("b", 1)
    kept.delete("a")
    kept.delete("b")
    kept.hold("b", 1, reason="law")
    kept.policy("a", {"protect": {"minAgeDays": 1}})
    assert kept.client.put("/mode", {"mode": "IMPORT"}).error == (
        422, 42290, f"Subject 'a' Version 1 is protected by retention policy: minAgeDays 1 until {at(1)}")
    kept.day(1)
    assert kept.client.put("/mode", {"mode": "IMPORT"}).error == (
        422, 42291, "Subject 'b' Version 1 is on hold: law")
    assert kept.numbers("a", "?deleted=true") == [1, 2]
    kept.client.delete("/subjects/b/versions/1/hold")
    assert kept.client.put("/mode", {"mode": "IMPORT"}).status == 200
    assert kept.explain("a", 1)["state"] == "purged"


def test_a_twin_that_something_keeps_stays(kept):
    kept.client.level("s", "NONE")
    kept.versions("s", 2)
    kept.delete("s", 1)
    kept.hold("s", 1, reason="law")
    kept.versions("s", 1)
    assert kept.numbers("s", "?deleted=true") == [1, 2, 3]
    kept.client.delete("/subjects/s/versions/1/hold")
    kept.delete("s", 3)
    kept.versions("s", 1)
    assert kept.numbers("s", "?deleted=true") == [2, 4]


def test_a_purged_text_is_kept_as_the_policy_says(kept):
    kept.versions("free", 1)
    for subject, text in (("keeps", True), ("drops", False)):
        kept.policy(subject, {"purge": {"enabled": True, "keepText": text}})
    kept.versions("keeps", 1, first=1)
    kept.versions("drops", 1, first=2)
    for subject in ("free", "keeps", "drops"):
        kept.delete(subject)
        kept.delete(subject, query="?permanent=true")
    with sqlite3.connect(f"file:{kept.registry.db}?mode=ro", uri=True) as db:
        texts = [json.loads(row[0]) for row in db.execute("SELECT text FROM contents")]
    assert texts == [schema(1)]
    for number in (1, 2, 3):
        assert kept.client.get(f"/schemas/ids/{number}").error[1] == 40403


# ---- explained

def test_a_live_version_is_explained(kept):
    kept.versions("s", 3)
    kept.policy("s", {"protect": {"minAgeDays": 2},
                      "prune": {"enabled": True, "keepVersions": 2, "olderThanDays": 5}})
    told = kept.explain("s", 1)
    assert told == {"subject": "s", "version": 1, "id": 1, "state": "live", "protected": True,
                    "by": [{"rule": "minAgeDays", "detail": "superseded 0 days ago", "until": at(2)}],
                    "prunableFrom": at(5)}
    assert "prunableFrom" not in kept.explain("s", 2) and "prunableFrom" not in kept.explain("s", 3)
    kept.hold("s", 1, reason="law", until=at(9))
    assert kept.explain("s", 1)["prunableFrom"] == at(9)
    kept.hold("s", 1, reason="law")
    assert "prunableFrom" not in kept.explain("s", 1)


def test_what_no_rule_of_days_keeps_may_go_since_it_was_superseded(kept):
    kept.day(1)
    kept.versions("s", 3)
    kept.day(4)
    kept.policy("s", {"prune": {"enabled": True, "keepVersions": 2}})
    assert kept.explain("s", 1)["prunableFrom"] == at(1)
    # On a clock that was set back it may go at once all the same.
    kept.day(0, allowBack=True)
    assert kept.explain("s", 1)["prunableFrom"] == at(0)


def test_a_recycled_version_is_explained(kept):
    kept.versions("s", 2)
    kept.policy("s", {"recycle": {"days": 30}})
    kept.delete("s", 1)
    told = kept.explain("s", 1)
    assert list(told) == ["subject", "version", "id", "state", "protected", "by", "expiresAt", "recycled"]
    assert told["expiresAt"] == at(30) and told["recycled"]["policy"] is False
    assert told["recycled"]["at"] == at(0) and "why" not in told["recycled"]
    kept.policy("s", {"purge": {"enabled": True}, "protect": {"minAgeDays": 40}})
    assert kept.explain("s", 1)["prunableFrom"] == at(40)


def test_what_is_explained_follows_aliases_and_contexts(kept):
    kept.versions(":.c:s", 1)
    kept.client.put("/config/a", {"alias": ":.c:s"})
    assert kept.explain("a", 1)["subject"] == ":.c:s"
    assert kept.client.get("/contexts/c/subjects/s/versions/1/retention").json()["id"] == 1
    assert kept.client.get("/subjects/s/versions/1/retention").error[1] == 40401
    assert kept.hold("a", 1, reason="x").status == 200
    assert kept.client.delete("/contexts/c/subjects/s").error[1] == 42291


def test_names_of_tasks_are_no_subjects_under_retention(kept):
    for name in ("plan", "apply", "history"):
        for method in ("PUT", "DELETE") + (("GET",) if name != "history" else ("POST",)):
            for prefix in ("", "/contexts/c"):
                assert kept.client.ask(method, f"{prefix}/retention/{name}", {}).status == 405, (method, name)
        kept.policy(f":.:{name}", {"protect": {"minVersions": 1}})
        kept.versions(name, 1)
        assert kept.delete(name, 1).error[1] == 42290
        assert kept.client.get(f"/contexts/./retention/:.:{name}").status == 200


def test_by_whom_names_the_agent(kept):
    kept.versions("s", 1)
    kept.client.delete("/subjects/s", **{"User-Agent": "curl/8"})
    assert kept.explain("s", 1)["recycled"]["by"] == "127.0.0.1 curl/8"
    assert kept.client.get("/retention/history").json()[0]["by"] == "127.0.0.1 curl/8"


# ---- history

def test_history_tells_what_was_done_newest_first(kept):
    kept.versions("s", 2)
    kept.policy("s", {"protect": {"minVersions": 2}})
    kept.delete("s", 1)
    kept.delete("s", 1)
    kept.delete("s", 1, "?force=true&reason=because")
    kept.day(1)
    kept.hold("s", 1, reason="law")
    kept.client.delete("/subjects/s/versions/1/hold")
    kept.day(2)
    kept.undelete("s", 1)
    kept.delete("s", 1, "?force=true&reason=again")
    kept.delete("s", 1, "?permanent=true")
    told = kept.client.get("/retention/history").json()
    assert [entry["what"] for entry in told] == ["purged", "recycled", "undeleted", "released", "held",
                                                 "refused", "recycled"]
    assert list(told[0]) == ["at", "what", "subject", "version", "id", "by"]
    assert told[1]["why"] == "again" and told[4]["why"] == "law"
    assert told[5] == {**told[6], "what": "refused", "why": "minVersions", "count": 2}
    assert {entry["subject"] for entry in told} == {"s"} and {entry["id"] for entry in told} == {1}
    assert [e["what"] for e in kept.client.get(f"/retention/history?since={at(1)}&limit=2").json()] == \
        ["purged", "recycled"]
    assert len(kept.client.get(f"/retention/history?since={at(1)}").json()) == 5
    assert kept.client.get("/retention/history?subject=t").json() == []
    assert kept.client.get("/retention/history?since=yesterday").error[1] == 42296
    assert len(kept.client.get("/retention/history?limit=-1").json()) == 7


def test_history_under_a_context_is_of_that_context(kept):
    for subject in ("s", ":.c:s", ":.d:s"):
        kept.versions(subject, 1)
        kept.delete(subject)
    assert [e["subject"] for e in kept.client.get("/retention/history").json()] == [":.d:s", ":.c:s", "s"]
    assert [e["subject"] for e in kept.client.get("/contexts/c/retention/history").json()] == [":.c:s"]
    assert [e["subject"] for e in kept.client.get("/contexts/./retention/history").json()] == ["s"]
    assert len(kept.client.get("/contexts/c/retention/history?subject=s").json()) == 1
    assert kept.client.get("/contexts/c/retention/history?subject=:.d:s").json() == []
    assert kept.client.get("/retention/history?subject=:.c:s").json()[0]["subject"] == ":.c:s"


def test_history_lasts_and_works_in_memory(kept, tmp_path):
    kept.versions("s", 1)
    kept.delete("s")
    told = kept.client.get("/retention/history").json()
    kept.registry.kill()
    kept.registry.start()
    kept.client = kept.registry.client()
    assert kept.client.get("/retention/history").json() == told
    (tmp_path / "other").mkdir()
    with Registry(tmp_path / "other", db=":memory:", options=["--clock", "manual"]) as registry:
        client = Kept(registry).versions("s", 1).client
        client.delete("/subjects/s")
        assert client.get("/retention/history").json() == told
