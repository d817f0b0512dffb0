/* SPDX-License-Identifier: Apache-2.0 */
/* Threads behind a barrier. */
#include "tests/unit/registry/crowd.h"

#include <pthread.h>
#include <stdlib.h>

struct member {
    pthread_t thread;
    pthread_barrier_t *start;
    crowd_fn *each;
    void *arg;
    int number;
};

static void *run(void *thing)
{
    struct member *member = thing;
    pthread_barrier_wait(member->start);
    member->each(member->arg, member->number);
    return NULL;
}

void crowd(int count, crowd_fn *each, void *arg)
{
    pthread_barrier_t start;
    struct member *members = calloc((size_t)count, sizeof *members);
    pthread_barrier_init(&start, NULL, (unsigned)count);
    for (int i = 0; i < count; i++) {
        members[i] = (struct member){.start = &start, .each = each, .arg = arg, .number = i};
        if (pthread_create(&members[i].thread, NULL, run, &members[i]))
            abort();
    }
    for (int i = 0; i < count; i++)
        pthread_join(members[i].thread, NULL);
    pthread_barrier_destroy(&start);
    free(members);
}
