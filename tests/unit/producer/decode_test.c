/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder: how each type looks in JSON, and that no claim of the bytes is believed. */
#include "producer/decode.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct avro_type a_null = {.kind = AVRO_NULL}, a_boolean = {.kind = AVRO_BOOLEAN},
                              a_int = {.kind = AVRO_INT}, a_long = {.kind = AVRO_LONG},
                              a_float = {.kind = AVRO_FLOAT}, a_double = {.kind = AVRO_DOUBLE},
                              a_bytes = {.kind = AVRO_BYTES}, a_string = {.kind = AVRO_STRING},
                              a_fixed = {.kind = AVRO_FIXED, .size = 2};

/* What the bytes decode to, or the message of the failure behind an exclamation mark; `left` bytes stay. */
static char *decoded(const struct avro_type *type, const char *bytes, size_t len, size_t *left)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct buffer json = {.arena = arena};
    char *exact = malloc(len ? len : 1); /* without a byte behind it, so that ASan sees an overrun */
    memcpy(exact, bytes, len);
    struct span rest = {exact, len};
    bool well = decode_value(type, &rest, &json, &err);
    struct span shown = well ? buffer_span(&json) : err.message;
    char *text = malloc(shown.len + 2);
    text[0] = '!';
    memcpy(text + !well, shown.ptr, shown.len);
    text[shown.len + !well] = 0;
    *left = rest.len;
    free(exact);
    return text;
}

static void expect(const struct avro_type *type, const char *bytes, size_t len, const char *json)
{
    size_t left;
    char *text = decoded(type, bytes, len, &left);
    assert_string_equal(text, json);
    if (text[0] != '!')
        assert_int_equal(left, 0);
    free(text);
}

#define EXPECT(type, bytes, json) expect(type, bytes, sizeof(bytes) - 1, json)

static void leaves_look_like_json(void **state)
{
    (void)state;
    EXPECT(&a_null, "", "null");
    EXPECT(&a_boolean, "\x00", "false");
    EXPECT(&a_boolean, "\x01", "true");
    EXPECT(&a_int, "\x01", "-1");
    EXPECT(&a_int, "\xff\xff\xff\xff\x0f", "-2147483648");
    EXPECT(&a_long, "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", "9223372036854775807");
    EXPECT(&a_long, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "-9223372036854775808");
    EXPECT(&a_float, "\x00\x00\xc0\x3f", "1.5");
    EXPECT(&a_double, "\x00\x00\x00\x00\x00\x00\xf8\xbf", "-1.5");
    EXPECT(&a_double, "\x00\x00\x00\x00\x00\x00\xf8\x7f", "\"NaN\"");
    EXPECT(&a_float, "\x00\x00\x80\xff", "\"-Infinity\"");
    EXPECT(&a_string,
           "\x08"
           "a\"\x01\n",
           "\"a\\\"\\u0001\\n\"");
    EXPECT(&a_bytes,
           "\x06"
           "a\x00\xff",
           "\"a\\u0000\xc3\xbf\"");
    EXPECT(&a_fixed, "\x80z", "\"\xc2\x80z\"");
}

static void nothing_a_leaf_claims_is_believed(void **state)
{
    (void)state;
    EXPECT(&a_boolean, "\x05", "!byte 1 of the record: a boolean that is neither 0 nor 1");
    EXPECT(&a_boolean, "", "!byte 0 of the record: a length beyond the end of the record");
    EXPECT(&a_int, "\x80\x80\x80\x80\x10", "!byte 5 of the record: an int of more than 32 bits");
    EXPECT(&a_long, "\x80", "!byte 1 of the record: a number is cut off");
    EXPECT(&a_long, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
           "!byte 10 of the record: a number of more than 64 bits");
    EXPECT(&a_string,
           "\x06"
           "ab",
           "!byte 1 of the record: a length beyond the end of the record");
    EXPECT(&a_string, "\x01", "!byte 1 of the record: a negative length");
    EXPECT(&a_bytes, "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01",
           "!byte 10 of the record: a length beyond the end of the record");
    EXPECT(&a_string, "\x02\xff", "!byte 2 of the record: a string that is not UTF-8");
    EXPECT(&a_fixed, "z", "!byte 0 of the record: a length beyond the end of the record");
}

static void a_union_is_its_value(void **state)
{
    (void)state;
    const struct avro_type *branches[] = {&a_null, &a_string};
    struct avro_type maybe = {.kind = AVRO_UNION, .branches = branches, .branch_count = 2};
    EXPECT(&maybe, "\x00", "null");
    EXPECT(&maybe,
           "\x02\x02"
           "a",
           "\"a\"");
    EXPECT(&maybe, "\x04", "!byte 1 of the record: a union index without a branch");
    EXPECT(&maybe, "\x01", "!byte 1 of the record: a union index without a branch");
}

static void an_enum_is_its_symbol(void **state)
{
    (void)state;
    const struct span symbols[] = {SPAN("UP"), SPAN("DOWN")};
    struct avro_type way = {.kind = AVRO_ENUM, .symbols = symbols, .symbol_count = 2};
    EXPECT(&way, "\x02", "\"DOWN\"");
    EXPECT(&way, "\x04", "!byte 1 of the record: an enum index without a symbol");
    EXPECT(&way, "\x01", "!byte 1 of the record: an enum index without a symbol");
}

static void blocks_may_be_many_and_of_either_sign(void **state)
{
    (void)state;
    struct avro_type list = {.kind = AVRO_ARRAY, .items = &a_int}, map = {.kind = AVRO_MAP, .items = &a_int};
    EXPECT(&list, "\x00", "[]");
    EXPECT(&list, "\x04\x02\x04\x02\x06\x00", "[1,2,3]");
    EXPECT(&list, "\x03\x04\x02\x04\x00", "[1,2]");
    EXPECT(&map, "\x02\x02k\x02\x00", "{\"k\":1}");
    EXPECT(&list, "\x03\x7e\x02\x04\x00", "!byte 2 of the record: a block beyond the end of the record");
    EXPECT(&list, "\xfe\xff\xff\xff\x0f\x02", "!byte 6 of the record: a number is cut off");
    EXPECT(&list, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00",
           "!byte 11 of the record: a number is cut off");
}

static void values_without_bytes_are_counted(void **state)
{
    (void)state;
    struct avro_type nulls = {.kind = AVRO_ARRAY, .items = &a_null};
    EXPECT(&nulls, "\x06\x00", "[null,null,null]");
    EXPECT(&nulls, "\xfe\xff\xff\xff\x0f\x00", "!byte 5 of the record: too many values that take no bytes");
}

/* record R { next: R } with nothing in between: any schema may say so. */
static void a_record_within_itself_ends(void **state)
{
    (void)state;
    struct avro_field field = {.name = SPAN("next")};
    struct avro_type record = {.kind = AVRO_RECORD, .fields = &field, .field_count = 1};
    field.type = &record;
    EXPECT(&record, "", "!byte 0 of the record: values nested too deep");
    const struct avro_type *branches[] = {&a_null, &record};
    struct avro_type maybe = {.kind = AVRO_UNION, .branches = branches, .branch_count = 2};
    field.type = &maybe;
    EXPECT(&record, "\x02\x02\x00", "{\"next\":{\"next\":{\"next\":null}}}");
    char deep[TEXT_DEPTH_MAX];
    memset(deep, 2, sizeof deep);
    expect(&record, deep, sizeof deep, "!byte 500 of the record: values nested too deep");
}

/* Twenty records, each of two of the one before: a million values, no bytes. */
static void doubling_records_end(void **state)
{
    (void)state;
    enum { DEEP = 30 };
    struct avro_field fields[DEEP][2];
    struct avro_type records[DEEP + 1] = {{.kind = AVRO_RECORD}};
    for (size_t i = 0; i < DEEP; i++) {
        fields[i][0] = (struct avro_field){.name = SPAN("a"), .type = &records[i]};
        fields[i][1] = (struct avro_field){.name = SPAN("b"), .type = &records[i]};
        records[i + 1] = (struct avro_type){.kind = AVRO_RECORD, .fields = fields[i], .field_count = 2};
    }
    EXPECT(&records[2], "", "{\"a\":{\"a\":{},\"b\":{}},\"b\":{\"a\":{},\"b\":{}}}");
    EXPECT(&records[DEEP], "", "!byte 0 of the record: too many values that take no bytes");
}

static void long_names_are_bounded(void **state)
{
    (void)state;
    enum { NAME = 100000, ITEMS = 2000 };
    char *name = malloc(NAME);
    memset(name, 'n', NAME);
    struct avro_field field = {.name = {name, NAME}, .type = &a_boolean};
    struct avro_type record = {.kind = AVRO_RECORD, .fields = &field, .field_count = 1};
    struct avro_type list = {.kind = AVRO_ARRAY, .items = &record};
    char bytes[ITEMS + 3] = "\xa0\x1f"; /* 2000 */
    size_t left;
    char *text = decoded(&list, bytes, sizeof bytes, &left);
    assert_non_null(strstr(text, "a record whose JSON is too long"));
    free(text);
    free(name);
}

static void what_follows_stays(void **state)
{
    (void)state;
    size_t left;
    char *text = decoded(&a_int, "\x02\x04", 2, &left);
    assert_string_equal(text, "1");
    assert_int_equal(left, 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_look_like_json),
        cmocka_unit_test(nothing_a_leaf_claims_is_believed),
        cmocka_unit_test(a_union_is_its_value),
        cmocka_unit_test(an_enum_is_its_symbol),
        cmocka_unit_test(blocks_may_be_many_and_of_either_sign),
        cmocka_unit_test(values_without_bytes_are_counted),
        cmocka_unit_test(a_record_within_itself_ends),
        cmocka_unit_test(doubling_records_end),
        cmocka_unit_test(long_names_are_bounded),
        cmocka_unit_test(what_follows_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
