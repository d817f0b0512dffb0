# SPDX-License-Identifier: Apache-2.0
"""What is bounded, and what gives way: a store that does not answer, a lane and a subject that are full."""
import json
import resource
import socket
import sqlite3
import threading

import pytest

from raw import Raw, get, post
from registry import Registry, quote, wait_until

LANE_ROOM = 1024                # base/limits.h
INT = '{"schema":"\\"int\\""}'


def test_a_store_that_does_not_answer_is_50001_and_a_full_lane_503(tmp_path):
    """Another program locks the database; one write waits for it, a lane's room of others for that one."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, files[1]), files[1]))
    with Registry(tmp_path, options=["--lane-threads", "1"]) as registry:
        client = registry.client()
        assert client.register("before", '"int"').status == 200
        other = sqlite3.connect(tmp_path / "schemad.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waiting = [Raw(registry.port) for _ in range(LANE_ROOM + 20)]
        for i, raw in enumerate(waiting):
            raw.send(post(INT, target=f"/subjects/s{i}/versions"))
        assert client.get("/subjects").json() == ["before"]         # reads go on
        assert client.lookup("before", '"int"').status == 200

        answers = {}

        def listen(i):
            answers[i] = waiting[i].answer()
        threads = [threading.Thread(target=listen, args=(i,), daemon=True) for i in range(len(waiting))]
        for thread in threads:
            thread.start()
        wait_until(lambda: any(a.status == 503 for a in answers.copy().values()), what="a refusal")
        wait_until(lambda: any(a.status == 500 for a in answers.copy().values()), what="the end of the wait")
        other.execute("ROLLBACK")
        other.close()
        for thread in threads:
            thread.join(60)
        for raw in waiting:
            raw.sock.close()

        kinds = {status: [a for a in answers.values() if a.status == status] for status in (200, 500, 503)}
        assert sum(map(len, kinds.values())) == len(waiting)
        assert 0 < len(kinds[503]) <= 20 and 0 < len(kinds[500]) <= 2
        for answer in kinds[503]:
            assert answer.error == (503, 503, "HTTP 503 Service Unavailable")
        for answer in kinds[500]:
            assert answer.error[1] == 50001
            assert answer.error[2].startswith("Error in the backend data store: ")
        done = client.get("/subjects").json()
        assert len(done) == 1 + len(kinds[200])
        assert client.register("after", '"long"').status == 200
    resource.setrlimit(resource.RLIMIT_NOFILE, files)


def test_a_subject_has_at_most_10000_versions(tmp_path):
    """Hidden ones counted. They are put there by hand, because 10,000 registrations take their time."""
    with Registry(tmp_path, options=["--compatibility-level", "NONE"]) as registry:
        client = registry.client()
        client.register("full", '"int"')
        client.register("almost", '"int"')
    database = sqlite3.connect(tmp_path / "schemad.db")
    for subject, most in (("full", 10000), ("almost", 9999)):
        database.execute("""
            WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
            INSERT INTO versions SELECT v.context, v.subject, n, v.id, v.ts, v.created, v.superseded, n % 2,
                v.recycled, v.hold, v.seq FROM versions v, numbers WHERE v.subject = ?""", (most, subject))
    database.commit()
    database.close()
    with Registry(tmp_path, options=["--compatibility-level", "NONE"]) as registry:
        client = registry.client()
        assert client.register("full", '"long"').error == (
            422, 42205, "Subject full has 10000 versions, at most 10000")
        assert client.register("full", '"int"').status == 200       # what is there is found
        assert client.register("almost", '"long"').json()["version"] == 10000
        assert client.register("almost", '"float"').error[1] == 42205
        assert len(client.get("/subjects/full/versions").json()) == 5001
        assert len(client.get("/subjects/full/versions?deleted=true").json()) == 10000
        assert client.delete("/subjects/full/versions/10000").status == 200
        assert client.register("full", '"long"').error[1] == 42205
        assert client.delete("/subjects/full/versions/10000?permanent=true").status == 200
        assert client.register("full", '"long"').json()["version"] == 10000


def test_a_body_has_at_most_1000_rules(client):
    rules = [{"name": f"r{n}", "kind": "CONDITION", "type": "CEL", "mode": "READ"} for n in range(1001)]
    reply = client.register("s", '"int"', ruleSet={"domainRules": rules})
    assert reply.error == (422, 42210, "Too many rules: 1001, at most 1000")
    assert client.register("s", '"int"', ruleSet={"domainRules": rules[1:]}).status == 200


def test_a_schema_reserves_at_most_1000_names(client):
    client.put("/config/s", {"validateFields": True})
    names = ",".join(f"n{n}" for n in range(1001))
    reply = client.register("s", '"int"', metadata={"properties": {"confluent:reserved": names}})
    assert reply.error == (422, 42201, "Too many reserved fields: at most 1000")


def test_a_batch_brings_no_schema_over_1_mib(client):
    text = json.dumps({"type": "string", "x": "y" * (1 << 20)})
    reply = client.post("/associations:batchMutate", {"requests": [{
        "resourceName": "t", "resourceNamespace": "n", "resourceId": "i", "resourceType": "topic",
        "associations": [{"opType": "CREATE", "associationType": "value", "schema": {"schema": text}}]}]})
    assert reply.status == 207
    error = reply.json()["results"][0]["error"]
    assert error == {"error_code": 42209, "message": "Write failed because schema is too large"}


# ---- what else a client can make grow

def record(name, *fields):
    return {"type": "record", "name": name, "fields": list(fields)}


def refer(count, subject="t"):
    return [{"name": f"n{n}", "subject": subject, "version": 1} for n in range(count)]


def assert_nothing_is_there(client, subject):
    """No version, no id, no context, no referrer."""
    assert subject not in client.get("/subjects?deleted=true").json()
    assert client.get(f"/subjects/{quote(subject)}/versions?deleted=true").error[1] == 40401


def test_a_request_has_at_most_100_header_fields(registry):
    with Raw(registry.port) as raw:
        raw.send(get("/subjects", *[f"X-{n}: 1" for n in range(99)]))       # and Host
        assert raw.answer().status == 200
    with Raw(registry.port) as raw:
        raw.send(get("/subjects", *[f"X-{n}: 1" for n in range(100)]))
        assert raw.answer().error == (431, 431, "HTTP 431 Request Header Fields Too Large")


def test_a_body_is_bounded_in_depth_and_in_the_length_of_its_parts(client):
    def body(extra):
        return f'{{"schema":"\\"int\\"","x":{extra}}}'

    for taken, refused, why in (
            ("[" * 999 + "]" * 999, "[" * 1000 + "]" * 1000, "deep"),
            ("[" + "1," * 599990 + "1]", "[" + "1," * 600000 + "1]", "values"),
            ("1" * 1000, "1" * 1001, "number"),
            ('{"' + "n" * 50000 + '":1}', '{"' + "n" * 50001 + '":1}', "name")):
        assert client.post("/subjects/s/versions", body(taken)).status == 200, why
        reply = client.post("/subjects/bad/versions", body(refused))
        assert reply.error[:2] == (400, 400), why
        assert len(reply.body) < 500
    assert_nothing_is_there(client, "bad")


def test_a_string_of_a_body_has_at_most_20_million_characters(tmp_path):
    with Registry(tmp_path, ":memory:", ["--body-max", "64MiB"]) as registry:
        client = registry.client()
        for length, status in ((20000000, 200), (20000001, 400)):
            body = '{"schema":"\\"int\\"","x":"' + "y" * length + '"}'
            assert client.post("/subjects/s/versions", body).status == status


def is_read(raw):
    """The other side has taken all that was sent: nothing waits in either end of the connection."""
    port = f":{raw.sock.getsockname()[1]:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        ends = [line.split() for line in table if port in line]
    return all(end[4] == "00000000:00000000" for end in ends if port in end[1] + end[2])


def test_bodies_that_find_no_room_among_the_others_are_503(tmp_path):
    large = {"schema": json.dumps({"type": "record", "name": "R", "fields": [], "doc": "d" * 700000})}
    request = post(json.dumps(large), target="/subjects/a/versions")
    with Registry(tmp_path, ":memory:", ["--body-max", "1MiB", "--bodies-max", "1MiB"]) as registry:
        with Raw(registry.port) as first, Raw(registry.port) as second:
            first.send(request[:-1])
            wait_until(lambda: is_read(first))
            second.send(request)
            assert second.answer().error == (503, 503, "HTTP 503 Service Unavailable")
            second.send(post(INT, target="/subjects/b/versions"))   # still open; small bodies are taken
            assert second.answer().status == 200
            first.send(request[-1:])
            assert first.answer().status == 200
        with Raw(registry.port) as third:   # the first one's room is free when its reply has left
            wait_until(lambda: third.send(request) and third.answer().status == 200)


def fill(client, prefix, count):
    for i in range(count):
        record_of_1_mb = {"type": "record", "name": f"{prefix}{i}", "fields": [], "doc": "d" * 1000000}
        assert client.register(f"{prefix}{i}", json.dumps(record_of_1_mb)).status == 200


def test_replies_that_find_no_room_among_the_others_are_503(tmp_path):
    listing = get("/schemas?subjectPrefix=a")
    with Registry(tmp_path, ":memory:", ["--replies-max", "16MiB"]) as registry:
        client = registry.client()
        fill(client, "a", 10)
        with Raw(registry.port) as first, Raw(registry.port) as second:
            first.send(listing)             # more than sockets hold, and not read on
            first.sock.recv(1)
            second.send(listing)
            assert second.answer().error == (503, 503, "HTTP 503 Service Unavailable")
            second.send(get("/subjects"))   # still open; small replies have room
            assert len(second.answer().json()) == 10
            second.send(get("/subjects/a0/versions/1"))
            assert len(second.answer().body) > 1000000      # kept with the version, whoever asks
        with Raw(registry.port) as third:   # the first one's room is free when it has gone
            wait_until(lambda: third.send(listing) and third.answer().status == 200)


def test_a_listing_has_at_most_16_mib_where_replies_have(tmp_path):
    refused = (422, 42205, f"Too large an answer, at most {16 << 20} bytes: ask for less of it")
    with Registry(tmp_path, ":memory:", ["--replies-max", "16MiB"]) as registry:
        client = registry.client()
        fill(client, "a", 17)
        assert client.get("/schemas").error == refused
        assert client.get("/schemas?limit=16").status == 200
        wish = {"resourceId": "r", "resourceName": "n", "resourceNamespace": "ns", "resourceType": "topic",
                "associations": [{"subject": "a0", "associationType": "value", "lifecycle": "WEAK"}]}
        assert client.post("/associations", wish).status == 200
        many = {"requests": [{"resourceId": "r", "associationTypes": ["value"]}] * 20}
        results = client.post("/associations:batchGet?includeSchemas=true", many).json()["results"]
        assert [("result" in each) for each in results] == [True] * 16 + [False] * 4
        assert results[-1]["error"] == {"error_code": refused[1], "message": refused[2]}


def test_one_address_has_at_most_three_quarters_of_the_connections(tmp_path):
    """Of 200 files 64 are kept apart; 102 connections are left for one address."""
    with Registry(tmp_path, ":memory:", files=200) as registry:
        mine = [Raw(registry.port) for _ in range(160)]
        for raw in mine:
            raw.send(get("/schemas/types"))
        answers = [raw.answer() for raw in mine]
        answered = [answer.status for answer in answers if answer]  # two threads count: not quite in turn
        assert set(answered) == {200} and 90 < len(answered) <= 102
        other = socket.create_connection(("127.0.0.1", registry.port), 20, source_address=("127.0.0.2", 0))
        other.sendall(get("/schemas/types"))
        assert other.recv(100).startswith(b"HTTP/1.1 200 ")
        other.close()
        for raw in mine:
            raw.sock.close()


def test_10000_references_are_refused_and_1000_are_taken(client):
    client.register("t", record("T"))
    for ask in (client.register, client.lookup):
        assert ask("r", '"T"', references=refer(10000)).error == (
            422, 42201, "Too many references: 10000, at most 1000")
    assert client.check("r", '"T"', "latest", "", references=refer(10000)).error[1] == 42201
    assert_nothing_is_there(client, "r")
    assert client.get("/subjects/t/versions/1/referencedby").json() == []
    assert client.register("r", '"T"', references=refer(1000)).status == 200


def test_references_bring_at_most_4_mib(client):
    for n in range(5):
        client.register(f"t{n}", json.dumps(
            {"type": "record", "name": f"T{n}", "doc": "d" * 1000000, "fields": []}))
    references = [{"name": f"T{n}", "subject": f"t{n}", "version": 1} for n in range(5)]
    size = sum(len(client.get(f"/subjects/t{n}/versions/1/schema").text) for n in range(5))

    def refused(size):
        return 422, 42201, f"Too many bytes of references: {size}, at most {4 << 20}"

    for ask in (client.register, client.lookup):
        assert ask("r", '"T4"', references=references).error == refused(size)
    assert client.check("r", '"T4"', "latest", "", references=references).error == refused(size)
    assert_nothing_is_there(client, "r")
    assert client.register("r", '"T3"', references=references[:4]).status == 200
    # Behind another they count as well, and a schema of many names counts once.
    behind = [{"name": "R", "subject": "r", "version": 1}, references[4]]
    assert client.register("r2", '"T4"', references=behind).error == refused(size + len('"T3"'))
    many = [{**references[0], "name": f"N{n}"} for n in range(1000)]
    assert client.register("r3", '"T0"', references=many).status == 200


def test_metadata_of_1_mib_is_42209_and_nothing_is_half_written(client):
    client.register("other", '"int"')

    def metadata(size, **more):
        return {"properties": {"k": "v" * (size - len('{"properties":{"k":""}}'))}, **more}

    assert client.register("s", '"int"', metadata=metadata(1 << 20)).status == 200
    for too_large in (metadata((1 << 20) + 1), metadata(1 << 20, sensitive=["x"]),
                      {"tags": {f"p{n}": ["t"] for n in range(100000)}},
                      {"properties": {f"p{n}": "" for n in range(150000)}}):
        assert client.register("bad", '"int"', metadata=too_large).error[1] in (42209, 42201)
    assert client.register("bad", '"int"', metadata=metadata(1 << 19), ruleSet={"domainRules": [
        {"name": "r", "type": "CEL", "expr": "e" * (1 << 19)}]}).error == (
            422, 42209, "Register operation failed because schema is too large")
    assert_nothing_is_there(client, "bad")
    # What a configuration adds is counted, too.
    default = {"defaultMetadata": {"properties": {"d": "v" * (1 << 19)}}}
    assert client.put("/config/bad", default).status == 200
    assert client.register("bad", '"int"', metadata=metadata(1 << 19)).error[1] == 42209
    assert_nothing_is_there(client, "bad")
    default["defaultMetadata"]["properties"]["d"] *= 2
    assert client.put("/config/bad", default).error[0] == 413
    assert client.get("/subjects/s/versions/latest").json()["metadata"] == metadata(1 << 20)
    assert client.register("other", '"int"').json()["id"] == 1


def test_a_body_changes_at_most_1000_tags(client):
    def tags(count):
        return [{"schemaEntity": {"entityPath": "R", "entityType": "sr_record"},
                 "tags": [f"t{n}" for n in range(count)]}]

    client.register("s", record("R"))
    for body in ({"schemaTagsToAdd": tags(1001)},
                 {"schemaTagsToAdd": tags(500), "schemaTagsToRemove": tags(501)},
                 {"schemaTagsToRemove": tags(1) * 1001}):
        assert client.register("s", record("R"), **body).error == (
            422, 42201, "Too many schema tags: 1001, at most 1000")
    many = {"schema": json.dumps(record("R")), "schemaTagsToAdd": tags(1001)}
    for path in ("/subjects/s", "/compatibility/subjects/s/versions", "/compatibility/subjects/s/versions/1"):
        assert client.post(path, many).error == (422, 42201, "Too many schema tags: 1001, at most 1000")
    assert client.post("/subjects/s/versions/1/tags", {"tagsToAdd": tags(1001)}).error[1] == 42201
    assert client.get("/subjects/s/versions").json() == [1]
    assert client.register("s", record("R"), schemaTagsToAdd=tags(1000)).status == 200


def test_a_rule_has_a_name_of_at_most_256_units(client):
    def rules(name):
        return {"domainRules": [{"name": name, "type": "CEL"}]}

    assert client.register("s", '"int"', ruleSet=rules("r" * 256)).status == 200
    assert client.register("t", '"int"', ruleSet=rules("r" * 257)).error == (422, 42210, "Rule name too long")
    assert client.register("t", '"int"', ruleSet=rules("r" + "\U00010400" * 128)).error == (
        422, 42210, "Rule name too long")


def test_a_subject_of_10000_bytes_is_no_subject(tmp_path):
    """The largest target that can be had lets it through to where names are looked at."""
    name = "s" * 10000
    with Registry(tmp_path, ":memory:", ["--header-max", "64KiB"]) as registry:
        client = registry.client()
        for subject in (name, ":.c:" + name, ":." + name + ":s", "é" * 5000):
            for reply in (client.register(subject, '"int"'), client.level(subject, "NONE"),
                          client.put(f"/mode/{quote(subject)}", {"mode": "READONLY"})):
                assert reply.error == (422, 42208, f"The specified subject '{subject}' is not a valid.")
            assert client.lookup(subject, '"int"').error[1] == 40401
            assert client.check(subject, '"int"', "latest").json()["is_compatible"] is True
            assert client.get(f"/config/{quote(subject)}").error[1] == 40408
            assert_nothing_is_there(client, subject)
        longest = "s" * 4096
        assert client.register(longest, '"int"').status == 200
        assert client.get("/subjects").json() == [longest]
        assert client.register("t", '"s"', references=refer(1, name)).error[1] == 42201
        client.put("/config/a", {"alias": name})
        assert client.register("a", '"int"').error[1] == 42208
        assert client.get("/contexts").json() == ["."]


@pytest.mark.parametrize("context", (
    "..", ".a.b", ".a b", ".a/b", ".é", ".日本", ".\U0001F600", ".%", ".?x=1", ".#", ".*", ".-", "._", ".0",
    ".a;b", "...", ".GLOBAL", ".__EMPTY", ".contexts", ".schemas", "." + "c" * 4000))
def test_a_context_may_have_an_odd_name(client, context):
    subject = f":{context}:s"
    assert client.register(subject, '"int"').json()["id"] == 1
    assert client.get("/contexts").json() == [".", context]
    assert client.get("/subjects").json() == [subject]
    if context != "..":                         # an encoded dot segment is refused
        assert client.get(f"/contexts/{quote(context)}/subjects").json() == [subject]
        assert client.get(f"/contexts/{quote(context)}/schemas/ids/1").json()["subject"] == subject
        assert client.get(f"/contexts/{quote(context)}/subjects/s/versions/1").json()["subject"] == subject
    for query in ("", "?permanent=true"):
        assert client.delete(f"/subjects/{quote(subject)}{query}").json() == [1]
    assert client.get("/subjects?deleted=true").json() == []


@pytest.mark.parametrize("context", (".a\x01", ".\x7f", ".a\u0085", ".__GLOBAL", "." + "c" * 4096))
def test_a_context_may_not_have_an_impossible_name(client, context):
    reply = client.register(f":{context}:s", '"int"')
    assert reply.error[:2] in ((422, 42208), (400, 400))
    assert client.get("/contexts").json() == ["."]
    assert_nothing_is_there(client, "s")


def test_there_are_at_most_10000_named_contexts(tmp_path):
    with Registry(tmp_path) as registry:
        registry.client().register(":.c:s", '"int"')
    database = sqlite3.connect(tmp_path / "schemad.db")
    database.execute("""
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 9998)
        INSERT INTO contexts SELECT '.c' || n, last_id, body, seq FROM contexts, numbers
        WHERE context = '.c'""")
    database.commit()
    database.close()
    with Registry(tmp_path) as registry:
        client = registry.client()
        assert client.register(":.d:s", '"int"').status == 200
        assert len(client.get("/contexts").json()) == 10001
        assert client.register(":.e:s", '"int"').error == (422, 42205, "Too many contexts: at most 10000")
        assert client.register(":.c77:s", '"int"').status == client.register("s", '"int"').status == 200
        assert_nothing_is_there(client, ":.e:s")
        assert client.delete("/contexts/.c78").status == 204
        assert client.register(":.e:s", '"int"').status == 200


def topic(name, resource, subject="s"):
    return {"resourceName": name, "resourceNamespace": "n", "resourceId": resource,
            "associations": [{"subject": subject}]}


def test_a_subject_is_held_by_at_most_10000_rows(tmp_path):
    with Registry(tmp_path) as registry:
        client = registry.client()
        client.register("s", '"int"')
        assert client.post("/associations", topic("t", "i")).status == 200
    database = sqlite3.connect(tmp_path / "schemad.db")
    (body,), = database.execute("SELECT body FROM associations")
    row = json.loads(body)[0]
    rows = [{**row, "resourceName": f"t{n:04}", "resourceId": f"i{n:04}"} for n in range(9999)]
    database.execute("UPDATE associations SET body = ?", (json.dumps(rows, separators=(",", ":")),))
    database.commit()
    database.close()
    with Registry(tmp_path) as registry:
        client = registry.client()
        assert client.post("/associations", topic("u", "u")).status == 200
        assert client.post("/associations", topic("v", "v")).error == (
            409, 40902, "A maximum of 10000 associations already exist")
        assert client.post("/associations", topic("u", "u")).status == 200      # it stands already
        assert client.delete("/associations/resources/i0000").status == 204
        assert client.post("/associations", topic("v", "v")).status == 200


def test_a_resource_is_named_within_bounds(client):
    def refused(reply, what, most):
        return reply.error == (422, 42212, "The association specified an invalid value for property: "
                                           f"'{what}', detail: exceeds max length of {most}")

    client.register("s", '"int"')
    assert refused(client.post("/associations", topic("t" * 257, "i")), "resourceName", 256)
    assert refused(client.post("/associations", {**topic("t", "i"), "resourceNamespace": "n" * 257}),
                   "resourceNamespace", 256)
    assert refused(client.post("/associations", topic("t", "i" * 4097)), "resourceId", 4096)
    assert refused(client.put(f"/associations/resources/{'i' * 4097}", topic("t", None)), "resourceId", 4096)
    batch = {"requests": [{**topic("t", "i" * 4097), "associations": [{"subject": "s", "opType": "CREATE"}]}]}
    result, = client.post("/associations:batchMutate", batch).json()["results"]
    assert result["error"]["error_code"] == 42212
    assert client.get("/associations/subjects/s").json() == []
    assert client.post("/associations", topic("t" * 256, "i" * 4096)).status == 200


def test_a_batch_has_at_most_1000_requests(client):
    for path in ("/associations:batchGet", "/associations:batchMutate"):
        requests = [{"resourceId": "i", "resourceName": "t", "resourceNamespace": "n", "associations": []}]
        assert client.post(path, {"requests": requests * 1001}).error == (
            422, 42212, "The association specified an invalid value for property: 'requests', "
                        "detail: exceeds max size of 1000")
        assert len(client.post(path, {"requests": requests * 1000}).json()["results"]) == 1000


def test_a_history_has_at_most_1000_entries(tmp_path):
    with Registry(tmp_path, ":memory:") as registry:
        client = registry.client()
        for n in range(1001):
            client.register(f"s{n}", '"int"')
            client.delete(f"/subjects/s{n}")
        for query, count in (("", 1000), ("?limit=1000", 1000), ("?limit=1001", 1000), ("?limit=2", 2)):
            told = client.get(f"/retention/history{query}").json()
            assert len(told) == count and told[0]["subject"] == "s1000", query


def test_refusals_of_more_than_1000_askers_are_counted_under_others(tmp_path):
    with Registry(tmp_path, options=["--clock", "manual"]) as registry:
        client = registry.client()
        client.register("a", '"int"')
        client.put("/retention/a", {"protect": {"minVersions": 1}})
        for n in [*range(1005), 1, 1]:
            assert client.delete("/subjects/a", **{"User-Agent": f"asker-{n}"}).error[1] == 42290
        assert len(client.get("/retention/history").json()) == 1000     # of what is not written yet
        client.post("/test/clock", {"now": "1970-01-01T00:00:00Z"})     # now it is
        with sqlite3.connect(f"file:{tmp_path}/schemad.db?mode=ro", uri=True) as db:
            rows = db.execute("SELECT who, subject, body FROM journal WHERE kind = 'REFUSED'").fetchall()
        db.close()
        counted = {who.split(" ")[-1]: (subject, json.loads(body)) for who, subject, body in rows}
        assert len(counted) == len(rows) == 1001
        assert counted["others"] == ("", {"rule": "minVersions", "count": 5})
        assert counted["asker-1"] == ("a", {"rule": "minVersions", "count": 3})
        assert counted["asker-999"][1]["count"] == 1 and "asker-1000" not in counted


def imported(client, subject, text, number, version):
    assert client.put("/mode", {"mode": "IMPORT"}).status == 200
    answer = client.post(f"/subjects/{subject}/versions",
                         {"schema": text, "id": number, "version": version})
    assert client.put("/mode", {"mode": "READWRITE"}).status == 200
    return answer


def test_after_the_last_version_number_a_subject_takes_no_more(client):
    last = 2 ** 31 - 1
    assert imported(client, "full", '"int"', 7, last).status == 200
    refused = client.register("full", '"long"')
    assert (refused.status, refused.json()["error_code"]) == (422, 42205)
    assert refused.json()["message"] == f"Subject full has the last version number, {last}"
    assert client.get("/subjects/full/versions").json() == [last]
    assert client.get(f"/subjects/full/versions/{last}/schema").body == b'"int"'
    assert client.register("other", '"long"').json()["id"] == 8


def test_after_the_last_id_a_context_takes_what_it_knows_only(client):
    last = 2 ** 31 - 1
    assert imported(client, "a", '"int"', last, 1).status == 200
    refused = client.register("b", '"long"')
    assert (refused.status, refused.json()["error_code"]) == (422, 42205)
    assert refused.json()["message"] == f"Context . has the last id, {last}"
    assert client.register("b", '"int"').json()["id"] == last
    assert client.get("/subjects").json() == ["a", "b"]
    assert client.register(":.c:b", '"long"').json()["id"] == 1
