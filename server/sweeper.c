/* SPDX-License-Identifier: Apache-2.0 */
/* Waits, does what is due, logs what became of it. */
#include "server/sweeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

struct sweeper {
    struct registry *registry;
    int64_t nap, written;       /* ms; and when marks were written last, by clock_steady */
    pthread_t thread;
    pthread_mutex_t lock;       /* ending */
    pthread_cond_t ends;
    bool ending;
};

static void write_down(struct sweeper *sweeper)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    if (!registry_write_down(sweeper->registry, &err))
        LOG(LOG_ERROR, "marks of use were not written", {"cause", err.message});
}

static void sweep(struct sweeper *sweeper)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    if (!registry_sweep(sweeper->registry, &err))
        LOG(LOG_ERROR, "retention sweep failed", {"cause", err.message});
}

void sweeper_log(const struct sweep_run *run)
{
    AUTO_ARENA arena = arena_new();
    const size_t counts[] = {run->evaluated, run->recycled, run->purged, run->kept};
    struct span texts[sizeof counts / sizeof *counts];
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        texts[i] = arena_printf(arena, "%zu", counts[i]);
    LOG(LOG_INFO, "retention sweep", {"evaluated", texts[0]}, {"recycled", texts[1]}, {"purged", texts[2]},
        {"kept", texts[3]}, {"ms", arena_printf(arena, "%lld", (long long)run->us / 1000)});
}

static void do_what_is_due(struct sweeper *sweeper)
{
    sweep(sweeper);
    if (clock_steady() - sweeper->written < MARKS_MS)
        return;
    sweeper->written = clock_steady();
    write_down(sweeper);
}

/* False: it is to end. */
static bool nap(struct sweeper *sweeper)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += sweeper->nap / 1000;
    until.tv_nsec += sweeper->nap % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&sweeper->lock);
    int woken = 0;
    while (!sweeper->ending && woken != ETIMEDOUT)
        woken = pthread_cond_timedwait(&sweeper->ends, &sweeper->lock, &until);
    bool ending = sweeper->ending;
    pthread_mutex_unlock(&sweeper->lock);
    return !ending;
}

static void *run(void *thing)
{
    struct sweeper *sweeper = thing;
    while (nap(sweeper))
        if (!clock_is_manual())
            do_what_is_due(sweeper);
    return NULL;
}

static void init_cond(pthread_cond_t *cond)
{
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &steady);
    pthread_condattr_destroy(&steady);
}

static void sweeper_free(struct sweeper *sweeper)
{
    pthread_mutex_destroy(&sweeper->lock);
    pthread_cond_destroy(&sweeper->ends);
    free(sweeper);
}

struct sweeper *sweeper_open(struct registry *registry, int64_t interval, struct error *err)
{
    struct sweeper *sweeper = calloc(1, sizeof *sweeper);
    if (!sweeper)
        abort();
    sweeper->registry = registry;
    sweeper->nap = interval && interval < MARKS_MS ? interval : MARKS_MS;
    sweeper->written = clock_steady();
    pthread_mutex_init(&sweeper->lock, NULL);
    init_cond(&sweeper->ends);
    int fault = pthread_create(&sweeper->thread, NULL, run, sweeper);
    if (fault == 0)
        return sweeper;
    (void)error_start(err, arena_printf(err->arena, "cannot start a thread: %s", strerror(fault)));
    sweeper_free(sweeper);
    return NULL;
}

void sweeper_close(struct sweeper *sweeper)
{
    if (!sweeper)
        return;
    pthread_mutex_lock(&sweeper->lock);
    sweeper->ending = true;
    pthread_cond_signal(&sweeper->ends);
    pthread_mutex_unlock(&sweeper->lock);
    pthread_join(sweeper->thread, NULL);
    write_down(sweeper);
    sweeper_free(sweeper);
}
