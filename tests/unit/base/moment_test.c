/* SPDX-License-Identifier: Apache-2.0 */
/* Moments: how RFC 3339 spells them, what it does not, and back again. */
#include "base/moment.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
    const char *text;
    int64_t ms; /* -1: it is none */
    const char *back;
} rows[] = {
    {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"},
    {"2026-03-01T08:00:00Z", 1772352000000, "2026-03-01T08:00:00Z"},
    {"2026-03-01t08:00:00z", 1772352000000, "2026-03-01T08:00:00Z"},
    {"2026-03-01T08:00:00.5Z", 1772352000500, "2026-03-01T08:00:00.500Z"},
    {"2026-03-01T08:00:00.0409Z", 1772352000040, "2026-03-01T08:00:00.040Z"},
    {"2026-03-01T08:00:00.12399999999999999999Z", 1772352000123, "2026-03-01T08:00:00.123Z"},
    {"2026-03-01T10:00:00+02:00", 1772352000000, "2026-03-01T08:00:00Z"},
    {"2026-03-01T07:59:00-00:01", 1772352000000, "2026-03-01T08:00:00Z"},
    {"9999-12-31T23:59:59.999Z", 253402300799999, "9999-12-31T23:59:59.999Z"},
    {"9999-12-31T23:59:59-00:01", -1, NULL},
    {"0000-01-01T00:00:00Z", -1, NULL},
    {"2026-03-01 08:00:00Z", -1, NULL},
    {"2026-03-01T08:00:00", -1, NULL},
    {"2026-03-01T08:00:00+0200", -1, NULL},
    {"2026-03-01T08:00:00+24:00", -1, NULL},
    {"2026-03-01T08:00:00+02:60", -1, NULL},
    {"2026-03-01T08:00:00.Z", -1, NULL},
    {"2026-03-01T24:00:00Z", -1, NULL},
    {"2026-02-29T00:00:00Z", -1, NULL},
    {"26-03-01T08:00:00Z", -1, NULL},
    {" 2026-03-01T08:00:00Z", -1, NULL},
    {"2026-03-01T08:00:00Z ", -1, NULL},
    {"2026-03-01", -1, NULL},
    {"", -1, NULL},
};

static void a_moment_is_read_as_rfc_3339_spells_it_and_printed_in_utc(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ms = -1;
        bool read = moment_read(span_of(rows[i].text), MOMENT_RFC3339, &ms);
        if (read != (rows[i].back != NULL) || (read && ms != rows[i].ms))
            fail_msg("%s: %d, %lld", rows[i].text, read, (long long)ms);
        if (read)
            assert_string_equal(arena_copy(arena, moment_text(ms, arena)).ptr, rows[i].back);
    }
}

static void a_time_before_1970_has_its_day(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    assert_int_equal(moment_day(0), 0);
    assert_int_equal(moment_day(DAY_MS - 1), 0);
    assert_int_equal(moment_day(DAY_MS), 1);
    assert_int_equal(moment_day(-1), -1);
    assert_string_equal(moment_day_text(20513, arena).ptr, "2026-03-01");
    assert_string_equal(arena_copy(arena, moment_text(-1, arena)).ptr, "1969-12-31T23:59:59.999Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_read_as_rfc_3339_spells_it_and_printed_in_utc),
        cmocka_unit_test(a_time_before_1970_has_its_day),
    };
    return cmocka_run_group_tests_name("base moment", tests, NULL, NULL);
}
