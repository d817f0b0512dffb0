# SPDX-License-Identifier: Apache-2.0
"""Sensitive metadata: plain on the wire, ciphertext wherever it is kept, and only under its key."""
import os
import pathlib
import sqlite3

import pytest

from registry import Registry

METADATA = {"properties": {"owner": "sales", "pass": "correct horse", "empty": ""},
            "sensitive": ["empty", "none", "pass"]}


def key_file(folder, name="key", key=b"k" * 32, mode=0o600):
    path = folder / name
    path.write_bytes(key)
    os.chmod(path, mode)
    return str(path)


def kept(folder):
    """Every byte of the database, its log among them."""
    return b"".join(path.read_bytes() for path in pathlib.Path(folder).glob("schemad.db*"))


def test_without_a_key_it_is_refused_and_names_the_setting(client):
    reply = client.register("s", '"int"', metadata=METADATA)
    assert reply.error == (422, 42201, "Sensitive metadata cannot be kept: "
                           "the setting sensitive_key_file names no key")
    assert client.get("/subjects").text == "[]"


def test_a_list_that_names_no_property_needs_no_key(client):
    assert client.register("s", '"int"', metadata={"sensitive": ["a"]}).status == 200


def test_plain_on_the_wire_sealed_at_rest_and_open_after_a_restart(tmp_path):
    options = ["--sensitive-key-file", key_file(tmp_path)]
    with Registry(tmp_path, options=options) as registry:
        client = registry.client()
        first = client.register("s", '"int"', metadata=METADATA).json()
        assert first["metadata"] == METADATA
        told = client.get("/subjects/s/versions/1").text
        assert '"pass":"correct horse"' in told
        assert client.get("/subjects/s/metadata?key=pass&value=correct%20horse").status == 200
        assert b"correct horse" not in kept(tmp_path) and b"sales" in kept(tmp_path)
    assert b"correct horse" not in kept(tmp_path)
    with Registry(tmp_path, options=options) as registry:
        client = registry.client()
        assert client.get("/subjects/s/versions/1").text == told
        again = client.register("s", '"int"', metadata=METADATA).json()
        assert (again["id"], again["guid"]) == (first["id"], first["guid"])


def test_the_key_changes_no_guid(tmp_path, client):
    plain = {"properties": {"a": "b"}, "sensitive": ["c"]}
    with_key = Registry(tmp_path, db="other.db", options=["--sensitive-key-file", key_file(tmp_path)])
    with with_key as registry:
        assert registry.client().register("s", '"int"', metadata=plain).json()["guid"] == \
            client.register("s", '"int"', metadata=plain).json()["guid"]


def test_the_wrong_key_and_no_key_stop_the_start(tmp_path):
    with Registry(tmp_path, options=["--sensitive-key-file", key_file(tmp_path)]) as registry:
        assert registry.client().register("s", '"int"', metadata=METADATA).status == 200
    with pytest.raises(RuntimeError, match="sealed with another key"):
        Registry(tmp_path, options=["--sensitive-key-file", key_file(tmp_path, "other", b"o" * 32)]).start()
    with pytest.raises(RuntimeError, match="setting sensitive_key_file has to name"):
        Registry(tmp_path).start()


@pytest.mark.parametrize("key, mode, why", [
    (b"k" * 31, 0o600, "32 bytes"), (b"k" * 33, 0o600, "32 bytes"), (b"", 0o600, "32 bytes"),
    (b"k" * 32, 0o640, "0600"), (b"k" * 32, 0o604, "0600")])
def test_a_key_file_is_checked(tmp_path, key, mode, why):
    with pytest.raises(RuntimeError, match=f"sensitive_key_file: .*{why}"):
        Registry(tmp_path, options=["--sensitive-key-file", key_file(tmp_path, key=key, mode=mode)]).start()


def test_a_key_file_that_is_not_there(tmp_path):
    with pytest.raises(RuntimeError, match="sensitive_key_file: .*No such file"):
        Registry(tmp_path, options=["--sensitive-key-file", str(tmp_path / "no")]).start()


def test_what_a_configuration_puts_over_it_is_sealed_too(tmp_path):
    with Registry(tmp_path, options=["--sensitive-key-file", key_file(tmp_path)]) as registry:
        client = registry.client()
        client.put("/config/s", {"overrideMetadata": {"sensitive": ["pass"]}})
        assert client.register("s", '"int"', metadata={"properties": {"pass": "correct horse"}}).status == 200
        assert b"correct horse" not in kept(tmp_path)


@pytest.mark.parametrize("column, value", [
    ("metadata", "[]"), ("metadata", "{"), ("metadata", '{"properties":{"a":[]}}'),
    ("rules", '{"domainRules":1}'), ("metadata", '{"sealed":1,'),
    ("metadata", '{"sealed":1,"properties":{"pass":"AAAA"},"sensitive":["pass"]}')])
def test_what_nobody_wrote_stops_the_start(tmp_path, column, value):
    options = ["--sensitive-key-file", key_file(tmp_path)]
    with Registry(tmp_path, options=options) as registry:
        assert registry.client().register("s", '"int"', metadata=METADATA).status == 200
    with sqlite3.connect(tmp_path / "schemad.db") as database:
        database.execute(f"UPDATE contents SET {column} = ?", (value,))
    database.close()
    with pytest.raises(RuntimeError, match="cannot be read|another key"):
        Registry(tmp_path, options=options).start()
