/* SPDX-License-Identifier: Apache-2.0 */
/* Names in a data lake: subjects that would lead out of it, hours before 1970. */
#include "producer/lake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void is(struct span found, const char *wanted)
{
    if (!span_equal(found, span_of(wanted)))
        fail_msg("%.*s, not %s", SPAN_ARGS(found), wanted);
}

static void test_a_subject_is_one_folder_that_readers_see(void **state)
{
    AUTO_ARENA arena = arena_new();
    (void)state;
    is(lake_subject(SPAN("genesys-interaction-events-prod-avro-versions"), arena),
       "genesys-interaction-events-prod-avro-versions");
    is(lake_subject(SPAN(":.ctx:name"), arena), "%3A.ctx%3Aname");
    is(lake_subject(SPAN("."), arena), "%2E");
    is(lake_subject(SPAN(".."), arena), "%2E.");
    is(lake_subject(SPAN("_a_b"), arena), "%5Fa_b");
    is(lake_subject(SPAN("a/../b"), arena), "a%2F..%2Fb");
    is(lake_subject(SPAN("100%~"), arena), "100%25~");
    is(lake_subject(SPAN("\xc3\xa4"), arena), "%C3%A4");
}

static void test_a_partition_is_an_hour_in_utc(void **state)
{
    AUTO_ARENA arena = arena_new();
    (void)state;
    is(lake_partition(0, arena), "dt=1970-01-01/hour=00");
    is(lake_partition(-1, arena), "dt=1969-12-31/hour=23");
    is(lake_partition(1772400000 / 3600, arena), "dt=2026-03-01/hour=21");
    is(lake_partition(-17259888, arena), "dt=0001-01-01/hour=00");
    is(lake_partition(70389527, arena), "dt=9999-12-31/hour=23");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_subject_is_one_folder_that_readers_see),
        cmocka_unit_test(test_a_partition_is_an_hour_in_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
