/* SPDX-License-Identifier: Apache-2.0 */
/* A lane does everything it took, in order, one client as much as another, and says when it is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <semaphore.h>
#include <cmocka.h>

#include "base/arena.h"
#include "server/lane.h"

enum { WORKS = 1000, ALONE = 7 };

static struct error no_error;
static sem_t started, go;
static _Atomic int done;
static int order[WORKS], ordered;

static void wait_for_go(void *thing)
{
    (void)thing;
    sem_post(&started);
    sem_wait(&go);
    atomic_fetch_add(&done, 1);
}

static void count(void *thing)
{
    (void)thing;
    atomic_fetch_add(&done, 1);
}

static void note(void *thing)
{
    order[ordered++] = *(int *)thing;
}

static int prepare(void **state)
{
    (void)state;
    sem_init(&started, 0, 0);
    sem_init(&go, 0, 0);
    atomic_store(&done, 0);
    ordered = 0;
    return 0;
}

static void test_a_full_lane_takes_nothing_more_and_then_again(void **state)
{
    (void)state;
    struct lane *lane = lane_open(1, 2, &no_error);
    assert_null(lane_put(lane, wait_for_go, &done, ALONE));
    sem_wait(&started);                     /* the thread is busy, the ring empty */
    assert_null(lane_put(lane, count, &done, ALONE));
    assert_null(lane_put(lane, count, &done, ALONE));
    assert_ptr_equal(lane_put(lane, count, &started, ALONE), &started);
    sem_post(&go);
    lane_rest(lane);
    assert_int_equal(atomic_load(&done), 3);
    assert_null(lane_put(lane, count, &done, ALONE));
    lane_close(lane);
    assert_int_equal(atomic_load(&done), 4);
}

static void test_threads_work_side_by_side(void **state)
{
    (void)state;
    struct lane *lane = lane_open(3, 8, &no_error);
    for (int i = 0; i < 3; i++)
        assert_null(lane_put(lane, wait_for_go, &done, ALONE));
    for (int i = 0; i < 3; i++)
        sem_wait(&started);                 /* would hang if one waited for another */
    for (int i = 0; i < 3; i++)
        sem_post(&go);
    lane_rest(lane);
    assert_int_equal(atomic_load(&done), 3);
    lane_close(lane);
}

static void test_one_thread_keeps_the_order(void **state)
{
    (void)state;
    static int numbers[WORKS];
    struct lane *lane = lane_open(1, WORKS, &no_error);
    for (int i = 0; i < WORKS; i++) {
        numbers[i] = i;
        assert_null(lane_put(lane, note, &numbers[i], ALONE));
    }
    lane_close(lane);                       /* does what waits before it ends */
    assert_int_equal(ordered, WORKS);
    for (int i = 0; i < WORKS; i++)
        assert_int_equal(order[i], i);
}

/* A lane whose thread is busy until `go`. */
static struct lane *busy_lane(size_t room)
{
    struct lane *lane = lane_open(1, room, &no_error);
    assert_null(lane_put(lane, wait_for_go, &done, ALONE));
    sem_wait(&started);
    return lane;
}

static void test_clients_take_turns(void **state)
{
    (void)state;
    /* Work of each client, as it comes and as it is done. */
    static int sent[] = {10, 11, 12, 13, 20, 30, 31}, done_as[] = {10, 20, 30, 11, 31, 12, 13};
    struct lane *lane = busy_lane(WORKS);
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++)
        assert_null(lane_put(lane, note, &sent[i], (uint64_t)sent[i] / 10));
    sem_post(&go);
    lane_close(lane);
    assert_int_equal(ordered, sizeof sent / sizeof *sent);
    assert_memory_equal(order, done_as, sizeof done_as);
}

static void test_in_a_full_lane_who_waits_for_most_gives_way(void **state)
{
    (void)state;
    static int sent[] = {10, 11, 12, 20, 21, 30, 22}, done_as[] = {10, 20, 30};
    struct lane *lane = busy_lane(3);
    for (size_t i = 0; i < 3; i++)
        assert_null(lane_put(lane, note, &sent[i], 1));
    assert_ptr_equal(lane_put(lane, note, &sent[3], 2), &sent[2]);
    assert_ptr_equal(lane_put(lane, note, &sent[4], 2), &sent[4]);
    assert_ptr_equal(lane_put(lane, note, &sent[5], 3), &sent[1]);
    assert_ptr_equal(lane_put(lane, note, &sent[6], 2), &sent[6]);
    sem_post(&go);
    lane_close(lane);
    assert_int_equal(ordered, 3);
    assert_memory_equal(order, done_as, sizeof done_as);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_full_lane_takes_nothing_more_and_then_again, prepare),
        cmocka_unit_test_setup(test_threads_work_side_by_side, prepare),
        cmocka_unit_test_setup(test_one_thread_keeps_the_order, prepare),
        cmocka_unit_test_setup(test_clients_take_turns, prepare),
        cmocka_unit_test_setup(test_in_a_full_lane_who_waits_for_most_gives_way, prepare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
