/* SPDX-License-Identifier: Apache-2.0 */
/* Pointers into events, and topics with their templates. */
#include "producer/pointer.h"
#include "producer/topic.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char document[] =
    "{\"a\":{\"b\":[10,11,{\"c\":12}]},\"\":1,\"m/n\":2,\"t~u\":3,\"~1\":4,\"0\":5,\"?x=y\":6,"
    "\"people\":[{\"role\":\"x\",\"n\":20},{\"role\":\"y\",\"n\":21},7,{\"role\":\"y\",\"n\":22},"
    "{\"role\":5,\"n\":23},{\"n\":24},{\"role\":\"\",\"n\":25}]}";

static const struct row {
    const char *pointer, *found;
} rows[] = {
    {"", document},
    {"/a/b/0", "10"},
    {"/a/b/2/c", "12"},
    {"/", "1"},
    {"/m~1n", "2"},
    {"/t~0u", "3"},
    {"/~01", "4"},
    {"/0", "5"},
    {"/?x=y", "6"},
    {"/people/?role=y/n", "22"},
    {"/people/?role=x/n", "20"},
    {"/people/?role=/n", "25"},
    {"/people/2", "7"},
    {"/people/?role=z/n", NULL},
    {"/people/?role=5/n", NULL},
    {"/a/b/3", NULL},
    {"/a/b/00", NULL},
    {"/a/b/-1", NULL},
    {"/a/b/1/x", NULL},
    {"/a/b/18446744073709551616", NULL},
    {"/a/x", NULL},
    {"/a/b/", NULL},
    {"/A", NULL},
};

static void test_a_pointer_leads_to_one_value_or_nowhere(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct text root;
    struct text_failure failure;
    assert_true(text_read(span_of(document), &text_rules_event, &root, &failure, arena));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pointer pointer;
        assert_true(pointer_parse(span_of(rows[i].pointer), &pointer, arena, &err));
        const struct text *found = pointer_find(&pointer, &root);
        if (!found != !rows[i].found || (found && !span_equal(found->source, span_of(rows[i].found))))
            fail_msg("%s: %.*s", rows[i].pointer, found ? (int)found->source.len : 7,
                     found ? found->source.ptr : "nothing");
    }
}

static void test_what_is_no_pointer_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"a", "a/b", "/~", "/~2", "/a~/b", "/?x", "/a/?"};
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = {.arena = arena};
        struct pointer pointer;
        assert_false(pointer_parse(span_of(bad[i]), &pointer, arena, &err));
        assert_true(err.message.len > 0);
    }
}

static bool matches(const char *template, const char *topic)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct topic_template parsed;
    assert_true(topic_template_parse(span_of(template), &parsed, arena, &err));
    struct topic split = topic_split(span_of(topic), arena);
    return topic_matches(&parsed, &split);
}

static void test_a_template_matches_segment_by_segment(void **state)
{
    (void)state;
    assert_true(matches("a.{x}.c", "a.b.c"));
    assert_true(matches("a.{x}.c", "a.{x}.c"));
    assert_true(matches("{x}", "a"));
    assert_true(matches("a", "a"));
    assert_false(matches("a.{x}.c", "a..c"));
    assert_false(matches("a.{x}.c", "a.b.c.d"));
    assert_false(matches("a.{x}.c", "a.b"));
    assert_false(matches("a.{x}.c", "A.b.c"));
    assert_false(matches("{x}", ""));
    assert_false(matches("a.b", "a.bb"));
}

static void test_a_template_tells_its_captures_and_its_detail_type(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct topic_template parsed;
    assert_true(topic_template_parse(SPAN("v2.users.{user_id}.calls.{media}"), &parsed, arena, &err));
    struct topic topic = topic_split(SPAN("v2.users.u-1.calls.chats"), arena);
    assert_true(span_equal(parsed.general, SPAN("v2.users.{id}.calls.{id}")));
    assert_true(span_equal(topic_captured(&parsed, &topic, SPAN("user_id")), SPAN("u-1")));
    assert_null(topic_captured(&parsed, &topic, SPAN("users")).ptr);
    assert_true(topic_has_type(&parsed, &topic, SPAN("v2.users.{id}.calls.chats")));
    assert_false(topic_has_type(&parsed, &topic, SPAN("v2.users.{id}.calls.mails")));
    assert_false(topic_has_type(&parsed, &topic, SPAN("v2.users.{id}.calls.chats.x")));
    assert_false(topic_has_type(&parsed, &topic, SPAN("v2.users.{id}.calls")));
    assert_false(topic_has_type(&parsed, &topic, SPAN("")));
}

static void test_what_is_no_template_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "a.{}", "a.{x", "a.x}", "a.y{x}", "a.{x}y", "{x}.{x}", "{{x}}"};
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = {.arena = arena};
        struct topic_template parsed;
        assert_false(topic_template_parse(span_of(bad[i]), &parsed, arena, &err));
        assert_true(err.message.len > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pointer_leads_to_one_value_or_nowhere),
        cmocka_unit_test(test_what_is_no_pointer_is_refused),
        cmocka_unit_test(test_a_template_matches_segment_by_segment),
        cmocka_unit_test(test_a_template_tells_its_captures_and_its_detail_type),
        cmocka_unit_test(test_what_is_no_template_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
