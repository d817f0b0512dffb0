// SPDX-License-Identifier: Apache-2.0
// The walk of Confluent's Java client, as Flink carries it. The URL of an empty registry is the only argument.

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.RestService;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.Config;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.Metadata;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.Rule;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.RuleKind;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.RuleMode;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.RuleSet;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.SchemaEntity;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.SchemaTags;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.requests.TagSchemaRequest;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericData;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumReader;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumWriter;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.avro.shaded.org.apache.avro.io.DecoderFactory;
import org.apache.flink.avro.shaded.org.apache.avro.io.EncoderFactory;
import org.apache.flink.formats.avro.registry.confluent.ConfluentSchemaRegistryCoder;

public final class Walk {
    private interface Check {
        void run() throws Exception;
    }

    private static final String NAME = "{\"name\":\"name\",\"type\":\"string\"}";
    private static final String AGE = "{\"name\":\"age\",\"type\":[\"null\",\"int\"],\"default\":null}";
    private static final AvroSchema USER = record("User", NAME, AGE);
    private static final AvroSchema WIDER =
        record("User", NAME, AGE, "{\"name\":\"city\",\"type\":\"string\",\"default\":\"?\"}");
    private static final AvroSchema BROKEN = record("User", NAME, AGE, "{\"name\":\"city\",\"type\":\"string\"}");
    private static final AvroSchema ADDRESS = record("Address", "{\"name\":\"city\",\"type\":\"string\"}");

    private final String url;
    private final RestService rest;
    private final CachedSchemaRegistryClient client;
    private final Map<String, Check> checks = new LinkedHashMap<>();

    private Walk(String url) {
        this.url = url;
        this.rest = new RestService(url);
        this.client = fresh();
        checks.put("register", this::register);
        checks.put("lookup", this::lookup);
        checks.put("ids", this::ids);
        checks.put("versions", this::versions);
        checks.put("latest", this::latest);
        checks.put("metadata", this::metadata);
        checks.put("compatibility", this::compatibility);
        checks.put("config", this::config);
        checks.put("mode", this::mode);
        checks.put("deletes", this::deletes);
        checks.put("references", this::references);
        checks.put("rules", this::rules);
        checks.put("contexts", this::contexts);
        checks.put("tags", this::tags);
        checks.put("serde", this::serde);
        checks.put("errors", this::errors);
    }

    private static String text(String name, String... fields) {
        return "{\"type\":\"record\",\"name\":\"" + name + "\",\"namespace\":\"test\",\"doc\":\"naïve ☃\",\"fields\":["
            + String.join(",", fields) + "]}";
    }

    private static AvroSchema record(String name, String... fields) {
        return new AvroSchema(text(name, fields));
    }

    private static AvroSchema with(AvroSchema schema, Map<String, String> properties, RuleSet rules) {
        Metadata metadata = new Metadata(null, properties, null);
        return new AvroSchema(schema.canonicalString(), List.of(), Map.of(), metadata, rules, null, false);
    }

    /** A client that remembers nothing. */
    private CachedSchemaRegistryClient fresh() {
        return new CachedSchemaRegistryClient(url, 100);
    }

    private static void same(Object got, Object wanted) {
        if (!wanted.equals(got)) {
            throw new AssertionError("got " + got + ", not " + wanted);
        }
    }

    /** The check is refused with that code. */
    private static void refused(int status, int code, Check check) throws Exception {
        try {
            check.run();
        } catch (RestClientException refusal) {
            same(List.of(refusal.getStatus(), refusal.getErrorCode()), List.of(status, code));
            return;
        }
        throw new AssertionError("it is to be refused with " + code);
    }

    private void register() throws Exception {
        same(client.register("register", USER), 1);
        same(fresh().register("register", USER), 1);
        same(client.registerWithResponse("register", WIDER, true).getId(), 2);
        same(client.register("a/b c%d+e:", USER), 1);
        refused(400, 400, () -> client.register("ü", USER));        // it escapes ü as %FC, which is not UTF-8
    }

    private void lookup() throws Exception {
        client.register("lookup", USER);
        same(fresh().getId("lookup", USER), 1);
        same(fresh().getId("lookup", USER, true), 1);
        same(fresh().getVersion("lookup", USER), 1);
        refused(404, 40403, () -> fresh().getId("lookup", WIDER));
        refused(404, 40401, () -> fresh().getId("none", USER));
    }

    private void ids() throws Exception {
        client.register("ids", USER);
        same(fresh().getSchemaById(1).canonicalString(), USER.canonicalString());
        same(fresh().getSchemaBySubjectAndId("ids", 1).canonicalString(), USER.canonicalString());
        same(client.getAllSubjectsById(1).contains("ids"), true);
        same(client.getAllVersionsById(1).stream().anyMatch(each -> each.getSubject().equals("ids")), true);
        same(rest.getId(1, "ids", true).getMaxId() >= 2, true);
        same(rest.getOnlySchemaById(1), USER.canonicalString());
        same(rest.getSchemaTypes().contains("AVRO"), true);
    }

    private void versions() throws Exception {
        client.register("versions", USER);
        client.register("versions", WIDER);
        same(client.getAllVersions("versions"), List.of(1, 2));
        same(client.getSchemaMetadata("versions", 2).getId(), 2);
        same(client.getByVersion("versions", 1, false).getSchema(), USER.canonicalString());
        same(client.getAllSubjects().contains("versions"), true);
        same(client.getAllSubjectsByPrefix("versio"), List.of("versions"));
        same(client.getSchemas("versions", false, true).size(), 1);
        same(rest.getVersionSchemaOnly("versions", 1), USER.canonicalString());
    }

    private void latest() throws Exception {
        client.register("latest", with(USER, Map.of("major", "1", "the owner", "ä b"), null));
        client.register("latest", with(WIDER, Map.of("major", "2"), null));
        same(client.getLatestSchemaMetadata("latest").getVersion(), 2);
        same(client.getLatestWithMetadata("latest", Map.of("major", "1"), false).getVersion(), 1);
        same(client.getLatestWithMetadata("latest", Map.of("the owner", "ä b"), false).getVersion(), 1);
        same(rest.getLatestVersionSchemaOnly("latest"), WIDER.canonicalString());
        refused(404, 40403, () -> client.getLatestWithMetadata("latest", Map.of("major", "3"), false));
    }

    private void metadata() throws Exception {
        Metadata metadata = new Metadata(
            Map.of("test.User.name", Set.of("PII", "A")), Map.of("owner", "Ada", "team", "ä"), null);
        client.register("metadata",
            new AvroSchema(USER.canonicalString(), List.of(), Map.of(), metadata, null, null, false));
        Metadata got = fresh().getSchemaBySubjectAndId("metadata", client.getLatestSchemaMetadata("metadata").getId())
            .metadata();
        same(got.getProperties(), metadata.getProperties());
        same(got.getTags(), metadata.getTags());
    }

    private void compatibility() throws Exception {
        client.register("compatibility", USER);
        same(client.testCompatibility("compatibility", WIDER), true);
        same(client.testCompatibility("compatibility", BROKEN), false);
        same(client.testCompatibilityVerbose("compatibility", BROKEN, true).get(0)
            .contains("READER_FIELD_MISSING_DEFAULT_VALUE"), true);
        same(rest.testCompatibility(BROKEN.canonicalString(), "compatibility", "1").isEmpty(), false);
        same(rest.testCompatibility(BROKEN.canonicalString(), "none", true).isEmpty(), true);
    }

    private void config() throws Exception {
        same(client.getCompatibility(null), "BACKWARD");
        client.updateCompatibility(null, "FULL");
        same(client.getConfig(null).getCompatibilityLevel(), "FULL");
        client.deleteConfig("");
        refused(404, 40408, () -> client.getConfig("config"));
        same(rest.getConfig(Map.of(), "config", true).getCompatibilityLevel(), "BACKWARD");
        Config config = new Config("FORWARD");
        config.setCompatibilityGroup("major");
        config.setDefaultMetadata(new Metadata(null, Map.of("owner", "Ada"), null));
        client.updateConfig("config", config);
        same(client.getConfig("config").getCompatibilityGroup(), "major");
        client.register("config", USER);
        same(rest.getLatestVersion("config").getMetadata().getProperties(), Map.of("owner", "Ada"));
        client.deleteConfig("config");
        refused(422, 42203, () -> client.updateCompatibility("config", "SIDEWARD"));
    }

    private void mode() throws Exception {
        same(client.getMode(), "READWRITE");
        refused(404, 40409, () -> client.getMode("mode"));
        same(client.setMode("READONLY", "mode"), "READONLY");
        refused(422, 42205, () -> client.register("mode", USER));
        client.deleteMode("mode");
        same(client.setMode("IMPORT", "mode", true), "IMPORT");
        same(client.register("mode", record("Imported", NAME), 7, 1000), 1000);
        same(client.getAllVersions("mode"), List.of(7));
        client.setMode("READWRITE", "mode");
    }

    private void deletes() throws Exception {
        client.register("deletes", USER);
        client.register("deletes", WIDER);
        same(client.deleteSchemaVersion("deletes", "1"), 1);
        same(client.getAllVersions("deletes", true), List.of(1, 2));
        same(rest.getDeletedOnlyVersions("deletes"), List.of(1));
        same(client.deleteSchemaVersion("deletes", "1", true), 1);
        same(client.deleteSubject("deletes"), List.of(2));
        same(client.getAllSubjects().contains("deletes"), false);
        same(client.getAllSubjects(true).contains("deletes"), true);
        same(client.deleteSubject("deletes", true), List.of(2));
        refused(404, 40401, () -> client.deleteSubject("deletes"));
    }

    private void references() throws Exception {
        client.register("address", ADDRESS);
        SchemaReference reference = new SchemaReference("test.Address", "address", 1);
        AvroSchema house = new AvroSchema(text("House", "{\"name\":\"at\",\"type\":\"test.Address\"}"),
            List.of(reference), Map.of("test.Address", ADDRESS.canonicalString()), null);
        int id = client.register("references", house);
        same(rest.getReferencedBy("address", 1), List.of(id));
        same(fresh().getSchemaById(id).references(), List.of(reference));
        refused(422, 42206, () -> client.deleteSchemaVersion("address", "1"));
    }

    private void rules() throws Exception {
        Rule up = new Rule("up", "title was name", RuleKind.TRANSFORM, RuleMode.UPGRADE, "JSONATA", null, null,
            "$merge([$, {'title': name}])", null, null, false);
        Rule check = new Rule("check", null, RuleKind.CONDITION, RuleMode.WRITE, "CEL", Set.of("PII"),
            Map.of("b", "2", "a", "1"), "message.name != ''", "NONE", "ERROR", true);
        RuleSet rules = new RuleSet(List.of(up), List.of(check));
        client.register("rules", with(USER, Map.of("major", "1"), rules));
        same(rest.getLatestVersion("rules").getRuleSet(), rules);
        same(fresh().getId("rules", with(USER, Map.of("major", "1"), rules)) > 0, true);
    }

    private void contexts() throws Exception {
        same(client.register(":.walk:contexts", record("Other", NAME)), 1);
        same(rest.getAllContexts(), List.of(".", ".walk"));
        same(client.getSchemaBySubjectAndId(":.walk:contexts", 1).name(), "test.Other");
        same(client.getAllSubjectsByPrefix(":.walk:"), List.of(":.walk:contexts"));
    }

    private void tags() throws Exception {
        client.register("tags", USER);
        TagSchemaRequest request = new TagSchemaRequest();
        SchemaEntity entity = new SchemaEntity("test.User.name", SchemaEntity.EntityType.SR_FIELD);
        request.setTagsToAdd(List.of(new SchemaTags(entity, List.of("PII"))));
        rest.modifySchemaTags(RestService.DEFAULT_REQUEST_PROPERTIES, request, "tags", "latest");
        same(rest.getLatestVersion("tags").getVersion(), 2);
        same(rest.getLatestVersion("tags").getSchema().contains("\"confluent:tags\":[\"PII\"]"), true);
    }

    /** As Flink frames records. */
    private void serde() throws Exception {
        Schema schema = USER.rawSchema();
        GenericRecord ada = new GenericData.Record(schema);
        ada.put("name", "Ada");
        ada.put("age", 36);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ConfluentSchemaRegistryCoder("serde", fresh()).writeSchema(schema, out);
        var encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(ada, encoder);
        encoder.flush();
        same(Arrays.toString(Arrays.copyOf(out.toByteArray(), 5)), "[0, 0, 0, 0, 1]");

        ByteArrayInputStream in = new ByteArrayInputStream(out.toByteArray());
        Schema writer = new ConfluentSchemaRegistryCoder(fresh()).readSchema(in);
        GenericRecord read = new GenericDatumReader<GenericRecord>(writer, WIDER.rawSchema())
            .read(null, DecoderFactory.get().binaryDecoder(in, null));
        same(read.toString(), "{\"name\": \"Ada\", \"age\": 36, \"city\": \"?\"}");
    }

    private void errors() throws Exception {
        client.register("errors", USER);
        refused(404, 40403, () -> fresh().getSchemaById(99));
        refused(404, 40402, () -> client.getSchemaMetadata("errors", 9));
        refused(422, 42202, () -> rest.getVersion("errors", 0));
        refused(422, 42201, () -> rest.registerSchema("nonsense", "errors"));
        refused(409, 40901, () -> fresh().register("errors", BROKEN));
        refused(404, 40401, () -> client.getLatestSchemaMetadata("errors/versions/x"));
    }

    public static void main(String[] arguments) {
        for (var entry : new Walk(arguments[0]).checks.entrySet()) {
            try {
                entry.getValue().run();
                System.out.println("ok " + entry.getKey());
            } catch (Throwable wrong) {
                String at = wrong.getStackTrace().length > 1 ? " at " + wrong.getStackTrace()[1] : "";
                System.out.println("not ok " + entry.getKey() + ": " + (wrong + at).replace('\n', ' '));
            }
        }
    }
}
