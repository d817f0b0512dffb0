#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The walk of confluent-kafka for Python. The URL of an empty registry is the only argument."""
import json
import sys
import traceback
import warnings

warnings.simplefilter("ignore")

from confluent_kafka.schema_registry import (  # noqa: E402
    ConfigCompatibilityLevel, Metadata, MetadataProperties, Rule, RuleKind, RuleMode, RuleParams,
    RuleSet, Schema, SchemaReference, SchemaRegistryClient, SchemaRegistryError, ServerConfig,
    header_schema_id_serializer)
from confluent_kafka.schema_registry.common.schema_registry_client import (  # noqa: E402
    AssociationCreateOrUpdateInfo, AssociationCreateOrUpdateRequest)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer  # noqa: E402
from confluent_kafka.schema_registry.rule_registry import RuleRegistry  # noqa: E402
from confluent_kafka.schema_registry.rules.jsonata.jsonata_executor import JsonataExecutor  # noqa: E402
from confluent_kafka.schema_registry.serde import RuleExecutor  # noqa: E402
from confluent_kafka.serialization import MessageField, SerializationContext  # noqa: E402

USER = {"type": "record", "name": "User", "namespace": "test", "doc": "naïve ☃", "fields": [
    {"name": "name", "type": "string"}, {"name": "age", "type": ["null", "int"], "default": None}]}
WIDER = {**USER, "fields": [*USER["fields"], {"name": "city", "type": "string", "default": "?"}]}
BROKEN = {**USER, "fields": [*USER["fields"], {"name": "city", "type": "string"}]}
ADA = {"name": "Ada", "age": 36}


def avro(schema, references=(), properties=None, rules=None):
    metadata = Metadata(None, MetadataProperties(properties), None) if properties else None
    return Schema(json.dumps(schema), "AVRO", list(references), metadata, rules)


def failure(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except SchemaRegistryError as error:
        return error.http_status_code, error.error_code
    return None


def at(topic):
    return SerializationContext(topic, MessageField.VALUE)


class Walk:
    def __init__(self, url):
        self.url = url
        self.client = SchemaRegistryClient({"url": url})

    def fresh(self):
        """A client that remembers nothing."""
        return SchemaRegistryClient({"url": self.url})

    def register(self):
        full = self.client.register_schema_full_response("register", avro(USER))
        assert (full.schema_id, full.version, len(full.guid)) == (1, 1, 36), full
        assert self.fresh().register_schema("register", avro(USER)) == 1
        assert self.client.register_schema("register", avro(WIDER), normalize_schemas=True) == 2
        assert self.client.register_schema("a/b c%d+e:ü", avro(USER)) == 1

    def lookup(self):
        self.client.register_schema("lookup", avro(USER))
        found = self.fresh().lookup_schema("lookup", avro(USER))
        assert (found.subject, found.version, found.schema_id) == ("lookup", 1, 1), found
        found = self.fresh().lookup_schema("lookup", avro(USER), normalize_schemas=True, deleted=True)
        assert found.version == 1, found
        assert failure(self.client.lookup_schema, "lookup", avro(WIDER)) == (404, 40403)
        assert failure(self.client.lookup_schema, "none", avro(USER)) == (404, 40401)

    def ids(self):
        guid = self.client.register_schema_full_response("ids", avro(USER)).guid
        fresh = self.fresh()
        assert json.loads(fresh.get_schema(1).schema_str) == USER
        assert json.loads(fresh.get_schema(1, subject_name="ids", fmt="resolved").schema_str) == USER
        assert json.loads(fresh.get_schema_by_guid(guid).schema_str) == USER
        assert "ids" in fresh.get_subjects_by_schema_id(1, deleted=True)
        assert ("ids", 1) in [(each.subject, each.version) for each in fresh.get_schema_versions(1)]
        assert "AVRO" in fresh.get_schema_types()

    def versions(self):
        for schema in (USER, WIDER):
            self.client.register_schema("versions", avro(schema))
        assert self.client.get_versions("versions") == [1, 2]
        assert self.client.get_version("versions", 2).schema_id == 2
        assert "versions" in self.client.get_subjects()
        assert self.client.get_subjects(subject_prefix="versio", offset=0, limit=1)

    def latest(self):
        self.client.register_schema("latest", avro(USER, properties={"major": "1"}))
        self.client.register_schema("latest", avro(WIDER, properties={"major": "2"}))
        assert self.client.get_latest_version("latest").version == 2
        assert self.client.get_version("latest", "latest").version == 2
        assert self.client.get_latest_with_metadata("latest", {"major": "1"}).version == 1
        assert failure(self.client.get_latest_with_metadata, "latest", {"major": "3"}) == (404, 40403)

    def metadata(self):
        """No tags: this client cannot hash a schema that has some."""
        self.client.register_schema("metadata", avro(USER, properties={"owner": "Ada", "team": "ä"}))
        got = self.fresh().get_latest_version("metadata").schema.metadata
        assert got.properties.properties == {"owner": "Ada", "team": "ä"}, got

    def compatibility(self):
        self.client.register_schema("compatibility", avro(USER))
        assert self.client.test_compatibility("compatibility", avro(WIDER)) is True
        assert self.client.test_compatibility("compatibility", avro(BROKEN)) is False
        assert self.client.test_compatibility("compatibility", avro(BROKEN), version=1, verbose=True) is False
        check_all = self.client.test_compatibility_all_versions
        assert check_all("compatibility", avro(WIDER), normalize=True) is True
        assert check_all("compatibility", avro(BROKEN), verbose=True) is False
        assert self.client.test_compatibility("none", avro(BROKEN)) is True

    def config(self):
        assert self.client.get_compatibility() == "BACKWARD"
        self.client.set_compatibility(level="FULL")
        assert self.client.get_compatibility() == "FULL"
        self.client.delete_config()
        assert failure(self.client.get_compatibility, "config") == (404, 40408)
        wanted = ServerConfig(compatibility=ConfigCompatibilityLevel.FORWARD, compatibility_group="major",
                              default_metadata=Metadata(None, MetadataProperties({"owner": "Ada"}), None))
        self.client.set_config("config", wanted)
        got = self.client.get_config("config")
        assert (got.compatibility_level, got.compatibility_group) == ("FORWARD", "major"), got
        assert got.default_metadata.properties.properties == {"owner": "Ada"}, got
        self.client.register_schema("config", avro(USER))
        inherited = self.fresh().get_latest_version("config").schema.metadata
        assert inherited.properties.properties == {"owner": "Ada"}, inherited
        self.client.delete_config("config")
        assert failure(self.client.set_compatibility, "config", "SIDEWARD") == (422, 42203)

    def mode(self):
        assert self.client.get_global_mode() == "READWRITE"
        assert failure(self.client.get_mode, "mode") == (404, 40409)
        self.client.update_mode("mode", "READONLY")
        assert self.client.get_mode("mode") == "READONLY"
        assert failure(self.client.register_schema, "mode", avro(USER)) == (422, 42205)
        self.client.delete_mode("mode")
        self.client.update_mode("mode", "IMPORT", force=True)
        assert failure(self.client.register_schema, "mode", avro(USER)) == (422, 42205)
        self.client.update_mode("mode", "READWRITE")

    def deletes(self):
        for schema in (USER, WIDER):
            self.client.register_schema("deletes", avro(schema))
        assert self.client.delete_version("deletes", 1) == 1
        assert self.client.get_versions("deletes", deleted=True) == [1, 2]
        assert self.client.get_versions("deletes") == [2]
        assert self.client.delete_version("deletes", 1, permanent=True) == 1
        assert self.client.delete_subject("deletes") == [2]
        assert "deletes" not in self.client.get_subjects()
        assert "deletes" in self.client.get_subjects(deleted=True)
        assert self.client.delete_subject("deletes", permanent=True) == [2]
        assert failure(self.client.delete_subject, "deletes") == (404, 40401)

    def references(self):
        self.client.register_schema("address", avro(
            {"type": "record", "name": "Address", "namespace": "test", "fields": [
                {"name": "city", "type": "string"}]}))
        house = {"type": "record", "name": "House", "namespace": "test", "fields": [
            {"name": "at", "type": "test.Address"}]}
        reference = SchemaReference("test.Address", "address", 1)
        made = self.client.register_schema("references-value", avro(house, [reference]))
        got = self.fresh().get_latest_version("references-value").schema.references
        assert [(each.name, each.subject, each.version) for each in got] == [("test.Address", "address", 1)]
        assert self.client.get_referenced_by("address", 1) == [made]
        self.client.delete_subject("references-value")
        assert self.client.delete_version("address", 1) == 1
        assert failure(self.client.delete_version, "address", 1, permanent=True) == (422, 42206)
        self.client.register_schema("address", avro({**WIDER, "name": "Address", "fields": [
            {"name": "city", "type": "string", "default": "?"}]}))
        how = {"auto.register.schemas": True}
        second = avro(house, [SchemaReference("test.Address", "address", -1)])
        message = AvroSerializer(self.fresh(), second, conf=how)({"at": {"city": "Rom"}}, at("references"))
        assert AvroDeserializer(self.fresh())(message, at("references")) == {"at": {"city": "Rom"}}

    def rules(self):
        """Two major versions with a field of another name; records move up and down between them."""
        self.client.set_config("rules-value", ServerConfig(compatibility_group="major"))
        old = avro(USER, properties={"major": "1"})
        newer = {**USER, "fields": [{"name": "title", "type": "string"}, USER["fields"][1]]}

        def rule(name, mode, expr):
            return Rule(name, None, RuleKind.TRANSFORM, mode, "JSONATA", None, None, expr, None, None, False)
        upper = Rule("upper", "shouts", RuleKind.TRANSFORM, RuleMode.WRITE, "SHOUT", ["PII"],
                     RuleParams({"mark": "!"}), None, None, "ERROR", False)
        up = "$merge([$sift($, function($v, $k) {$k != 'name'}), {'title': $.'name'}])"
        down = "$merge([$sift($, function($v, $k) {$k != 'title'}), {'name': $.'title'}])"
        rules = RuleSet([rule("up", RuleMode.UPGRADE, up), rule("down", RuleMode.DOWNGRADE, down)], [upper])
        self.client.register_schema("rules-value", old)
        self.client.register_schema("rules-value", avro(newer, properties={"major": "2"}, rules=rules))
        got = self.fresh().get_latest_version("rules-value").schema.rule_set
        assert [each.name for each in got.migration_rules] == ["up", "down"], got
        assert got.domain_rules[0].params.params == {"mark": "!"} and got.domain_rules[0].tags == ["PII"], got

        def using(major):
            return {"use.latest.with.metadata": {"major": major}, "use.latest.version": False}

        def write(major, record):
            how = {"auto.register.schemas": False, **using(major)}
            return AvroSerializer(self.fresh(), None, conf=how)(record, at("rules"))

        def read(major, message):
            return AvroDeserializer(self.fresh(), None, conf=using(major))(message, at("rules"))
        assert read("2", write("1", ADA)) == {"title": "Ada", "age": 36}
        assert read("1", write("2", {"title": "Ada", "age": 1})) == {"name": "ADA!", "age": 1}

    def contexts(self):
        name = ":.walk:contexts"
        assert self.client.register_schema(name, avro({**USER, "name": "Other"})) == 1
        assert self.client.get_contexts() == [".", ".walk"]
        assert self.fresh().get_latest_version(name).subject == name
        assert name in self.client.get_subjects()
        assert json.loads(self.fresh().get_schema(1, subject_name=name).schema_str)["name"] == "Other"

    def associations(self):
        assert self.client.get_associations_by_resource_name("orders", "-", "topic", ["value"]) == []
        request = AssociationCreateOrUpdateRequest("orders", "lkc-1", "id-1", "topic", [
            AssociationCreateOrUpdateInfo(subject=":.lkc-1:orders-value", association_type="value",
                                          lifecycle="STRONG", schema=avro(USER))])
        made = self.client.create_association(request)
        assert made.associations[0].subject == ":.lkc-1:orders-value", made
        found = self.fresh().get_associations_by_resource_name("orders", "-", "topic", ["value"])
        assert [each.subject for each in found] == [":.lkc-1:orders-value"], found
        message = AvroSerializer(self.fresh(), json.dumps(USER))(ADA, at("orders"))
        assert "orders-value" not in self.client.get_subjects()     # it follows the association
        assert AvroDeserializer(self.fresh())(message, at("orders")) == ADA
        self.client.delete_associations("id-1", "topic", ["value"], cascade_lifecycle=True)
        assert self.fresh().get_associations_by_resource_name("orders", "-", "topic", ["value"]) == []

    def serde(self):
        message = AvroSerializer(self.fresh(), json.dumps(USER))(ADA, at("serde"))
        assert message[:5] == b"\0\0\0\0\1", message
        assert AvroDeserializer(self.fresh())(message, at("serde")) == ADA
        wider = AvroDeserializer(self.fresh(), json.dumps(WIDER))(message, at("serde"))
        assert wider == {**ADA, "city": "?"}, wider
        self.client.register_schema("serde-value", avro(WIDER))
        how = {"auto.register.schemas": False, "use.latest.version": True}
        latest = AvroSerializer(self.fresh(), json.dumps(USER), conf=how)
        message = latest({**ADA, "city": "Rom"}, at("serde"))
        assert AvroDeserializer(self.fresh())(message, at("serde"))["city"] == "Rom"

        # The guid in a header instead of the id before the record.
        context = SerializationContext("serde", MessageField.VALUE, [])
        how = {"schema.id.serializer": header_schema_id_serializer}
        message = AvroSerializer(self.fresh(), json.dumps(USER), conf=how)(ADA, context)
        assert [(key, len(value)) for key, value in context.headers] == [("__value_schema_id", 17)]
        assert AvroDeserializer(self.fresh())(message, context) == ADA

    def errors(self):
        self.client.register_schema("errors", avro(USER))
        assert failure(self.client.get_schema, 99) == (404, 40403)
        assert failure(self.client.get_version, "errors", 9) == (404, 40402)
        assert failure(self.client.get_version, "errors", 0) == (422, 42202)
        assert failure(self.client.register_schema, "errors", Schema("nonsense", "AVRO")) == (422, 42201)
        assert failure(self.client.register_schema, "errors", avro(BROKEN)) == (409, 40901)
        missing = avro(USER, [SchemaReference("n", "none", 1)])
        assert failure(self.client.register_schema, "errors", missing) == (422, 42201)


class Shout(RuleExecutor):
    def type(self):
        return "SHOUT"

    def transform(self, ctx, message):
        return {key: value.upper() + ctx.rule.params.params["mark"] if isinstance(value, str) else value
                for key, value in message.items()}


def main(url):
    JsonataExecutor.register()
    RuleRegistry.register_rule_executor(Shout())
    walk = Walk(url)
    for name in [name for name in vars(Walk) if not name.startswith("_") and name != "fresh"]:
        try:
            getattr(walk, name)()
            print(f"ok {name}")
        except Exception:
            print(f"not ok {name}: {json.dumps(traceback.format_exc(limit=-2))}")


if __name__ == "__main__":
    main(sys.argv[1])
