# SPDX-License-Identifier: Apache-2.0
"""Settings that change what the interface says and takes."""
import json

import pytest

from registry import Registry, quote

RECORD = {"type": "record", "name": "R", "fields": [{"name": "a", "type": "int", "default": "no int"}]}
ROUTES = [
    ("GET", "/associations/subjects/s"), ("GET", "/associations/resources/i"),
    ("GET", "/associations/resources/n/t"), ("PUT", "/associations/resources/i"),
    ("DELETE", "/associations/resources/i"), ("POST", "/associations"), ("POST", "/associations:batchGet"),
    ("POST", "/associations:batchMutate"), ("POST", "/contexts/.c/associations"),
    ("OPTIONS", "/associations"), ("HEAD", "/associations/subjects/s"), ("PATCH", "/associations"),
]
WEAK = {"resourceName": "t", "resourceNamespace": "n", "resourceId": "i", "resourceType": "topic",
        "associations": [{"subject": "s"}]}


@pytest.mark.parametrize("options", (["--associations=false"], ["--api-level", "7"]), ids=" ".join)
def test_without_associations_their_routes_are_unknown_and_what_they_hold_stays_held(tmp_path, options):
    with Registry(tmp_path) as registry:
        client = registry.client()
        client.register("s", '"int"')
        assert client.post("/associations", WEAK).status == 200
        assert client.get("/schemas?lifecycle=WEAK").json()[0]["associations"][0]["lifecycle"] == "WEAK"
    with Registry(tmp_path, options=options) as registry:
        client = registry.client()
        for method, path in ROUTES:
            body = b"{" if method in ("PUT", "POST") else None
            reply = client.ask(method, path, body, {"Content-Type": "text/plain"})
            assert reply.status == 404, (method, path, reply)
            if method != "HEAD":
                assert reply.error == (404, 404, "HTTP 404 Not Found")
        for query in ("", "?lifecycle=STRONG", "?lifecycle=x", "?resourceType=topic", "?associationType=key"):
            assert [sorted(set(each) & {"subject", "associations"})
                    for each in client.get(f"/schemas{query}").json()] == [["subject"]], query
        assert client.delete("/subjects/s").error == (
            409, 40904, "An association already exists for subject 's'")
    with Registry(tmp_path) as registry:
        rows = registry.client().get("/associations/subjects/s").json()
        assert [row["resourceId"] for row in rows] == ["i"]


def test_new_schemas_are_read_strictly_unless_the_server_or_a_configuration_says_otherwise(tmp_path):
    for options, alone, told in (([], 422, 200), (["--validate-new-schemas=false"], 200, 422)):
        with Registry(tmp_path, ":memory:", options) as registry:
            client = registry.client()
            assert client.register("s", RECORD).status == alone
            assert client.check("s", RECORD, None, "").status == alone
            client.put("/config/t", {"validateNewSchemas": told == 422})
            assert client.register("t", RECORD).status == told
            assert client.check("t", RECORD, "latest", "").status == told
            assert "validateNewSchemas" not in client.get("/config").text


def test_the_empty_subject_is_registered_unless_the_server_refuses_it(tmp_path):
    for options, status in (([], 200), (["--reject-empty-subject"], 422)):
        with Registry(tmp_path, ":memory:", options) as registry:
            client = registry.client()
            for subject in (":.:", ":.c:", ":.c"):
                reply = client.register(subject, '"int"')
                assert reply.status == status
                if status == 422:
                    assert reply.error == (422, 42208, f"The specified subject '{subject}' is not a valid.")
            # Configurations and modes of a context are its empty name's.
            assert client.put(f"/config/{quote(':.c:')}", {"compatibility": "NONE"}).status == 200
            assert client.put(f"/mode/{quote(':.c:')}", {"mode": "READWRITE"}).status == 200
            assert client.register("s", '"int"').status == client.register("*", '"int"').status == 200


def test_one_database_is_served_at_either_level(tmp_path):
    with Registry(tmp_path) as registry:
        client = registry.client()
        client.register("s", '"int"', metadata={"properties": {"k": "v"}})
        client.put(f"/mode/{quote(':.__GLOBAL:')}", {"mode": "FORWARD"})
        at_8 = client.get("/subjects/s/versions/1").json()
    with Registry(tmp_path, options=["--api-level", "7"]) as registry:
        client = registry.client()
        assert client.get("/subjects/s/versions/1").json() == {
            key: at_8[key] for key in ("subject", "version", "id", "metadata", "schema")}
        assert client.get("/mode/s?defaultToGlobal=true").json() == {"mode": "READWRITE"}
        assert client.register("s", '"long"').status == 200
    with Registry(tmp_path) as registry:
        client = registry.client()
        assert client.get("/mode/s?defaultToGlobal=true").json() == {"mode": "FORWARD"}
        assert client.get("/subjects/s/versions/1").json() == at_8
        assert json.loads(client.get("/subjects/s/versions/2").text)["guid"]


@pytest.mark.parametrize("level", ("6", "9", "7.9", ""))
def test_another_level_stops_the_start(tmp_path, level):
    with pytest.raises(RuntimeError, match="api.level"):
        Registry(tmp_path, ":memory:", ["--api-level", level]).start()
