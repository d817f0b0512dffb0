/* SPDX-License-Identifier: Apache-2.0 */
/* What the operations answer: listings and their parameters, versions, deletes, settings, modes, and every
 * error that a client can reach without a socket. */
#include "tests/unit/api/asking.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void put_schema(struct house *house, const char *subject, const char *schema)
{
    const char *target = arena_printf(house->arena, "/subjects/%s/versions", subject).ptr;
    struct call *call =
        ask(house, "POST", target, arena_printf(house->arena, "{\"schema\":\"%s\"}", schema).ptr);
    expect_part(call, 200, "\"id\":");
}

#define GET(target)    ask(house, "GET", target, NULL)
#define DELETE(target) ask(house, "DELETE", target, NULL)

static const char missing[] = "{\"error_code\":40401,\"message\":\"Subject 's' not found.\"}";

static void test_subjects_are_listed(void **state)
{
    struct house *house = *state;
    put_schema(house, "b", "\\\"int\\\"");
    put_schema(house, "a1", "\\\"int\\\"");
    put_schema(house, "a2", "\\\"int\\\"");
    put_schema(house, "%C3%BC", "\\\"int\\\"");
    expect(DELETE("/subjects/a2"), 200, "[1]");
    expect(GET("/subjects"), 200, "[\"a1\",\"b\",\"\xc3\xbc\"]");
    expect(GET("/subjects?deleted=true"), 200, "[\"a1\",\"a2\",\"b\",\"\xc3\xbc\"]");
    expect(GET("/subjects?deleted=True&deletedOnly=TRUE"), 200, "[\"a2\"]");
    expect(GET("/subjects?deleted=1"), 200, "[\"a1\",\"b\",\"\xc3\xbc\"]");
    expect(GET("/subjects?subjectPrefix=a"), 200, "[\"a1\"]");
    expect(GET("/subjects?subjectPrefix=a&deleted=true"), 200, "[\"a1\",\"a2\"]");
    expect(GET("/subjects?subjectPrefix="), 200, "[\"a1\",\"b\",\"\xc3\xbc\"]");
    expect(GET("/subjects?subjectPrefix=:*:"), 200, "[\"a1\",\"b\",\"\xc3\xbc\"]");
    expect(GET("/subjects?subjectPrefix=:*:b"), 200, "[\"b\"]");
    expect(GET("/subjects?subjectPrefix=:.:a"), 200, "[]");
    expect(GET("/subjects?offset=1&limit=1"), 200, "[\"b\"]");
    expect(GET("/subjects?offset=1&limit=0"), 200, "[\"b\",\"\xc3\xbc\"]");
    expect(GET("/subjects?offset=9"), 200, "[]");
    expect(GET("/subjects?deleted_only=true&page=3"), 200, "[\"a1\",\"b\",\"\xc3\xbc\"]");
}

static void three_versions(struct house *house)
{
    expect_part(ask(house, "PUT", "/config/s", "{\"compatibility\":\"none\"}"), 200, "NONE");
    put_schema(house, "s", "\\\"int\\\"");
    put_schema(house, "s", "\\\"long\\\"");
    put_schema(house, "s", "\\\"string\\\"");
    expect(DELETE("/subjects/s/versions/2"), 200, "2");
}

static void test_versions_are_listed(void **state)
{
    struct house *house = *state;
    expect(GET("/subjects/s/versions"), 404, missing);
    three_versions(house);
    expect(GET("/subjects/s/versions"), 200, "[1,3]");
    expect(GET("/subjects/s/versions?deleted=true"), 200, "[1,2,3]");
    expect(GET("/subjects/s/versions?deleted=true&deletedOnly=true"), 200, "[2]");
    expect(GET("/subjects/s/versions?deletedAsNegative=true&deletedOnly=true"), 200, "[1,-2,3]");
    expect(GET("/subjects/s/versions?deletedAsNegative=true&offset=1"), 200, "[-2,3]");
    expect(GET("/subjects/s/versions?offset=1&limit=5"), 200, "[3]");
    expect(DELETE("/subjects/s"), 200, "[1,3]");
    expect(GET("/subjects/s/versions"), 404, missing);
    expect(GET("/subjects/s/versions?deletedAsNegative=true"), 404, missing);
    expect(GET("/subjects/s/versions?deletedOnly=true"), 200, "[1,2,3]");
    expect(GET("/subjects/s/versions?deletedAsNegative=true&deleted=true"), 200, "[-1,-2,-3]");
}

static void test_a_version_is_named_in_many_ways(void **state)
{
    struct house *house = *state;
    expect_part(GET("/subjects/s/versions/1"), 404, "40401");
    three_versions(house);
    static const char *const third[] = {"3", "+3", "003", "latest", "LATEST", "-1", "%20latest%20", "%203"};
    for (size_t i = 0; i < sizeof third / sizeof *third; i++)
        expect_part(GET(arena_printf(house->arena, "/subjects/s/versions/%s", third[i]).ptr), 200,
                    "\"version\":3,");
    static const char *const never[][2] = {
        {"0", "0"}, {"-2", "-2"}, {"+00", "0"}, {"2147483648", "2147483648"}, {"x", "x"}, {"1.0", "1.0"},
    };
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        const char *target = arena_printf(house->arena, "/subjects/s/versions/%s", never[i][0]).ptr;
        expect(GET(target), 422,
               arena_printf(
                   house->arena,
                   "{\"error_code\":42202,\"message\":\"The specified version '%s' is not a "
                   "valid version id. Allowed values are between [1, 2^31-1] and the string \\\"latest\\\""
                   "\"}",
                   never[i][1])
                   .ptr);
        expect_part(DELETE(target), 422, "42202");
    }
    expect(GET("/subjects/s/versions/9"), 404, "{\"error_code\":40402,\"message\":\"Version 9 not found.\"}");
    expect_part(GET("/subjects/s/versions/2"), 404, "40402");
    expect_part(GET("/subjects/s/versions/2?deleted=true"), 200, "\"deleted\":true");
    expect(GET("/subjects/s/versions/1/schema"), 200, "\"int\"");
    expect(GET("/subjects/s/versions/2/schema?deleted=true"), 200, "\"long\"");
    expect(DELETE("/subjects/s"), 200, "[1,3]");
    expect(GET("/subjects/s/versions/latest?deleted=true"), 404,
           "{\"error_code\":40402,\"message\":\"Version -1 not found.\"}");
}

static void test_holders_of_an_id(void **state)
{
    struct house *house = *state;
    expect(GET("/schemas/ids/1/subjects"), 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    expect(GET("/schemas/ids/1/versions"), 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    put_schema(house, "b", "\\\"int\\\"");
    put_schema(house, "a", "\\\"int\\\"");
    put_schema(house, "c", "\\\"int\\\"");
    expect(GET("/schemas/ids/1/subjects?subject=&offset=0&limit=-1"), 200, "[\"a\",\"b\",\"c\"]");
    expect_part(GET("/schemas/ids/1"), 200, "{\"subject\":\"a\",");
    expect_part(GET("/schemas/ids/1?subject=c"), 200, "{\"subject\":\"c\",");
    expect_part(GET("/schemas/ids/1?subject=:.:c"), 200, "{\"subject\":\"c\",");
    expect_part(GET("/schemas/ids/1?subject=other"), 200, "{\"subject\":\"a\",");
    expect(DELETE("/subjects/a"), 200, "[1]");
    put_schema(house, "a", "\\\"int\\\"");
    expect(DELETE("/subjects/b"), 200, "[1]");
    expect(GET("/schemas/ids/1/versions"), 200,
           "[{\"subject\":\"a\",\"version\":2},{\"subject\":\"c\",\"version\":1}]");
    expect(GET("/schemas/ids/1/subjects?deleted=true"), 200, "[\"a\",\"b\",\"c\"]");
    expect(GET("/schemas/ids/1/subjects?deleted=true&offset=1&limit=1"), 200, "[\"b\"]");
    DELETE("/subjects/a");
    DELETE("/subjects/c");
    expect(GET("/schemas/ids/1/subjects"), 200, "[]");
    expect_part(GET("/schemas/ids/1"), 200, "\"deleted\":true");
}

static void test_lookups(void **state)
{
    struct house *house = *state;
    expect(ask(house, "POST", "/subjects/s", "{\"schema\":\"\\\"int\\\"\"}"), 404, missing);
    put_schema(house, "s", "\\\"int\\\"");
    expect_part(ask(house, "POST", "/subjects/s?normalize=False&deleted=False",
                    "{\"schema\":\"\\\"int\\\"\"}"),
                200, "{\"subject\":\"s\",\"version\":1,\"id\":1,");
    expect(ask(house, "POST", "/subjects/s", "{\"schema\":\"\\\"long\\\"\"}"), 404,
           "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    expect(ask(house, "POST", "/subjects/s", "{\"schema\":\"\\\"int\\\"\",\"schemaType\":\"JSON\"}"), 422,
           "{\"error_code\":42201,\"message\":\"Invalid schema type JSON\"}");
    expect(ask(house, "POST", "/subjects/s", "{\"schema\":\"\\\"int\\\"\",\"schemaType\":\"\"}"), 422,
           "{\"error_code\":42201,\"message\":\"Invalid schema type \"}");
}

static void test_registrations_that_fail(void **state)
{
    struct house *house = *state;
    expect(ask(house, "POST", "/subjects/__EMPTY/versions", "{\"schema\":\"\\\"int\\\"\"}"), 422,
           "{\"error_code\":42208,\"message\":\"The specified subject '__EMPTY' is not a valid.\"}");
    expect_part(ask(house, "POST", "/subjects/:.:__GLOBAL/versions", "{}"), 422, "subject ':.:__GLOBAL' is");
    expect(ask(house, "POST", "/subjects/s/versions", "{}"), 422,
           "{\"error_code\":42201,\"message\":\"Empty schema\"}");
    expect_part(ask(house, "POST", "/subjects/s/versions", "{\"schema\":\"{\"}"), 422,
                "\"error_code\":42201");
    expect(ask(house, "POST", "/subjects/s/versions", "{\"schema\":\"{}\",\"schemaType\":\"PROTOBUF\"}"), 422,
           "{\"error_code\":42201,\"message\":\"Invalid schema type PROTOBUF\"}");
    expect(ask(house, "POST", "/subjects/s/versions", "{\"schema\":\"\\\"int\\\"\",\"schemaType\":\"avro\"}"),
           422, "{\"error_code\":42201,\"message\":\"Invalid schema type avro\"}");
    put_schema(house, "s", "\\\"int\\\"");
    expect_part(
        ask(house, "POST", "/subjects/s/versions", "{\"schema\":\"\\\"string\\\"\"}"), 409,
        "{\"error_code\":40901,\"message\":\"Schema being registered is incompatible with an earlier schema "
        "for subject \\\"s\\\", details: [{errorType:'TYPE_MISMATCH'");
    expect_part(ask(house, "POST", "/subjects/s/versions?force=True", "{\"schema\":\"\\\"string\\\"\"}"), 200,
                "\"version\":2,");
    struct buffer large = {.arena = house->arena};
    buffer_put(&large,
               SPAN("{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"doc\\\":\\\""));
    for (size_t i = 0; i < SCHEMA_MAX; i++)
        buffer_byte(&large, 'x');
    buffer_put(&large, SPAN("\\\",\\\"fields\\\":[]}\"}"));
    expect(ask(house, "POST", "/subjects/large/versions", large.ptr), 422,
           "{\"error_code\":42209,\"message\":\"Register operation failed because schema is too large\"}");
}

static void test_compatibility_is_told(void **state)
{
    struct house *house = *state;
    const char *text = "{\"schema\":\"\\\"string\\\"\"}", *broken = "{\"schema\":\"{\"}";
    expect(ask(house, "POST", "/compatibility/subjects/s/versions/", text), 200, "{\"is_compatible\":true}");
    expect(ask(house, "POST", "/compatibility/subjects/s/versions/latest?verbose=True", text), 200,
           "{\"is_compatible\":true,\"messages\":[]}");
    expect(ask(house, "POST", "/compatibility/subjects/s/versions/1", text), 404,
           "{\"error_code\":40402,\"message\":\"Version 1 not found.\"}");
    expect_part(ask(house, "POST", "/compatibility/subjects/s/versions/0", text), 422, "42202");
    put_schema(house, "s", "\\\"int\\\"");
    static const char *const targets[] = {"", "/1", "/latest", "/-1"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        const char *target =
            arena_printf(house->arena, "/compatibility/subjects/s/versions%s", targets[i]).ptr;
        const char *verbose = arena_printf(house->arena, "%s?verbose=true", target).ptr;
        expect(ask(house, "POST", target, text), 200, "{\"is_compatible\":false}");
        expect(ask(house, "POST", target, "{\"schema\":\"\\\"long\\\"\"}"), 200, "{\"is_compatible\":true}");
        expect_part(ask(house, "POST", verbose, text), 200,
                    "{\"is_compatible\":false,\"messages\":[\"{errorType:'TYPE_MISMATCH',");
        expect_part(ask(house, "POST", verbose, text), 200,
                    "\"{oldSchemaVersion: 1}\",\"{oldSchema: '\\\"int\\\"'}\","
                    "\"{validateFields: 'false', compatibility: 'BACKWARD'}\"]}");
        expect_part(ask(house, "POST", target, broken), 422, "42201");
        expect_part(ask(house, "POST", verbose, broken), 200,
                    "{\"is_compatible\":false,\"messages\":[\"Invalid");
        expect(ask(house, "POST", verbose, "{}"), 200,
               "{\"is_compatible\":false,\"messages\":[\"Empty schema\"]}");
    }
    expect(ask(house, "POST", "/compatibility/subjects/s/versions/2", text), 404,
           "{\"error_code\":40402,\"message\":\"Version 2 not found.\"}");
}

static void test_deletes_come_in_two_steps(void **state)
{
    struct house *house = *state;
    expect(DELETE("/subjects/s"), 404, missing);
    expect(DELETE("/subjects/s/versions/1"), 404, missing);
    three_versions(house);
    expect(DELETE("/subjects/s/versions/1?permanent=true"), 404,
           "{\"error_code\":40407,\"message\":\"Subject 's' Version 1 was not deleted first before being "
           "permanently "
           "deleted\"}");
    expect(DELETE("/subjects/s?permanent=true"), 404,
           "{\"error_code\":40405,\"message\":\"Subject 's' was not deleted first before being permanently "
           "deleted\"}");
    expect(DELETE("/subjects/s/versions/2"), 404,
           "{\"error_code\":40406,\"message\":\"Subject 's' Version 2 was soft deleted.Set permanent=true to "
           "delete "
           "permanently\"}");
    expect(DELETE("/subjects/s/versions/2?permanent=true"), 200, "2");
    expect_part(DELETE("/subjects/s/versions/2"), 404, "40402");
    expect(DELETE("/subjects/s/versions/latest"), 200, "3");
    expect(DELETE("/subjects/s"), 200, "[1]");
    expect(DELETE("/subjects/s"), 404,
           "{\"error_code\":40404,\"message\":\"Subject 's' was soft deleted.Set permanent=true to delete "
           "permanently\"}");
    expect(DELETE("/subjects/s/versions/latest"), 404,
           "{\"error_code\":40402,\"message\":\"Version -1 not found.\"}");
    expect(DELETE("/subjects/s?permanent=TRUE"), 200, "[1,3]");
    expect(GET("/subjects?deleted=true"), 200, "[]");
}

static void test_configurations(void **state)
{
    struct house *house = *state;
    expect(GET("/config/"), 200, "{\"compatibilityLevel\":\"BACKWARD\"}");
    expect(GET("/config/s"), 404,
           "{\"error_code\":40408,\"message\":\"Subject 's' does not have subject-level compatibility "
           "configured\"}");
    expect(DELETE("/config/s"), 404, missing);
    expect(ask(house, "PUT", "/config/s", "{\"compatibility\":\"\"}"), 422,
           "{\"error_code\":42203,\"message\":\"Invalid compatibility level. Valid values are none, "
           "backward, forward, "
           "full, backward_transitive, forward_transitive, and full_transitive\"}");
    expect(ask(house, "PUT", "/config", "{\"normalize\":\"true\",\"compatibility\":\"full_transitive\"}"),
           200, "{\"normalize\":true,\"compatibility\":\"FULL_TRANSITIVE\"}");
    expect(GET("/config/:.:"), 200, "{\"normalize\":true,\"compatibilityLevel\":\"FULL_TRANSITIVE\"}");
    expect(GET("/config/s?defaultToGlobal=true"), 200,
           "{\"normalize\":true,\"compatibilityLevel\":\"FULL_TRANSITIVE\"}");
    expect(ask(house, "PUT", "/config/s", "{}"), 200, "{}");
    expect(GET("/config/s"), 200, "{\"compatibilityLevel\":\"BACKWARD\"}");
    expect(GET("/config/s?defaultToGlobal=true"), 200,
           "{\"normalize\":true,\"compatibilityLevel\":\"BACKWARD\"}");
    expect(ask(house, "PUT", "/config/s", "{\"normalize\":false}"), 200, "{\"normalize\":false}");
    expect(ask(house, "PUT", "/config/s", "{\"compatibility\":\"NONE\",\"compatibilityLevel\":\"FULL\"}"),
           200, "{\"normalize\":false,\"compatibility\":\"NONE\"}");
    expect(GET("/config/s?defaultToGlobal=true"), 200,
           "{\"normalize\":false,\"compatibilityLevel\":\"NONE\"}");
    expect(ask(house, "PUT", "/config/s", "{\"normalize\":null}"), 200, "{\"compatibility\":\"NONE\"}");
    expect(DELETE("/config/s"), 200, "{\"compatibilityLevel\":\"NONE\"}");
    expect(DELETE("/config"), 200, "{\"normalize\":true,\"compatibilityLevel\":\"FULL_TRANSITIVE\"}");
    expect(DELETE("/config"), 200, "{\"compatibilityLevel\":\"BACKWARD\"}");
    expect_part(ask(house, "PUT", "/config/__GLOBAL", "{}"), 422, "42208");
}

static void test_modes(void **state)
{
    struct house *house = *state;
    expect(GET("/mode"), 200, "{\"mode\":\"READWRITE\"}");
    expect(GET("/mode/s"), 404,
           "{\"error_code\":40409,\"message\":\"Subject 's' does not have subject-level mode configured\"}");
    expect(DELETE("/mode/s?recursive=true"), 200, "{}");
    expect(DELETE("/mode/s"), 404, missing);
    expect(ask(house, "PUT", "/mode/s", "{\"mode\":\"ReadOnly\"}"), 200, "{\"mode\":\"ReadOnly\"}");
    expect(GET("/mode/s"), 200, "{\"mode\":\"READONLY\"}");
    expect(ask(house, "POST", "/subjects/s/versions", "{\"schema\":\"\\\"int\\\"\"}"), 422,
           "{\"error_code\":42205,\"message\":\"Subject s in context  is in read-only mode\"}");
    expect_part(ask(house, "PUT", "/config/s", "{}"), 422, "42205");
    expect(ask(house, "PUT", "/mode/s", "{\"mode\":null}"), 200, "{\"mode\":null}");
    expect_part(GET("/mode/s"), 404, "40409");
    expect(ask(house, "PUT", "/mode?force=true", "{\"mode\":\"READONLY\"}"), 200, "{\"mode\":\"READONLY\"}");
    expect(GET("/mode/s?defaultToGlobal=true"), 200, "{\"mode\":\"READONLY\"}");
    expect(DELETE("/mode"), 200, "{\"mode\":\"READONLY\"}");
    expect(DELETE("/mode"), 200, "{\"mode\":\"READWRITE\"}");
    static const char *const wrong[] = {"{}", "{\"mode\":\"\"}", "{\"mode\":\"nonsense\"}", "{\"mode\":7}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect(ask(house, "PUT", "/mode/s", wrong[i]), 422,
               "{\"error_code\":42204,\"message\":\"Invalid mode. Valid values are READWRITE, READONLY, "
               "IMPORT and "
               "FORWARD.\"}");
    expect_part(ask(house, "PUT", "/mode/__EMPTY", "{}"), 422, "42208");
}

static void test_recursive_clears_the_modes_of_the_context(void **state)
{
    struct house *house = *state;
    ask(house, "PUT", "/mode/s", "{\"mode\":\"READONLY\"}");
    ask(house, "PUT", "/mode/t", "{\"mode\":\"READWRITE\"}");
    ask(house, "PUT", "/config/t", "{\"compatibility\":\"NONE\"}");
    expect(DELETE("/mode?recursive=true"), 200, "{\"mode\":\"READWRITE\"}");
    expect_part(GET("/mode/s"), 404, "40409");
    expect_part(GET("/mode/t"), 404, "40409");
    expect(GET("/config/t"), 200, "{\"compatibilityLevel\":\"NONE\"}");
}

static void test_the_rest_answers_what_clients_ask_first(void **state)
{
    struct house *house = *state;
    expect(GET("/"), 200, "{}");
    expect(ask(house, "POST", "/", "anything"), 200, "{}");
    expect(GET("/associations/resources/-/topic?resourceType=topic&associationType=value"), 200, "[]");
    static const char *const arguments[][3] = {
        {"POST", "/subjects/s", "lookUpSchemaUnderSubject.arg5"},
        {"POST", "/subjects/s/versions", "register.arg6"},
        {"POST", "/compatibility/subjects/s/versions", "testCompatibilityForSubject.arg3"},
        {"POST", "/compatibility/subjects/s/versions/1", "testCompatibilityBySubjectName.arg4"},
        {"PUT", "/config", "updateTopLevelConfig.arg1"},
        {"PUT", "/config/s", "updateSubjectLevelConfig.arg2"},
        {"PUT", "/mode", "updateTopLevelMode.arg1"},
        {"PUT", "/mode/s", "updateMode.arg2"},
    };
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        expect(ask(house, arguments[i][0], arguments[i][1], ""), 422,
               arena_printf(house->arena,
                            "{\"error_code\":422,\"message\":\"%s must not be null (was null)\"}",
                            arguments[i][2])
                   .ptr);
}

int main(void)
{
#define IN_A_HOUSE(test) cmocka_unit_test_setup_teardown(test, test_open, test_close)
    static const struct CMUnitTest tests[] = {
        IN_A_HOUSE(test_subjects_are_listed),
        IN_A_HOUSE(test_versions_are_listed),
        IN_A_HOUSE(test_a_version_is_named_in_many_ways),
        IN_A_HOUSE(test_holders_of_an_id),
        IN_A_HOUSE(test_lookups),
        IN_A_HOUSE(test_registrations_that_fail),
        IN_A_HOUSE(test_compatibility_is_told),
        IN_A_HOUSE(test_deletes_come_in_two_steps),
        IN_A_HOUSE(test_configurations),
        IN_A_HOUSE(test_modes),
        IN_A_HOUSE(test_recursive_clears_the_modes_of_the_context),
        IN_A_HOUSE(test_the_rest_answers_what_clients_ask_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
