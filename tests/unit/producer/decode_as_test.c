/* SPDX-License-Identifier: Apache-2.0 */
/* Reading by a plan: values as a reader wants them, and bytes that lie to it. */
#include "producer/decode.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define RECORD(fields) "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" fields "]}"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define LIST "[\"null\",\"R\"]"

static const struct schema *parse(const char *text, struct arena *arena)
{
    struct error err = {.arena = arena};
    const struct schema *schema;
    assert_true(
        schema_parse(&schema_avro, span_of(text), (struct reading){0}, NULL, 0, &schema, arena, &err));
    return schema;
}

/* The JSON, or the message of the failure behind an exclamation mark. */
static struct span decoded(const char *reader, const char *writer, struct span bytes, struct arena *arena)
{
    struct error err = {.arena = arena};
    struct buffer json = {.arena = arena};
    const struct schema *written = parse(writer, arena);
    struct decoding how = {.type = avro_root(written)};
    assert_true(avro_resolve(parse(reader, arena), written, &how.plan, arena, &err));
    char *exact = malloc(bytes.len ? bytes.len : 1); /* so that ASan sees an overrun */
    memcpy(exact, bytes.ptr, bytes.len);
    struct span rest = {exact, bytes.len};
    bool well = decode_as(&how, &rest, &json, &err);
    free(exact);
    if (!well)
        return arena_printf(arena, "!%.*s", SPAN_ARGS(err.message));
    assert_int_equal(rest.len, 0);
    return buffer_span(&json);
}

static void expect(const char *reader, const char *writer, struct span bytes, const char *wanted)
{
    AUTO_ARENA arena = arena_new();
    struct span got = decoded(reader, writer, bytes, arena);
    assert_string_equal(arena_copy(arena, got).ptr, wanted);
}

static const char writer[] =
    RECORD(FIELD("a", "\"int\"") "," FIELD("b", "\"string\"") "," FIELD("c", "\"float\""));

static void the_readers_order_its_kinds_and_nothing_more(void **state)
{
    const struct span bytes = SPAN("\x08\x04hi\x00\x00\x00\x3f");
    (void)state;
    expect(writer, writer, bytes, "{\"a\":4,\"b\":\"hi\",\"c\":0.5}");
    expect(RECORD(FIELD("c", "\"double\"") "," FIELD("a", "\"double\"")), writer, bytes,
           "{\"c\":0.5,\"a\":4.0}");
    expect(RECORD(FIELD("b", "\"bytes\"")), writer, bytes, "{\"b\":\"hi\"}");
    expect(RECORD(""), writer, bytes, "{}");
}

static void what_is_stepped_over_is_looked_at_all_the_same(void **state)
{
    (void)state;
    expect(RECORD(FIELD("a", "\"long\"")), writer, SPAN("\x08\x04h"),
           "!byte 2 of the record: a length beyond the end of the record");
    expect(RECORD(FIELD("c", "\"float\"")), writer, SPAN("\x08\x03"),
           "!byte 2 of the record: a negative length");
    expect(RECORD(""), writer, SPAN(""), "!byte 0 of the record: a number is cut off");
}

static void bytes_that_are_no_text_are_no_string(void **state)
{
    (void)state;
    expect("\"string\"", "\"bytes\"", SPAN("\x04\xc3\xa9"), "\"\xc3\xa9\"");
    expect("\"string\"", "\"bytes\"", SPAN("\x02\xff"), "!byte 2 of the record: a string that is not UTF-8");
    expect("\"bytes\"", "\"string\"", SPAN("\x02\xff"), "\"\xc3\xbf\"");
}

static void numbers_that_a_writer_cannot_have_written_are_refused(void **state)
{
    (void)state;
    expect("\"double\"", "\"int\"", SPAN("\x80\x80\x80\x80\x10"),
           "!byte 5 of the record: an int of more than 32 bits");
    expect("\"long\"", "\"int\"", SPAN("\x80\x80\x80\x80\x10"),
           "!byte 5 of the record: an int of more than 32 bits");
    expect("\"double\"", "[\"int\",\"float\"]", SPAN("\x04"),
           "!byte 1 of the record: a union index without a branch");
    expect("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"B\",\"A\"]}",
           "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}", SPAN("\x04"),
           "!byte 1 of the record: an enum index without a symbol");
}

static void values_nested_too_deep_are_refused(void **state)
{
    (void)state;
    static char bytes[100000];
    memset(bytes, 2, sizeof bytes); /* "there is a next one" */
    const char *list = RECORD(FIELD("next", LIST)),
               *reader = RECORD("{\"name\":\"x\",\"type\":\"int\",\"default\":1}," FIELD("next", LIST));
    AUTO_ARENA arena = arena_new();
    struct span got = decoded(reader, list, (struct span){bytes, sizeof bytes}, arena);
    assert_non_null(memmem(got.ptr, got.len, "nested too deep", 15));
}

/* Each record of the list is wanted twice: what is written once would be read 2^300 times. */
static void a_field_wanted_twice_cannot_be_made_endless_work(void **state)
{
    (void)state;
    char bytes[300];
    memset(bytes, 2, sizeof bytes);
    bytes[sizeof bytes - 1] = 0;
    const char *list = RECORD(FIELD("next", LIST)),
               *reader = RECORD(FIELD("next", LIST) ","
                                "{\"name\":\"again\",\"aliases\":[\"next\"],\"type\":" LIST "}");
    AUTO_ARENA arena = arena_new();
    struct span got = decoded(reader, list, (struct span){bytes, sizeof bytes}, arena);
    assert_int_equal(got.ptr[0], '!');
}

static void any_bytes_do_no_harm(void **state)
{
    (void)state;
    const char *from =
        RECORD(FIELD("u", "[\"null\",\"int\",\"string\",{\"type\":\"map\",\"values\":\"R\"}]") ","
               FIELD("l", "{\"type\":\"array\",\"items\":[\"null\",\"bytes\",\"R\"]}") ","
               FIELD("e", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}") ","
               FIELD("f", "\"float\""));
    const char *to =
        RECORD(FIELD("f", "\"double\"") ","
               FIELD("l", "{\"type\":\"array\",\"items\":[\"R\",\"string\",\"null\"]}") ","
               "{\"name\":\"n\",\"type\":\"string\",\"default\":\"n\"},"
               FIELD("e", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"B\"],\"default\":\"B\"}") ","
               FIELD("u", "[{\"type\":\"map\",\"values\":\"R\"},\"double\",\"bytes\",\"null\"]"));
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    const struct schema *written = parse(from, arena);
    struct decoding how = {.type = avro_root(written)};
    assert_true(avro_resolve(parse(to, arena), written, &how.plan, arena, &err));
    uint64_t dice = 1;
    for (int round = 0; round < 20000; round++) {
        AUTO_ARENA scratch = arena_new();
        struct error own = {.arena = scratch};
        struct buffer json = {.arena = scratch};
        size_t len = (size_t)(round % 40);
        char *bytes = malloc(len + 1);
        for (size_t i = 0; i < len; i++) {
            dice = dice * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (char)(dice >> 33 & (dice >> 60 ? 7 : 255)); /* mostly small: they lead further */
        }
        struct span rest = {bytes, len};
        if (!decode_as(&how, &rest, &json, &own))
            assert_true(own.message.len > 0);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_readers_order_its_kinds_and_nothing_more),
        cmocka_unit_test(what_is_stepped_over_is_looked_at_all_the_same),
        cmocka_unit_test(bytes_that_are_no_text_are_no_string),
        cmocka_unit_test(numbers_that_a_writer_cannot_have_written_are_refused),
        cmocka_unit_test(values_nested_too_deep_are_refused),
        cmocka_unit_test(a_field_wanted_twice_cannot_be_made_endless_work),
        cmocka_unit_test(any_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
