/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy does: which versions it takes and when, what it leaves, what compatibility remembers. */
#include "base/clock.h"
#include "base/moment.h"
#include "registry/remove.h"
#include "registry/retention.h"
#include "tests/unit/registry/room.h"

static const int64_t DAY = DAY_MS;

enum { VERSIONS = 4 };
static const char *const texts[VERSIONS] = {
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}",
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}",
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"b\",\"type\":\"int\",\"default\":0}]}",
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"c\",\"type\":\"int\",\"default\":0}]}",
};

/* Version n + 1 comes on day 10 n. */
static struct room *room_of_versions(void)
{
    clock_set(0);
    struct room *room = room_open(":memory:");
    for (int i = 0; i < VERSIONS; i++) {
        clock_set(10 * i * DAY);
        assert_int_equal(room_register(room, "s", texts[i]), 0);
    }
    return room;
}

static void set_policy(struct room *room, const char *scope, const char *patch)
{
    struct text json;
    struct text_failure failure;
    struct span before, after;
    struct policy_wish wish = {.scope = name_parse(span_of(scope)), .patch = &json};
    assert_true(text_read(span_of(patch), &text_rules_body, &json, &failure, room->arena));
    assert_true(registry_set_policy(room->registry, &wish, &before, &after, room->arena, &room->err));
}

static const struct version *version_of(const struct view *view, int number)
{
    const struct subject *subject = view_subject(view, (struct name){.subject = SPAN("s")});
    return subject ? view_version(view, subject, number) : NULL;
}

struct taking_by_policy {
    int number;         /* 0: all that are hidden */
    bool purge;
};

static bool take(struct decision *decision, void *arg, struct error *err)
{
    (void)err;
    const struct taking_by_policy *wanted = arg;
    const struct subject *subject = view_subject(decision->view, (struct name){.subject = SPAN("s")});
    const struct version *versions[VERSIONS];
    struct span whys[VERSIONS];
    size_t count = 0;
    for (int number = 1; number <= VERSIONS; number++) {
        const struct version *version = view_version(decision->view, subject, number);
        if (!version || (wanted->number ? wanted->number != number : !version->row.hidden))
            continue;
        whys[count] = SPAN("old");
        versions[count++] = version;
    }
    if (wanted->purge)
        purge_by_policy(decision, subject, versions, whys, count);
    else
        recycle_by_policy(decision, versions[0], whys[0]);
    return true;
}

static void by_policy(struct room *room, int number, bool purge)
{
    struct taking_by_policy wanted = {number, purge};
    struct origin by = {.who = SPAN("sweeper")};
    struct decision decision = {.registry = room->registry, .arena = room->arena, .by = &by};
    assert_true(registry_decide(&decision, take, &wanted, &room->err));
}

static void what_the_policy_recycled_is_remembered_by_transitive_levels_alone(void **state)
{
    (void)state;
    const char *other = "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"string\","
                        "\"default\":\"\"}]}";
    for (int hand = 0; hand < 2; hand++) {
        struct room *room = room_of_versions();
        struct span complaints;
        assert_int_equal(room_level(room, "s", "BACKWARD_TRANSITIVE"), 0);
        if (hand)
            assert_int_equal(room_remove(room, "s", 1, false), 0);
        else
            by_policy(room, 1, false);
        assert_string_equal(room_versions(room, "s"), "-1 2 3 4");
        assert_int_equal(room_try(room, "s", ALL_VERSIONS, other, &complaints), 0);
        assert_int_equal(complaints.len > 0, !hand);
        assert_int_equal(room_register(room, "s", other), hand ? 0 : 40901);
        assert_int_equal(room_level(room, "s", "BACKWARD"), 0);
        assert_int_equal(room_register(room, "s", other), 0);
        room_close(room);
    }
}

static void a_purge_makes_compatibility_forget(void **state)
{
    (void)state;
    struct room *room = room_of_versions();
    assert_int_equal(room_level(room, "s", "FULL_TRANSITIVE"), 0);
    by_policy(room, 1, false);
    const struct view *view = registry_view(room->registry);
    struct judging judging = judging_begin(view, clock_now(), (struct name){.subject = SPAN("s")});
    assert_true(version_remembered(&judging, version_of(view, 1)));
    assert_false(version_remembered(&judging, version_of(view, 2)));
    view_release(view);
    by_policy(room, 1, true);
    assert_int_equal(room_register(room, "s",
                                   "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\","
                                   "\"type\":\"string\",\"default\":\"\"}]}"),
                     0);
    room_close(room);
}

static void a_purge_by_policy_takes_the_settings_with_the_last_version(void **state)
{
    (void)state;
    struct room *room = room_of_versions();
    struct name name = {.subject = SPAN("s")};
    assert_int_equal(room_level(room, "s", "NONE"), 0);
    set_policy(room, "s", "{\"purge\":{\"enabled\":true},\"recycle\":{\"days\":1}}");
    assert_int_equal(room_remove(room, "s", 1, false), 0);
    by_policy(room, 1, true);
    const struct view *view = registry_view(room->registry);
    assert_true(view_settings_at(view, name).has_config && view_policy_at(view, name).policy);
    view_release(view);
    assert_int_equal(room_remove_subject(room, "s", false), 0);
    by_policy(room, 0, true);
    view = registry_view(room->registry);
    assert_null(view_subject(view, name));
    assert_false(view_settings_at(view, name).has_config || view_policy_at(view, name).policy);
    expect_text(view_tombstone(view, name, 4)->why, "old");
    expect_text(view_tombstone(view, name, 4)->by, "sweeper");
    assert_int_equal(view_highest_number(view, name), VERSIONS);
    view_release(view);
    assert_int_equal(room_register(room, "s", texts[0]), 0);
    assert_string_equal(room_versions(room, "s"), "5");
    room_close(room);
}

/* Under a policy, on a day: from which day on a version may be taken (-1: never), and its floors. */
static const struct {
    const char *policy;
    int day, version;
    int from, floors;
} ages[] = {
    {"{}", 30, 1, -1, 0},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":2}}", 30, 1, 10, 0},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":2}}", 30, 2, 20, 0},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":2}}", 30, 3, -1, 0},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":0}}", 30, 4, -1, 0},
    {"{\"prune\":{\"enabled\":true,\"olderThanDays\":365}}", 30, 1, 375, 0},
    {"{\"prune\":{\"enabled\":true,\"olderThanDays\":365},\"protect\":{\"ageBasis\":\"created\"}}", 30, 1,
     365, 0},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":1},\"protect\":{\"minAgeDays\":90}}", 30, 3, 120, 1},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":1},\"protect\":{\"minAgeDays\":90}}", 99, 1, 100, 1},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":1},\"protect\":{\"minAgeDays\":90}}", 100, 1, 100, 0},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":1},\"protect\":{\"minVersions\":3}}", 30, 2, -1, 1},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":1},\"protect\":{\"minVersions\":3}}", 30, 1, 10, 0},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":1,\"unusedForDays\":0.5}}", 30, 2, 20, 0},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":1},\"protect\":{\"usedWithinDays\":100.1}}", 30, 2, 111,
     1},
    {"{\"prune\":{\"enabled\":true,\"keepVersions\":1},\"protect\":{\"usedWithinDays\":100.1}}", 111, 2, 111,
     0},
    {"{\"protect\":{\"minVersions\":10,\"minAgeDays\":90,\"usedWithinDays\":180}}", 30, 4, -1, 3},
    {"{\"protect\":{\"minAgeDays\":90}}", 5, 4, -1, 1},    /* the clock went back */
};

static void ages_are_counted_from_where_the_policy_says(void **state)
{
    (void)state;
    struct room *room = room_of_versions();
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        set_policy(room, "", "{\"protect\":null,\"prune\":null,\"recycle\":null,\"purge\":null}");
        set_policy(room, "", ages[i].policy);
        AUTO_VIEW view = registry_view(room->registry);
        const struct version *version = version_of(view, ages[i].version);
        struct judging judging = judging_begin(view, ages[i].day * DAY, version->subject);
        int rank = version_rank(&judging, version);
        struct floors floors = version_floors(&judging, version, rank, room->arena);
        int64_t from = version_prunable_from(&judging, version, room->arena);
        int64_t wanted = ages[i].from < 0 ? NEVER : ages[i].from * DAY;
        if (floors.count != (size_t)ages[i].floors)
            fail_msg("case %zu: %zu floors", i, floors.count);
        if (from != wanted)
            fail_msg("case %zu: from day %f", i, (double)from / (double)DAY);
    }
    room_close(room);
}

static void a_recycled_version_expires_by_the_policy_that_governs_now(void **state)
{
    (void)state;
    struct room *room = room_of_versions();
    clock_set(40 * DAY);
    assert_int_equal(room_remove(room, "s", 1, false), 0);
    static const struct {
        const char *policy;
        int64_t expiry, from;
    } cases[] = {
        {"{}", NEVER, NEVER},
        {"{\"recycle\":{\"days\":30}}", 70 * DAY, NEVER},
        {"{\"recycle\":{\"days\":1},\"purge\":{\"enabled\":true}}", 41 * DAY, 41 * DAY},
        {"{\"recycle\":{\"days\":1},\"protect\":{\"minVersions\":9,\"minAgeDays\":90}}", 41 * DAY,
         100 * DAY},
        {"{\"recycle\":null}", NEVER, NEVER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_policy(room, "s", cases[i].policy);
        AUTO_VIEW view = registry_view(room->registry);
        struct judging judging = judging_begin(view, clock_now(), (struct name){.subject = SPAN("s")});
        assert_true(version_expiry(&judging, version_of(view, 1)) == cases[i].expiry);
        assert_true(version_prunable_from(&judging, version_of(view, 1), room->arena) == cases[i].from);
    }
    room_close(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_policy_recycled_is_remembered_by_transitive_levels_alone),
        cmocka_unit_test(a_purge_makes_compatibility_forget),
        cmocka_unit_test(a_purge_by_policy_takes_the_settings_with_the_last_version),
        cmocka_unit_test(ages_are_counted_from_where_the_policy_says),
        cmocka_unit_test(a_recycled_version_expires_by_the_policy_that_governs_now),
    };
    return cmocka_run_group_tests_name("registry protect", tests, NULL, NULL);
}
