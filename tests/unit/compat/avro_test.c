/* SPDX-License-Identifier: Apache-2.0 */
/* What the corpora do not ask of Avro: numbers, names, the same schema said differently, normal and bare
 * text, references in the printed forms. */
#include "compat/avro.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEXT(literal) SPAN(literal)

static struct arena *arena; /* of the test that runs */

static int arena_begin(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int arena_end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct schema *parsed(struct span text, struct reading how, struct span *why)
{
    const struct schema *schema = NULL;
    struct error err = {.arena = arena};
    char *exact =
        malloc(text.len ? text.len : 1); /* without a byte behind it, so that ASan sees an overrun */
    memcpy(exact, text.ptr, text.len);
    arena_defer(arena, free, exact);
    bool fine =
        schema_parse(&schema_avro, (struct span){exact, text.len}, how, NULL, 0, &schema, arena, &err);
    *why = fine ? SPAN("") : err.message;
    return fine ? schema : NULL;
}

static struct span kept(struct span text, bool strict)
{
    struct span why;
    const struct schema *schema = parsed(text, (struct reading){.strict = strict}, &why);
    return schema ? schema->text : why;
}

static void assert_span(struct span got, struct span wanted)
{
    if (!span_equal(got, wanted))
        print_message("got    %.*s\nwanted %.*s\n", SPAN_ARGS(got), SPAN_ARGS(wanted));
    assert_true(span_equal(got, wanted));
}

#define ASSERT_KEPT(text, wanted)   assert_span(kept(TEXT(text), true), SPAN(wanted))
#define ASSERT_STORED(text, wanted) assert_span(kept(TEXT(text), false), SPAN(wanted))

#define RECORD(more, field) \
    "{\"type\":\"record\",\"name\":\"R\"" more ",\"fields\":[{\"name\":\"a\",\"type\":\"int\"" field "}]}"

/* ---- numbers ---- */

/* A record whose one field has this type and default. */
static struct span with_default(const char *type, const char *value)
{
    return arena_printf(
        arena,
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":%s,\"default\":%s}]}", type,
        value);
}

static void assert_default(const char *type, const char *given, const char *printed)
{
    assert_span(kept(with_default(type, given), true), with_default(type, printed));
}

static void defaults_of_reals_may_be_strings_of_java(void **state)
{
    (void)state;
    assert_default("\"double\"", "\" 1e3 \"", "1000.0");
    assert_default("\"double\"", "\"+.5d\"", "0.5");
    assert_default("\"float\"", "\"5.F\"", "5.0");
    assert_default("\"double\"", "\"0x1.8p1\"", "3.0");
    assert_default("\"double\"", "\"-0X.8P-1f\"", "-0.25");
    assert_default("\"double\"", "\"NaN\"", "\"NaN\"");
    assert_default("\"double\"", "\"-Infinity\"", "\"-Infinity\"");
    assert_default("\"double\"", "\"1e999\"", "\"Infinity\"");
    assert_span(kept(with_default("\"double\"", "\"0x1\""), false), SPAN("For input string: \"0x1\""));
    assert_span(kept(with_default("\"double\"", "\"infinity\""), false),
                SPAN("For input string: \"infinity\""));
    assert_span(kept(with_default("\"double\"", "\"1e\""), false), SPAN("For input string: \"1e\""));
    assert_span(kept(with_default("\"double\"", "\".\""), false), SPAN("For input string: \".\""));
    assert_span(kept(with_default("\"double\"", "\"1\\u00002\""), false),
                SPAN("For input string: \"1\0002\""));
    assert_span(kept(with_default("\"double\"", "\" \""), false), SPAN("empty String"));
}

static void numbers_are_printed_as_java_prints_them(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"0.001", "0.001"},
                                           {"0.00099", "9.9E-4"},
                                           {"9999999.0", "9999999.0"},
                                           {"1e7", "1.0E7"},
                                           {"-0.0", "-0.0"},
                                           {"-0", "0"},
                                           {"5e-324", "4.9E-324"},
                                           {"2e-323", "2.0E-323"},
                                           {"1.7976931348623157e308", "1.7976931348623157E308"},
                                           {"2.2250738585072014E-308", "2.2250738585072014E-308"},
                                           {"9007199254740993.0", "9.007199254740992E15"},
                                           {"1.0e23", "1.0E23"},
                                           {"123456789.125", "1.23456789125E8"},
                                           {"100", "100"},
                                           {"99999999999999999999999", "99999999999999999999999"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_default("\"double\"", pairs[i][0], pairs[i][1]);
}

static void integers_are_bounded_by_their_type(void **state)
{
    (void)state;
    assert_default("\"int\"", "-2147483648", "-2147483648");
    assert_default("\"long\"", "9223372036854775807", "9223372036854775807");
    assert_default("\"long\"", "-9223372036854775808", "-9223372036854775808");
    assert_span(kept(with_default("\"long\"", "9223372036854775808"), true),
                SPAN("Invalid default for field a: 9223372036854775808 not a \"long\""));
    ASSERT_KEPT("{\"type\":\"fixed\",\"name\":\"X\",\"size\":2147483640}",
                "Cannot read arrays longer than 2147483639 bytes in Java library");
    ASSERT_KEPT("{\"type\":\"fixed\",\"name\":\"X\",\"size\":-0}",
                "{\"type\":\"fixed\",\"name\":\"X\",\"size\":0}");
    ASSERT_KEPT("{\"type\":\"map\",\"values\":\"int\",\"p\":{\"q\":[18446744073709551616]}}",
                "Can't set a property to null: p");
}

/* ---- texts that are not schemas ---- */

static void what_is_no_json_is_refused_with_its_place(void **state)
{
    (void)state;
    ASSERT_KEPT("", "Cannot parse <null> schema");
    ASSERT_KEPT(" \n ", "Cannot parse <null> schema");
    ASSERT_KEPT("{\n\"type\" 1", "Malformed JSON at line 2, column 8: unexpected character");
    ASSERT_KEPT("\"\xff\"", "Malformed JSON at line 1, column 1: the text is not UTF-8");
    ASSERT_KEPT("\xef\xbb\xbf\"int\"", "Malformed JSON at line 1, column 1: "
                                       "a byte order mark stands before the JSON text");
    ASSERT_KEPT("/* c */ // d\n \"int\" \x01\x02", "\"int\"");
    ASSERT_KEPT("{\"type\":{}} x", "No type: {\"type\":{}}");
}

/* ---- names ---- */

static void orders_are_read_as_java_reads_them(void **state)
{
    (void)state;
    ASSERT_KEPT(RECORD("", ",\"order\":\"De\u017fcend\u0131ng\""), RECORD("", ",\"order\":\"descending\""));
    ASSERT_KEPT(RECORD("", ",\"order\":\"up\""), "No enum constant org.apache.avro.Schema.Field.Order.UP");
}

static void stored_names_may_be_of_any_script_of_the_basic_plane(void **state)
{
    (void)state;
    ASSERT_STORED("{\"type\":\"enum\",\"name\":\"\u540d\u524d\",\"symbols\":[\"\u0661\"]}",
                  "Illegal initial character: \u0661");
    ASSERT_STORED("{\"type\":\"enum\",\"name\":\"\u540d\u524d\",\"symbols\":[\"a\u0661\"]}",
                  "{\"type\":\"enum\",\"name\":\"\u540d\u524d\",\"symbols\":[\"a\u0661\"]}");
    ASSERT_STORED("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[1]}", "Null name");
    ASSERT_STORED("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[1,2]}", "Duplicate enum symbol: null");
    ASSERT_STORED(
        "{\"type\":\"record\",\"name\":\"a-b.R\",\"aliases\":[\"-\"],\"fields\":[]}",
        "{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"a-b\",\"fields\":[],\"aliases\":[\"-\"]}");
    ASSERT_STORED("{\"type\":\"fixed\",\"name\":\"a.\",\"size\":1}", "Empty name");
    ASSERT_STORED("{\"type\":\"fixed\",\"name\":\"a\u20ac\",\"size\":1}", "Illegal character in: a\u20ac");
}

static void a_definition_is_not_seen_inside_its_own_fields(void **state)
{
    (void)state;
    /* Inside p the name T is p.T, although a T without a namespace follows. */
    ASSERT_KEPT(
        "{\"type\":\"record\",\"name\":\"p.R\",\"fields\":[{\"name\":\"a\",\"type\":\"T\"},"
        "{\"name\":\"b\",\"type\":{\"type\":\"fixed\",\"name\":\"T\",\"namespace\":\"\",\"size\":1}}]}",
        "Undefined schema: p.T");
    ASSERT_KEPT(
        "[{\"type\":\"fixed\",\"name\":\"T\",\"size\":1},{\"type\":\"record\",\"name\":\"p.R\",\"fields\":"
        "[{\"name\":\"a\",\"type\":\"T\"}]}]",
        "[{\"type\":\"fixed\",\"name\":\"T\",\"size\":1},"
        "{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"p\","
        "\"fields\":[{\"name\":\"a\",\"type\":\"T\"}]}]");
    ASSERT_KEPT(
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"n\",\"type\":\"R\",\"default\":{}}]}",
        "Schema fields not set yet");
}

/* ---- sameness ---- */

static bool same(struct span a, struct span b)
{
    struct span why;
    const struct schema *first = parsed(a, (struct reading){0}, &why),
                        *second = parsed(b, (struct reading){0}, &why);
    assert_non_null(first);
    assert_non_null(second);
    bool equal = schema_same(first, second);
    assert_true(equal == schema_same(second, first));
    if (equal)
        assert_true(schema_avro.likeness(first) == schema_avro.likeness(second));
    return equal;
}

#define SAME(a, b) same(TEXT(a), TEXT(b))
static void the_order_of_attributes_and_aliases_makes_no_other_schema(void **state)
{
    (void)state;
    assert_true(SAME("{\"type\":\"int\",\"p\":1,\"q\":{\"a\":1,\"b\":2}}",
                     "{\"q\":{\"b\":2,\"a\":1},\"p\":1,\"type\":\"int\"}"));
    assert_true(SAME(RECORD(",\"aliases\":[\"x\",\"y\"]", ""), RECORD(",\"aliases\":[\"y\",\"x\"]", "")));
    assert_true(
        SAME(RECORD("", ",\"aliases\":[\"x\",\"y\"]"), RECORD("", ",\"aliases\":[\"y\",\"x\",\"y\"]")));
    assert_true(SAME(RECORD("", ""),
                     "{\"type\":\"error\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"));
    assert_true(SAME(RECORD(",\"namespace\":\"n\"", ""), RECORD(",\"name\":\"n.R\"", "")));
}

static void what_changes_the_meaning_or_the_wording_makes_another_schema(void **state)
{
    (void)state;
    assert_false(SAME("{\"type\":\"int\",\"p\":1}", "{\"type\":\"int\",\"p\":1.0}"));
    assert_false(SAME("{\"type\":\"int\",\"p\":0.0}", "{\"type\":\"int\",\"p\":-0.0}"));
    assert_false(SAME("{\"type\":\"int\",\"p\":1}", "{\"type\":\"int\",\"p\":1,\"q\":1}"));
    assert_false(SAME(RECORD(",\"doc\":\"d\"", ""), RECORD("", "")));
    assert_false(SAME(RECORD(",\"doc\":\"\"", ""), RECORD("", "")));
    assert_false(SAME(RECORD("", ",\"doc\":\"d\""), RECORD("", ",\"doc\":\"e\"")));
    assert_false(SAME(RECORD("", ",\"order\":\"ignore\""), RECORD("", "")));
    assert_false(SAME(RECORD("", ",\"default\":1"), RECORD("", "")));
    assert_false(SAME(RECORD("", ",\"aliases\":[\"x\"]"), RECORD("", ",\"aliases\":[\"y\"]")));
    assert_false(SAME(RECORD(",\"aliases\":[\"x\"]", ""), RECORD("", "")));
    assert_false(SAME("[\"int\",\"null\"]", "[\"null\",\"int\"]"));
    assert_false(SAME("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"],\"default\":\"A\"}",
                      "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}"));
    assert_false(SAME("{\"type\":\"map\",\"values\":\"int\"}", "{\"type\":\"array\",\"items\":\"int\"}"));
    assert_false(SAME("{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}",
                      "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}"));
}

/* ---- references ---- */

static void a_schema_with_references_is_the_same_as_the_whole_in_one(void **state)
{
    (void)state;
    struct dependency deps[] = {
        {SPAN("one"), SPAN("{\"type\":\"record\",\"name\":\"n.A\",\"fields\":"
                           "[{\"name\":\"l\",\"type\":[\"null\",\"A\"]}]}")},
        {SPAN("two"),
         SPAN("{\"type\":\"record\",\"name\":\"n.B\",\"fields\":[{\"name\":\"a\",\"type\":\"A\"}]}")}};
    const struct schema *schema;
    struct error err = {.arena = arena};
    struct span main_text =
                    SPAN("{\"type\":\"record\",\"name\":\"n.M\",\"fields\":[{\"name\":\"b\",\"type\":\"B\"},"
                         "{\"name\":\"a\",\"type\":\"A\"}]}"),
                text, why;
    assert_true(schema_parse(&schema_avro, main_text, (struct reading){.strict = true}, deps, 2, &schema,
                             arena, &err));
    assert_span(schema->text, SPAN("{\"type\":\"record\",\"name\":\"M\",\"namespace\":\"n\",\"fields\":["
                                   "{\"name\":\"b\",\"type\":\"B\"},{\"name\":\"a\",\"type\":\"A\"}]}"));
    assert_true(schema_avro.format(schema, SPAN("resolved"), &text, &err));
    const struct schema *whole = parsed(text, (struct reading){.strict = true}, &why);
    assert_non_null(whole);
    assert_true(schema_same(schema, whole));
    assert_true(schema_avro.likeness(schema) == schema_avro.likeness(whole));
    assert_true(schema_avro.format(schema, SPAN("another"), &text, &err));
    assert_span(text, schema->text);
    assert_true(schema_parse(&schema_avro, main_text, (struct reading){.normalize = true}, deps, 2, &whole,
                             arena, &err));
    assert_span(whole->text, schema->text);
    assert_false(
        schema_parse(&schema_avro, main_text, (struct reading){0}, deps + 1, 1, &whole, arena, &err));
    assert_span(err.message, SPAN("Undefined schema: n.A"));
}

/* ---- normal text ---- */

static struct span normal(struct span text)
{
    struct span why;
    const struct schema *schema = parsed(text, (struct reading){.normalize = true}, &why);
    return schema ? schema->text : why;
}

static void normal_text_sorts_by_the_units_of_java(void **state)
{
    (void)state;
    /* U+10000 is two surrogates, which come before U+FFFD. */
    assert_span(
        normal(TEXT(
            "{\"type\":\"int\",\"\uFFFD\":1,\"\U00010000\":{\"b\":1,\"a\":[{\"d\":0,\"c\":0}]},\"z\":2}")),
        SPAN("{\"type\":\"int\",\"z\":2,\"\U00010000\":{\"a\":[{\"c\":0,\"d\":0}],\"b\":1},\"\uFFFD\":1}"));
    assert_span(
        normal(
            TEXT("{\"type\":\"record\",\"name\":\"n.R\",\"aliases\":[\"b\",\"a.c\",\".z\"],\"fields\":[]}")),
        SPAN("{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"n\",\"fields\":[],"
             "\"aliases\":[\"z\",\"a.c\",\"b\"]}"));
}

static void normal_text_turns_defaults_into_values_and_back(void **state)
{
    (void)state;
    static const char *const cases[][3] = {{"\"float\"", "0.1", "0.1"},
                                           {"\"float\"", "16777217", "1.6777216E7"},
                                           {"\"float\"", "1e300", "\"Infinity\""},
                                           {"\"double\"", "7", "7.0"},
                                           {"\"bytes\"", "\"\u00ff\u0100\U0001f600z\"", "\"\u00ff??z\""},
                                           {"{\"type\":\"map\",\"values\":\"double\"}", "{\"b\":1,\"a\":2}",
                                            "{\"a\":2.0,\"b\":1.0}"},
                                           {"[\"boolean\",\"null\"]", "null", "null"},
                                           {"[\"double\",\"null\"]", "1", "1.0"},
                                           {"{\"type\":\"array\",\"items\":\"int\"}", "[]", "[]"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_span(normal(with_default(cases[i][0], cases[i][1])), with_default(cases[i][0], cases[i][2]));
}

static void normal_text_fails_where_a_value_would_be_lost(void **state)
{
    (void)state;
    assert_span(normal(with_default("\"int\"", "[1]")), SPAN("Not an array: \"int\""));
    assert_span(normal(with_default("[]", "1")), SPAN("Index 0 out of bounds for length 0"));
    assert_span(normal(with_default("{\"type\":\"array\",\"items\":\"int\"}", "[1.5]")),
                SPAN("A value inside a default or a property does not fit its type"));
    assert_span(normal(with_default("{\"type\":\"record\",\"name\":\"S\",\"fields\":[]}", "{\"x\":1}")),
                SPAN("A default names a field that its record does not have"));
    assert_span(normal(TEXT("{\"type\":\"int\",\"a\\\"b\":1}")),
                SPAN("The property key a\"b needs escaping"));
    assert_span(normal(TEXT("{\"type\":\"int\",\"a\":123456789012345678901}")),
                SPAN("A value inside a default or a property does not fit its type"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_begin, arena_end)
        TEST(defaults_of_reals_may_be_strings_of_java),
        TEST(numbers_are_printed_as_java_prints_them),
        TEST(integers_are_bounded_by_their_type),
        TEST(what_is_no_json_is_refused_with_its_place),
        TEST(orders_are_read_as_java_reads_them),
        TEST(stored_names_may_be_of_any_script_of_the_basic_plane),
        TEST(a_definition_is_not_seen_inside_its_own_fields),
        TEST(the_order_of_attributes_and_aliases_makes_no_other_schema),
        TEST(what_changes_the_meaning_or_the_wording_makes_another_schema),
        TEST(a_schema_with_references_is_the_same_as_the_whole_in_one),
        TEST(normal_text_sorts_by_the_units_of_java),
        TEST(normal_text_turns_defaults_into_values_and_back),
        TEST(normal_text_fails_where_a_value_would_be_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
