# SPDX-License-Identifier: Apache-2.0
"""Associations outlive the process, and hold against whoever works on their subject at the same moment."""
import json
import sqlite3
import threading

from registry import Registry

ROUNDS = 150


def weak(client, resource, subject, name=None, **query):
    body = {"resourceName": name or resource, "resourceNamespace": "n", "resourceId": resource,
            "associations": [{"subject": subject}]}
    return client.post("/associations" + ("?dryRun=true" if query.get("dry") else ""), body)


def strong(client, resource, text):
    body = {"resourceName": resource, "resourceNamespace": "n", "resourceId": resource,
            "associations": [{"schema": {"schema": text}}]}
    return client.post("/associations", body)


def held(client, subject):
    return json.loads(client.get(f"/associations/subjects/{subject}").text)


def test_rows_survive_a_restart_to_the_byte(tmp_path):
    with Registry(tmp_path) as registry:
        client = registry.client()
        assert client.register("s", '"int"').status == 200
        for resource in ("a", "b", "c"):
            assert weak(client, resource, "s").status == 200
        assert strong(client, "t", '"int"').status == 200
        assert client.delete("/associations/resources/b").status == 204
        before = client.get("/associations/resources/-/-").text
        registry.kill()
        registry.start()
        client = registry.client()
        assert client.get("/associations/resources/-/-").text == before
        assert [row["resourceId"] for row in held(client, "s")] == ["a", "c"]
        assert client.delete("/subjects/s").status == 409
        assert client.delete("/associations/resources/a").status == 204
        assert client.delete("/associations/resources/c").status == 204
        registry.kill()
        registry.start()
        client = registry.client()
        assert held(client, "s") == []
        assert client.delete("/subjects/s").status == 200
    with sqlite3.connect(tmp_path / "schemad.db") as store:
        told = store.execute("SELECT subject, body FROM journal WHERE kind = 'ASSOCIATION' ORDER BY seq")
        told = told.fetchall()
    assert [subject for subject, _ in told] == ["s", "s", "s", "t-value", "s", "s", "s"]
    assert '"resourceId":"c"' in told[2][1] and told[-1][1] == ""


def test_a_row_that_changes_hands_keeps_its_birthday_and_nothing_else(tmp_path):
    with Registry(tmp_path, db=":memory:") as registry:
        client = registry.client()
        assert client.register("s", '"int"').status == 200
        assert weak(client, "a", "s", name="t").status == 200
        (first,) = held(client, "s")
        assert first["createTs"] == first["updateTs"]
        threading.Event().wait(0.01)
        assert weak(client, "b", "s", name="t").status == 200
        (then,) = held(client, "s")
        assert then["resourceId"] == "b" and then["guid"] != first["guid"]
        assert then["createTs"] == first["createTs"] < then["updateTs"]


def at_once(*acts):
    """What each act answered, all begun at the same moment."""
    start = threading.Barrier(len(acts))
    replies = [None] * len(acts)

    def run(place):
        start.wait(30)
        replies[place] = acts[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return replies


def test_association_against_the_delete_of_its_subject(tmp_path):
    with Registry(tmp_path, db=":memory:") as registry:
        one, other = registry.client(), registry.client()
        seen = set()
        for number in range(ROUNDS):
            subject = f"s{number}"
            assert one.register(subject, '"int"').status == 200
            made, gone = at_once(lambda: weak(one, f"r{number}", subject),
                                 lambda: other.delete(f"/subjects/{subject}"))
            assert (made.status, gone.status) in {(200, 409), (409, 200)}, (made, gone)
            assert len(held(one, subject)) == (made.status == 200)
            seen.add(made.status)
        assert seen


def test_two_resources_for_one_subject_one_of_them_strongly(tmp_path):
    """The default subject of a topic that is made, and somebody who points to it."""
    with Registry(tmp_path, db=":memory:") as registry:
        one, other = registry.client(), registry.client()
        for number in range(ROUNDS):
            subject = f":.n:t{number}-value"
            assert one.register(subject, '"int"').status == 200
            made, pointed = at_once(lambda: strong(one, f"t{number}", '"int"'),
                                    lambda: weak(other, f"w{number}", subject))
            assert (made.status, pointed.status) in {(200, 409), (409, 200)}, (made, pointed)
            assert len(held(one, subject)) == 1


def test_a_strong_association_against_a_schema_that_refers_to_it(tmp_path):
    text = '{"type":"record","name":"T","fields":[]}'
    with Registry(tmp_path, db=":memory:") as registry:
        one, other = registry.client(), registry.client()
        for number in range(ROUNDS):
            subject = f":.n:t{number}-value"
            assert one.register(subject, text).status == 200
            refer = [{"name": "T", "subject": subject, "version": 1}]
            made, referred = at_once(
                lambda: strong(one, f"t{number}", text),
                lambda: other.register(f":.n:r{number}", '{"type":"array","items":"T"}', references=refer))
            assert (made.status, referred.status) in {(200, 422), (422, 200)}, (made, referred)


def test_a_batch_of_more_than_1000_requests_is_refused_whole(tmp_path):
    with Registry(tmp_path, db=":memory:") as registry:
        client = registry.client()
        for path in ("/associations:batchGet", "/associations:batchMutate"):
            full = client.post(path, {"requests": [{}] * 1000})
            assert full.status == 207 and len(json.loads(full.text)["results"]) == 1000
            over = client.post(path, {"requests": [{}] * 1001})
            assert over.status == 422 and json.loads(over.text)["error_code"] == 42212
