# SPDX-License-Identifier: Apache-2.0
"""confluent-kafka for Python: its registry client and its serializers, against schemad."""
import io
import json
import struct
import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    kafka = pytest.importorskip("confluent_kafka.schema_registry", reason="confluent-kafka is not installed")
    from confluent_kafka.schema_registry import (Schema, SchemaRegistryClient, SchemaRegistryError,
                                                 ServerConfig, topic_subject_name_strategy)
    from confluent_kafka.schema_registry import ConfigCompatibilityLevel
    from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
    from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError
fastavro = pytest.importorskip("fastavro")

USER = {"type": "record", "name": "User", "namespace": "test", "doc": "naïve ☃", "fields": [
    {"name": "name", "type": "string"},
    {"name": "age", "type": ["null", "int"], "default": None},
    {"name": "tags", "type": {"type": "array", "items": "string"}, "default": []},
    {"name": "when", "type": {"type": "long", "logicalType": "timestamp-millis"}, "default": 0}]}
WIDER = {**USER, "fields": [*USER["fields"], {"name": "city", "type": "string", "default": "?"}]}
BROKEN = {**USER, "fields": [*USER["fields"], {"name": "city", "type": "string"}]}
PERSON = {"name": "Ada", "age": 36, "tags": ["a", "b"], "when": 1}


def avro(schema):
    return Schema(json.dumps(schema), "AVRO")


@pytest.fixture
def client(registry):
    with SchemaRegistryClient({"url": registry.url}) as made:
        yield made


def context(topic="users"):
    return SerializationContext(topic, MessageField.VALUE)


def serializer(client, schema=USER, **how):
    return AvroSerializer(client, json.dumps(schema) if schema else None, conf=how)


def unpacked(message):
    """The id and the record of a framed message, read without the client."""
    magic, schema_id = struct.unpack(">bI", message[:5])
    assert magic == 0
    return schema_id, io.BytesIO(message[5:])


def test_a_record_goes_round_by_default(registry, client):
    """With nothing set: the serializer asks for associations, registers, and uses the id."""
    message = serializer(client)(PERSON, context())
    schema_id, body = unpacked(message)
    stored = registry.client().get(f"/schemas/ids/{schema_id}").json()
    assert (stored["subject"], stored["version"]) == ("users-value", 1)
    read = fastavro.schemaless_reader(body, fastavro.parse_schema(json.loads(stored["schema"])))
    assert read["name"] == "Ada" and read["tags"] == ["a", "b"]
    with SchemaRegistryClient({"url": registry.url}) as another:
        decoded = AvroDeserializer(another)(message, context())
    assert decoded["name"] == "Ada" and decoded["age"] == 36


@pytest.mark.parametrize("conf", [{}, {"normalize.schemas": True},
                                  {"subject.name.strategy": topic_subject_name_strategy}])
def test_serializing_twice_registers_once(registry, client, conf):
    for _ in range(3):
        with SchemaRegistryClient({"url": registry.url}) as each:
            assert unpacked(serializer(each, **conf)(PERSON, context()))[0] == 1
    assert client.get_versions("users-value") == [1]


def test_an_older_reader_reads_what_a_newer_writer_wrote(client):
    newer = serializer(client, WIDER)({**PERSON, "city": "Rome"}, context())
    assert "city" not in AvroDeserializer(client, json.dumps(USER))(newer, context())
    older = serializer(client, USER)(PERSON, context("others"))
    assert AvroDeserializer(client, json.dumps(WIDER))(older, context("others"))["city"] == "?"


def test_the_latest_version_is_used_when_asked_for(client):
    client.register_schema("users-value", avro(USER))
    latest = client.register_schema("users-value", avro(WIDER))
    how = {"auto.register.schemas": False, "use.latest.version": True}
    message = serializer(client, USER, **how)({**PERSON, "city": "Rome"}, context())
    assert unpacked(message)[0] == latest
    assert AvroDeserializer(client)(message, context())["city"] == "Rome"


def test_without_registering_only_what_is_there_serializes(client):
    how = {"auto.register.schemas": False}
    with pytest.raises((SchemaRegistryError, SerializationError)) as caught:
        serializer(client, **how)(PERSON, context())
    assert "40401" in str(caught.value) or "not found" in str(caught.value)
    known = client.register_schema("users-value", avro(USER))
    assert unpacked(serializer(client, **how)(PERSON, context()))[0] == known


def test_a_breaking_schema_is_refused_with_its_reason(client):
    serializer(client)(PERSON, context())
    with pytest.raises((SchemaRegistryError, SerializationError)) as caught:
        serializer(client, BROKEN)({**PERSON, "city": "Rome"}, context())
    assert "READER_FIELD_MISSING_DEFAULT_VALUE" in str(caught.value) and "city" in str(caught.value)
    assert client.get_versions("users-value") == [1]


def test_registering_and_finding(client):
    full = client.register_schema_full_response("s", avro(USER))
    assert (full.schema_id, full.version, len(full.guid)) == (1, 1, 36)
    assert client.register_schema("s", avro(USER)) == 1
    assert client.register_schema("s", avro(WIDER)) == 2
    assert client.register_schema("t", avro(USER), normalize_schemas=True) >= 1
    found = client.lookup_schema("s", avro(WIDER))
    assert (found.subject, found.version, found.schema_id) == ("s", 2, 2)
    by_id = client.get_schema(2)
    assert json.loads(by_id.schema_str) == WIDER and by_id.schema_type == "AVRO"
    assert json.loads(client.get_schema(2, subject_name="s", fmt="resolved").schema_str) == WIDER
    assert json.loads(client.get_schema_by_guid(full.guid).schema_str) == USER
    assert client.get_latest_version("s").version == 2
    assert client.get_version("s", 1).guid == full.guid
    assert client.get_version("s", "latest").schema_id == 2
    assert client.get_versions("s") == [1, 2]
    assert client.get_subjects() == ["s", "t"]
    assert "s" in client.get_subjects_by_schema_id(1)
    assert ("s", 2) in [(each.subject, each.version) for each in client.get_schema_versions(2)]
    assert client.get_schema_types() == ["AVRO"]


def error_of(call, *arguments, **named):
    with pytest.raises(SchemaRegistryError) as caught:
        call(*arguments, **named)
    return caught.value.http_status_code, caught.value.error_code, caught.value.error_message


def test_errors_have_their_codes(client):
    client.register_schema("s", avro(USER))
    assert error_of(client.get_schema, 99) == (404, 40403, "Schema 99 not found")
    assert error_of(client.get_latest_version, "none") == (404, 40401, "Subject 'none' not found.")
    assert error_of(client.get_version, "s", 9) == (404, 40402, "Version 9 not found.")
    assert error_of(client.lookup_schema, "s", avro(WIDER)) == (404, 40403, "Schema not found")
    assert error_of(client.lookup_schema, "none", avro(USER))[1] == 40401
    assert error_of(client.register_schema, "s", Schema("nonsense", "AVRO"))[:2] == (422, 42201)
    assert error_of(client.register_schema, "s", avro(BROKEN))[:2] == (409, 40901)
    assert error_of(client.get_compatibility, "s")[1] == 40408
    assert error_of(client.get_mode, "s")[1] == 40409
    assert error_of(client.delete_subject, "none")[1] == 40401


@pytest.mark.parametrize("subject", [
    "a/b.proto", "a b", "a%b", "a+b", "a:b@c", "ä☃", "a?b#c", "a;b=c", "日本", "x" * 1000])
def test_every_name_comes_through(client, subject):
    assert client.register_schema(subject, avro(USER)) == 1
    assert client.get_subjects() == [subject]
    assert client.get_latest_version(subject).subject == subject
    assert client.lookup_schema(subject, avro(USER)).subject == subject
    assert client.test_compatibility(subject, avro(WIDER)) is True
    assert client.set_compatibility(subject, "FULL")["compatibility"] == "FULL"
    assert client.delete_subject(subject) == [1]


def test_compatibility_is_told_before_registering(client):
    client.register_schema("s", avro(USER))
    assert client.test_compatibility("s", avro(WIDER)) is True
    assert client.test_compatibility("s", avro(BROKEN)) is False
    assert client.test_compatibility("s", avro(BROKEN), version=1, verbose=True) is False
    assert client.test_compatibility_all_versions("s", avro(WIDER), normalize=True) is True
    assert client.test_compatibility_all_versions("s", avro(BROKEN), verbose=True) is False
    assert client.test_compatibility("none", avro(BROKEN)) is True


def test_configuration(client):
    assert client.get_compatibility() == "BACKWARD"
    client.set_compatibility(level="FULL")
    assert client.get_compatibility() == "FULL"
    client.set_compatibility("s", "NONE")
    assert client.get_compatibility("s") == "NONE"
    wanted = ServerConfig(compatibility=ConfigCompatibilityLevel.FORWARD)
    assert client.set_config("s", wanted) == {"compatibility": "FORWARD"}
    assert client.get_config("s").compatibility_level == "FORWARD"
    client.delete_config("s")
    assert error_of(client.get_config, "s")[1] == 40408
    client.delete_config()
    assert client.get_compatibility() == "BACKWARD"
    assert error_of(client.set_compatibility, "s", "SIDEWARD")[:2] == (422, 42203)


def test_mode(client):
    assert client.get_global_mode() == "READWRITE"
    client.update_mode("s", "READONLY")
    assert client.get_mode("s") == "READONLY"
    assert error_of(client.register_schema, "s", avro(USER))[:2] == (422, 42205)
    client.delete_mode("s")
    assert client.register_schema("s", avro(USER)) == 1
    client.update_global_mode("READONLY")
    assert client.get_global_mode() == "READONLY"
    assert client.register_schema("s", avro(USER)) == 1             # what is known is found
    assert error_of(client.register_schema, "s", avro(WIDER))[1] == 42205


def test_deleting(registry, client):
    for schema in (USER, WIDER):
        client.register_schema("s", avro(schema))
    assert client.delete_version("s", 1) == 1
    assert client.get_versions("s") == [2] and client.get_versions("s", deleted=True) == [1, 2]
    assert client.delete_version("s", 1, permanent=True) == 1
    assert client.delete_subject("s") == [2]
    assert client.get_subjects() == [] and client.get_subjects(deleted=True) == ["s"]
    with SchemaRegistryClient({"url": registry.url}) as fresh:
        assert json.loads(fresh.get_schema(2).schema_str) == WIDER  # what was written can still be read
    assert client.delete_subject("s", permanent=True) == [2]
    with SchemaRegistryClient({"url": registry.url}) as fresh:
        assert error_of(fresh.get_schema, 2)[1] == 40403


def test_listing(client):
    for name in ("b", "a", "ab"):
        client.register_schema(name, avro(USER))
    assert client.get_subjects() == ["a", "ab", "b"]
    assert client.get_subjects(offset=1, limit=1) == ["ab"]
    assert client.get_subjects(deleted_only=True) == ["a", "ab", "b"]   # the client spells it `deleted_only`


def test_a_url_with_a_slash_and_with_a_user(registry):
    for url in (registry.url + "/", registry.url.replace("http://", "http://user:pass@")):
        with SchemaRegistryClient({"url": url}) as client:
            assert client.register_schema("s", avro(USER)) == 1


def test_a_reference_that_leads_nowhere_is_refused(client):
    reference = kafka.SchemaReference("n", "s", 1)
    wanted = Schema(json.dumps(USER), "AVRO", [reference])
    status, code, message = error_of(client.register_schema, "s", wanted)
    assert (status, code) == (422, 42201) and 'subject "s" and version 1' in message
    assert client.get_subjects() == []
