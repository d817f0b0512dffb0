/* SPDX-License-Identifier: Apache-2.0 */
/* Committing: many decisions in one batch, none lost, none starved, and what happens when the store fails or
 * has moved on. */
#include "tests/unit/registry/crowd.h"
#include "tests/unit/registry/room.h"

#include <stdatomic.h>
#include <stdio.h>

/* One call from any thread: its code. */
static int call_register(struct registry *registry, struct span subject, struct span text,
                         struct registered *got)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct registration wanted = {.subject.subject = subject, .text = text};
    bool done = registry_register(registry, &wanted, got, arena, &err);
    got->subject = (struct name){0};
    got->guid = got->type = got->text = SPAN("");
    return done ? 0 : err.code;
}

struct crowded {
    struct registry *registry;
    atomic_int failed[600]; /* by the first three digits of the code */
    int ids[64], versions[64];
};

static void note(struct crowded *crowded, int number, int code, const struct registered *got)
{
    if (code) {
        crowded->failed[error_status(code)]++;
        return;
    }
    crowded->ids[number] = got->id;
    crowded->versions[number] = got->version;
}

static void register_own_subject(void *arg, int number)
{
    struct crowded *crowded = arg;
    AUTO_ARENA arena = arena_new();
    struct registered got = {.id = 0};
    struct span text = arena_printf(arena, "{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d}", number);
    note(crowded, number, call_register(crowded->registry, arena_printf(arena, "s%d", number), text, &got),
         &got);
}

static void register_one_schema(void *arg, int number)
{
    struct crowded *crowded = arg;
    AUTO_ARENA arena = arena_new();
    struct registered got = {.id = 0};
    note(crowded, number,
         call_register(crowded->registry, arena_printf(arena, "s%d", number), SPAN("\"int\""), &got), &got);
}

static void register_on_one_subject(void *arg, int number)
{
    struct crowded *crowded = arg;
    AUTO_ARENA arena = arena_new();
    struct registered got = {.id = 0};
    struct span text = arena_printf(arena, "{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d}", number);
    note(crowded, number, call_register(crowded->registry, SPAN("hot"), text, &got), &got);
}

static void expect_none_failed(struct crowded *crowded)
{
    for (int status = 0; status < 600; status++)
        if (crowded->failed[status])
            fail_msg("%d calls failed with %d", crowded->failed[status], status);
}

/* Each of 1 … count occurs once. */
static void expect_dense(const int *numbers, int count)
{
    bool seen[65] = {false};
    for (int i = 0; i < count; i++) {
        assert_in_range(numbers[i], 1, count);
        assert_false(seen[numbers[i]]);
        seen[numbers[i]] = true;
    }
}

static void many_decisions_share_one_batch(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct crowded crowded = {.registry = room->registry};
    room->plan.sleep_ms = 30;
    crowd(16, register_own_subject, &crowded);
    expect_none_failed(&crowded);
    expect_dense(crowded.ids, 16);
    struct registry_figures figures = registry_figures(room->registry);
    print_message("16 decisions in %d batches, at most %d changes in one\n", (int)figures.batches,
                  (int)room->plan.largest);
    assert_int_equal(figures.decisions, 16);
    assert_true(figures.batches < 8);
    assert_true(room->plan.largest >= 4);
    room_close(room);
}

static void one_schema_gets_one_id_within_a_batch(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct crowded crowded = {.registry = room->registry};
    room->plan.sleep_ms = 10;
    crowd(32, register_one_schema, &crowded);
    expect_none_failed(&crowded);
    for (int i = 0; i < 32; i++)
        assert_int_equal(crowded.ids[i], 1);
    room_close(room);
}

static void nobody_starves_on_one_subject(void **state)
{
    (void)state;
    struct room *room = room_open_with(":memory:", (struct registry_options){.think_threads = 2});
    struct crowded crowded = {.registry = room->registry};
    assert_int_equal(room_level(room, "hot", "NONE"), 0);
    room->plan.sleep_ms = 1;
    crowd(64, register_on_one_subject, &crowded);
    expect_none_failed(&crowded);
    expect_dense(crowded.versions, 64);
    expect_dense(crowded.ids, 64);
    room_close(room);
}

/* Others keep registering while a subject is fought over. */
static void either_subject(void *arg, int number)
{
    for (int round = 0; round < 5; round++) {
        if (number % 2)
            register_on_one_subject(arg, number);
        else
            register_own_subject(arg, number);
    }
}

static void a_hot_subject_holds_nobody_up(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct crowded crowded = {.registry = room->registry};
    assert_int_equal(room_level(room, "hot", "NONE"), 0);
    crowd(32, either_subject, &crowded);
    expect_none_failed(&crowded);
    AUTO_VIEW view = registry_view(room->registry);
    assert_int_equal(subject_live_count(view_subject(view, (struct name){.subject = SPAN("hot")})), 16);
    view_release(view);
    view = NULL;
    room_close(room);
}

static void a_failing_store_leaves_the_registry_where_it_stood(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_register(room, "s", "\"long\""), 0);
    assert_int_equal(room_remove(room, "s", 1, false), 0);
    const char *before = room_describe(room);
    for (int call = 0; call < 5; call++) {
        room->plan.fail_call = 1;
        int code = call == 0   ? room_register(room, "s", "\"float\"")
                   : call == 1 ? room_register(room, "t", "\"int\"")
                   : call == 2 ? room_remove(room, "s", 1, true)
                   : call == 3 ? room_remove_subject(room, "s", false)
                               : room_level(room, "s", "NONE");
        assert_int_equal(code, 50001);
        assert_true(room->err.message.len > 0);
        assert_string_equal(room_describe(room), before);
    }
    assert_int_equal(room_register(room, "s", "\"float\""), 0);
    assert_int_equal(room->got.version, 3);
    assert_int_equal(room->got.id, 3);
    room_close(room);
}

static void a_failed_batch_is_told_to_everybody_in_it(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct crowded crowded = {.registry = room->registry};
    room->plan.sleep_ms = 20;
    room->plan.fail_call = 2;
    crowd(16, register_own_subject, &crowded);
    int failed = crowded.failed[500];
    print_message("%d of 16 were in the batch that failed\n", failed);
    assert_true(failed > 1);
    crowded.failed[500] = 0;
    expect_none_failed(&crowded);
    assert_int_equal(registry_figures(room->registry).decisions, 16 - failed);
    crowd(16, register_own_subject, &crowded);
    expect_none_failed(&crowded);
    expect_dense(crowded.ids, 16);
    room_close(room);
}

static void a_registry_that_cannot_be_read_does_not_open(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    registry_close(room->registry);
    for (int n = 1; n <= 3; n++) {
        room->plan.fail_change = n;
        assert_null(registry_open(&room->options, &room->err));
        assert_int_equal(room->err.code, 50001);
    }
    room->registry = registry_open(&room->options, &room->err);
    assert_string_equal(room_versions(room, "s"), "1");
    room_close(room);
}

static void a_stale_answer_is_met_by_a_replay(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    room->plan.stale_commits = 2;
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    room->plan.stale_commits = 1000;
    assert_int_equal(room_register(room, "s", "\"long\""), 503);
    room->plan.stale_commits = 0;
    assert_string_equal(room_versions(room, "s"), "1");
    assert_int_equal(room_register(room, "s", "\"long\""), 0);
    room_close(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_decisions_share_one_batch),
        cmocka_unit_test(one_schema_gets_one_id_within_a_batch),
        cmocka_unit_test(nobody_starves_on_one_subject),
        cmocka_unit_test(a_hot_subject_holds_nobody_up),
        cmocka_unit_test(a_failing_store_leaves_the_registry_where_it_stood),
        cmocka_unit_test(a_failed_batch_is_told_to_everybody_in_it),
        cmocka_unit_test(a_registry_that_cannot_be_read_does_not_open),
        cmocka_unit_test(a_stale_answer_is_met_by_a_replay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
