# SPDX-License-Identifier: Apache-2.0
"""What is bounded, and what gives way: a store that does not answer, a lane and a subject that are full."""
import json
import resource
import sqlite3
import threading

from raw import Raw, post
from registry import Registry, wait_until

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
