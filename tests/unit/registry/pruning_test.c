/* SPDX-License-Identifier: Apache-2.0 */
/* Plans on a store that fails, and on a store that two registries share: whole or not at all, and never
 * twice. */
#include "registry/pruning.h"
#include "registry/retention.h"
#include "registry/sweep.h"
#include "tests/unit/registry/crowd.h"
#include "tests/unit/registry/room.h"
#include "tests/unit/registry/shared.h"

#include "base/clock.h"
#include "base/moment.h"

enum { VERSIONS = 20, ROUNDS = 12, HOUR_MS = 3600000 };

static const struct prune_wish everything = {.prefix = SPAN(":*:"), .recycles = true, .purges = true};

static void set_policy(struct room *room, const char *subject, const char *patch)
{
    struct text json;
    struct text_failure failure;
    struct span before, after;
    assert_true(text_read(span_of(patch), &text_rules_own, &json, &failure, room->arena));
    struct policy_wish wanted = {.scope = name_parse(span_of(subject)), .patch = &json, .by.who = SPAN("me")};
    assert_true(registry_set_policy(room->registry, &wanted, &before, &after, room->arena, &room->err));
}

static void fill(struct room *room, const char *subject)
{
    for (int i = 0; i < VERSIONS; i++) {
        struct span text =
            arena_printf(room->arena, "{\"type\":\"fixed\",\"name\":\"F%d\",\"size\":1}", i);
        assert_int_equal(room_register(room, subject, arena_copy(room->arena, text).ptr), 0);
    }
}

static const char *digest_of(struct room *room)
{
    AUTO_VIEW view = registry_view(room->registry);
    struct prune_plan plan;
    assert_true(prune_plan(view, &everything, clock_now(), &plan, room->arena, &room->err));
    return arena_copy(room->arena, plan.digest).ptr;
}

static int apply(struct room *room, const char *digest)
{
    static const struct origin by = {.who = SPAN("me")};
    struct span told;
    bool done = registry_apply(room->registry, &everything, span_of(digest), &by, &told, room->arena,
                               &room->err);
    return done ? 0 : room->err.code;
}

static struct registry_options options(void)
{
    return (struct registry_options){.sweep_interval = HOUR_MS};
}

static void prepare(struct room *room)
{
    assert_int_equal(room_level(room, "", "NONE"), 0);
    fill(room, "a");
    fill(room, "b");
    set_policy(room, "", "{\"prune\":{\"enabled\":true,\"keepVersions\":2},\"recycle\":{\"days\":0},"
                         "\"purge\":{\"enabled\":true}}");
}

static void an_apply_is_one_batch_or_none(void **state)
{
    (void)state;
    clock_set(DAY_MS);
    struct room *room = room_open_with("memory:", options());
    prepare(room);
    const char *digest = digest_of(room), *before = room_describe(room);
    room->plan.fail_call = 1;
    assert_int_equal(apply(room, digest), 50001);
    assert_string_equal(room_describe(room), before);
    unsigned commits = atomic_load(&room->plan.commits);
    assert_int_equal(apply(room, digest), 0);
    assert_int_equal(atomic_load(&room->plan.commits), commits + 1);
    assert_string_equal(room_versions(room, "a"), "-1 -2 -3 -4 -5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20");
    assert_string_equal(room_versions(room, "b"), room_versions(room, "a"));
    assert_int_equal(apply(room, digest), 40990);
    room_close(room);
}

struct pair {
    struct room *rooms[2];
    const char *digests[2];
    int codes[2];
};

static void pair_open(struct pair *pair)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct shared *shared = shared_new(store_open(SPAN(":memory:"), &err));
    for (int i = 0; i < 2; i++)
        pair->rooms[i] = room_open_on(shared_door(shared), options());
    prepare(pair->rooms[0]);
}

static void pair_close(struct pair *pair)
{
    for (int i = 0; i < 2; i++)
        room_close(pair->rooms[i]);
}

static void catch_up(struct room *room)
{
    const struct view *view = registry_view_fresh(room->registry, &room->err);
    assert_non_null(view);
    view_release(view);
}

static void apply_at_once(void *arg, int number)
{
    struct pair *pair = arg;
    pair->codes[number] = apply(pair->rooms[number], pair->digests[number]);
}

static void of_two_servers_with_one_plan_one_applies_it(void **state)
{
    (void)state;
    clock_set(DAY_MS);
    struct pair pair;
    pair_open(&pair);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 2; i++) {
            catch_up(pair.rooms[i]);
            pair.digests[i] = digest_of(pair.rooms[i]);
        }
        assert_string_equal(pair.digests[0], pair.digests[1]);
        bool over = round && strcmp(room_versions(pair.rooms[0], "a"), "19 20") == 0;
        crowd(2, apply_at_once, &pair);
        if (!over)
            assert_int_equal(pair.codes[0] + pair.codes[1], 40990);
    }
    pair_close(&pair);
}

static void sweep_at_once(void *arg, int number)
{
    struct pair *pair = arg;
    assert_true(registry_sweep(pair->rooms[number]->registry, &pair->rooms[number]->err));
}

/* What one took the other did not: each version went once, and is counted once. */
static void two_sweepers_share_the_work(void **state)
{
    (void)state;
    clock_set(DAY_MS);
    struct pair pair;
    pair_open(&pair);
    for (int round = 1; round <= 2 * ROUNDS; round++) {
        clock_set(DAY_MS + (int64_t)round * HOUR_MS);
        crowd(2, sweep_at_once, &pair);
    }
    uint64_t recycled = 0, purged = 0;
    for (int i = 0; i < 2; i++) {
        struct sweep_run run = registry_sweep_run(pair.rooms[i]->registry);
        assert_int_equal(run.number, 2 * ROUNDS);
        recycled += run.all_recycled;
        purged += run.all_purged;
        catch_up(pair.rooms[i]);
        assert_string_equal(room_versions(pair.rooms[i], "a"), "19 20");
    }
    assert_int_equal(recycled, 2 * (VERSIONS - 2));
    assert_int_equal(purged, 2 * (VERSIONS - 2));
    pair_close(&pair);
}

static void a_sweep_that_fails_is_due_again(void **state)
{
    (void)state;
    clock_set(DAY_MS);
    struct room *room = room_open_with("memory:", options());
    prepare(room);
    const char *before = room_describe(room);
    clock_set(DAY_MS + HOUR_MS);
    room->plan.fail_call = 1;
    assert_false(registry_sweep(room->registry, &room->err));
    assert_int_equal(room->err.code, 50001);
    assert_string_equal(room_describe(room), before);
    assert_int_equal(registry_sweep_run(room->registry).number, 0);
    assert_true(registry_sweep(room->registry, &room->err));
    assert_int_equal(registry_sweep_run(room->registry).recycled, 10);
    assert_true(registry_sweep(room->registry, &room->err));
    assert_int_equal(registry_sweep_run(room->registry).number, 1);
    room_close(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_apply_is_one_batch_or_none),
        cmocka_unit_test(of_two_servers_with_one_plan_one_applies_it),
        cmocka_unit_test(two_sweepers_share_the_work),
        cmocka_unit_test(a_sweep_that_fails_is_due_again),
    };
    return cmocka_run_group_tests_name("registry pruning", tests, NULL, NULL);
}
