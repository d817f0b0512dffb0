/* SPDX-License-Identifier: Apache-2.0 */
/* Policies: merge patches, what is refused and by which path, what may act. */
#include "registry/policy.h"

#include "base/moment.h"
#include "tests/unit/registry/room.h"

static const struct {
    const char *stored, *patch, *merged; /* merged NULL: refused, … */
    const char *path;                    /* … with a message that begins so */
} cases[] = {
    {"", "{}", "{}", NULL},
    {"{}", "{\"protect\":{\"minVersions\":1}}", "{\"protect\":{\"minVersions\":1}}", NULL},
    {"{\"protect\":{\"minVersions\":1}}", "{\"protect\":{\"minAgeDays\":2.5}}",
     "{\"protect\":{\"minVersions\":1,\"minAgeDays\":2.5}}", NULL},
    {"{\"protect\":{\"minVersions\":1}}", "{\"protect\":{\"minVersions\":null}}", "{\"protect\":{}}", NULL},
    {"{\"protect\":{\"minVersions\":1},\"purge\":{}}", "{\"protect\":null}", "{\"purge\":{}}", NULL},
    {"", "{\"protect\":{\"minVersions\":null}}", "{\"protect\":{}}", NULL},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":1}}", "{\"prune\":{\"keepVersions\":null}}", NULL,
     "prune.enabled "},
    {"", "{\"prune\":{\"enabled\":true,\"olderThanDays\":0}}",
     "{\"prune\":{\"enabled\":true,\"olderThanDays\":0}}", NULL},
    {"", "{\"limits\":{\"maxPercentPerSubject\":1e2}}", "{\"limits\":{\"maxPercentPerSubject\":1e2}}", NULL},
    {"", "{\"protect\":{\"minVersions\":1e400}}", NULL, "protect.minVersions "},
    {"", "{\"protect\":{\"minVersions\":10.0}}", "{\"protect\":{\"minVersions\":10.0}}", NULL},
    {"", "{\"protect\":{\"ageBasis\":\"\\u0063reated\"}}", "{\"protect\":{\"ageBasis\":\"created\"}}", NULL},
    {"", "{\"recycle\":{\"days\":[]}}", NULL, "recycle.days "},
    {"", "{\"Protect\":{}}", NULL, "Protect "},
    {"", "{\"purge\":{\"enabled\":null,\"Enabled\":null}}", NULL, "purge.Enabled "},
    {"", "7", NULL, "the policy "},
};

static void a_patch_merges_and_the_whole_is_checked(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = {.arena = arena};
        struct text patch;
        struct text_failure failure;
        struct span merged = SPAN(""), wanted = SPAN("Invalid retention policy: ");
        assert_true(text_read(span_of(cases[i].patch), &text_rules_body, &patch, &failure, arena));
        bool done = policy_merge(span_of(cases[i].stored), &patch, &merged, arena, &err);
        assert_int_equal(done, cases[i].merged != NULL);
        if (done) {
            expect_text(merged, cases[i].merged);
            continue;
        }
        assert_int_equal(err.code, 42292);
        assert_true(span_starts(span_from(err.message, wanted.len), span_of(cases[i].path)));
    }
}

static struct policy policy_of(const char *body, struct arena *arena)
{
    struct policy policy;
    assert_true(policy_read(span_of(body), &policy, arena));
    return policy;
}

static void a_policy_acts_by_a_floor_by_prune_or_by_purge(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const acting[] = {
        "{\"protect\":{\"minVersions\":1}}", "{\"protect\":{\"minAgeDays\":0.001}}",
        "{\"protect\":{\"usedWithinDays\":1}}", "{\"prune\":{\"enabled\":true,\"keepVersions\":0}}",
        "{\"purge\":{\"enabled\":true}}"};
    static const char *const idle[] = {
        "{}", "{\"protect\":{}}", "{\"protect\":{\"minVersions\":0,\"minAgeDays\":0,\"usedWithinDays\":0}}",
        "{\"protect\":{\"ageBasis\":\"created\"}}", "{\"prune\":{\"keepVersions\":1}}",
        "{\"recycle\":{\"days\":1}}",
        "{\"purge\":{\"keepText\":false}}", "{\"limits\":{\"maxPerRun\":1}}"};
    for (size_t i = 0; i < sizeof acting / sizeof *acting; i++) {
        struct policy policy = policy_of(acting[i], arena);
        assert_true(policy_acts(&policy));
    }
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++) {
        struct policy policy = policy_of(idle[i], arena);
        assert_false(policy_acts(&policy));
    }
}

static void absent_limits_are_their_defaults(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct policy policy = policy_of("{\"limits\":{}}", arena);
    assert_int_equal(policy_max_per_run(&policy), 100);
    assert_true(policy_max_percent(&policy) == 25);
    policy = policy_of("{\"limits\":{\"maxPerRun\":7,\"maxPercentPerSubject\":0.5}}", arena);
    assert_int_equal(policy_max_per_run(&policy), 7);
    assert_true(policy_max_percent(&policy) == 0.5);
}

static void days_become_milliseconds_and_whole_days(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    assert_true(given_ms((struct given){true, 1.5}) == DAY_MS + DAY_MS / 2);
    assert_true(given_ms((struct given){true, 1e-12}) == 1);
    assert_true(given_days((struct given){true, 1.5}) == 2 && given_days((struct given){true, 2}) == 2);
    expect_text(given_text((struct given){true, 90}, arena), "90");
    expect_text(given_text((struct given){true, 0.25}, arena), "0.25");
    expect_text(given_text((struct given){true, 2147483647}, arena), "2147483647");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patch_merges_and_the_whole_is_checked),
        cmocka_unit_test(a_policy_acts_by_a_floor_by_prune_or_by_purge),
        cmocka_unit_test(absent_limits_are_their_defaults),
        cmocka_unit_test(days_become_milliseconds_and_whole_days),
    };
    return cmocka_run_group_tests_name("registry policy", tests, NULL, NULL);
}
