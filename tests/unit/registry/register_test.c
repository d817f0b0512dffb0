/* SPDX-License-Identifier: Apache-2.0 */
/* Registering, looking up, trying: what is told, and in which order a call is refused. */
#include "tests/unit/registry/room.h"

#include "base/clock.h"

static const char with_a[] =
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}";
static const char with_b[] =
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
    "{\"name\":\"b\",\"type\":\"int\",\"default\":1}]}";
static const char b_bare[] =
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
    "{\"name\":\"b\",\"type\":\"int\"}]}";

static void the_same_schema_twice_gives_the_same_id(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    clock_set(1000);
    assert_int_equal(room_register(room, "s", " \"string\" "), 0);
    assert_true(room->got.created && !room->got.stored);
    assert_int_equal(room->got.id, 1);
    assert_int_equal(room->got.version, 1);
    expect_text(room->got.guid, "095d71cf-1255-6b9d-5e33-0ad575b3df5d");
    expect_text(room->got.text, "\"string\"");
    assert_int_equal(room_register(room, "s", "{\"type\":\"string\"}"), 0);
    assert_false(room->got.created || room->got.stored);
    assert_int_equal(room->got.id, 1);
    assert_int_equal(room_register(room, "t", "\"string\""), 0);
    assert_true(room->got.created);
    assert_int_equal(room->got.id, 1);
    assert_int_equal(room_register(room, "t", "\"bytes\""), 0);
    assert_int_equal(room->got.id, 2);
    assert_int_equal(room->got.version, 2);
    assert_int_equal(registry_figures(room->registry).decisions, 3);
    room_close(room);
}

static void the_same_meaning_is_told_as_it_is_stored(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    static const char stored[] = "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4,\"p\":1,\"q\":2}";
    static const char other[] = "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4,\"q\":2,\"p\":1}";
    clock_set(1000);
    assert_int_equal(room_register(room, "s", stored), 0);
    clock_set(2000);
    assert_int_equal(room_register(room, "s", other), 0);
    assert_true(room->got.stored && !room->got.created && !room->got.hidden);
    assert_int_equal(room->got.ts, 1000);
    expect_text(room->got.text, stored);
    assert_int_equal(room_lookup(room, "s", other, false), 0);
    assert_true(room->got.stored);
    assert_int_equal(room_lookup(room, "s", stored, false), 0);
    assert_false(room->got.stored);
    assert_int_equal(room_register(room, "t", other), 0);
    assert_int_equal(room->got.id, 2);
    room_close(room);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_lookup(room, "s", "\"int\"", true), 40401);
    expect_message(room, "Subject 's' not found.");
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_lookup(room, "s", "\"long\"", false), 40403);
    expect_message(room, "Schema not found");
    assert_int_equal(room_lookup(room, "s", " ", false), 40403);
    assert_int_equal(room_remove(room, "s", 1, false), 0);
    assert_int_equal(room_lookup(room, "s", "\"int\"", false), 40401);
    assert_int_equal(room_lookup(room, "s", "\"int\"", true), 0);
    room_close(room);
}

static void an_incompatible_schema_is_refused_with_its_reasons(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct span complaints;
    assert_int_equal(room_register(room, "s", with_a), 0);
    assert_int_equal(room_register(room, "s", b_bare), 40901);
    expect_message(
        room,
        "Schema being registered is incompatible with an earlier schema for subject \"s\", details: "
        "[{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path "
        "'/fields/1' in the "
        "new schema has no default value and is missing in the old schema', additionalInfo:'b'}, "
        "{oldSchemaVersion: 1}, {oldSchema: '{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\","
        "\"type\":\"int\"}]}'}, {validateFields: 'false', compatibility: 'BACKWARD'}]");
    assert_int_equal(room_try(room, "s", ALL_VERSIONS, b_bare, &complaints), 0);
    assert_true(complaints.len > 0);
    assert_int_equal(room_register(room, "s", with_b), 0);
    assert_int_equal(room_try(room, "s", LATEST_VERSION, b_bare, &complaints), 0);
    assert_int_equal(complaints.len, 0);
    assert_int_equal(room_try(room, "s", 1, b_bare, &complaints), 0);
    assert_true(complaints.len > 0);
    assert_int_equal(room_register(room, "s", b_bare), 0);
    assert_int_equal(room_level(room, "s", "backward_transitive"), 0);
    assert_int_equal(room_register(room, "s",
                                   "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                                   "{\"name\":\"b\",\"type\":\"int\"}]}"),
                     40901);
    assert_int_equal(room_level(room, "s", "none"), 0);
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    room_close(room);
}

static void trying_asks_for_a_version_that_is_there(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct span complaints;
    assert_int_equal(room_try(room, "s", LATEST_VERSION, "\"int\"", &complaints), 0);
    assert_int_equal(room_try(room, "s", ALL_VERSIONS, "\"int\"", &complaints), 0);
    assert_int_equal(room_try(room, "s", 1, "\"int", &complaints), 40402);
    expect_message(room, "Version 1 not found.");
    assert_int_equal(room_try(room, "s", ALL_VERSIONS, "  ", &complaints), 42201);
    expect_message(room, "Empty schema");
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_remove(room, "s", 1, false), 0);
    assert_int_equal(room_try(room, "s", 1, "\"string\"", &complaints), 40402);
    assert_int_equal(room_try(room, "s", LATEST_VERSION, "\"string\"", &complaints), 0);
    assert_int_equal(complaints.len, 0);
    room_close(room);
}

static void an_invalid_schema_is_shown_whole(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_register(room, ":.c:s", "[\"int\",\"str\"]"), 42201);
    expect_message(
        room,
        "Invalid schema of type AVRO, details: Invalid schema {subject=:.c:s,version=null,id=null,"
        "guid=5730fd20-7d25-05b9-90aa-ab0d07a24b41,schemaType=AVRO,references=[],metadata=null,ruleSet=null,"
        "schema=[\"int\",\"str\"],schemaTags=null,ts=null,deleted=null} with refs [] of type AVRO, details: "
        "Undefined schema: str");
    struct registration wanted = {.subject.subject = SPAN("s"),
                                  .type = SPAN("avro"),
                                  .text = SPAN("\"int\"")};
    assert_false(registry_register(room->registry, &wanted, &room->got, room->arena, &room->err));
    expect_message(room, "Invalid schema type avro");
    room_close(room);
}

/* A property number beyond 64 bits parses, but has no normal form. */
static void a_schema_that_cannot_be_normalised_is_shown_once(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    static const char text[] = "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4,\"p\":99999999999999999999}";
    struct registration wanted = {.subject.subject = SPAN("s"), .text = span_of(text), .normalize = true};
    assert_false(registry_register(room->registry, &wanted, &room->got, room->arena, &room->err));
    assert_int_equal(room->err.code, 42201);
    assert_true(span_starts(room->err.message, SPAN("Invalid schema {subject=s,version=null,id=null,guid=")));
    wanted.normalize = false;
    assert_true(registry_register(room->registry, &wanted, &room->got, room->arena, &room->err));
    room_close(room);
}

static void only_new_schemas_are_read_strictly(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    static const char text[] =
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\","
        "\"default\":\"x\"}]}";
    assert_int_equal(room_register(room, "s", text), 42201);
    assert_int_equal(room_lookup(room, "s", text, false), 40401);
    room_close(room);
}

static void a_blank_text_means_the_latest(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_register(room, "s", ""), 42201);
    expect_message(room, "Empty schema");
    assert_int_equal(room_register(room, "s", with_a), 0);
    assert_int_equal(room_register(room, "s", with_b), 0);
    assert_int_equal(room_register(room, "s", " \n"), 0);
    assert_int_equal(room->got.version, 2);
    expect_text(room->got.text, with_b);
    assert_false(room->got.created || room->got.stored);
    room_close(room);
}

static void what_is_known_is_found_although_read_only(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_mode(room, "", MODE_READONLY), 0);
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_register(room, "s", "\"long\""), 42205);
    expect_message(room, "Subject s in context  is in read-only mode");
    assert_int_equal(room_register(room, "s", "\"lon"), 42201);
    assert_int_equal(room_register(room, "s", ""), 42205);
    assert_int_equal(room_register(room, ":.c:s", "\"long\""), 0);
    assert_int_equal(room_mode(room, ":.c:", MODE_READONLY), 0);
    assert_int_equal(room_register(room, ":.c:s", "\"float\""), 42205);
    expect_message(room, "Subject :.c:s in context :.c: is in read-only mode");
    room_close(room);
}

static void a_schema_over_the_bound_is_refused_last(void **state)
{
    (void)state;
    struct room *room = room_open_with(":memory:", (struct registry_options){.schema_max = 60});
    struct span complaints;
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_register(room, "s", with_a), 40901);
    assert_int_equal(room_register(room, "t", with_a), 42209);
    expect_message(room, "Register operation failed because schema is too large");
    assert_int_equal(room_lookup(room, "s", with_a, false), 40403);
    assert_int_equal(room_try(room, "t", ALL_VERSIONS, with_a, &complaints), 0);
    assert_string_equal(room_versions(room, "t"), "");
    room_close(room);
}

static void a_hidden_version_of_the_same_schema_goes_when_it_comes_back(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_register(room, "s", "\"long\""), 0);
    assert_int_equal(room_remove(room, "s", 1, false), 0);
    assert_int_equal(room_level(room, "s", "NONE"), 0);
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room->got.id, 1);
    assert_int_equal(room->got.version, 3);
    assert_string_equal(room_versions(room, "s"), "2 3");
    room_close(room);
}

static void a_number_is_one_more_than_any_that_is_there(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_register(room, "s", "\"long\""), 0);
    assert_int_equal(room_remove(room, "s", 2, false), 0);
    assert_int_equal(room_register(room, "s", "\"float\""), 0);
    assert_int_equal(room->got.version, 3);
    assert_int_equal(room_remove(room, "s", 2, true), 0);
    assert_int_equal(room_remove(room, "s", 3, false), 0);
    assert_int_equal(room_remove(room, "s", 3, true), 0);
    assert_int_equal(room_register(room, "s", "\"double\""), 0);
    assert_int_equal(room->got.version, 2);
    assert_int_equal(room->got.id, 4);
    room_close(room);
}

/* Whoever is no longer the latest knows since when. */
static void a_version_keeps_when_it_was_superseded(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    clock_set(1000);
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    clock_set(2000);
    assert_int_equal(room_register(room, "s", "\"long\""), 0);
    clock_set(3000);
    assert_int_equal(room_remove(room, "s", 2, false), 0);
    assert_string_equal(
        room_describe(room),
        "batch 3, last id 2\n"
        "s: 1 live of 2, highest 2, latest 1, level -, mode 0\n"
        "  1 id 1 ef524ea1-b91e-7317-3d93-8ade36c1db32 live ts 1000 created 1000 superseded 2000 \n"
        "    \"int\"\n    named by s/1\n"
        "  2 id 2 e1dd9a1e-f98b-451b-5369-0370b393966b hidden ts 3000 created 2000 superseded 3000 "
        "{\"at\":3000,\"by\":\"me\",\"policy\":false}\n"
        "    \"long\"\n    named by s/2\n");
    clock_set(4000);
    assert_int_equal(room_register(room, "s", "\"float\""), 0);
    AUTO_VIEW view = registry_view(room->registry);
    const struct subject *subject = view_subject(view, (struct name){.subject = SPAN("s")});
    assert_int_equal(view_version(view, subject, 1)->row.superseded, 4000);
    assert_int_equal(view_version(view, subject, 2)->row.superseded, 3000);
    view_release(view);
    view = NULL;
    room_close(room);
}

/* Hidden ones count. */
static void a_subject_has_a_bounded_number_of_versions(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct change *changes = arena_array(room->arena, VERSIONS_MAX, sizeof *changes);
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    registry_close(room->registry);
    for (int i = 0; i < VERSIONS_MAX - 2; i++)
        changes[i] = (struct change){
            .kind = CHANGE_VERSION, .id = 1, .subject = SPAN("s"), .version = i + 2, .row.hidden = i % 2};
    assert_int_equal(room->store->type->commit(room->store, 1, changes, VERSIONS_MAX - 2, &room->err),
                     COMMIT_DONE);
    room->registry = registry_open(&room->options, &room->err);
    assert_int_equal(room_register(room, "s", "\"float\""), 0);
    assert_int_equal(room->got.version, VERSIONS_MAX);
    assert_int_equal(room_register(room, "s", "\"double\""), 42205);
    expect_message(room, "Subject s has 10000 versions, at most 10000");
    assert_int_equal(room_register(room, "s", "\"float\""), 0);
    room_close(room);
}

/* The store already holds the guid of "int" under another text: an MD5 that two texts share. */
static void a_guid_that_stands_for_another_text_is_never_reused(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    registry_close(room->registry);
    struct change held[] = {
        {.kind = CHANGE_RECORD,
         .id = 1,
         .record = {.type = SPAN("AVRO"),
                    .text = SPAN("\"long\""),
                    .guid = SPAN("ef524ea1-b91e-7317-3d93-8ade36c1db32")}},
        {.kind = CHANGE_VERSION, .id = 1, .subject = SPAN("s"), .version = 1},
    };
    assert_int_equal(room->store->type->commit(room->store, 0, held, 2, &room->err), COMMIT_DONE);
    room->registry = registry_open(&room->options, &room->err);
    assert_int_equal(room_level(room, "", "NONE"), 0);
    assert_int_equal(room_lookup(room, "s", "\"int\"", true), 40403);
    assert_int_equal(room_lookup(room, "s", "\"long\"", true), 0);
    assert_int_equal(room_register(room, "s", "\"int\""), 42205);
    assert_int_equal(room_register(room, "t", "\"int\""), 42205);
    expect_message(room, "Overwrite new schema with id 1 in context  is not permitted.");
    assert_string_equal(room_versions(room, "s"), "1");
    assert_string_equal(room_versions(room, "t"), "");
    room_close(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_schema_twice_gives_the_same_id),
        cmocka_unit_test(the_same_meaning_is_told_as_it_is_stored),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(an_incompatible_schema_is_refused_with_its_reasons),
        cmocka_unit_test(trying_asks_for_a_version_that_is_there),
        cmocka_unit_test(an_invalid_schema_is_shown_whole),
        cmocka_unit_test(a_schema_that_cannot_be_normalised_is_shown_once),
        cmocka_unit_test(only_new_schemas_are_read_strictly),
        cmocka_unit_test(a_blank_text_means_the_latest),
        cmocka_unit_test(what_is_known_is_found_although_read_only),
        cmocka_unit_test(a_schema_over_the_bound_is_refused_last),
        cmocka_unit_test(a_hidden_version_of_the_same_schema_goes_when_it_comes_back),
        cmocka_unit_test(a_number_is_one_more_than_any_that_is_there),
        cmocka_unit_test(a_version_keeps_when_it_was_superseded),
        cmocka_unit_test(a_subject_has_a_bounded_number_of_versions),
        cmocka_unit_test(a_guid_that_stands_for_another_text_is_never_reused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
