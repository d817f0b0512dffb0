# SPDX-License-Identifier: Apache-2.0
"""Marks of use: what marks an id, what does not, who is remembered, and what a crash may lose of it."""
import sqlite3

import pytest

from registry import Registry

INT = '"int"'
MANUAL = ["--clock", "manual"]
BEGIN, NEXT = "2026-03-01T10:00:00Z", "2026-03-02T00:00:00Z"
NEVER = {"id": 1, "fetches": 0, "clients": []}


@pytest.fixture
def manual(tmp_path):
    with Registry(tmp_path, options=MANUAL) as registry:
        yield registry


@pytest.fixture
def tested(manual):
    client = manual.client()
    set_clock(client, BEGIN)
    client.register("a", INT)
    yield client
    client.close()


def set_clock(client, now):
    reply = client.post("/test/clock", {"now": now})
    assert reply.status == 200, reply


def usage(client, schema_id=1, query=""):
    reply = client.get(f"/schemas/ids/{schema_id}/usage{query}")
    assert reply.status == 200, reply
    return reply.json()


def test_an_id_without_a_mark_says_so(tested):
    assert tested.get("/schemas/ids/1/usage").text == '{"id":1,"fetches":0,"clients":[]}'
    assert usage(tested) == NEVER                          # and asking was no use


def test_an_id_that_is_unknown_is_40403(tested):
    assert tested.get("/schemas/ids/9/usage").error == (404, 40403, "Schema 9 not found")
    assert tested.get("/schemas/ids/x/usage").status == 404


@pytest.mark.parametrize("path", [
    "/schemas/ids/2", "/schemas/ids/2/schema", "/schemas/ids/2?fetchMaxId=true",
    "/schemas/ids/2?format=resolved",
    "/subjects/b/versions/1", "/subjects/b/versions/latest", "/subjects/b/versions/1/schema",
    "/schemas/guids/{guid}", "/subjects/b/metadata?key=k&value=v"])
def test_reading_a_schema_marks_its_id(tested, path):
    guid = tested.register("b", '"long"', metadata={"properties": {"k": "v"}}).json()["guid"]
    assert tested.get(path.format(guid=guid)).status == 200
    assert usage(tested, 2) == {"id": 2, "lastFetched": "2026-03-01", "fetches": 1, "clients": []}
    assert usage(tested) == NEVER


@pytest.mark.parametrize("method, path, body", [
    ("GET", "/schemas", None), ("GET", "/subjects", None), ("GET", "/subjects/a/versions", None),
    ("GET", "/schemas/ids/1/subjects", None), ("GET", "/schemas/ids/1/versions", None),
    ("GET", "/subjects/a/versions/1/referencedby", None), ("GET", "/subjects/a/versions/2", None),
    ("GET", "/config/a?defaultToGlobal=true", None), ("GET", "/schemas/ids/2", None),
    ("POST", "/compatibility/subjects/a/versions/1", {"schema": INT}),
    ("POST", "/subjects/a", {"schema": '"long"'}), ("POST", "/subjects/a/versions", {"schema": '"string"'}),
])
def test_what_reads_no_schema_marks_nothing(tested, method, path, body):
    tested.ask(method, path, body)
    assert usage(tested) == NEVER


def test_looking_up_and_registering_again_mark_the_id(tested):
    tested.register("b", '"bytes"')
    uses = {1: lambda: tested.lookup("a", INT), 2: lambda: tested.register("b", '"bytes"')}
    for schema_id, use in uses.items():
        assert usage(tested, schema_id) == {**NEVER, "id": schema_id}
        assert use().status == 200
        assert usage(tested, schema_id) == {**NEVER, "id": schema_id, "lastRegistered": "2026-03-01"}


def test_registering_a_known_schema_under_another_subject_marks_its_id(tested):
    assert tested.register("other", INT).json()["id"] == 1
    assert usage(tested)["lastRegistered"] == "2026-03-01"


def test_a_client_that_has_the_bytes_already_uses_them_too(tested):
    etag = tested.get("/schemas/ids/1").headers["ETag"]
    assert tested.get("/schemas/ids/1", **{"If-None-Match": etag}).status == 304
    assert tested.ask("HEAD", "/schemas/ids/1").status == 200
    assert usage(tested)["fetches"] == 3


def test_days_are_those_of_the_clock_and_do_not_go_back(tested):
    tested.get("/schemas/ids/1")
    set_clock(tested, NEXT)
    assert usage(tested)["lastFetched"] == "2026-03-01"
    tested.get("/schemas/ids/1")
    assert usage(tested)["lastFetched"] == "2026-03-02"
    tested.post("/test/clock", {"now": BEGIN, "allowBack": True})
    tested.get("/schemas/ids/1")
    assert usage(tested)["lastFetched"] == "2026-03-02"


def test_the_last_eight_clients_are_remembered(tested):
    names = [f"client-{number}" for number in range(12)]
    for day, name in enumerate(names):
        set_clock(tested, f"2026-03-{day + 2:02}T00:00:00Z")
        for _ in range(3):
            assert tested.get("/schemas/ids/1", **{"User-Agent": name}).status == 200
    assert usage(tested)["clients"] == [{"agent": f"client-{number}", "lastSeen": f"2026-03-{number + 2:02}"}
                                        for number in range(11, 3, -1)]
    tested.get("/schemas/ids/1", **{"User-Agent": "client-4"})
    assert usage(tested)["clients"][0] == {"agent": "client-11", "lastSeen": "2026-03-13"}
    assert usage(tested)["clients"][1] == {"agent": "client-4", "lastSeen": "2026-03-13"}
    assert usage(tested)["fetches"] == 37


def test_a_name_is_cut_at_100_bytes_between_two_characters(tested):
    tested.get("/schemas/ids/1", **{"User-Agent": "x" * 150})
    tested.get("/schemas/ids/1", **{"User-Agent": ("y" * 99 + "ü").encode().decode("latin-1")})
    tested.get("/schemas/ids/1", **{"User-Agent": b"no text \xff".decode("latin-1")})
    names = sorted(client["agent"] for client in usage(tested)["clients"])
    assert names == ["no text ?", "x" * 100, "y" * 99]
    assert usage(tested)["fetches"] == 3


def test_the_subject_chooses_the_context_as_for_the_schema(tested):
    tested.register(":.c:s", '"bytes"')
    assert tested.get("/contexts/.c/schemas/ids/1").status == 200
    assert usage(tested)["fetches"] == 0
    assert usage(tested, query="?subject=:.c:s")["fetches"] == 1
    assert tested.get("/contexts/.c/schemas/ids/1/usage").json()["fetches"] == 1


def test_marks_are_written_at_a_stop_and_with_the_clock(tmp_path):
    with Registry(tmp_path, options=MANUAL) as registry:
        client = registry.client()
        set_clock(client, BEGIN)
        client.register("a", INT)
        for _ in range(5):
            client.get("/schemas/ids/1", **{"User-Agent": "one"})
        client.lookup("a", INT, deleted="false")
        kept = usage(client)
    with Registry(tmp_path, options=MANUAL) as registry:
        client = registry.client()
        assert usage(client) == kept
        client.get("/schemas/ids/1", **{"User-Agent": "two"})
        set_clock(client, NEXT)
        kept = usage(client)
        assert kept["fetches"] == 6 and len(kept["clients"]) == 2
        client.get("/schemas/ids/1", **{"User-Agent": "three"})
        registry.kill()
    registry = Registry(tmp_path, options=MANUAL).start()
    assert usage(registry.client()) == kept                # what came after it is lost, as it may be
    registry.stop()


def test_an_id_without_a_mark_counts_as_used_when_it_came_or_when_marks_began(tmp_path):
    def used(client):
        return client.get("/subjects/a/versions/1/retention").json()["by"][-1]

    with Registry(tmp_path, options=MANUAL) as registry:
        client = registry.client()
        set_clock(client, BEGIN)
        client.register("a", INT)
        client.put("/retention/a", {"protect": {"usedWithinDays": 30}})
        assert used(client) == {"rule": "usedWithinDays", "detail": "counts as used 2026-03-01",
                                "until": "2026-03-31T00:00:00Z"}
        set_clock(client, "2026-03-10T00:00:00Z")
    with sqlite3.connect(tmp_path / "schemad.db") as db:
        db.execute("DELETE FROM usage")                    # as if it came from before there were marks
    db.close()
    for now in ("2026-03-12T00:00:00Z", "2026-03-14T00:00:00Z"):
        with Registry(tmp_path, options=MANUAL) as registry:
            client = registry.client()
            assert used(client)["until"] == "2026-04-09T00:00:00Z"
            set_clock(client, now)                         # the first batch keeps since when there are marks


def test_marks_are_no_history_and_go_with_their_id(tmp_path):
    def rows(sql):
        with sqlite3.connect(f"file:{tmp_path}/schemad.db?mode=ro", uri=True) as db:
            return db.execute(sql).fetchall()

    with Registry(tmp_path, options=MANUAL) as registry:
        client = registry.client()
        client.register("a", INT)
        client.get("/schemas/ids/1", **{"User-Agent": "one"})
        set_clock(client, BEGIN)
        body = '{"lastFetched":"1970-01-01","fetches":1,"clients":[{"agent":"one","lastSeen":"1970-01-01"}]}'
        assert rows("SELECT context, id, body FROM usage ORDER BY id") == [
            ("", 0, '{"since":"1970-01-01"}'), ("", 1, body)]
        assert rows("SELECT DISTINCT kind FROM journal ORDER BY 1") == [("RECORD",), ("VERSION",)]
        client.get("/schemas/ids/1")
        client.delete("/subjects/a")
        client.delete("/subjects/a?permanent=true")
        set_clock(client, NEXT)
        assert rows("SELECT id FROM usage") == [(0,)]


def test_a_read_of_a_hidden_version_is_use_too(tested):
    tested.delete("/subjects/a")
    assert tested.get("/schemas/ids/1").status == 200
    assert usage(tested)["fetches"] == 1
