/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts at their bounds: how many there may be, what their names may be, what goes with one. */
#include "tests/unit/api/asking.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char schema[] = "{\"schema\":\"\\\"int\\\"\"}";

static struct call *put_in(struct house *house, int context)
{
    return ask(house, "POST", arena_printf(house->arena, "/subjects/:.c%d:s/versions", context).ptr, schema);
}

static void test_there_is_a_most_of_contexts(void **state)
{
    struct house *house = *state;
    for (int i = 0; i < CONTEXTS_MAX; i++)
        expect_part(put_in(house, i), 200, "{\"id\":1,");
    expect(put_in(house, CONTEXTS_MAX), 422,
           "{\"error_code\":42205,\"message\":\"Too many contexts: at most 10000\"}");
    expect_part(ask(house, "POST", "/subjects/s/versions", schema), 200, "{\"id\":1,");
    expect_part(ask(house, "POST", "/subjects/:.c7:t/versions", schema), 200, "{\"id\":1,");
    expect(ask(house, "GET", "/contexts?offset=10000", NULL), 200, "[\".c9999\"]");

    expect(ask(house, "DELETE", "/subjects/:.c5:s", NULL), 200, "[1]");
    expect(ask(house, "DELETE", "/subjects/:.c5:s?permanent=true", NULL), 200, "[1]");
    expect_part(put_in(house, CONTEXTS_MAX), 422, "Too many contexts");
    expect(ask(house, "DELETE", "/contexts/c5", NULL), 204, "");
    expect_part(put_in(house, CONTEXTS_MAX), 200, "{\"id\":1,");
    expect_part(put_in(house, 5), 422, "Too many contexts");
}

static void test_names_of_contexts(void **state)
{
    struct house *house = *state;
    static const char *const names[] = {"..", ". ", ".a b", ".%C3%BC", ".*", ".__EMPTY", ".a.b", ".%22"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *target = arena_printf(house->arena, "/subjects/:%s:s/versions", names[i]).ptr;
        expect_part(ask(house, "POST", target, schema), 200, "{\"id\":1,");
    }
    expect(ask(house, "GET", "/contexts", NULL), 200,
           "[\".\",\". \",\".\\\"\",\".*\",\"..\",\".__EMPTY\",\".a b\",\".a.b\",\".\xc3\xbc\"]");
    expect_part(ask(house, "POST", "/subjects/:.%C2%85:s/versions", schema), 422, "42208");
    expect_part(ask(house, "POST", "/subjects/:.__GLOBAL:s/versions", schema), 422, "42208");
    expect_part(ask(house, "POST", "/subjects/:.c:__EMPTY/versions", schema), 422, "42208");
}

static void test_names_have_a_most_of_bytes(void **state)
{
    struct house *house = *state;
    char *name = arena_alloc(house->arena, SUBJECT_MAX + 1);
    memset(name, 'a', SUBJECT_MAX);
    name[SUBJECT_MAX] = '\0';
    const char *fits = arena_printf(house->arena, "/subjects/%s/versions", name).ptr;
    const char *longer = arena_printf(house->arena, "/subjects/b%s/versions", name).ptr;
    const char *qualified = arena_printf(house->arena, "/subjects/:.c:%s/versions", name + 4).ptr;
    const char *too_long = arena_printf(house->arena, "/contexts/c/subjects/%s/versions", name + 3).ptr;
    expect_part(ask(house, "POST", fits, schema), 200, "{\"id\":1,");
    expect_part(ask(house, "POST", longer, schema), 422, "42208");
    expect_part(ask(house, "POST", qualified, schema), 200, "{\"id\":1,");
    expect_part(ask(house, "POST", too_long, schema), 422, "42208");
}

static void test_a_context_is_cleared_of_modes_and_no_other_is(void **state)
{
    struct house *house = *state;
    static const char *const scopes[] = {"/mode/!first", "/mode/last", "/mode/:.c:s", "/mode/:.d:s"};
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        expect_part(ask(house, "PUT", scopes[i], "{\"mode\":\"READONLY\"}"), 200, "READONLY");
    expect(ask(house, "DELETE", "/mode?recursive=true", NULL), 200, "{\"mode\":\"READWRITE\"}");
    expect_part(ask(house, "GET", "/mode/!first", NULL), 404, "40409");
    expect_part(ask(house, "GET", "/mode/last", NULL), 404, "40409");
    expect_part(ask(house, "GET", "/mode/:.c:s", NULL), 200, "READONLY");
    expect(ask(house, "DELETE", "/contexts/c/mode?recursive=true", NULL), 200, "{}");
    expect_part(ask(house, "GET", "/mode/:.c:s", NULL), 404, "40409");
    expect_part(ask(house, "GET", "/mode/:.d:s", NULL), 200, "READONLY");
}

int main(void)
{
#define IN_A_HOUSE(test) cmocka_unit_test_setup_teardown(test, test_open, test_close)
    static const struct CMUnitTest tests[] = {
        IN_A_HOUSE(test_there_is_a_most_of_contexts),
        IN_A_HOUSE(test_names_of_contexts),
        IN_A_HOUSE(test_names_have_a_most_of_bytes),
        IN_A_HOUSE(test_a_context_is_cleared_of_modes_and_no_other_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
