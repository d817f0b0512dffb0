# SPDX-License-Identifier: Apache-2.0
"""The manual clock: who gets one, where it begins, what reads it, and where it is after a restart."""
import datetime
import re
import sqlite3
import subprocess

import pytest

from registry import BIN, Registry
from test_migration import old_database

MANUAL = ["--clock", "manual"]
START = "1970-01-01T00:00:00Z"
SPRING = "2026-03-01T08:30:00.250Z"
SPRING_MS = 1772353800250


def now(client):
    return client.get("/test/clock").json()["now"]


def test_without_the_flag_there_is_no_such_route(client):
    unknown = client.get("/no/such/route")
    for method, body in (("GET", None), ("POST", {"now": SPRING}), ("DELETE", None), ("OPTIONS", None)):
        reply = client.ask(method, "/test/clock", body)
        assert reply.status == 404 and reply.body == client.ask(method, "/no/such/route", body).body
    assert unknown.error == (404, 404, "HTTP 404 Not Found")


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0"])
def test_a_clock_that_others_could_reach_stops_the_start_before_the_database_is_touched(tmp_path, address):
    done = subprocess.run([BIN / "schemad", "--listen", address, "--db", tmp_path / "x.db", *MANUAL],
                          capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and done.stdout == ""
    assert re.fullmatch(r"schemad: (clock: manual only where every listen address is loopback, not http://\S+"
                        r"|cannot listen on \[::\]:0: .*)\n", done.stderr)
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize("address", ["127.0.0.1:0", "127.8.8.8:0", "localhost:0"])
def test_loopback_is_every_address_of_it(tmp_path, address):
    with Registry(tmp_path, db=":memory:", options=[*MANUAL, "--listen", address]):
        pass


def test_a_fresh_store_begins_in_1970_and_stands_still(tmp_path):
    for db in ("schemad.db", ":memory:"):
        with Registry(tmp_path, db=db, options=MANUAL) as registry:
            client = registry.client()
            assert now(client) == START
            client.register("a", '"int"')
            assert client.get("/schemas/ids/1").json()["ts"] == 0
            assert now(client) == START


def test_what_is_kept_reads_it_and_a_restart_goes_on_there(tmp_path):
    with Registry(tmp_path, options=MANUAL) as registry:
        client = registry.client()
        assert client.post("/test/clock", {"now": SPRING}).json() == {"now": SPRING}
        client.register("a", '"int"')
        assert client.get("/schemas/ids/1").json()["ts"] == SPRING_MS
    with Registry(tmp_path, options=MANUAL) as registry:
        assert now(registry.client()) == SPRING


def test_a_clock_that_was_acknowledged_survives_a_kill(tmp_path):
    registry = Registry(tmp_path, options=MANUAL).start()
    assert registry.client().post("/test/clock", {"now": SPRING}).status == 200
    registry.kill()
    with registry:
        assert now(registry.client()) == SPRING


def test_a_clock_that_went_back_is_back_after_a_restart(tmp_path):
    with Registry(tmp_path, options=MANUAL) as registry:
        client = registry.client()
        client.post("/test/clock", {"now": SPRING})
        client.register("a", '"int"')
        assert client.post("/test/clock", {"now": START, "allowBack": True}).json() == {"now": START}
    with Registry(tmp_path, options=MANUAL) as registry:
        assert now(registry.client()) == START


def test_a_store_without_a_clock_begins_at_the_newest_time_in_it(tmp_path):
    with Registry(tmp_path) as registry:
        client = registry.client()
        client.register("a", '"int"')
        client.put("/config/a", {"compatibility": "NONE"})
        written = client.get("/schemas/ids/1").json()["ts"]
    for _ in range(2):
        with Registry(tmp_path, options=MANUAL) as registry:
            begun = datetime.datetime.fromisoformat(now(registry.client()).replace("Z", "+00:00")).timestamp()
            assert written <= begun * 1000 + 1 < written + 60_000


def test_a_database_from_before_there_were_clocks_begins_at_the_newest_time_of_its_history(tmp_path):
    old_database(tmp_path / "old.db")
    with sqlite3.connect(tmp_path / "old.db") as db:
        for at in (1700000000000, 1700000007000, 1700000003000):
            db.execute("INSERT INTO journal VALUES (1, ?, ?, '', '', '', 'VERSION', '', 's', 1, 1, '')",
                       (at % 10000, at))
    db.close()
    with Registry(tmp_path, db="old.db", options=MANUAL) as registry:
        assert now(registry.client()) == "2023-11-14T22:13:27Z"


def test_the_machine_s_time_is_that_of_the_log(tmp_path):
    with Registry(tmp_path, options=MANUAL) as registry:
        assert now(registry.client()) == START
        assert re.match(r"20\d\d-", registry.stderr())


def test_a_restart_on_the_machine_s_clock_forgets_nothing_and_has_no_route(tmp_path):
    with Registry(tmp_path, options=MANUAL) as registry:
        registry.client().post("/test/clock", {"now": "2099-01-01T00:00:00Z"})
    with Registry(tmp_path) as registry:
        client = registry.client()
        client.register("a", '"int"')
        assert client.get("/schemas/ids/1").json()["ts"] < 4_000_000_000_000
        assert client.get("/test/clock").status == 404
    with Registry(tmp_path, options=MANUAL) as registry:
        assert now(registry.client()) == "2099-01-01T00:00:00Z"
