# SPDX-License-Identifier: Apache-2.0
"""What retention must refuse, and that a refusal changes nothing."""
import json
import re

import pytest

from registry import Registry, quote

NOW = "2026-06-01T00:00:00Z"
LATER, EARLIER = "2026-06-02T00:00:00Z", "2026-05-31T23:59:59Z"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Registry(tmp_path_factory.mktemp("bad"), options=["--clock", "manual"]) as running:
        client = running.client()
        assert client.post("/test/clock", {"now": NOW}).status == 200
        client.level("", "NONE")
        for schema in ('"int"', '"long"', '"string"', '"bytes"'):
            assert client.register("s", schema).status == 200
        client.delete("/subjects/s/versions/1")
        client.delete("/subjects/s/versions/1?permanent=true")
        client.delete("/subjects/s/versions/2")
        yield running
        client.close()


@pytest.fixture
def client(server):
    """s has a purged version 1, a recycled 2, and 3 and 4 live. Whatever a test asks, all stays as it was."""
    with_connection = server.client()
    with_connection.post("/test/clock", {"now": NOW})       # writes what others were refused
    before = everything(with_connection)
    yield with_connection
    assert everything(with_connection) == before
    with_connection.close()


def everything(client):
    paths = ["/schemas?deleted=true&subjectPrefix=:*:", "/retention", "/retention/s?defaultToGlobal=true",
             "/retention/history", "/test/clock",
             *[f"/subjects/s/versions/{number}/retention" for number in (1, 2, 3, 4)]]
    return [client.get(path).body for path in paths]


def refused(reply, code, *words):
    status, got, message = reply.error
    assert (status, got) == (int(str(code)[:3]), code), reply
    for word in words:
        assert word in message, message
    return message


# ---- policies

BAD_POLICIES = [    # what is sent, the member that the message names
    ('[]', None), ('7', None), ('"x"', None), ('true', None),
    ('{"colour":1}', "colour"), ('{"colour":null}', "colour"),
    ('{"protect":7}', "protect"), ('{"protect":[]}', "protect"), ('{"prune":"on"}', "prune"),
    ('{"protect":{"colour":1}}', "protect.colour"), ('{"protect":{"colour":null}}', "protect.colour"),
    ('{"protect":{"minversions":1}}', "protect.minversions"),
    ('{"protect":{"minVersions":-1}}', "protect.minVersions"),
    ('{"protect":{"minVersions":1.5}}', "protect.minVersions"),
    ('{"protect":{"minVersions":"10"}}', "protect.minVersions"),
    ('{"protect":{"minVersions":true}}', "protect.minVersions"),
    ('{"protect":{"minVersions":[1]}}', "protect.minVersions"),
    ('{"protect":{"minVersions":{}}}', "protect.minVersions"),
    ('{"protect":{"minVersions":2147483648}}', "protect.minVersions"),
    ('{"protect":{"minVersions":4294967297}}', "protect.minVersions"),
    ('{"protect":{"minVersions":18446744073709551617}}', "protect.minVersions"),
    ('{"protect":{"minVersions":1e400}}', "protect.minVersions"),
    ('{"protect":{"minAgeDays":-0.001}}', "protect.minAgeDays"),
    ('{"protect":{"minAgeDays":36500.001}}', "protect.minAgeDays"),
    ('{"protect":{"minAgeDays":1e400}}', "protect.minAgeDays"),
    ('{"protect":{"minAgeDays":-1e400}}', "protect.minAgeDays"),
    ('{"protect":{"minAgeDays":"90"}}', "protect.minAgeDays"),
    ('{"protect":{"minAgeDays":false}}', "protect.minAgeDays"),
    ('{"protect":{"usedWithinDays":99999999999999999999999999}}', "protect.usedWithinDays"),
    ('{"protect":{"ageBasis":"birth"}}', "protect.ageBasis"),
    ('{"protect":{"ageBasis":"SUPERSEDED"}}', "protect.ageBasis"),
    ('{"protect":{"ageBasis":1}}', "protect.ageBasis"),
    ('{"prune":{"enabled":"true"}}', "prune.enabled"), ('{"prune":{"enabled":1}}', "prune.enabled"),
    ('{"prune":{"enabled":true}}', "prune.enabled"),
    ('{"prune":{"enabled":true,"unusedForDays":5}}', "prune.enabled"),
    ('{"prune":{"keepVersions":-1}}', "prune.keepVersions"),
    ('{"prune":{"keepVersions":2147483648}}', "prune.keepVersions"),
    ('{"prune":{"olderThanDays":36501}}', "prune.olderThanDays"),
    ('{"prune":{"unusedForDays":-1}}', "prune.unusedForDays"),
    ('{"recycle":{"days":-1}}', "recycle.days"), ('{"recycle":{"days":"30"}}', "recycle.days"),
    ('{"purge":{"enabled":0}}', "purge.enabled"), ('{"purge":{"keepText":"no"}}', "purge.keepText"),
    ('{"purge":{"evenIfTransitive":1}}', "purge.evenIfTransitive"),
    ('{"limits":{"maxPerRun":0}}', "limits.maxPerRun"),
    ('{"limits":{"maxPerRun":10001}}', "limits.maxPerRun"),
    ('{"limits":{"maxPerRun":1.5}}', "limits.maxPerRun"),
    ('{"limits":{"maxPercentPerSubject":0}}', "limits.maxPercentPerSubject"),
    ('{"limits":{"maxPercentPerSubject":100.01}}', "limits.maxPercentPerSubject"),
    ('{"limits":{"maxPercentPerSubject":-5}}', "limits.maxPercentPerSubject"),
    ('{"limits":{"maxPercentPerSubject":"25"}}', "limits.maxPercentPerSubject"),
]


@pytest.mark.parametrize("place", ["", "/s", "/:.__GLOBAL:", "/not-yet"])
@pytest.mark.parametrize("body, member", BAD_POLICIES, ids=[body for body, _ in BAD_POLICIES])
def test_a_bad_policy_is_42292_and_names_the_member(client, place, body, member):
    message = refused(client.put("/retention" + place, body), 42292, "Invalid retention policy: ")
    assert member is None or re.search(rf"(?<![\w.]){re.escape(member)}(?![\w.]*\w)", message), message


def test_a_patch_is_judged_by_what_it_makes(client):
    """Each half is good alone; together they would prune by silence alone."""
    assert client.put("/retention/p", {"prune": {"enabled": True, "olderThanDays": 1}}).status == 200
    silent = {"prune": {"olderThanDays": None, "unusedForDays": 5}}
    refused(client.put("/retention/p", silent), 42292, "prune.enabled")
    assert client.get("/retention/p").json() == {"prune": {"enabled": True, "olderThanDays": 1}}
    assert client.delete("/retention/p").status == 200


def test_numbers_at_their_bounds_are_taken(client):
    policy = {"protect": {"minVersions": 2147483647, "minAgeDays": 36500, "usedWithinDays": 0.5},
              "prune": {"keepVersions": 0, "olderThanDays": 0},
              "limits": {"maxPerRun": 10000, "maxPercentPerSubject": 0.01}}
    reply = client.put("/retention/p", policy)
    assert reply.status == 200, reply
    got = reply.json()
    assert list(got).index("warnings") == len(got) - 1      # keepVersions below minVersions, and the days
    assert {name: got[name] for name in policy} == policy
    assert client.get("/retention/p").json() == policy
    assert client.delete("/retention/p").json() == policy
    assert refused(client.delete("/retention/p"), 40490) == \
        "Subject 'p' does not have subject-level retention configured"


NO_NUMBERS = ("01", "+1", "NaN", "Infinity", ".5", "1.", "0x1", "1_0")
NO_JSON = ["", "null", "{", '{"protect":{"minVersions":1', "\x00", "{" * 5000, "[" * 5000,
           *['{"protect":{"minVersions":%s}}' % number for number in NO_NUMBERS]]


@pytest.mark.parametrize("body", NO_JSON)
def test_a_policy_that_is_no_json_is_refused(client, body):
    reply = client.put("/retention/s", body)
    assert reply.status in (400, 422) and reply.json()["error_code"] in (400, 422), reply


def test_a_name_that_cannot_be_a_subject_has_no_policy(client):
    refused(client.put("/retention/a%0Ab", {}), client.put("/config/a%0Ab", {}).json()["error_code"])
    refused(client.put("/retention/__GLOBAL", {}), 42208)
    refused(client.put("/retention/__GLOBAL", {"colour": 1}), 42208)


@pytest.mark.parametrize("place", ["s", "nobody", ":.c:", ":.nowhere:x"])
def test_a_policy_that_is_not_there_is_40490(client, place):
    for reply in (client.get(f"/retention/{quote(place)}"), client.delete(f"/retention/{quote(place)}")):
        refused(reply, 40490, " does not have subject-level retention configured")


def test_plan_apply_and_history_are_no_subjects(client):
    for path in ("/retention/plan", "/retention/apply"):
        for reply in (client.get(path), client.put(path, {}), client.delete(path)):
            refused(reply, 405)
    for reply in (client.post("/retention/history", {}), client.put("/retention/history", {}),
                  client.delete("/retention/history")):
        refused(reply, 405)
    for name in ("history", "plan", "apply"):
        assert client.put(f"/retention/:.:{name}", {"recycle": {"days": 1}}).status == 200
        assert client.get(f"/retention/:.:{name}").json() == {"recycle": {"days": 1}}
        assert client.delete(f"/retention/:.:{name}").status == 200


# ---- plan and apply

BAD_PLANS = [   # what is sent, the member that the message names
    ('{"subjects":"s"}', "subjects"), ('{"subjects":{"s":1}}', "subjects"), ('{"subjects":[1]}', "subjects"),
    ('{"subjects":[["s"]]}', "subjects"), ('{"subjects":[null]}', "subjects"),
    ('{"subjectPrefix":7}', "subjectPrefix"), ('{"subjectPrefix":["s"]}', "subjectPrefix"),
    ('{"subjects":["s"],"subjectPrefix":"s"}', "subject"),
    ('{"stages":"recycle"}', "stages"), ('{"stages":["recycle","burn"]}', "stages"),
    ('{"stages":[1]}', "stages"),
    (json.dumps({"subjects": ["s"] * 1001}), "subjects"),
]


@pytest.mark.parametrize("body, member", BAD_PLANS, ids=[body[:40] for body, _ in BAD_PLANS])
def test_a_bad_plan_is_42296_and_names_the_member(client, body, member):
    refused(client.post("/retention/plan", body), 42296, "Invalid retention request: ", member)
    with_digest = {**json.loads(body), "digest": "0" * 64}
    refused(client.post("/retention/apply", with_digest), 42296, "Invalid retention request: ", member)


@pytest.mark.parametrize("body", [{}, {"digest": None}, {"digest": ["a"]}, {"subjects": ["s"]}])
def test_apply_without_a_digest_is_42296(client, body):
    refused(client.post("/retention/apply", body), 42296, "Invalid retention request: ", "digest")


def test_a_plan_of_an_unknown_subject_is_40401(client):
    for body in ({"subjects": ["nobody"]}, {"subjects": ["s", "nobody"]}, {"subjects": ["nobody", "s"]}):
        refused(client.post("/retention/plan", body), 40401, "Subject 'nobody' not found.")
        refused(client.post("/retention/apply", {**body, "digest": "0" * 64}), 40401)
    assert client.post("/retention/plan", {"subjectPrefix": "nobody"}).json()["summary"]["evaluated"] == 0


@pytest.mark.parametrize("digest", ["0" * 64, "", "x", "f" * 63, "A" * 5000, "é", "'; --"])
def test_a_foreign_digest_is_40990_with_the_new_plan(client, digest):
    reply = client.post("/retention/apply", {"digest": digest})
    assert refused(reply, 40990) == "The retention plan is stale: the registry has changed since it was made"
    assert list(reply.json()) == ["error_code", "message", "plan"]
    assert reply.json()["plan"] == client.post("/retention/plan").json()


def test_the_digest_of_another_selection_is_40990(client):
    of_s = client.post("/retention/plan", {"subjects": ["s"]}).json()["digest"]
    nothing = client.post("/retention/plan", {"subjectPrefix": "nobody"}).json()["digest"]
    assert of_s != nothing
    refused(client.post("/retention/apply", {"subjectPrefix": "nobody", "digest": of_s}), 40990)
    refused(client.post("/retention/apply", {"digest": of_s.upper()}), 40990)


@pytest.mark.parametrize("body", ["{", "[]", '"plan"', "\x01", '{"digest":'])
def test_a_plan_that_is_no_json_object_is_refused(client, body):
    for path in ("/retention/plan", "/retention/apply"):
        reply = client.post(path, body)
        assert (reply.status, reply.json()["error_code"]) in ((400, 400), (422, 42296)), reply


def test_an_empty_body_is_a_plan_of_everything(client):
    whole = client.post("/retention/plan").json()
    assert whole["summary"] == {"evaluated": 3, "recycle": 0, "purge": 0, "kept": 3}
    assert client.post("/retention/plan", {}).json() == whole


# ---- undelete

@pytest.mark.parametrize("version, code", [
    ("0", 42202), ("-2", 42202), ("two", 42202), ("2147483648", 42202), ("1e1", 42202),
    ("9", 40402), ("1", 40492), ("3", 40491), ("4", 40491), ("latest", 40491)])
def test_undelete_of_what_is_not_recycled(client, version, code):
    refused(client.post(f"/subjects/s/versions/{version}/undelete"), code)
    refused(client.post(f"/subjects/s/versions/{version}/undelete?force=true", {"any": "body"}), code)


def test_undelete_says_what_stands_in_its_way(client):
    assert refused(client.post("/subjects/s/versions/1/undelete"), 40492) == \
        "Subject 's' Version 1 was purged"
    assert refused(client.post("/subjects/s/versions/3/undelete"), 40491) == \
        "Subject 's' Version 3 is not deleted"
    refused(client.post("/subjects/nobody/versions/1/undelete"), 40401, "Subject 'nobody' not found.")
    refused(client.post("/subjects/nobody/undelete"), 40401, "Subject 'nobody' not found.")
    refused(client.post("/subjects/nobody/versions/x/undelete"), 42202)


def test_undelete_of_a_live_subject_is_40491(server):
    client = server.client()
    client.register("live", '"int"')
    assert refused(client.post("/subjects/live/undelete"), 40491) == "Subject 'live' is not deleted"
    refused(client.get("/subjects/live/undelete"), 405)
    client.delete("/subjects/live")
    client.delete("/subjects/live?permanent=true")
    refused(client.post("/subjects/live/undelete"), 40401)      # nothing but a tombstone
    refused(client.post("/subjects/live/versions/1/undelete"), 40492)
    client.close()


# ---- holds

BAD_HOLDS = [   # body, code, what the message says
    ({}, 42294, "A reason is required"), ({"reason": ""}, 42294, "A reason is required"),
    ({"reason": None}, 42294, "A reason is required"),
    ({"reason": "x" * 1025}, 42296, "reason"), ({"reason": ["x"]}, 42296, "reason"),
    ({"reason": "x", "until": "tomorrow"}, 42296, "until"), ({"reason": "x", "until": ""}, 42296, "until"),
    ({"reason": "x", "until": "2026-07-01"}, 42296, "until"),
    ({"reason": "x", "until": "2026-07-01T00:00:00"}, 42296, "until"),
    ({"reason": "x", "until": "2026-02-30T00:00:00Z"}, 42296, "until"),
    ({"reason": "x", "until": "2026-13-01T00:00:00Z"}, 42296, "until"),
    ({"reason": "x", "until": "2026-07-01T25:00:00Z"}, 42296, "until"),
    ({"reason": "x", "until": "2026-07-01T00:00:00Z "}, 42296, "until"),
    ({"reason": "x", "until": "99999-07-01T00:00:00Z"}, 42296, "until"),
    ({"reason": "x", "until": 1783000000}, 42296, "until"), ({"reason": "x", "until": {}}, 42296, "until"),
    ({"reason": "x", "until": NOW}, 42293, "The end of a hold must be in the future"),
    ({"reason": "x", "until": EARLIER}, 42293, "The end of a hold must be in the future"),
    ({"reason": "x", "until": "1969-12-31T23:59:59Z"}, 42293, "The end of a hold must be in the future"),
    ({"reason": "x", "until": "2026-06-01T02:00:00+02:00"}, 42293, "The end of a hold must be in the future"),
    ({"reason": "", "until": EARLIER}, 42294, "A reason is required"),
    ({"until": "tomorrow"}, 42294, "A reason is required"),
]


@pytest.mark.parametrize("body, code, words", BAD_HOLDS, ids=[json.dumps(row[0])[:50] for row in BAD_HOLDS])
def test_a_bad_hold_is_refused(client, body, code, words):
    refused(client.put("/subjects/s/versions/3/hold", body), code, words)


def test_a_hold_asks_for_its_version_first(client):
    for method in ("PUT", "DELETE"):
        for version, code in (("s/versions/0", 42202), ("nobody/versions/1", 40401), ("s/versions/9", 40402),
                              ("s/versions/1", 40492)):
            path = f"/subjects/{version}/hold"
            refused(client.ask(method, path, {} if method == "PUT" else None), code)
    assert refused(client.delete("/subjects/s/versions/3/hold"), 40493) == \
        "Subject 's' Version 3 is not on hold"
    for body in ("null", "", "{", "[]"):
        assert client.put("/subjects/s/versions/3/hold", body).status in (400, 422)


def test_a_reason_of_1024_bytes_is_no_longer_than_it_may_be(server):
    client = server.client()
    reply = client.put("/subjects/s/versions/4/hold", {"reason": "é" * 512, "until": LATER})
    assert reply.status == 200 and list(reply.json()) == ["reason", "until", "at", "by"], reply
    refused(client.delete("/subjects/s/versions/4"), 42291, "Subject 's' Version 4 is on hold: é")
    assert client.delete("/subjects/s/versions/4/hold").json() == reply.json()
    refused(client.put("/subjects/s/versions/4/hold", {"reason": "é" * 512 + "x"}), 42296, "reason")
    client.close()


# ---- force, history, usage

def test_force_needs_a_reason_only_where_protection_refuses(server):
    client = server.client()
    client.put("/retention/f", {"protect": {"minVersions": 1}})
    client.register("f", '"int"')
    refused(client.delete("/subjects/f"), 42290)
    for query in ("force=true", "force=true&reason=", "force=true&dryRun=true"):
        assert refused(client.delete(f"/subjects/f?{query}"), 42294) == "A reason is required"
        refused(client.delete(f"/subjects/f/versions/1?{query}"), 42294)
    refused(client.delete("/subjects/f?force=true&reason=" + "x" * 1025), 42296, "reason")
    refused(client.delete("/subjects/f?force=yes&reason=x"), 42290)
    refused(client.delete("/subjects/f?reason=x"), 42290)
    client.delete("/retention/f")
    assert client.delete("/subjects/f?force=true&reason=&dryRun=true").json() == [1]
    assert client.delete("/subjects/f?force=true").json() == [1]
    assert client.delete("/subjects/f?permanent=true&force=true&reason=" + "x" * 2000).json() == [1]
    client.close()


@pytest.mark.parametrize("since", ["yesterday", "1783000000", "2026-02-30T00:00:00Z", "2026-02-03"])
def test_a_history_since_no_time_is_42296(client, since):
    refused(client.get(f"/retention/history?since={since}"), 42296, "since")


def test_a_limit_of_history_is_as_any_limit(client):
    whole = client.get("/retention/history").json()
    assert len(whole) > 3
    assert client.get("/retention/history?limit=2").json() == whole[:2]
    for limit in ("0", "-5", "1001", ""):
        assert client.get(f"/retention/history?limit={limit}").json() == whole
    for limit in ("x", "1.5", "99999999999999999999"):
        refused(client.get(f"/retention/history?limit={limit}"), 404)
    assert client.get("/retention/history?subject=nobody").json() == []


def test_usage_of_an_unknown_id_is_40403(client):
    refused(client.get("/schemas/ids/99/usage"), 40403)
    refused(client.get("/schemas/ids/1/usage"), 40403)      # its only version was purged
    refused(client.get("/schemas/ids/x/usage"), 404)
    refused(client.get("/schemas/ids/2/usage?subject=:.c:"), 40403)


def test_explain_of_what_was_never_given(client):
    refused(client.get("/subjects/s/versions/9/retention"), 40402, "Version 9 not found.")
    refused(client.get("/subjects/nobody/versions/1/retention"), 40401, "Subject 'nobody' not found.")
    refused(client.get("/subjects/s/versions/0/retention"), 42202)
    assert client.get("/subjects/s/versions/1/retention").json()["state"] == "purged"


# ---- the clock

BAD_TIMES = [{}, {"now": None}, {"now": 7}, {"now": ""}, {"now": "now"}, {"now": "2026-06-31T00:00:00Z"},
             {"now": "2026-07-01"}, {"now": "2026-07-01T00:00:00"}, {"now": ["2026-07-01T00:00:00Z"]},
             {"now": "2026-07-01T00:00:60Zz"}]


@pytest.mark.parametrize("body", BAD_TIMES, ids=[json.dumps(body) for body in BAD_TIMES])
def test_a_clock_that_is_set_to_no_time_is_42296(client, body):
    refused(client.post("/test/clock", body), 42296, "now")


def test_a_clock_goes_back_only_where_it_is_told_to(client):
    assert refused(client.post("/test/clock", {"now": EARLIER}), 42295) == \
        f"The clock cannot go back from {NOW} to {EARLIER}"
    refused(client.post("/test/clock", {"now": EARLIER, "allowBack": False}), 42295)
    assert client.post("/test/clock", {"now": NOW}).json() == {"now": NOW}
    for body in ("null", "", "{"):
        assert client.post("/test/clock", body).status in (400, 422)


def test_without_the_manual_clock_there_is_none_to_set(tmp_path):
    with Registry(tmp_path) as running:
        client = running.client()
        refused(client.get("/test/clock"), 404)
        refused(client.post("/test/clock", {"now": NOW}), 404)
        client.close()
