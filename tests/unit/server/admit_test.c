/* SPDX-License-Identifier: Apache-2.0 */
/* Heads that a proxy could read differently from us, and heads that are too large. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/admit.h"

enum { FIELDS = 4, OK = 0 };

struct head_case {
    const char *name;
    int status;                             /* 0: admitted */
    const char *method, *target, *version;
    struct {
        const char *name, *value;
    } fields[FIELDS];
    uint64_t length;
    bool chunked;
};

#define GET(target) "GET", target, "HTTP/1.1"
#define POST(version) "POST", "/subjects/s/versions", version
#define HOST {"Host", "localhost:8081"}
#define LENGTH(value) {"Content-Length", value}
#define CODING(value) {"Transfer-Encoding", value}

static const struct head_case cases[] = {
    {"plain", OK, GET("/"), {HOST}, 0, false},
    {"query and escapes", OK, GET("/subjects/a%2Fb/versions?deleted=true"), {HOST}, 0, false},
    {"raw bytes of UTF-8", OK, GET("/subjects/\xC3\xA9"), {HOST}, 0, false},
    {"host in small letters", OK, GET("/"), {{"host", "x"}}, 0, false},
    {"an empty Host is one", OK, GET("/"), {{"Host", ""}}, 0, false},
    {"length", OK, POST("HTTP/1.1"), {HOST, {"Content-Length", "17"}}, 17, false},
    {"chunked", OK, POST("HTTP/1.1"), {HOST, {"Transfer-Encoding", "Chunked"}}, 0, true},
    {"old and without Host", OK, POST("HTTP/1.0"), {{"Content-Length", "3"}}, 3, false},
    {"no Host", 400, GET("/"), {{"Accept", "*/*"}}, 0, false},
    {"no Host, 1.2", 400, "GET", "/", "HTTP/1.2", {{"Accept", "*/*"}}, 0, false},
    {"two Hosts", 400, GET("/"), {HOST, {"hOST", "other"}}, 0, false},
    {"two old Hosts", 400, POST("HTTP/1.0"), {HOST, HOST}, 0, false},
    {"two lengths", 400, POST("HTTP/1.1"), {HOST, LENGTH("3"), {"content-length", "4"}}, 4, false},
    {"twice the same length", 400, POST("HTTP/1.1"), {HOST, LENGTH("3"), LENGTH("3")}, 3, false},
    {"length beside chunked", 400, POST("HTTP/1.1"), {HOST, LENGTH("3"), CODING("chunked")}, 0, true},
    {"another coding", 400, POST("HTTP/1.1"), {HOST, {"Transfer-Encoding", "gzip, chunked"}}, 0, true},
    {"identity", 400, POST("HTTP/1.1"), {HOST, {"Transfer-Encoding", "identity"}}, 0, true},
    {"chunked and a blank", 400, POST("HTTP/1.1"), {HOST, {"Transfer-Encoding", "chunked "}}, 0, true},
    {"chunked twice", 400, POST("HTTP/1.1"), {HOST, CODING("chunked"), CODING("chunked")}, 0, true},
    {"chunked in 1.0", 400, POST("HTTP/1.0"), {HOST, {"Transfer-Encoding", "chunked"}}, 0, true},
    {"signed length", 400, POST("HTTP/1.1"), {HOST, {"Content-Length", "+3"}}, 0, false},
    {"list of lengths", 400, POST("HTTP/1.1"), {HOST, {"Content-Length", "3, 3"}}, 0, false},
    {"no digits", 400, POST("HTTP/1.1"), {HOST, {"Content-Length", ""}}, 0, false},
    {"beyond 64 bits", 400, POST("HTTP/1.1"), {HOST, {"Content-Length", "18446744073709551616"}}, 0, false},
    {"blank before the colon", 400, POST("HTTP/1.1"), {HOST, {"Content-Length ", "3"}}, 0, false},
    {"tab in a name", 400, GET("/"), {HOST, {"X\tY", "1"}}, 0, false},
    {"no name", 400, GET("/"), {HOST, {"", "1"}}, 0, false},
    {"control character in a name", 400, GET("/"), {HOST, {"X\x01", "1"}}, 0, false},
    {"carriage return in a value", 400, GET("/"), {HOST, {"X", "a\rb"}}, 0, false},
    {"tab in a value", OK, GET("/"), {HOST, {"X", "a\tb"}}, 0, false},
    {"blank in the target", 400, GET("/a b"), {HOST}, 0, false},
    {"tab in the target", 400, GET("/a\tb"), {HOST}, 0, false},
    {"delete in the target", 400, GET("/a\x7F"), {HOST}, 0, false},
    {"no target", 400, GET(""), {HOST}, 0, false},
    {"method that is no token", 400, "GE(T", "/", "HTTP/1.1", {HOST}, 0, false},
    {"method of our own", OK, "BREW", "/", "HTTP/1.1", {HOST}, 0, false},
};

static const struct head_limits limits = {.target = 64, .block = 128, .fields = 5};

static struct head head_of(const struct head_case *row, struct head_field fields[FIELDS])
{
    struct head head = {.method = span_of(row->method), .target = span_of(row->target), .fields = fields};
    head.version = span_of(row->version);
    while (head.count < FIELDS && row->fields[head.count].name) {
        fields[head.count].name = span_of(row->fields[head.count].name);
        fields[head.count].value = span_of(row->fields[head.count].value);
        head.count++;
    }
    return head;
}

static void test_each_head_of_the_table_is_admitted_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct error err = {.arena = arena};
        struct head_field fields[FIELDS];
        struct framing framing;
        struct head head = head_of(&cases[i], fields);
        bool admitted = admit_head(&head, &limits, &framing, &err);
        if (admitted != (cases[i].status == OK))
            fail_msg("%s: %s, %.*s", cases[i].name, admitted ? "taken" : "refused", SPAN_ARGS(err.message));
        if (!admitted)
            assert_int_equal(error_status(err.code), cases[i].status);
        else if (framing.length != cases[i].length || framing.chunked != cases[i].chunked)
            fail_msg("%s: framed differently", cases[i].name);
    }
}

static int status_of(const struct head *head)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct framing framing;
    return admit_head(head, &limits, &framing, &err) ? OK : error_status(err.code);
}

static void test_a_head_at_its_bounds_is_admitted_and_one_past_them_is_not(void **state)
{
    (void)state;
    char text[129];
    memset(text, 'a', sizeof text);
    struct head_field fields[6] = {{SPAN("Host"), SPAN("x")}};
    struct head head = {.method = SPAN("GET"), .target = {text, 64}, .version = SPAN("HTTP/1.1"),
                        .fields = fields, .count = 1};
    assert_int_equal(status_of(&head), OK);
    head.target.len = 65;
    assert_int_equal(status_of(&head), 414);
    head.target.len = 64;
    head.size = 128;
    assert_int_equal(status_of(&head), OK);
    head.size = 129;
    assert_int_equal(status_of(&head), 431);
    head.size = 0;
    fields[1] = (struct head_field){SPAN("A"), {text, 128 - 5 - 9}};    /* "A: " + end; "Host: x" + end */
    head.count = 2;
    assert_int_equal(status_of(&head), OK);
    fields[1].value.len++;
    assert_int_equal(status_of(&head), 431);
    for (head.count = 1; head.count < 6; head.count++)
        fields[head.count] = (struct head_field){SPAN("A"), SPAN("")};
    assert_int_equal(status_of(&head), 431);
    head.count = 5;
    assert_int_equal(status_of(&head), OK);
}

static void test_a_nul_in_the_target_is_refused(void **state)
{
    (void)state;
    struct head_field fields[1] = {{SPAN("Host"), SPAN("x")}};
    struct head head = {.method = SPAN("GET"), .target = SPAN("/a"), .version = SPAN("HTTP/1.1"),
                        .fields = fields, .count = 1, .cut = true};
    assert_int_equal(status_of(&head), 400);
    head.cut = false;
    assert_int_equal(status_of(&head), OK);
    head.target = SPAN("/a\0b");
    assert_int_equal(status_of(&head), 400);
}

/* A block as the library leaves it: what was a colon, a blank or a line's end is a NUL. */
static void test_a_block_that_is_not_all_fields_is_400(void **state)
{
    (void)state;
    static const char crlf[] = "Host\0x\0\0X\0\0y\0\0\0\0\0", lf[] = "Host\0x\0X\0\0y\0\0",
                      cut[] = "Host\0x\0yz\0\0X\0\0y\0\0\0\0";
    struct head_field fields[2] = {{{crlf, 4}, {crlf + 5, 1}}, {{crlf + 8, 1}, {crlf + 11, 1}}};
    struct head head = {.method = SPAN("GET"), .target = SPAN("/a"), .version = SPAN("HTTP/1.1"),
                        .fields = fields, .count = 2, .end = crlf + 16};
    assert_int_equal(status_of(&head), OK);
    head.end = crlf + 17;
    assert_int_equal(status_of(&head), 400);
    fields[0] = (struct head_field){{lf, 4}, {lf + 5, 1}};
    fields[1] = (struct head_field){{lf + 7, 1}, {lf + 10, 1}};
    head.end = lf + 13;
    assert_int_equal(status_of(&head), OK);
    fields[0] = (struct head_field){{cut, 4}, {cut + 5, 1}};
    fields[1] = (struct head_field){{cut + 11, 1}, {cut + 14, 1}};
    head.end = cut + 19;
    assert_int_equal(status_of(&head), 400);
    fields[0].value = SPAN("joined elsewhere");
    assert_int_equal(status_of(&head), 400);
}

static void test_a_declared_body_past_the_bound_is_413(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct framing framing = {.declared = true, .length = 1024};
    assert_true(admit_body(&framing, 1024, &err));
    framing.length++;
    assert_false(admit_body(&framing, 1024, &err));
    assert_int_equal(err.code, 413);
    framing = (struct framing){.chunked = true};
    assert_true(admit_body(&framing, 0, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_head_of_the_table_is_admitted_or_refused),
        cmocka_unit_test(test_a_head_at_its_bounds_is_admitted_and_one_past_them_is_not),
        cmocka_unit_test(test_a_nul_in_the_target_is_refused),
        cmocka_unit_test(test_a_block_that_is_not_all_fields_is_400),
        cmocka_unit_test(test_a_declared_body_past_the_bound_is_413),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
