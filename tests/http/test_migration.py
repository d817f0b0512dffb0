# SPDX-License-Identifier: Apache-2.0
"""A database of an older schemad is brought up to date when it is opened, and nothing of it is lost."""
import hashlib
import re
import sqlite3
import uuid

from registry import ROOT, Registry


def old_database(path):
    """As the first migration made it, with one schema under two subjects."""
    first = (ROOT / "migrations" / "sqlite" / "0001_registry.sql").read_text()
    code = (ROOT / "storage" / "sqlite_open.c").read_text()
    application = int(re.search(r"APPLICATION_ID\s*=\s*(0x[0-9a-fA-F]+|\d+)", code).group(1), 0)
    guid = str(uuid.UUID(bytes=hashlib.md5(b'"int"').digest()))
    with sqlite3.connect(path) as db:
        db.executescript(first)
        db.execute(f"PRAGMA application_id = {application}")
        db.execute("CREATE TABLE migration (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
                   "digest TEXT NOT NULL)")
        db.execute("INSERT INTO migration VALUES (1, '0001_registry', ?)",
                   (hashlib.sha256(first.encode()).hexdigest(),))
        db.execute("UPDATE registry SET seq = 1")
        db.execute("INSERT INTO contexts VALUES ('', 1, '{}', 1)")
        db.execute("INSERT INTO contents VALUES (?, '\"int\"', '', '', '')", (guid,))
        db.execute("INSERT INTO schemas VALUES ('', 1, 'AVRO', ?, 1700000000000, 1)", (guid,))
        for subject, hidden in (("s", 0), ("t", 1)):
            db.execute("INSERT INTO versions "
                       "VALUES ('', ?, 1, 1, 1700000000000, 1700000000000, 0, ?, ?, '', 1)",
                       (subject, hidden, '{"at":1700000000001}' if hidden else ""))
    db.close()


def test_what_was_purged_before_there_were_tombstones_has_one(tmp_path):
    old_database(tmp_path / "old.db")
    with sqlite3.connect(tmp_path / "old.db") as db:
        db.execute("INSERT INTO journal VALUES (1, 0, 1700000000000, 'ada', '', '', 'RECORD', '', '', 0, 7, "
                   "'{\"type\":\"AVRO\",\"guid\":\"old\"}')")
        for seq, at in ((1, 1700000000000), (2, 1700000001000)):
            db.execute("INSERT INTO removals VALUES (?, 1, 'PURGE', '', 's', 2, 7, ?, 'ada', 'old')",
                       (seq, at))
        db.execute("UPDATE registry SET seq = 2")
    db.close()
    with Registry(tmp_path, db="old.db") as registry:
        client = registry.client()
        told = client.get("/subjects/s/versions/2/retention").json()
        assert told["state"] == "purged" and told["id"] == 7
        assert told["purged"] == {"at": "2023-11-14T22:13:21Z", "by": "ada", "why": "old"}
        assert client.register("s", '"long"').json()["version"] == 2    # it was free, and stays so
    with sqlite3.connect(tmp_path / "old.db") as db:
        assert db.execute("SELECT guid, highest FROM tombstones").fetchall() == [("old", 0)]
        assert not db.execute("SELECT * FROM removals WHERE kind = 'PURGE'").fetchall()
    db.close()


def test_a_database_of_the_first_migration(tmp_path):
    old_database(tmp_path / "old.db")
    for opened in range(2):
        with Registry(tmp_path, db="old.db") as registry:
            client = registry.client()
            assert client.get("/subjects?deleted=true").json() == ["s", "t", "u"][:2 + opened]
            assert client.get("/subjects/s/versions/1").json()["id"] == 1
            assert client.get("/subjects/s/versions/1").json()["ts"] == 1700000000000
            if not opened:
                assert client.put("/mode/u", {"mode": "IMPORT"}).status == 200
                assert client.register("u", '"int"', id=7, version=3).status == 200
            ids = client.get("/schemas/guids/" + client.get("/schemas/ids/7").json()["guid"] + "/ids").json()
            assert ids == [{"context": ".", "id": 1}, {"context": ".", "id": 7}]
