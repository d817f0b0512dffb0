/* SPDX-License-Identifier: Apache-2.0 */
/* What is negotiated by headers: one table per header. */
#include "api/media.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define V1    "application/vnd.schemaregistry.v1+json"
#define PLAIN "application/vnd.schemaregistry+json"
#define JSON  "application/json"

static void same(struct span got, const char *wanted)
{
    if (!span_equal(got, span_of(wanted)))
        fail_msg("got '%.*s', wanted '%s'", SPAN_ARGS(got), wanted);
}

static void test_accept_chooses_the_type(void **state)
{
    static const struct {
        const char *accept, *type; /* NULL: not acceptable */
    } rows[] = {
        {NULL, V1},
        {"", V1},
        {" ", V1},
        {"*/*", V1},
        {"application/*", V1},
        {"*/*;q=0.1", V1},
        {JSON, JSON},
        {"Application/JSON; charset=utf-8", JSON},
        {PLAIN, PLAIN},
        {V1, V1},
        {V1 ", " PLAIN ", " JSON, V1},
        {JSON ", " PLAIN ", " V1, V1},
        {JSON ", " PLAIN, PLAIN},
        {JSON ";q=0.9, " PLAIN, PLAIN},
        {JSON ";q=0.9, " PLAIN ";q=0.3", JSON},
        {JSON ", */*", V1},
        {JSON ", */*;q=0.8", JSON},
        {V1 ";q=0, */*", PLAIN},
        {V1 ";q=0.001, */*;q=0.002", PLAIN},
        {"application/json, text/plain, */*", V1},
        {"text/html, image/gif, image/jpeg, */*; q=0.2", V1},
        {"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", V1},
        {"*; q=.2", V1},
        {"text/html", NULL},
        {"text/html, image/gif", NULL},
        {"*/*;q=0", NULL},
        {JSON ";q=0", NULL},
        {"application/xml;x=\"a,application/json\"", NULL},
        /* Not well-formed, so never refused. */
        {"text/html, ,", V1},
        {"html", V1},
        {"text/html;q=.2", V1},
        {"text/html;q=2", V1},
        {"text/html;q=x", V1},
        {"text/html;q=", V1},
        {JSON ";q=.2", JSON},
        {"text/html, " JSON ";q=.2", JSON},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct span type;
        bool chosen = media_choose(span_of(rows[i].accept), &type);
        if (chosen != (rows[i].type != NULL))
            fail_msg("%s: %s", rows[i].accept, chosen ? "accepted" : "refused");
        if (chosen)
            same(type, rows[i].type);
    }
}

static void test_content_type_says_what_is_read(void **state)
{
    static const char *const read[] = {
        NULL,
        "",
        V1,
        PLAIN,
        JSON,
        "application/octet-stream",
        "APPLICATION/json",
        JSON ";charset=UTF-8",
        " " JSON " ; charset=utf-8",
    };
    static const char *const refused[] = {
        "text/plain", "application/x-www-form-urlencoded",
        "*/*",        "application/*",
        "json",       JSON ", " JSON,
        JSON "x",     "application/jso",
    };
    (void)state;
    for (size_t i = 0; i < sizeof read / sizeof *read; i++)
        assert_true(media_readable(span_of(read[i])));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(media_readable(span_of(refused[i])));
}

static void test_415_comes_in_the_type_that_was_named_exactly(void **state)
{
    (void)state;
    same(media_of_refusal(span_of(NULL)), V1);
    same(media_of_refusal(SPAN("*/*")), V1);
    same(media_of_refusal(SPAN(JSON)), JSON);
    same(media_of_refusal(SPAN(JSON ";q=0.9")), V1);
    same(media_of_refusal(SPAN(JSON ";charset=utf-8")), V1);
    same(media_of_refusal(SPAN("text/html, " PLAIN ", " JSON)), PLAIN);
    same(media_of_refusal(SPAN(JSON ";q=0.9, " PLAIN)), PLAIN);
}

static void test_gzip_only_when_asked(void **state)
{
    static const char *const yes[] = {
        "gzip", "GZIP",    "deflate, gzip", "gzip, deflate, br", "gzip;q=0.1",           "x-gzip",
        "*",    "*;q=0.5", "br, *",         "gzip;q=1.0, *;q=0", "identity;q=0.1, gzip",
    };
    static const char *const no[] = {
        NULL, "", "identity", "deflate, br", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *", "gzipped",
    };
    (void)state;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!media_takes_gzip(span_of(yes[i])))
            fail_msg("refused: %s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (media_takes_gzip(span_of(no[i])))
            fail_msg("taken: %s", no[i] ? no[i] : "nothing");
}

static void test_etag_is_found_in_the_list(void **state)
{
    (void)state;
    struct span etag = SPAN("\"abc\"");
    assert_true(media_has_etag(SPAN("\"abc\""), etag));
    assert_true(media_has_etag(SPAN("W/\"abc\""), etag));
    assert_true(media_has_etag(SPAN("\"x,y\", \"abc\""), etag));
    assert_true(media_has_etag(SPAN("*"), etag));
    assert_false(media_has_etag(SPAN(""), etag));
    assert_false(media_has_etag(SPAN("abc"), etag));
    assert_false(media_has_etag(SPAN("\"abcd\""), etag));
    assert_false(media_has_etag(SPAN("\"x,\\\"abc\\\"\""), etag));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept_chooses_the_type),
        cmocka_unit_test(test_content_type_says_what_is_read),
        cmocka_unit_test(test_415_comes_in_the_type_that_was_named_exactly),
        cmocka_unit_test(test_gzip_only_when_asked),
        cmocka_unit_test(test_etag_is_found_in_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
