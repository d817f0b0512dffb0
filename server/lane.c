/* SPDX-License-Identifier: Apache-2.0 */
/* Work behind one mutex, which is held for the lines that move an entry and never while work runs.
 * Each client's work is numbered on by turns, and of what waits the lowest turn comes first; so the highest
 * turn belongs to whoever has most waiting. */
#include "server/lane.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct work {
    lane_fn *run;
    void *thing;
    uint64_t client, turn, arrival;
};

struct lane {
    pthread_mutex_t lock;       /* everything below but `threads` and `started` */
    pthread_cond_t more;        /* work came, or the lane closes */
    pthread_cond_t rest;        /* nothing waits, nobody works */
    struct work *works;         /* that wait, in no order */
    size_t room, waiting;
    uint64_t turn, arrivals;    /* the turn that was taken last; how many came */
    int working;
    bool closing;
    pthread_t *threads;
    int started;
};

static bool is_before(const struct work *a, const struct work *b)
{
    return a->turn != b->turn ? a->turn < b->turn : a->arrival < b->arrival;
}

static struct work take_first(struct lane *lane)
{
    struct work *first = lane->works;
    for (struct work *each = first; each < lane->works + lane->waiting; each++)
        if (is_before(each, first))
            first = each;
    struct work taken = *first;
    *first = lane->works[--lane->waiting];
    lane->turn = taken.turn;
    return taken;
}

static void *lane_run(void *thing)
{
    struct lane *lane = thing;
    pthread_mutex_lock(&lane->lock);
    for (;;) {
        while (lane->waiting == 0 && !lane->closing)
            pthread_cond_wait(&lane->more, &lane->lock);
        if (lane->waiting == 0)
            break;
        struct work work = take_first(lane);
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

static uint64_t next_turn(const struct lane *lane, uint64_t client)
{
    uint64_t last = lane->turn;
    for (size_t i = 0; i < lane->waiting; i++)
        if (lane->works[i].client == client && lane->works[i].turn > last)
            last = lane->works[i].turn;
    return last + 1;
}

/* Where the work goes: to the end, or, in a full lane, to the place of the last of all; NULL: it is that. */
static struct work *place_of(struct lane *lane, const struct work *work)
{
    if (lane->waiting < lane->room)
        return &lane->works[lane->waiting++];
    struct work *last = lane->works;
    for (size_t i = 1; i < lane->waiting; i++)
        if (is_before(last, &lane->works[i]))
            last = &lane->works[i];
    return is_before(work, last) ? last : NULL;
}

void *lane_put(struct lane *lane, lane_fn *run, void *thing, uint64_t client)
{
    pthread_mutex_lock(&lane->lock);
    assert(!lane->closing);
    bool full = lane->waiting == lane->room;
    struct work work = {run, thing, client, next_turn(lane, client), lane->arrivals++};
    struct work *place = place_of(lane, &work);
    void *left = full ? (place ? place->thing : thing) : NULL;
    if (place)
        *place = work;
    if (!full)
        pthread_cond_signal(&lane->more);
    pthread_mutex_unlock(&lane->lock);
    return left;
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
    struct work *works = calloc(room, sizeof *works);
    pthread_t *ids = calloc((size_t)threads, sizeof *ids);
    if (!lane || !works || !ids)
        abort();
    *lane = (struct lane){.works = works, .room = room, .threads = ids};
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
    free(lane->works);
    free(lane->threads);
    free(lane);
}
