/* SPDX-License-Identifier: Apache-2.0 */
/* Times: every spelling that is taken, and every one that is refused with its reason. */
#include "producer/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct row {
    const char *json;
    enum timestamp wanted;
    int64_t ms;
} rows[] = {
    {"1772352000000", TIMESTAMP_OK, 1772352000000},
    {"631152000000", TIMESTAMP_OK, 631152000000},
    {"7258118399999", TIMESTAMP_OK, 7258118399999},
    {"631151999999", TIMESTAMP_OUT_OF_RANGE, 0},
    {"7258118400000", TIMESTAMP_OUT_OF_RANGE, 0},
    {"0", TIMESTAMP_OUT_OF_RANGE, 0},
    {"-1772352000000", TIMESTAMP_OUT_OF_RANGE, 0},
    {"1772352000", TIMESTAMP_OUT_OF_RANGE, 0},
    {"1772352000000000", TIMESTAMP_OUT_OF_RANGE, 0},
    {"9223372036854775808", TIMESTAMP_OUT_OF_RANGE, 0},
    {"99999999999999999999999999999999999999", TIMESTAMP_OUT_OF_RANGE, 0},
    {"1772352000000.0", TIMESTAMP_NOT_INTEGER, 0},
    {"1.772352e12", TIMESTAMP_NOT_INTEGER, 0},
    {"1E400", TIMESTAMP_NOT_INTEGER, 0},
    {"\"2026-03-01T08:00:00Z\"", TIMESTAMP_OK, 1772352000000},
    {"\"2026-03-01T08:00:00.5Z\"", TIMESTAMP_OK, 1772352000500},
    {"\"2026-03-01T08:00:00.04Z\"", TIMESTAMP_OK, 1772352000040},
    {"\"2026-03-01T08:00:00.123999999Z\"", TIMESTAMP_OK, 1772352000123},
    {"\"2026-03-01T10:00:00+02:00\"", TIMESTAMP_OK, 1772352000000},
    {"\"2026-03-01T02:30:00-0530\"", TIMESTAMP_OK, 1772352000000},
    {"\"2026-03-01T08:00:00-00:00\"", TIMESTAMP_OK, 1772352000000},
    {"\"2024-02-29T00:00:00Z\"", TIMESTAMP_OK, 1709164800000},
    {"\"2000-02-29T23:59:59.999Z\"", TIMESTAMP_OK, 951868799999},
    {"\"1999-12-31T23:59:59Z\"", TIMESTAMP_OK, 946684799000},
    {"\"1990-01-01T00:00:00Z\"", TIMESTAMP_OK, 631152000000},
    {"\"1989-12-31T23:59:59Z\"", TIMESTAMP_OUT_OF_RANGE, 0},
    {"\"2200-01-01T00:00:00Z\"", TIMESTAMP_OUT_OF_RANGE, 0},
    {"\"0001-01-01T00:00:00Z\"", TIMESTAMP_OUT_OF_RANGE, 0},
    {"\"9999-12-31T23:59:59Z\"", TIMESTAMP_OUT_OF_RANGE, 0},
    {"\"0000-01-01T00:00:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2025-02-29T00:00:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2100-02-29T00:00:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-02-30T00:00:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-04-31T00:00:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-13-01T00:00:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-00-01T00:00:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-01-00T00:00:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01T24:00:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01T08:60:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01T08:00:60Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01T08:00:00\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01T08:00:00z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01t08:00:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01 08:00:00Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01T08:00:00.Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01T08:00:00.1234567890Z\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01T08:00:00+2:00\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01T08:00:00+02\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01T08:00:00ZZ\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"2026-03-01\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"1772352000000\"", TIMESTAMP_NOT_ISO8601, 0},
    {"\"\"", TIMESTAMP_NOT_ISO8601, 0},
    {"true", TIMESTAMP_WRONG_TYPE, 0},
    {"{}", TIMESTAMP_WRONG_TYPE, 0},
    {"[1772352000000]", TIMESTAMP_WRONG_TYPE, 0},
};

static void test_every_spelling_has_its_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_ARENA arena = arena_new();
        struct text value;
        struct text_failure failure;
        int64_t ms = 0;
        assert_true(text_read(span_of(rows[i].json), &text_rules_event, &value, &failure, arena));
        enum timestamp got = timestamp_read(&value, &ms);
        if (got != rows[i].wanted || (got == TIMESTAMP_OK && ms != rows[i].ms))
            fail_msg("%s: %d, %lld", rows[i].json, got, (long long)ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_spelling_has_its_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
