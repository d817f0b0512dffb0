# SPDX-License-Identifier: Apache-2.0
"""What an import puts in the place of a version takes that version away, as a purge does."""
import pytest

from registry import Registry

NOW = "2026-06-01T00:00:00Z"


@pytest.fixture
def client(tmp_path):
    """Subject a has version 1, an int with id 1, and takes imports."""
    with Registry(tmp_path, options=["--clock", "manual"]) as registry:
        client = registry.client()
        client.post("/test/clock", {"now": NOW})
        assert client.register("a", '"int"').json()["id"] == 1
        assert client.put("/mode/a?force=true", {"mode": "IMPORT"}).status == 200
        yield client
        client.close()


def bring(client, schema, id, version=1):
    return client.register("a", schema, id=id, version=version)


def test_what_was_replaced_is_told_as_purged(client):
    assert bring(client, '"long"', 7).status == 200
    assert client.get("/schemas/ids/1").error[:2] == (404, 40403)
    told = client.get("/retention/history").json()
    assert [(each["what"], each["version"], each["id"], each["why"]) for each in told] == \
        [("purged", 1, 1, "another schema was imported in its place")]
    assert client.get("/subjects/a/versions/1/retention").json()["id"] == 7


def test_what_is_kept_is_not_replaced(client):
    client.put("/retention/a", {"protect": {"minVersions": 1}})
    assert bring(client, '"long"', 7).error[:2] == (422, 42290)
    client.put("/subjects/a/versions/1/hold", {"reason": "audit"})
    assert bring(client, '"long"', 7).error == (422, 42291, "Subject 'a' Version 1 is on hold: audit")
    assert bring(client, '"int"', 1).status == 200      # itself again
    assert client.get("/schemas/ids/1/schema").text == '"int"'


def test_a_replaced_number_is_kept_under_a_policy(client):
    client.put("/retention/a", {"recycle": {"days": 1}, "purge": {"enabled": True}})
    assert bring(client, '"long"', 7, 5).status == 200
    assert bring(client, '"string"', 8, 5).status == 200
    client.put("/mode/a", {"mode": "READWRITE"})
    client.delete("/subjects/a")
    assert client.delete("/subjects/a?permanent=true").json() == [1, 5]
    assert client.register("a", '"bytes"').json()["version"] == 6
