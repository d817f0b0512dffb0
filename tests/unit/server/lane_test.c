/* SPDX-License-Identifier: Apache-2.0 */
/* A lane does everything it took, in order, and says when it is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <semaphore.h>
#include <cmocka.h>

#include "base/arena.h"
#include "server/lane.h"

enum { WORKS = 1000 };

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
    return 0;
}

static void test_a_full_lane_takes_nothing_more_and_then_again(void **state)
{
    (void)state;
    struct lane *lane = lane_open(1, 2, &no_error);
    assert_true(lane_put(lane, wait_for_go, NULL));
    sem_wait(&started);                     /* the thread is busy, the ring empty */
    assert_true(lane_put(lane, count, NULL));
    assert_true(lane_put(lane, count, NULL));
    assert_false(lane_put(lane, count, NULL));
    sem_post(&go);
    lane_rest(lane);
    assert_int_equal(atomic_load(&done), 3);
    assert_true(lane_put(lane, count, NULL));
    lane_close(lane);
    assert_int_equal(atomic_load(&done), 4);
}

static void test_threads_work_side_by_side(void **state)
{
    (void)state;
    struct lane *lane = lane_open(3, 8, &no_error);
    for (int i = 0; i < 3; i++)
        assert_true(lane_put(lane, wait_for_go, NULL));
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
        assert_true(lane_put(lane, note, &numbers[i]));
    }
    lane_close(lane);                       /* does what waits before it ends */
    assert_int_equal(ordered, WORKS);
    for (int i = 0; i < WORKS; i++)
        assert_int_equal(order[i], i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_full_lane_takes_nothing_more_and_then_again, prepare),
        cmocka_unit_test_setup(test_threads_work_side_by_side, prepare),
        cmocka_unit_test_setup(test_one_thread_keeps_the_order, prepare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
