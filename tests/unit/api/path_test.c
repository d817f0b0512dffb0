/* SPDX-License-Identifier: Apache-2.0 */
/* The request target, taken apart: what is split, what is decoded, what is refused. */
#include "api/path.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The segments between bars, and the query; "refused"; "too many". */
static struct span taken_apart(const char *target, struct arena *arena)
{
    struct path path;
    struct span query;
    if (!path_split(span_of(target), &path, &query, arena))
        return SPAN("refused");
    if (path.count > PATH_SEGMENTS_MAX)
        return SPAN("too many");
    struct buffer out = {.arena = arena};
    buffer_byte(&out, '|');
    for (size_t i = 0; i < path.count; i++)
        buffer_printf(&out, "%.*s|", SPAN_ARGS(path.segment[i]));
    if (query.ptr)
        buffer_printf(&out, "?%.*s", SPAN_ARGS(query));
    return buffer_span(&out);
}

struct row {
    const char *target, *wanted;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO_ARENA arena = arena_new();
        struct span got = taken_apart(rows[i].target, arena);
        if (!span_equal(got, span_of(rows[i].wanted)))
            fail_msg("%s: got %.*s, wanted %s", rows[i].target, SPAN_ARGS(got), rows[i].wanted);
    }
}
#define CHECK(rows) check(rows, sizeof(rows) / sizeof *(rows))

static void test_segments_are_split_before_they_are_decoded(void **state)
{
    static const struct row rows[] = {
        {"/", "|"},
        {"/subjects", "|subjects|"},
        {"/subjects/", "|subjects|"},
        {"/a%2Fb/c", "|a/b|c|"},
        {"/a%252F", "|a%2F|"},
        {"/a+b", "|a+b|"},
        {"/a%2Bb%20c%3Fd%23e", "|a+b c?d#e|"},
        {"/%C3%BC", "|\xc3\xbc|"},
        {"/\xc3\xbc", "|\xc3\xbc|"},
        {"/a:b@c!$&'()*,=", "|a:b@c!$&'()*,=|"},
        {"/subjects?deleted=true", "|subjects|?deleted=true"},
        {"/subjects/?a=/b?c", "|subjects|?a=/b?c"},
        {"/?", "|?"},
        {"/..", "|..|"},
        {"/./..", "|.|..|"},
        {"/1/2/3/4/5/6/7/8", "|1|2|3|4|5|6|7|8|"},
        {"/1/2/3/4/5/6/7/8/9", "too many"},
    };
    (void)state;
    CHECK(rows);
}

static void test_matrix_parameters_are_dropped(void **state)
{
    static const struct row rows[] = {
        {"/subjects;v=1", "|subjects|"},
        {"/subjects;v=1/a;b;c/versions", "|subjects|a|versions|"},
        {"/a;%zz", "|a|"},
        {"/a%3Bb", "|a;b|"},
        {"/;a", "refused"},
        {"/..;/a", "|..|a|"},
    };
    (void)state;
    CHECK(rows);
}

static void test_ambiguous_paths_are_refused(void **state)
{
    static const struct row rows[] = {
        {"//subjects", "|subjects|"},
        {"//", "|"},
        {"///subjects", "refused"},
        {"/subjects//", "refused"},
        {"/subjects//versions", "refused"},
        {"/%2e", "refused"},
        {"/%2E%2e/x", "refused"},
        {"/.%2e", "refused"},
        {"/%2ea", "|.a|"},
        {"/a%00", "refused"},
        {"/a%1F", "refused"},
        {"/a%7f", "refused"},
        {"/a%5Cb", "refused"},
        {"/a\\b", "refused"},
        {"/a\tb", "refused"},
        {"/%ff", "refused"},
        {"/%C3", "refused"},
        {"/%ED%A0%80", "refused"},
        {"/\xff", "refused"},
        {"/a%", "refused"},
        {"/a%4", "refused"},
        {"/a%zz", "refused"},
        {"/1/2/3/4/5/6/7/8/9/%00", "refused"},
        {"subjects", "refused"},
    };
    (void)state;
    CHECK(rows);
}

static void test_absolute_and_asterisk_forms(void **state)
{
    static const struct row rows[] = {
        {"http://localhost:8081/subjects?a=b", "|subjects|?a=b"},
        {"HTTPS://h/subjects", "|subjects|"},
        {"http://h", "|"},
        {"http://h?a=b", "|?a=b"},
        {"http://h//config", "|config|"},
        {"*", "too many"},
        {"ftp://h/", "refused"},
        {"", "|"},
    };
    (void)state;
    CHECK(rows);
}

static void test_query_pairs_are_decoded(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct pair *pairs;
    size_t count;
    assert_true(query_split(SPAN("deleted=false&&key=a+b%2B&key=%C3%BC=c&flag&=x&"), &pairs, &count, arena));
    static const char *const wanted[][2] = {
        {"deleted", "false"}, {"key", "a b+"}, {"key", "\xc3\xbc=c"}, {"flag", ""}, {"", "x"},
    };
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++) {
        assert_true(span_equal(pairs[i].name, span_of(wanted[i][0])));
        assert_true(span_equal(pairs[i].value, span_of(wanted[i][1])));
    }
    assert_true(query_split(SPAN(""), &pairs, &count, arena));
    assert_int_equal(count, 0);
    assert_false(query_split(SPAN("a=%"), &pairs, &count, arena));
    assert_false(query_split(SPAN("%4=a"), &pairs, &count, arena));
    assert_false(query_split(SPAN("a=%ff"), &pairs, &count, arena));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments_are_split_before_they_are_decoded),
        cmocka_unit_test(test_matrix_parameters_are_dropped),
        cmocka_unit_test(test_ambiguous_paths_are_refused),
        cmocka_unit_test(test_absolute_and_asterisk_forms),
        cmocka_unit_test(test_query_pairs_are_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
