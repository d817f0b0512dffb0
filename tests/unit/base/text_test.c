/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader and the printers: what is read, what is refused and with which reason, how numbers look. */
#include "base/text.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static enum text_fault fault_of(const char *bytes, size_t len, const struct text_rules *rules)
{
    AUTO_ARENA arena = arena_new();
    struct text value;
    struct text_failure failure;
    char *exact = malloc(len ? len : 1);        /* without a byte behind it, so that ASan sees an overrun */
    memcpy(exact, bytes, len);
    bool read = text_read((struct span){exact, len}, rules, &value, &failure, arena);
    assert_int_equal(read, failure.fault == TEXT_OK);
    free(exact);
    return failure.fault;
}

#define EVENT(text) text_fault_name(fault_of(text, sizeof(text) - 1, &text_rules_event))
#define AVRO(text) text_fault_name(fault_of(text, sizeof(text) - 1, &text_rules_avro))
#define BODY(text) text_fault_name(fault_of(text, sizeof(text) - 1, &text_rules_body))

static void each_fault_has_its_reason(void **state)
{
    (void)state;
    assert_string_equal(EVENT(""), "empty-line");
    assert_string_equal(EVENT("   "), "empty-line");
    assert_string_equal(EVENT("\xef\xbb\xbf{}"), "byte-order-mark");
    assert_string_equal(EVENT("\"\xff\""), "invalid-utf8");
    assert_string_equal(EVENT("\"\xc0\xaf\""), "invalid-utf8");
    assert_string_equal(EVENT("\"\xed\xa0\x80\""), "invalid-utf8");
    assert_string_equal(EVENT("\"\xf4\x90\x80\x80\""), "invalid-utf8");
    assert_string_equal(EVENT("\"\xe2\x82"), "invalid-utf8");
    assert_string_equal(EVENT("{"), "truncated");
    assert_string_equal(EVENT("{\"a\""), "truncated");
    assert_string_equal(EVENT("{\"a\":"), "truncated");
    assert_string_equal(EVENT("[1"), "truncated");
    assert_string_equal(EVENT("\"a"), "truncated");
    assert_string_equal(EVENT("\"a\\"), "truncated");
    assert_string_equal(EVENT("\"\\u12"), "bad-escape");
    assert_string_equal(EVENT("\"\\x\""), "bad-escape");
    assert_string_equal(EVENT("[1,]"), "bad-json");
    assert_string_equal(EVENT("{\"a\":1,}"), "bad-json");
    assert_string_equal(EVENT("{a:1}"), "bad-json");
    assert_string_equal(EVENT("01"), "bad-json");
    assert_string_equal(EVENT("+1"), "bad-json");
    assert_string_equal(EVENT("-"), "bad-json");
    assert_string_equal(EVENT("1."), "bad-json");
    assert_string_equal(EVENT(".5"), "bad-json");
    assert_string_equal(EVENT("0x10"), "bad-json");
    assert_string_equal(EVENT("NaN"), "bad-json");
    assert_string_equal(EVENT("{} {}"), "trailing-data");
    assert_string_equal(EVENT("\"a\tb\""), "control-character");
    assert_string_equal(EVENT("\"\\u0000\""), "nul-character");
    assert_string_equal(EVENT("\"\\ud800\""), "lone-surrogate");
    assert_string_equal(EVENT("\"\\udc00\\ud800\""), "lone-surrogate");
    assert_string_equal(EVENT("{\"a\":1,\"\\u0061\":2}"), "duplicate-key");
    assert_string_equal(EVENT("/* no */ 1"), "bad-json");
}

static void schema_texts_may_hold_comments_and_odd_ends(void **state)
{
    (void)state;
    assert_string_equal(AVRO("/* a */ // b\n \"int\" \x01\x02 \n"), "ok");
    assert_string_equal(AVRO("\"int\" // after"), "trailing-data");
    assert_string_equal(AVRO("[1/*x*/,/**/2]"), "ok");
    assert_string_equal(AVRO("/*"), "truncated");
    assert_string_equal(AVRO("/* \t\n\r\x7f */ // \t\x7f\r1"), "ok");
    assert_string_equal(AVRO("/* \x01 */ 1"), "bad-json");
    assert_string_equal(AVRO("// \x1f\n1"), "bad-json");
    assert_string_equal(AVRO("\"\\ud800\""), "ok");
    assert_string_equal(BODY("{} what follows is not read"), "ok");
}

static void the_last_of_equal_names_wins_in_the_place_of_the_first(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer text = {.arena = arena};
    buffer_put(&text, SPAN("{\"x\":0"));
    for (int i = 0; i < 20000; i++)
        buffer_printf(&text, ",\"k%d\":%d", i % 10000, i);
    buffer_byte(&text, '}');
    struct text value;
    struct text_failure failure;
    assert_true(text_read(buffer_span(&text), &text_rules_body, &value, &failure, arena));
    assert_int_equal(value.count, 10001);
    assert_true(span_equal(value.members[1].name, SPAN("k0")));
    int64_t number = 0;
    assert_true(text_integer(&value.members[1].value, &number));
    assert_int_equal(number, 10000);
}

/* The fault of `before`, so many digits, `after`. */
static enum text_fault fault_of_digits(const char *before, int count, const char *after)
{
    AUTO_ARENA arena = arena_new();
    struct buffer text = {.arena = arena};
    buffer_put(&text, span_of(before));
    for (int i = 0; i < count; i++)
        buffer_byte(&text, '1');
    buffer_put(&text, span_of(after));
    return fault_of(text.ptr, text.len, &text_rules_avro);
}

static void a_number_is_as_long_as_its_digits(void **state)
{
    (void)state;
    assert_int_equal(fault_of_digits("", TEXT_NUMBER_MAX, ""), TEXT_OK);
    assert_int_equal(fault_of_digits("", TEXT_NUMBER_MAX + 1, ""), TEXT_TOO_LONG);
    assert_int_equal(fault_of_digits("-", TEXT_NUMBER_MAX, ""), TEXT_OK);
    assert_int_equal(fault_of_digits("-", TEXT_NUMBER_MAX + 1, ""), TEXT_TOO_LONG);
    assert_int_equal(fault_of_digits("-0.", TEXT_NUMBER_MAX, ""), TEXT_OK);
    assert_int_equal(fault_of_digits("-0.", TEXT_NUMBER_MAX + 1, ""), TEXT_TOO_LONG);
    assert_int_equal(fault_of_digits("2.", TEXT_NUMBER_MAX - 2, "e-3"), TEXT_OK);
    assert_int_equal(fault_of_digits("2.", TEXT_NUMBER_MAX - 1, "e-3"), TEXT_TOO_LONG);
}

static enum text_fault fault_of_depth(size_t depth, const struct text_rules *rules, const char *inside)
{
    AUTO_ARENA arena = arena_new();
    struct buffer text = {.arena = arena};
    for (size_t i = 0; i < depth; i++)
        buffer_byte(&text, '[');
    buffer_put(&text, span_of(inside));
    for (size_t i = 0; i < depth; i++)
        buffer_byte(&text, ']');
    return fault_of(text.ptr, text.len, rules);
}

static void the_number_of_values_is_bounded(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer text = {.arena = arena};
    buffer_byte(&text, '[');
    for (int i = 1; i < TEXT_VALUES_MAX; i++)
        buffer_put(&text, SPAN("1,"));
    text.ptr[text.len - 1] = ']';
    assert_int_equal(fault_of(text.ptr, text.len, &text_rules_body), TEXT_OK);
    text.ptr[text.len - 1] = ',';
    buffer_put(&text, SPAN("1]"));
    assert_int_equal(fault_of(text.ptr, text.len, &text_rules_body), TEXT_TOO_MANY);
    assert_int_equal(fault_of(text.ptr, text.len, &text_rules_event), TEXT_OK);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(fault_of_depth(TEXT_DEPTH_MAX, &text_rules_avro, "1"), TEXT_OK);
    assert_int_equal(fault_of_depth(TEXT_DEPTH_MAX + 1, &text_rules_avro, ""), TEXT_TOO_DEEP);
    assert_int_equal(fault_of_depth(EVENT_DEPTH_MAX, &text_rules_event, ""), TEXT_OK);
    assert_int_equal(fault_of_depth(EVENT_DEPTH_MAX, &text_rules_event, "1"), TEXT_TOO_DEEP);
    assert_int_equal(fault_of_depth(1000000, &text_rules_body, ""), TEXT_TOO_DEEP);

    char open[EVENT_DEPTH_MAX];
    memset(open, '[', sizeof open);
    assert_int_equal(fault_of(open, sizeof open, &text_rules_event), TEXT_TRUNCATED);
}

static void strings_and_pointers_are_decoded(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct text value;
    struct text_failure failure;
    struct span bytes = SPAN("{\"a/b\":[{\"~\":\"\\uD83C\\uDFA7\\n\"}], \"\":true}");
    assert_true(text_read(bytes, &text_rules_event, &value, &failure, arena));
    const struct text *string = text_point(&value, SPAN("/a~1b/0/~0"));
    assert_non_null(string);
    assert_true(span_equal(string->string, SPAN("\xf0\x9f\x8e\xa7\n")));
    assert_true(span_equal(string->source, SPAN("\"\\uD83C\\uDFA7\\n\"")));
    assert_true(text_point(&value, SPAN("/"))->truth);
    assert_null(text_point(&value, SPAN("/a~1b/01")));
    assert_null(text_point(&value, SPAN("/a~1b/1")));
    assert_null(text_point(&value, SPAN("a")));
}

static void numbers_look_like_java(void **state)
{
    (void)state;
    static const struct row {
        const char *lexeme, *printed;
    } rows[] = {
        {"1e2", "100.0"}, {"1.10", "1.1"}, {"1e7", "1.0E7"}, {"0.0001", "1.0E-4"}, {"5e-324", "4.9E-324"},
        {"1.0e23", "1.0E23"}, {"0.001", "0.001"}, {"9999999.5", "9999999.5"}, {"-0.0", "-0.0"},
        {"0e5", "0.0"},
        {"1e400", "Infinity"}, {"-1e400", "-Infinity"}, {"123456.789", "123456.789"}, {"2e3", "2000.0"},
        {"1.7976931348623157e308", "1.7976931348623157E308"}, {"0.3", "0.3"}, {"1234567.0", "1234567.0"},
        {"5.2829453113566525e269", "5.282945311356653E269"}, /* 2^896: not the nearest of 16 digits */
        {"5.9604644775390625e-8", "5.960464477539063E-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_ARENA arena = arena_new();
        struct buffer out = {.arena = arena};
        text_put_double(&out, text_double(span_of(rows[i].lexeme)));
        assert_string_equal(out.ptr, rows[i].printed);
    }
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    text_put_float(&out, 0.1f);
    text_put_float(&out, 3.4028235e38f);
    text_put_float(&out, 0x1p-96f);
    assert_string_equal(out.ptr, "0.13.4028235E381.2621775E-29");
}

static void strings_are_written_with_the_fewest_escapes(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    text_quote(&out, SPAN("a\"b\\c/\x01\x1f\b\t\n\f\r\x7f\xc3\xa9\0z"));
    struct span wanted =
        SPAN("\"a\\\"b\\\\c/\\u0001\\u001F\\b\\t\\n\\f\\r\x7f\xc3\xa9\\u0000z\"");
    assert_true(span_equal(buffer_span(&out), wanted));
}

static void integers_fit_or_are_none(void **state)
{
    (void)state;
    struct text value = {.kind = TEXT_NUMBER};
    int64_t number;
    value.string = SPAN("9223372036854775807");
    assert_true(text_integer(&value, &number) && number == INT64_MAX);
    value.string = SPAN("9223372036854775808");
    assert_false(text_integer(&value, &number));
    value.string = SPAN("1.0");
    assert_false(text_integer(&value, &number));
    value.string = SPAN("-0");
    assert_true(text_integer(&value, &number) && number == 0);
}

static void units_count_as_java_counts(void **state)
{
    (void)state;
    assert_int_equal(text_units(SPAN("a\xc3\xa9\xf0\x9f\x8e\xa7")), 4);
    assert_true(span_equal(text_first_units(SPAN("a\xf0\x9f\x8e\xa7" "b"), 2), SPAN("a")));
    assert_true(span_equal(text_first_units(SPAN("\xc3\xa9z"), 1), SPAN("\xc3\xa9")));
}

/* A string of `len` fillers with one byte among them. */
static enum text_fault fault_with(char filler, size_t len, size_t place, char byte)
{
    char text[64];
    memset(text, filler, sizeof text);
    text[0] = text[len + 1] = '"';
    text[1 + place] = byte;
    return fault_of(text, len + 2, &text_rules_event);
}

static void a_byte_is_noticed_wherever_it_stands(void **state)
{
    (void)state;
    for (size_t len = 1; len < 40; len++) {
        for (size_t place = 0; place < len; place++) {
            for (const char *filler = "x !\x7f#]["; *filler; filler++) {
                assert_int_equal(fault_with(*filler, len, place, 'y'), TEXT_OK);
                assert_int_equal(fault_with(*filler, len, place, 0x1f), TEXT_CONTROL);
                assert_int_equal(fault_with(*filler, len, place, 0), TEXT_CONTROL);
                assert_int_equal(fault_with(*filler, len, place, '"'), TEXT_TRAILING);
                assert_int_equal(fault_with(*filler, len, place, (char)0x80), TEXT_INVALID_UTF8);
                assert_int_equal(fault_with(*filler, len, place, (char)0xff), TEXT_INVALID_UTF8);
            }
            if (place + 1 < len)
                assert_int_equal(fault_with('n', len, place, '\\'), TEXT_OK);
        }
    }
}

/* An object of `count` names that are of one length and end alike, and one more, the name of `twin`. */
static enum text_fault fault_of_twins(int count, int twin)
{
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    for (int i = 0; i < count; i++)
        buffer_printf(&out, "%s\"k%d_\":%d", i ? "," : "{", 100 + i, i);
    buffer_printf(&out, ",\"k%d_\":0}", 100 + twin);
    return fault_of(out.ptr, out.len, &text_rules_event);
}

static void a_name_that_comes_again_is_found_among_few_and_many(void **state)
{
    (void)state;
    for (int count = 1; count < 100; count++) {
        for (int twin = 0; twin < count; twin++)
            assert_int_equal(fault_of_twins(count, twin), TEXT_DUPLICATE);
        assert_int_equal(fault_of_twins(count, count), TEXT_OK);
    }
    assert_string_equal(EVENT("{\"\":1,\"a\":2,\"\":3}"), "duplicate-key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_has_its_reason),
        cmocka_unit_test(schema_texts_may_hold_comments_and_odd_ends),
        cmocka_unit_test(the_last_of_equal_names_wins_in_the_place_of_the_first),
        cmocka_unit_test(the_number_of_values_is_bounded),
        cmocka_unit_test(a_number_is_as_long_as_its_digits),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(strings_and_pointers_are_decoded),
        cmocka_unit_test(numbers_look_like_java),
        cmocka_unit_test(strings_are_written_with_the_fewest_escapes),
        cmocka_unit_test(integers_fit_or_are_none),
        cmocka_unit_test(units_count_as_java_counts),
        cmocka_unit_test(a_byte_is_noticed_wherever_it_stands),
        cmocka_unit_test(a_name_that_comes_again_is_found_among_few_and_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
