# SPDX-License-Identifier: Apache-2.0
"""@kafkajs/confluent-schema-registry for node: kafkajs.js talks to schemad and says what came of it."""
import io
import json
import pathlib
import shutil
import subprocess

import fastavro
import pytest

HERE = pathlib.Path(__file__).resolve().parent
MODULE = HERE / "node_modules" / "@kafkajs" / "confluent-schema-registry"


@pytest.fixture
def said(registry):
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not installed")
    if not MODULE.is_dir():
        pytest.skip("the packages of tests/clients/package.json are not installed")
    done = subprocess.run([node, HERE / "kafkajs.js", registry.url], capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_registers_encodes_and_decodes(registry, said):
    client = registry.client()
    assert said["first"] == said["again"] == said["named"] == said["full"] == said["version"] == 1
    assert said["wider"] == said["latest"] == said["found"] == 2
    assert said["decoded"] == {"name": "Ada", "age": 36, "city": "Rome"}
    assert said["older"] == {"name": "Ada", "age": 36}
    message = bytes.fromhex(said["message"])
    assert message[:5] == b"\0\0\0\0\2"
    schema = fastavro.parse_schema(client.get("/schemas/ids/2/schema").json())
    assert fastavro.schemaless_reader(io.BytesIO(message[5:]), schema) == said["decoded"]

    # It asks for the level, registers, and sets the level of a new subject.
    assert client.get("/config/users-value").json() == {"compatibilityLevel": "BACKWARD"}
    assert client.get("/config/a%2Fb%20c%25d").json() == {"compatibilityLevel": "FULL_TRANSITIVE"}
    names = client.get("/subjects").json()
    assert {"users-value", "test.User", "a/b c%d"} <= set(names)

    # Equal content under twenty subjects, registered at once, has one id.
    assert len(said["parallel"]) == 20 and len(set(said["parallel"])) == 1

    for what, status, message in (("broken", 409, "READER_FIELD_MISSING_DEFAULT_VALUE"),
                                  ("unknown", 404, "Schema 99 not found"),
                                  ("missing", 404, "Version 9 not found.")):
        assert said[what]["status"] == status and message in said[what]["message"], said[what]
    assert "not found" in said["notFound"]["message"].lower()           # it looks at the status, and rewords
    assert "Compatibility does not match" in said["level"]["message"]
