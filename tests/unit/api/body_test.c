/* SPDX-License-Identifier: Apache-2.0 */
/* Members of a body: what is coerced, what is refused, and what is not ours to do yet. */
#include "api/body.h"

#include "tests/unit/api/asking.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct route takes_body = {"POST", "/", NULL, WRITES, "register.arg6"};

struct reading_of {
    struct arena *arena;
    struct call call;
    struct error err;
};

static bool begin(struct reading_of *with, const char *body)
{
    with->arena = arena_new();
    with->call = (struct call){.arena = with->arena, .route = &takes_body, .body = span_of(body)};
    with->err = (struct error){.arena = with->arena};
    return body_read(&with->call, &with->err);
}

static void test_strings_come_from_any_scalar(void **state)
{
    static const struct {
        const char *body, *wanted; /* NULL: absent; "!": mistyped */
    } rows[] = {
        {"{\"m\":\"x\"}", "x"},
        {"{\"m\":\"\"}", ""},
        {"{\"m\":123}", "123"},
        {"{\"m\":1.50}", "1.50"},
        {"{\"m\":true}", "true"},
        {"{\"m\":null}", NULL},
        {"{}", NULL},
        {"{\"M\":1}", NULL},
        {"{\"m\":1,\"m\":2}", "2"},
        {"{\"m\":\"\\u00fc\\\\\"}", "\xc3\xbc\\"},
        {"{\"m\":\"\\ud800\"}", "?"},
        {"{\"m\":{}}", "!"},
        {"{\"m\":[\"x\"]}", "!"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading_of with;
        struct span value;
        assert_true(begin(&with, rows[i].body));
        bool read = body_string(&with.call, "m", &value, &with.err);
        if (rows[i].wanted && !strcmp(rows[i].wanted, "!"))
            assert_true(!read && with.err.code == 400);
        else if (!read || !rows[i].wanted != !value.ptr || !span_equal(value, span_of(rows[i].wanted)))
            fail_msg("%s: %.*s", rows[i].body, SPAN_ARGS(value));
        arena_free(with.arena);
    }
}

static void test_integers_come_from_numbers_and_their_texts(void **state)
{
    enum { NONE = 77777, BAD = 88888 };
    static const struct {
        const char *body;
        int wanted;
    } rows[] = {
        {"{\"m\":7}", 7},
        {"{\"m\":-1}", -1},
        {"{\"m\":2.7}", 2},
        {"{\"m\":-2.7}", -2},
        {"{\"m\":1e2}", 100},
        {"{\"m\":\"12\"}", 12},
        {"{\"m\":\" +12 \"}", 12},
        {"{\"m\":2147483647}", INT_MAX},
        {"{\"m\":-2147483648}", INT_MIN},
        {"{\"m\":null}", NONE},
        {"{\"m\":\"\"}", NONE},
        {"{\"m\":\"  \"}", NONE},
        {"{\"m\":\"null\"}", NONE},
        {"{}", NONE},
        {"{\"m\":2147483648}", BAD},
        {"{\"m\":-2147483649}", BAD},
        {"{\"m\":1e10}", BAD},
        {"{\"m\":1e999}", BAD},
        {"{\"m\":\"2147483648\"}", BAD},
        {"{\"m\":\"2.7\"}", BAD},
        {"{\"m\":\"x\"}", BAD},
        {"{\"m\":true}", BAD},
        {"{\"m\":[]}", BAD},
        {"{\"m\":{}}", BAD},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading_of with;
        bool has;
        int value = 0;
        assert_true(begin(&with, rows[i].body));
        int got = !body_int(&with.call, "m", &has, &value, &with.err) ? BAD : has ? value : NONE;
        if (got != rows[i].wanted)
            fail_msg("%s: %d, wanted %d", rows[i].body, got, rows[i].wanted);
        arena_free(with.arena);
    }
}

static void test_booleans_come_from_words_and_integers(void **state)
{
    enum { NO, YES, NONE, BAD };
    static const struct {
        const char *body;
        int wanted;
    } rows[] = {
        {"{\"m\":true}", YES},     {"{\"m\":false}", NO},
        {"{\"m\":1}", YES},        {"{\"m\":0}", NO},
        {"{\"m\":-3}", YES},       {"{\"m\":\"true\"}", YES},
        {"{\"m\":\"True\"}", YES}, {"{\"m\":\" TRUE \"}", YES},
        {"{\"m\":\"false\"}", NO}, {"{\"m\":\"False\"}", NO},
        {"{\"m\":\"FALSE\"}", NO}, {"{\"m\":\"\"}", NONE},
        {"{\"m\":null}", NONE},    {"{}", NONE},
        {"{\"m\":\"yes\"}", BAD},  {"{\"m\":\"tRUE\"}", BAD},
        {"{\"m\":1.5}", BAD},      {"{\"m\":[]}", BAD},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading_of with;
        bool has, value = false;
        assert_true(begin(&with, rows[i].body));
        int got = !body_bool(&with.call, "m", &has, &value, &with.err) ? BAD : !has ? NONE : value ? YES : NO;
        if (got != rows[i].wanted)
            fail_msg("%s: %d, wanted %d", rows[i].body, got, rows[i].wanted);
        arena_free(with.arena);
    }
}

static void test_missing_bodies_are_422(void **state)
{
    static const char *const bodies[] = {NULL, "", " \r\n\t", "null", " null x"};
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct reading_of with;
        assert_false(begin(&with, bodies[i]));
        assert_int_equal(with.err.code, 422);
        assert_true(span_equal(with.err.message, SPAN("register.arg6 must not be null (was null)")));
        arena_free(with.arena);
    }
}

static void test_malformed_bodies_are_400_and_say_where(void **state)
{
    static const struct {
        const char *body, *part;
    } rows[] = {
        {"{", "line 1, column 2"},
        {"{\"schema\":\n tru}", "line 2, column"},
        {"{\"a\":1,}", "column"},
        {"{'a':1}", "column 2"},
        {"{\"a\":\"\xff\"}", "UTF-8"},
        {"\xef\xbb\xbf{}", "byte order mark"},
        {"[]", "at byte 0: the body is an array, not an object"},
        {"  \"x\"", "at byte 2: the body is a string, not an object"},
        {"12", "the body is a number"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading_of with;
        assert_false(begin(&with, rows[i].body));
        assert_int_equal(with.err.code, 400);
        if (!strstr(arena_copy(with.arena, with.err.message).ptr, rows[i].part))
            fail_msg("%s: %.*s", rows[i].body, SPAN_ARGS(with.err.message));
        arena_free(with.arena);
    }
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    enum { DEEP = 1001 };
    char body[2 * DEEP + 8] = "{\"a\":";
    memset(body + 5, '[', DEEP);
    memset(body + 5 + DEEP, ']', DEEP);
    body[5 + 2 * DEEP] = '}';
    struct reading_of with;
    assert_false(begin(&with, body));
    assert_int_equal(with.err.code, 400);
    arena_free(with.arena);
}

static void test_an_id_of_the_client_matters_in_registration_alone(void **state)
{
    static const char *const rows[][2] = {
        {"id", "0"},
        {"id", "\"5\""},
        {"id", "2.7"},
    };
    struct house *house = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *body =
            arena_printf(house->arena, "{\"schema\":\"\\\"int\\\"\",\"%s\":%s}", rows[i][0], rows[i][1]).ptr;
        expect_part(ask(house, "POST", "/subjects/s/versions", body), 422, "is not in import mode");
        expect_part(ask(house, "POST", "/subjects/s", body), 404, "40401");
        expect(ask(house, "POST", "/compatibility/subjects/s/versions", body), 200,
               "{\"is_compatible\":true}");
    }
}

static void test_unset_is_no_refusal(void **state)
{
    struct house *house = *state;
    expect_part(
        ask(house, "POST", "/subjects/s/versions",
            "{\"schema\":\"\\\"int\\\"\",\"schemaType\":\"AVRO\",\"id\":-1,\"version\":0,\"references\":[],"
            "\"metadata\":null,\"ruleSet\":null,\"schemaTagsToAdd\":[],\"schemaTagsToRemove\":null,"
            "\"propagateSchemaTags\":false,\"unknown\":{}} and more"),
        200, "\"id\":1,");
}

static void test_mistyped_members_are_400(void **state)
{
    static const char *const bodies[] = {
        "{\"schema\":{\"type\":\"int\"}}",
        "{\"schema\":[]}",
        "{\"schemaType\":[]}",
        "{\"id\":99999999999}",
        "{\"version\":\"x\"}",
        "{\"references\":{}}",
        "{\"references\":\"\"}",
        "{\"metadata\":[]}",
        "{\"ruleSet\":1}",
        "{\"schemaTagsToAdd\":{}}",
        "{\"propagateSchemaTags\":\"maybe\"}",
    };
    struct house *house = *state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        expect_part(ask(house, "POST", "/subjects/s/versions", bodies[i]), 400, "Mistyped JSON at byte");
        expect_part(ask(house, "POST", "/subjects/s", bodies[i]), 400, "\"error_code\":400");
    }
}

int main(void)
{
#define IN_A_HOUSE(test) cmocka_unit_test_setup_teardown(test, test_open, test_close)
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings_come_from_any_scalar),
        cmocka_unit_test(test_integers_come_from_numbers_and_their_texts),
        cmocka_unit_test(test_booleans_come_from_words_and_integers),
        cmocka_unit_test(test_missing_bodies_are_422),
        cmocka_unit_test(test_malformed_bodies_are_400_and_say_where),
        cmocka_unit_test(test_depth_is_bounded),
        IN_A_HOUSE(test_an_id_of_the_client_matters_in_registration_alone),
        IN_A_HOUSE(test_unset_is_no_refusal),
        IN_A_HOUSE(test_mistyped_members_are_400),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
