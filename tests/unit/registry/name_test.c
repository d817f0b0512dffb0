/* SPDX-License-Identifier: Apache-2.0 */
/* Qualified names, and the guid of a content. */
#include "registry/identity.h"
#include "registry/name.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct customs today;

static void expect_text(struct span text, const char *wanted)
{
    if (!span_equal(text, span_of(wanted)))
        fail_msg("told %.*s, wanted %s", SPAN_ARGS(text), wanted);
}

static void a_name_is_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text, *context, *subject, *written;
    } cases[] = {
        {"foo", "", "foo", "foo"},
        {"", "", "", ""},
        {":.c:foo", ".c", "foo", ":.c:foo"},
        {":.c:", ".c", "", ":.c:"},
        {":.c", ".c", "", ":.c:"},
        {":.:foo", "", "foo", "foo"},
        {":.:", "", "", ""},
        {":.", "", "", ""},
        {":ctx:foo", "", ":ctx:foo", ":ctx:foo"},
        {":.c:a:b", ".c", "a:b", ":.c:a:b"},
        {"a:.c:b", "", "a:.c:b", "a:.c:b"},
    };
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct name name = name_parse(span_of(cases[i].text));
        expect_text(name.context, cases[i].context);
        expect_text(name.subject, cases[i].subject);
        expect_text(name_text(name, arena), cases[i].written);
        assert_int_equal(name_size(name), strlen(cases[i].written));
    }
    expect_text(name_context_text((struct name){SPAN(".c"), SPAN("s")}, arena), ":.c:");
    expect_text(name_context_text((struct name){SPAN(""), SPAN("s")}, arena), "");
}

static void control_characters_and_two_words_are_no_subjects(void **state)
{
    (void)state;
    static const struct span bad[] = {SPAN("a\nb"),      SPAN("a\0b"),        SPAN("\x7f"),
                                      SPAN("a\xc2\x80"), SPAN("\xc2\x9f"),    SPAN("__GLOBAL"),
                                      SPAN("__EMPTY"),   SPAN(":.c:__EMPTY"), SPAN(":.c\x1f:x")};
    static const struct span good[] = {SPAN(""),          SPAN("*"),    SPAN("a b/c:d"), SPAN("\xc2\xa0"),
                                       SPAN("__GLOBAL2"), SPAN(":.c:"), SPAN("\xc3\x9f")};
    static char longest[SUBJECT_MAX + 1];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(name_valid(name_parse(bad[i]), &today));
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(name_valid(name_parse(good[i]), &today));
    memset(longest, 'x', sizeof longest);
    assert_true(name_valid((struct name){.subject = {longest, SUBJECT_MAX}}, &today));
    assert_false(name_valid((struct name){.subject = {longest, SUBJECT_MAX + 1}}, &today));
}

/* The order of names is that of their texts, whatever their halves. */
static void names_are_ordered_by_their_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"",      "a",       "ab",    "9", ":",        ":.c:", ":.c:x",
                                        ":.cd:", ":.c-d:x", ":ctx:", ";", "\xc3\xa4", ":.d:", ":.c:\xc3\xa4"};
    size_t count = sizeof texts / sizeof *texts;
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            struct name one = name_parse(span_of(texts[i])), other = name_parse(span_of(texts[j]));
            int wanted = span_compare(name_text(one, arena), name_text(other, arena));
            int told = name_compare(one, other);
            assert_int_equal((told > 0) - (told < 0), (wanted > 0) - (wanted < 0));
        }
    }
}

static void a_guid_matches_its_vectors(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct content content = {.text = SPAN("\"string\"")};
    expect_text(identity_guid(&content, arena), "095d71cf-1255-6b9d-5e33-0ad575b3df5d");
    struct metadata empty = {.tags = NULL};
    content.metadata = &empty;
    expect_text(identity_guid(&content, arena), "cecc02e2-232b-87f1-1b0c-aa0e70dbb74d");
    struct reference reference = {SPAN("n"), SPAN("s"), 1};
    struct content referring = {.text = SPAN("\"string\""), .references = &reference, .reference_count = 1};
    expect_text(identity_guid(&referring, arena), "a7e3fe32-9bf9-b5f9-9d90-f62f838b5c93");
}

/* Whatever belongs to the content changes the guid. */
static void every_part_of_a_content_counts(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct span value = SPAN("v"), tag = SPAN("t");
    struct metadata_entry entry = {SPAN("k"), &value, 1}, tags = {SPAN("p"), &tag, 1};
    struct metadata property = {.properties = &entry, .property_count = 1};
    struct metadata tagged = {.tags = &tags, .tag_count = 1};
    struct metadata sensitive = {.sensitive = &value, .sensitive_count = 1};
    struct rule rule = {.name = SPAN("r"), .params = &entry, .param_count = 1}, off = rule;
    off.disabled = true;
    struct rule_set none = {.migration = NULL}, on = {.domain = &rule, .domain_count = 1};
    struct rule_set disabled = {.domain = &off, .domain_count = 1}, enabled = on;
    enabled.enable_at = SPAN("ALL");
    const struct content contents[] = {
        {.text = SPAN("\"int\"")},
        {.text = SPAN("\"int\""), .metadata = &property},
        {.text = SPAN("\"int\""), .metadata = &tagged},
        {.text = SPAN("\"int\""), .metadata = &sensitive},
        {.text = SPAN("\"int\""), .rules = &none},
        {.text = SPAN("\"int\""), .rules = &on},
        {.text = SPAN("\"int\""), .rules = &disabled},
        {.text = SPAN("\"int\""), .rules = &enabled},
    };
    size_t count = sizeof contents / sizeof *contents;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_false(span_equal(identity_guid(&contents[i], arena), identity_guid(&contents[j], arena)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_read_and_written),
        cmocka_unit_test(control_characters_and_two_words_are_no_subjects),
        cmocka_unit_test(names_are_ordered_by_their_text),
        cmocka_unit_test(a_guid_matches_its_vectors),
        cmocka_unit_test(every_part_of_a_content_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
