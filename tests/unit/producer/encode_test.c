/* SPDX-License-Identifier: Apache-2.0 */
/* Values and defaults as Avro binary, and what has no bytes. */
#include "producer/encode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define RECORD(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define FIELD(type)          "{\"name\":\"f\",\"type\":" type "}"
#define DEFAULT(type, value) "{\"name\":\"f\",\"type\":" type ",\"default\":" value "}"

static const struct avro_type *parse(const char *text, struct arena *arena)
{
    struct error err = {.arena = arena};
    const struct schema *schema;
    assert_true(
        schema_parse(&schema_avro, span_of(text), (struct reading){0}, NULL, 0, &schema, arena, &err));
    return avro_root(schema);
}

/* A record of one field; its bytes, or the message of the failure behind an exclamation mark. */
static struct span encoded(const char *schema, struct value member, struct arena *arena)
{
    struct error err = {.arena = arena};
    struct value record = {.kind = VALUE_RECORD, .members = &member, .count = 1};
    struct span bytes;
    if (!encode_record(parse(schema, arena), &record, 5, &bytes, arena, &err))
        return arena_printf(arena, "!%.*s", SPAN_ARGS(err.message));
    memset((char *)bytes.ptr - 5, 'h', 5); /* the room for a header is there */
    return bytes;
}

static void expect(const char *schema, struct value member, struct span wanted)
{
    AUTO_ARENA arena = arena_new();
    struct span got = encoded(schema, member, arena);
    assert_int_equal(got.len, wanted.len);
    assert_memory_equal(got.ptr, wanted.ptr, wanted.len);
}

static void expect_long(int64_t number, struct span wanted)
{
    expect(RECORD("R", FIELD("\"long\"")), (struct value){.kind = VALUE_LONG, .number = number}, wanted);
}

static void numbers_take_as_many_bytes_as_they_need(void **state)
{
    (void)state;
    expect_long(0, SPAN("\x00"));
    expect_long(-1, SPAN("\x01"));
    expect_long(63, SPAN("\x7e"));
    expect_long(64, SPAN("\x80\x01"));
    expect_long(-65, SPAN("\x81\x01"));
    expect_long(INT64_MAX, SPAN("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    expect_long(INT64_MIN, SPAN("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    struct value half = {.kind = VALUE_DOUBLE, .real = 0.5};
    expect(RECORD("R", FIELD("\"double\"")), half, SPAN("\0\0\0\0\0\0\xe0\x3f"));
    expect(RECORD("R", FIELD("\"float\"")), half, SPAN("\0\0\0\x3f"));
}

static void a_union_is_led_by_its_branch(void **state)
{
    (void)state;
    struct value text = {.kind = VALUE_STRING, .text = SPAN("a\0b")}, none = {.kind = VALUE_NULL};
    const char *maybe = RECORD("R", FIELD("[\"null\",\"string\"]"));
    expect(maybe, text, SPAN("\x02\x06" "a\0b"));
    expect(maybe, none, SPAN("\x00"));
    text.kind = VALUE_BYTES;
    expect(maybe, text, SPAN("!a mapped value does not fit the type of its field"));
    expect(RECORD("R", FIELD("{\"type\":\"fixed\",\"name\":\"F\",\"size\":3}")), text, SPAN("a\0b"));
    expect(RECORD("R", FIELD("{\"type\":\"fixed\",\"name\":\"F\",\"size\":4}")), text,
           SPAN("!a mapped value does not fit the type of its field"));
}

static void an_enum_is_the_place_of_its_symbol(void **state)
{
    (void)state;
    const char *schema = RECORD("R", FIELD("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}"));
    expect(schema, (struct value){.kind = VALUE_STRING, .text = SPAN("B")}, SPAN("\x02"));
    expect(schema, (struct value){.kind = VALUE_STRING, .text = SPAN("C")},
           SPAN("!a mapped value does not fit the type of its field"));
}

static void what_is_unset_takes_the_default(void **state)
{
    (void)state;
    struct value none = {.kind = VALUE_NULL};
    expect(RECORD("R", DEFAULT("\"int\"", "-3")), none, SPAN("\x05"));
    expect(RECORD("R", DEFAULT("\"bytes\"", "\"\\u0000\\u00ff\"")), none, SPAN("\x04\x00\xff"));
    expect(RECORD("R", DEFAULT("{\"type\":\"array\",\"items\":\"long\"}", "[1,2]")), none,
           SPAN("\x04\x02\x04\x00"));
    expect(RECORD("R", DEFAULT("{\"type\":\"array\",\"items\":\"long\"}", "[]")), none, SPAN("\x00"));
    expect(RECORD("R", DEFAULT("{\"type\":\"map\",\"values\":\"boolean\"}", "{\"k\":true}")), none,
           SPAN("\x02\x02k\x01\x00"));
    expect(RECORD("R", DEFAULT("[\"string\",\"int\"]", "\"x\"")), none, SPAN("\x00\x02x"));
}

/* Each level holds the next one twice: 2^40 records, no byte in any of them. */
static const char *doubling(struct arena *arena)
{
    struct buffer type = {.arena = arena};
    buffer_put(&type, SPAN("{\"type\":\"record\",\"name\":\"R0\",\"fields\":[]}"));
    for (int i = 1; i <= 40; i++) {
        struct span inner = arena_copy(arena, buffer_span(&type));
        type.len = 0;
        buffer_printf(&type,
                      "{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[{\"name\":\"a\",\"type\":%.*s,"
                      "\"default\":{}},{\"name\":\"b\",\"type\":\"R%d\",\"default\":{}}]}",
                      i, SPAN_ARGS(inner), i - 1);
    }
    struct span root = arena_printf(arena, RECORD("R", DEFAULT("%.*s", "{}")), (int)type.len, type.ptr);
    return arena_copy(arena, root).ptr;
}

static void a_default_without_end_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct span refused = SPAN("!a default of the schema is too long or has no end");
    struct value none = {.kind = VALUE_NULL};
    expect(RECORD("R", DEFAULT("\"R\"", "{}")), none, refused);
    expect(doubling(arena), none, refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_take_as_many_bytes_as_they_need),
        cmocka_unit_test(a_union_is_led_by_its_branch),
        cmocka_unit_test(an_enum_is_the_place_of_its_symbol),
        cmocka_unit_test(what_is_unset_takes_the_default),
        cmocka_unit_test(a_default_without_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
