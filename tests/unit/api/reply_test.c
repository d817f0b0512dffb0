/* SPDX-License-Identifier: Apache-2.0 */
/* Replies to the byte: members in order, escapes, errors; forms that are shared, tagged and compressed. */
#include "api/reply.h"

#include "api/dialect.h"
#include "tests/unit/api/asking.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_composed_replies_to_the_byte(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct call call = {.arena = arena};
    struct error err = {.arena = arena};
    struct reply *object = reply_object(arena), *list = reply_array(arena), *inner = reply_object(arena);
    reply_string(object, "z", SPAN("\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xbc\xe2\x80\xa8\xf0\x9f\x98\x80"));
    reply_string(object, "nul", (struct span){"a\0b", 3});
    reply_string(object, "none", (struct span){NULL, 0});
    reply_number(object, "ts", INT64_C(1772400000000));
    reply_truth(object, "a", false);
    reply_null(object, "n");
    reply_add_number(list, -1);
    reply_add_string(list, SPAN("x"));
    reply_add(list, inner);
    reply_member(object, "list", list);
    assert_true(reply_send(&call, object, &err));
    expect(&call, 200,
           "{\"z\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F\x7f\xc3\xbc\xe2\x80\xa8\xf0\x9f\x98\x80\","
           "\"nul\":\"a\\u0000b\",\"none\":\"\",\"ts\":1772400000000,\"a\":false,\"n\":null,"
           "\"list\":[-1,\"x\",{}]}");
    reply_send_number(&call, 12);
    expect(&call, 200, "12");
}

static void test_bytes_that_are_no_text_are_an_error(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct call call = {.arena = arena};
    struct error err = {.arena = arena};
    struct reply *list = reply_array(arena);
    reply_add_string(list, SPAN("\xff"));
    assert_false(reply_send(&call, list, &err));
    assert_int_equal(err.code, 500);
}

static void test_errors_carry_what_rides_beside_them(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct call call = {.arena = arena, .dialect = dialect_find(8)};
    struct error err = {.arena = arena};
    assert_false(error_subject_not_found(&err, SPAN("a\"\x01")));
    reply_error(&call, &err);
    expect(&call, 404, "{\"error_code\":40401,\"message\":\"Subject 'a\\\"\\u0001' not found.\"}");
    err.more = SPAN("\"plan\":[]");
    reply_error(&call, &err);
    expect_part(&call, 404, "not found.\",\"plan\":[]}");
}

static void test_the_dialect_tells_incompatible(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct call call = {.arena = arena, .dialect = dialect_find(8)};
    struct error err = {.arena = arena};
    assert_false(error_incompatible(&err, SPAN("s"), SPAN("d")));
    reply_error(&call, &err);
    expect_part(&call, 409, "{\"error_code\":40901,");
    call.dialect = dialect_find(7);
    reply_error(&call, &err);
    expect_part(&call, 409, "{\"error_code\":409,");
    assert_null(dialect_find(6));
    assert_null(dialect_find(9));
}

static const char record[] =
    "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":["
    "{\\\"name\\\":\\\"a\\\",\\\"type\\\":\\\"int\\\"}]}\"}";
#define RECORD \
    "{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":[{\\\"name\\\":\\\"a\\\"," \
    "\\\"type\\\":\\\"int\\\"}]}"

/* The reply with the value of "ts" replaced by T, and of "guid" by G. */
static struct span without_chance(const struct call *call)
{
    struct buffer out = {.arena = call->arena};
    struct span rest = call->reply;
    while (rest.len) {
        if (span_starts(rest, SPAN("\"ts\":"))) {
            buffer_put(&out, SPAN("\"ts\":T"));
            rest = span_from(rest, 5);
            while (rest.len && rest.ptr[0] >= '0' && rest.ptr[0] <= '9')
                rest = span_from(rest, 1);
        } else if (span_starts(rest, SPAN("\"guid\":\""))) {
            buffer_put(&out, SPAN("\"guid\":\"G"));
            rest = span_from(rest, 8 + 36);
        } else {
            buffer_byte(&out, rest.ptr[0]);
            rest = span_from(rest, 1);
        }
    }
    return buffer_span(&out);
}

static void expect_form(struct call *call, const char *wanted)
{
    call->reply = without_chance(call);
    expect(call, 200, wanted);
}

static void test_members_stand_in_their_order(void **state)
{
    struct house *house = *state;
    expect_form(ask(house, "POST", "/subjects/a%2Fb/versions", record),
                "{\"id\":1,\"version\":1,\"guid\":\"G\",\"schemaType\":\"AVRO\",\"schema\":\"" RECORD "\"}");
    expect_form(ask(house, "POST", "/subjects/a%2Fb", record),
                "{\"subject\":\"a/b\",\"version\":1,\"id\":1,\"guid\":\"G\",\"schemaType\":\"AVRO\","
                "\"schema\":\"" RECORD "\"}");
    expect_form(ask(house, "GET", "/subjects/a%2Fb/versions/latest", NULL),
                "{\"subject\":\"a/b\",\"version\":1,\"id\":1,\"guid\":\"G\",\"schemaType\":\"AVRO\","
                "\"schema\":\"" RECORD "\",\"ts\":T,\"deleted\":false}");
    expect_form(ask(house, "GET", "/schemas/ids/1?subject=&fetchMaxId=false", NULL),
                "{\"subject\":\"a/b\",\"version\":1,\"guid\":\"G\",\"schemaType\":\"AVRO\","
                "\"schema\":\"" RECORD "\",\"ts\":T,\"deleted\":false}");
    expect_form(ask(house, "GET", "/schemas/ids/1?fetchMaxId=true", NULL),
                "{\"subject\":\"a/b\",\"version\":1,\"guid\":\"G\",\"schemaType\":\"AVRO\","
                "\"schema\":\"" RECORD "\",\"maxId\":1,\"ts\":T,\"deleted\":false}");
    expect(ask(house, "GET", "/schemas/ids/1/schema", NULL), 200,
           "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}");
    expect(ask(house, "GET", "/schemas/ids/1/versions", NULL), 200, "[{\"subject\":\"a/b\",\"version\":1}]");
    expect(ask(house, "GET", "/schemas/types", NULL), 200, "[\"AVRO\"]");
}

static void test_a_guid_names_its_schema(void **state)
{
    struct house *house = *state;
    ask(house, "POST", "/subjects/s/versions", "{\"schema\":\"\\\"string\\\"\"}");
    static const char *const guids[] = {
        "095d71cf-1255-6b9d-5e33-0ad575b3df5d",
        "095d71cf12556b9d5e330ad575b3df5d",
        "095D71CF-1255-6B9D-5E33-0AD575B3DF5D",
    };
    for (size_t i = 0; i < sizeof guids / sizeof *guids; i++)
        expect_form(ask(house, "GET", arena_printf(house->arena, "/schemas/guids/%s", guids[i]).ptr, NULL),
                    "{\"guid\":\"G\",\"schemaType\":\"AVRO\",\"schema\":\"\\\"string\\\"\",\"ts\":T,"
                    "\"deleted\":false}");
    expect(ask(house, "GET", "/schemas/guids/x", NULL), 404,
           "{\"error_code\":40403,\"message\":\"Schema x not found\"}");
    expect(ask(house, "GET", "/schemas/guids/195d71cf-1255-6b9d-5e33-0ad575b3df5d", NULL), 404,
           "{\"error_code\":40403,\"message\":\"Schema 195d71cf-1255-6b9d-5e33-0ad575b3df5d not found\"}");
}

static void test_rendered_once_and_shared(void **state)
{
    struct house *house = *state;
    ask(house, "POST", "/subjects/s/versions", record);
    struct call *first = ask(house, "GET", "/schemas/ids/1", NULL);
    struct call *second = ask(house, "GET", "/schemas/ids/1", NULL);
    assert_non_null(first->shared);
    assert_ptr_equal(first->shared, second->shared);
    assert_ptr_equal(first->reply.ptr, second->reply.ptr);
    assert_int_equal(first->etag.len, 34);
    struct call *other = ask(house, "GET", "/subjects/s/versions/1", NULL);
    assert_false(span_equal(other->etag, first->etag));

    struct call *again = ask_with(house, "GET", "/schemas/ids/1",
                                  (struct call_headers){.if_none_match = first->etag}, SPAN(""));
    expect(again, 304, "");
    assert_true(span_equal(again->etag, first->etag));
    expect_part(ask_with(house, "GET", "/schemas/ids/1", (struct call_headers){.if_none_match = other->etag},
                         SPAN("")),
                200, "\"schema\"");

    assert_null(ask(house, "GET", "/schemas/ids/1?format=resolved", NULL)->etag.ptr);
    assert_ptr_equal(ask(house, "GET", "/schemas/ids/1?format=unknown", NULL)->shared, first->shared);
}

static void test_a_hidden_version_is_told_anew(void **state)
{
    struct house *house = *state;
    ask(house, "POST", "/subjects/s/versions", record);
    struct call *before = ask(house, "GET", "/schemas/ids/1", NULL);
    expect(ask(house, "DELETE", "/subjects/s", NULL), 200, "[1]");
    struct call *after = ask_with(house, "GET", "/schemas/ids/1",
                                  (struct call_headers){.if_none_match = before->etag}, SPAN(""));
    expect_part(after, 200, "\"deleted\":true}");
    /* The share outlives the version it was made for. */
    expect(ask(house, "DELETE", "/subjects/s?permanent=true", NULL), 200, "[1]");
    expect_part(before, 200, "\"deleted\":false}");
    expect_part(ask(house, "GET", "/schemas/ids/1", NULL), 404, "Schema 1 not found");
}

static void test_gzip_where_it_is_taken_and_worth_it(void **state)
{
    struct house *house = *state;
    struct call_headers headers = {.accept_encoding = SPAN("gzip, deflate")};
    ask(house, "POST", "/subjects/s/versions", record);
    struct call *plain = ask(house, "GET", "/schemas/ids/1", NULL);
    struct call *packed = ask_with(house, "GET", "/schemas/ids/1", headers, SPAN(""));
    assert_true(packed->gzipped && !plain->gzipped);
    assert_true(span_equal(unpacked(packed), plain->reply));
    assert_false(span_equal(packed->etag, plain->etag));
    assert_ptr_equal(packed->shared, ask_with(house, "GET", "/schemas/ids/1", headers, SPAN(""))->shared);
    headers.if_none_match = packed->etag;
    struct call *again = ask_with(house, "GET", "/schemas/ids/1", headers, SPAN(""));
    expect(again, 304, "");
    assert_false(again->gzipped);

    packed = ask_with(house, "GET", "/schemas/ids/77", headers, SPAN(""));
    assert_true(packed->gzipped && packed->status == 404);
    assert_true(
        span_equal(unpacked(packed), SPAN("{\"error_code\":40403,\"message\":\"Schema 77 not found\"}")));
    assert_false(ask_with(house, "GET", "/subjects", headers, SPAN(""))->gzipped);
    headers.accept_encoding = SPAN("gzip;q=0, *");
    assert_false(ask_with(house, "GET", "/schemas/ids/77", headers, SPAN(""))->gzipped);
}

static void test_large_replies_are_compressed_whole(void **state)
{
    struct house *house = *state;
    struct buffer body = {.arena = house->arena};
    buffer_put(&body,
               SPAN("{\"schema\":\"{\\\"type\\\":\\\"enum\\\",\\\"name\\\":\\\"E\\\",\\\"symbols\\\":["));
    for (int i = 0; i < 30000; i++)
        buffer_printf(&body, "%s\\\"S%d\\\"", i ? "," : "", i);
    buffer_put(&body, SPAN("]}\"}"));
    struct call_headers headers = {.accept_encoding = SPAN("gzip")};
    struct call *put = ask_with(house, "POST", "/subjects/s/versions", headers, buffer_span(&body));
    assert_true(put->status == 200 && put->gzipped);
    struct call *text = ask(house, "GET", "/schemas/ids/1/schema", NULL);
    struct call *packed = ask_with(house, "GET", "/schemas/ids/1/schema", headers, SPAN(""));
    assert_true(text->reply.len > 200000 && packed->reply.len < text->reply.len / 2);
    assert_true(span_equal(unpacked(packed), text->reply));
}

int main(void)
{
#define IN_A_HOUSE(test) cmocka_unit_test_setup_teardown(test, test_open, test_close)
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_composed_replies_to_the_byte),
        cmocka_unit_test(test_bytes_that_are_no_text_are_an_error),
        cmocka_unit_test(test_errors_carry_what_rides_beside_them),
        cmocka_unit_test(test_the_dialect_tells_incompatible),
        IN_A_HOUSE(test_members_stand_in_their_order),
        IN_A_HOUSE(test_a_guid_names_its_schema),
        IN_A_HOUSE(test_rendered_once_and_shared),
        IN_A_HOUSE(test_a_hidden_version_is_told_anew),
        IN_A_HOUSE(test_gzip_where_it_is_taken_and_worth_it),
        IN_A_HOUSE(test_large_replies_are_compressed_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
