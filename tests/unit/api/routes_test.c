/* SPDX-License-Identifier: Apache-2.0 */
/* From a target to a row, the order of checks, and what each row is called by. */
#include "api/handlers.h"
#include "base/clock.h"
#include "tests/unit/api/asking.h"

#include "api/dialect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct route *routed(const char *method, const char *target, struct call *call,
                                  struct arena *arena)
{
    *call = (struct call){
        .arena = arena, .dialect = dialect_find(8), .method = span_of(method), .target = span_of(target)};
    api_route(call);
    return call->route;
}

/* The path of a row with something in the place of each argument. */
static const char *path_of(const struct route *route, struct arena *arena)
{
    struct buffer path = {.arena = arena};
    for (const char *at = route->path; *at; at++) {
        buffer_byte(&path, *at == '{' ? '7' : *at);
        if (*at == '{')
            at = strchr(at, '}');
    }
    return path.ptr;
}

static void test_every_row_is_found_by_its_path(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct call call;
    clock_set(0);                   /* some rows are there in tests alone */
    for (size_t i = 0; i < routes_count; i++) {
        assert_ptr_equal(routed(routes[i].method, path_of(&routes[i], arena), &call, arena), &routes[i]);
        const char *slash = arena_printf(arena, "%s/?x", path_of(&routes[i], arena)).ptr;
        if (routes[i].path[1])
            assert_ptr_equal(routed(routes[i].method, slash, &call, arena), &routes[i]);
    }
    clock_set(-1);
}

static void test_every_row_stands_in_the_manual(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *source = getenv("SCHEMAD_SOURCE");
    FILE *file = fopen(arena_printf(arena, "%s/docs/api.md", source ? source : ".").ptr, "r");
    assert_non_null(file);
    struct buffer manual = {.arena = arena};
    for (int byte; (byte = fgetc(file)) != EOF;)
        buffer_byte(&manual, (char)byte);
    fclose(file);
    for (size_t i = 0; i < routes_count; i++) {
        const char *row = arena_printf(arena, "| `%s %s` |", routes[i].method, routes[i].path).ptr;
        if (!strstr(manual.ptr, row))
            fail_msg("docs/api.md has no row %s", row);
    }
}

static void test_arguments_are_decoded_in_order(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct call call;
    const struct route *route =
        routed("GET", "/subjects/a%2Fb;x=1/versions/la%74est?deleted=true", &call, arena);
    assert_true(route->handle == get_subject_version);
    assert_true(span_equal(call.arg[0], SPAN("a/b")));
    assert_true(span_equal(call.arg[1], SPAN("latest")));
    assert_true(call_query_true(&call, "deleted"));
    assert_null(call_query(&call, "permanent").ptr);
}

static void test_where_a_call_runs(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct call call;
    enum { MOST = 16 * MIB };
    routed("GET", "/schemas/ids/1", &call, arena);
    assert_int_equal(api_access(&call), READS);
    assert_int_equal(api_body_max(&call, MOST), MOST);
    static const char *const apart[] = {"format=resolved", "findTags=PII", "fetchMaxId=true",
                                        "referenceFormat=qualified"};
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++) {
        routed("GET", arena_printf(arena, "/schemas/ids/1?%s", apart[i]).ptr, &call, arena);
        assert_int_equal(api_access(&call), THINKS);
    }
    routed("GET", "/schemas/ids/1?fetchMaxId=false&subject=s", &call, arena);
    assert_int_equal(api_access(&call), READS);
    routed("GET", "/subjects", &call, arena);
    assert_int_equal(api_access(&call), THINKS);
    routed("PUT", "/config/s", &call, arena);
    assert_int_equal(api_access(&call), WRITES);
    assert_int_equal(api_body_max(&call, MOST), SETTING_BODY_MAX);
    assert_int_equal(api_body_max(&call, 10), 10);
    routed("GET", "/nothing", &call, arena);
    assert_int_equal(api_access(&call), READS);
}

static void test_no_route_and_no_method(void **state)
{
    struct house *house = *state;
    static const char no_route[] = "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}";
    static const char no_method[] = "{\"error_code\":405,\"message\":\"HTTP 405 Method Not Allowed\"}";
    expect(ask(house, "GET", "/nothing", NULL), 404, no_route);
    expect(ask(house, "GET", "/subjects/s/versions/1/schema/x", NULL), 404, no_route);
    expect(ask(house, "GET", "/1/2/3/4/5/6/7/8/9/10", NULL), 404, no_route);
    expect(ask(house, "GET", "*", NULL), 404, no_route);
    expect(ask(house, "GET", "/context", NULL), 404, no_route);
    expect(ask(house, "GET", "/subjects/s", NULL), 405, no_method);
    expect(ask(house, "PATCH", "/subjects", NULL), 405, no_method);
    expect(ask(house, "get", "/subjects", NULL), 405, no_method);
    struct call *call = ask(house, "DELETE", "/subjects", NULL);
    expect(call, 405, no_method);
    assert_int_equal(call->allow.len, 0);
    assert_true(span_equal(call->media_type, SPAN("application/json")));
}

static void test_options_names_the_methods(void **state)
{
    struct house *house = *state;
    struct call *call = ask(house, "OPTIONS", "/config/s", NULL);
    expect(call, 200, "");
    assert_true(span_equal(call->allow, SPAN("GET, HEAD, PUT, DELETE, OPTIONS")));
    assert_int_equal(call->media_type.len, 0);
    struct call_headers strange = {.content_type = SPAN("text/plain"), .accept = SPAN("text/html")};
    call = ask_with(house, "OPTIONS", "/subjects/s", strange, SPAN(""));
    expect(call, 200, "");
    assert_true(span_equal(call->allow, SPAN("POST, DELETE, OPTIONS")));
    expect_part(ask(house, "OPTIONS", "/nothing", NULL), 404, "HTTP 404 Not Found");
    expect_part(ask(house, "OPTIONS", "/subjects/%00", NULL), 400, "HTTP 400 Bad Request");
}

static void test_head_is_get(void **state)
{
    struct house *house = *state;
    struct call *call = ask(house, "HEAD", "/subjects", NULL);
    assert_true(call->head);
    expect(call, 200, "[]");
    expect_part(ask(house, "HEAD", "/subjects/s", NULL), 405, "405");
}

static void test_checks_come_in_their_order(void **state)
{
    struct house *house = *state;
    struct call_headers bad_type = {.content_type = SPAN("text/plain"), .accept = SPAN("text/html")};
    struct call_headers bad_accept = {.accept = SPAN("text/html")};
    struct span bad_body = SPAN("{");
    expect_part(ask_with(house, "PATCH", "/subjects/%00", bad_type, bad_body), 400, "HTTP 400 Bad Request");
    expect_part(ask_with(house, "PATCH", "/nothing", bad_type, bad_body), 404, "HTTP 404");
    expect_part(ask_with(house, "PATCH", "/subjects/s/versions", bad_type, bad_body), 405, "HTTP 405");
    expect_part(ask_with(house, "POST", "/subjects/s/versions", bad_type, bad_body), 415, "HTTP 415");
    expect_part(ask_with(house, "POST", "/subjects/s/versions", bad_accept, bad_body), 406, "HTTP 406");
    expect_part(ask_with(house, "GET", "/schemas/ids/x", bad_accept, bad_body), 406, "HTTP 406");
    expect_part(ask(house, "GET", "/schemas/ids/x", "{"), 404, "HTTP 404 Not Found");
    expect_part(ask(house, "POST", "/subjects/%00/versions", "{"), 400, "HTTP 400 Bad Request");
    expect_part(ask(house, "POST", "/subjects/:.c:s/versions", "{"), 400, "Malformed JSON");
    expect_part(ask(house, "POST", "/subjects/:.c:s/versions", "null"), 422, "register.arg6");
    expect_part(ask(house, "POST", "/subjects/:.c:s/versions", "{}"), 422, "Empty schema");
}

static void test_types_of_the_replies(void **state)
{
    struct house *house = *state;
    struct call_headers plain = {.accept = SPAN("application/json")};
    struct call *call = ask_with(house, "GET", "/subjects", plain, SPAN(""));
    assert_true(span_equal(call->media_type, SPAN("application/json")));
    call = ask(house, "GET", "/schemas/ids/1", NULL);
    expect(call, 404, "{\"error_code\":40403,\"message\":\"Schema 1 not found\"}");
    assert_true(span_equal(call->media_type, SPAN("application/vnd.schemaregistry.v1+json")));
    struct call_headers typed = {.content_type = SPAN("text/plain"), .accept = SPAN("application/json")};
    call = ask_with(house, "GET", "/subjects", typed, SPAN(""));
    expect(call, 415, "{\"error_code\":415,\"message\":\"HTTP 415 Unsupported Media Type\"}");
    assert_true(span_equal(call->media_type, SPAN("application/json")));
}

static void test_typed_arguments(void **state)
{
    struct house *house = *state;
    static const char *const numbers[] = {"x", "1.0", "2147483648", "-2147483649", "+", "%201", "1e1", "0x1"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *target = arena_printf(house->arena, "/schemas/ids/%s", numbers[i]).ptr;
        expect_part(ask(house, "GET", target, NULL), 404, "\"error_code\":404,");
        target = arena_printf(house->arena, "/subjects?limit=%s", numbers[i]).ptr;
        expect_part(ask(house, "GET", target, NULL), 404, "\"error_code\":404,");
    }
    expect_part(ask(house, "GET", "/schemas/ids/+07", NULL), 404, "Schema 7 not found");
    expect_part(ask(house, "GET", "/schemas/ids/-2147483648/schema", NULL), 404,
                "Schema -2147483648 not found");
    expect(ask(house, "GET", "/subjects?offset=&limit=", NULL), 200, "[]");
    expect(ask(house, "GET", "/subjects?limit=-1&offset=0", NULL), 200, "[]");
    expect(ask(house, "GET", "/subjects?offset=-1", NULL), 500,
           "{\"error_code\":500,\"message\":\"Internal Server Error\"}");
    expect_part(ask(house, "GET", "/associations/resources/-/t?lifecycle=FOO", NULL), 404, "HTTP 404");
    expect(ask(house, "GET", "/associations/resources/-/t?lifecycle=WEAK&offset=0", NULL), 200, "[]");
}

static void test_contexts_have_names_and_a_prefix(void **state)
{
    struct house *house = *state;
    expect_part(ask(house, "GET", "/subjects/:.c:s/versions", NULL), 404, "Subject ':.c:s' not found.");
    expect_part(ask(house, "GET", "/config/:.c", NULL), 404, "Subject ':.c:' does not have");
    expect_part(ask(house, "GET", "/schemas/ids/1?subject=:.c:", NULL), 404, "Schema 1 not found");
    expect_part(ask(house, "POST", "/contexts/.c/subjects/s/versions", "{}"), 422, "Empty schema");
    expect_part(ask(house, "GET", "/contexts/c:d/subjects", NULL), 400, "'c:d' cannot contain a colon");
    expect_part(ask(house, "GET", "/contexts/c/config", NULL), 404, "Subject ':.c:' does not have");
    expect_part(ask(house, "GET", "/contexts/.c/mode/s", NULL), 404, "Subject ':.c:s' does not have");
    expect_part(ask(house, "GET", "/contexts/.c/subjects/:.d:s/versions", NULL), 404, "':.d:s' not found.");
    expect_part(ask(house, "GET", "/contexts/./subjects/s/versions", NULL), 404, "Subject 's' not found.");
    expect_part(ask(house, "GET", "/contexts/c/subjects/subjects/versions", NULL), 404, "':.c:subjects' not");
    expect_part(ask(house, "GET", "/contexts/c/what/ever", NULL), 404, "HTTP 404 Not Found");
    expect(ask(house, "GET", "/contexts/.", NULL), 200, "{}");
    expect(ask(house, "GET", "/subjects?subjectPrefix=:.c:", NULL), 200, "[]");
    expect_part(ask(house, "GET", "/subjects/:.:s/versions", NULL), 404, "Subject 's' not found.");
    expect_part(ask(house, "GET", "/subjects/:c:s/versions", NULL), 404, "Subject ':c:s' not found.");
}

static void test_refusals_need_no_route(void **state)
{
    struct house *house = *state;
    struct call call = {.arena = house->arena, .method = SPAN("HEAD")};
    struct error err = {.arena = house->arena};
    assert_false(error_header_too_large(&err));
    api_refuse(&call, &err);
    assert_true(call.head);
    expect(&call, 431, "{\"error_code\":431,\"message\":\"HTTP 431 Request Header Fields Too Large\"}");
    assert_true(span_equal(call.media_type, SPAN("application/json")));
}

int main(void)
{
#define IN_A_HOUSE(test) cmocka_unit_test_setup_teardown(test, test_open, test_close)
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_found_by_its_path),
        cmocka_unit_test(test_every_row_stands_in_the_manual),
        cmocka_unit_test(test_arguments_are_decoded_in_order),
        cmocka_unit_test(test_where_a_call_runs),
        IN_A_HOUSE(test_no_route_and_no_method),
        IN_A_HOUSE(test_options_names_the_methods),
        IN_A_HOUSE(test_head_is_get),
        IN_A_HOUSE(test_checks_come_in_their_order),
        IN_A_HOUSE(test_types_of_the_replies),
        IN_A_HOUSE(test_typed_arguments),
        IN_A_HOUSE(test_contexts_have_names_and_a_prefix),
        IN_A_HOUSE(test_refusals_need_no_route),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
