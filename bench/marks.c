/* SPDX-License-Identifier: Apache-2.0 */
/* What one mark of use costs: nanoseconds, of THREADS at once on one and the same id, the median of ROUNDS.
 *   marks THREADS ROUNDS */
#include "registry/registry.h"
#include "registry/usage.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MARKS = 2000000, THREADS_MAX = 64, ROUNDS_MAX = 99 };

static const struct record *record;
static double cost[THREADS_MAX];

/* Of the thread alone: what else the machine does is not its cost. */
static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void *run(void *thing)
{
    double *result = thing, begun = now_ns();
    for (int i = 0; i < MARKS; i++)
        usage_mark(record, USE_FETCHED, SPAN("confluent-kafka-python/2.6.1"));
    *result = (now_ns() - begun) / MARKS;
    return NULL;
}

static double measure(int threads)
{
    pthread_t all[THREADS_MAX];
    double sum = 0;
    for (int i = 0; i < threads; i++)
        pthread_create(&all[i], NULL, run, &cost[i]);
    for (int i = 0; i < threads; i++) {
        pthread_join(all[i], NULL);
        sum += cost[i];
    }
    return sum / threads;
}

static int ascending(const void *a, const void *b)
{
    const double *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : 1, rounds = argc > 2 ? atoi(argv[2]) : 5;
    if (threads < 1 || threads > THREADS_MAX || rounds < 1 || rounds > ROUNDS_MAX)
        return EXIT_FAILURE;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct registry_options options = {.store = store_open(SPAN("memory:"), &err)};
    struct registry *registry = registry_open(&options, &err);
    struct registration wanted = {.subject.subject = SPAN("bench"), .text = SPAN("\"int\"")};
    struct registered got;
    if (!registry || !registry_register(registry, &wanted, &got, arena, &err))
        return EXIT_FAILURE;
    const struct view *view = registry_view(registry);
    record = view_record(view, SPAN(""), got.id);
    double figures[ROUNDS_MAX];
    for (int i = 0; i < rounds; i++)
        figures[i] = measure(threads);
    qsort(figures, (size_t)rounds, sizeof *figures, ascending);
    printf("%.1f\n", figures[rounds / 2]);
    view_release(view);
    registry_close(registry);
    store_close(options.store);
    return EXIT_SUCCESS;
}
