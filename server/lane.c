/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of work behind one mutex, which is held for the lines that move an entry and never while work
 * runs. */
#include "server/lane.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct work {
    lane_fn *run;
    void *thing;
};

struct lane {
    pthread_mutex_t lock;       /* everything below but `threads` and `started` */
    pthread_cond_t more;        /* work came, or the lane closes */
    pthread_cond_t rest;        /* nothing waits, nobody works */
    struct work *ring;
    size_t room, first, waiting;
    int working;
    bool closing;
    pthread_t *threads;
    int started;
};

static void *lane_run(void *thing)
{
    struct lane *lane = thing;
    pthread_mutex_lock(&lane->lock);
    for (;;) {
        while (lane->waiting == 0 && !lane->closing)
            pthread_cond_wait(&lane->more, &lane->lock);
        if (lane->waiting == 0)
            break;
        struct work work = lane->ring[lane->first];
        lane->first = (lane->first + 1) % lane->room;
        lane->waiting--;
        lane->working++;
        pthread_mutex_unlock(&lane->lock);
        work.run(work.thing);
        pthread_mutex_lock(&lane->lock);
        if (--lane->working == 0 && lane->waiting == 0)
            pthread_cond_broadcast(&lane->rest);
    }
    pthread_mutex_unlock(&lane->lock);
    return NULL;
}

bool lane_put(struct lane *lane, lane_fn *run, void *thing)
{
    pthread_mutex_lock(&lane->lock);
    assert(!lane->closing);
    bool fits = lane->waiting < lane->room;
    if (fits) {
        lane->ring[(lane->first + lane->waiting++) % lane->room] = (struct work){run, thing};
        pthread_cond_signal(&lane->more);
    }
    pthread_mutex_unlock(&lane->lock);
    return fits;
}

void lane_rest(struct lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    while (lane->waiting || lane->working)
        pthread_cond_wait(&lane->rest, &lane->lock);
    pthread_mutex_unlock(&lane->lock);
}

struct lane *lane_open(int threads, size_t room, struct error *err)
{
    struct lane *lane = calloc(1, sizeof *lane);
    struct work *ring = calloc(room, sizeof *ring);
    pthread_t *ids = calloc((size_t)threads, sizeof *ids);
    if (!lane || !ring || !ids)
        abort();
    *lane = (struct lane){.ring = ring, .room = room, .threads = ids};
    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->more, NULL);
    pthread_cond_init(&lane->rest, NULL);
    for (; lane->started < threads; lane->started++) {
        if (pthread_create(&ids[lane->started], NULL, lane_run, lane) != 0) {
            (void)error_start(err, arena_printf(err->arena, "no more than %d of %d threads could be started",
                                                lane->started, threads));
            lane_close(lane);
            return NULL;
        }
    }
    return lane;
}

void lane_close(struct lane *lane)
{
    if (!lane)
        return;
    pthread_mutex_lock(&lane->lock);
    lane->closing = true;
    pthread_cond_broadcast(&lane->more);
    pthread_mutex_unlock(&lane->lock);
    for (int i = 0; i < lane->started; i++)
        pthread_join(lane->threads[i], NULL);
    pthread_mutex_destroy(&lane->lock);
    pthread_cond_destroy(&lane->more);
    pthread_cond_destroy(&lane->rest);
    free(lane->ring);
    free(lane->threads);
    free(lane);
}
