/* SPDX-License-Identifier: Apache-2.0 */
/* Marks of use for those who keep them: what hangs on a record, what the registry owns, how both go to the
 * store and come back. Registry only. */
#ifndef REGISTRY_MARKS_H
#define REGISTRY_MARKS_H

#include "base/limits.h"
#include "registry/usage.h"

#include <pthread.h>

struct registry;
struct usage_cell;

struct agent {
    int day;
    unsigned char len;
    char name[AGENT_MAX];
};

/* A client that was seen with an id, before it is written down at the id. */
struct noted {
    struct usage_cell *cell;
    struct agent agent;
};

/* All marks. It outlives every view. */
struct usage {
    _Atomic bool changed;               /* some mark since the last writing */
    _Atomic int64_t since;              /* the day since which marks are kept */
    _Atomic bool since_kept;            /* … and the store knows it */
    pthread_mutex_t lock;               /* what follows, and the agents of all cells; readers only try it */
    size_t noted_count;
    struct noted noted[NOTED_MAX];
};

/* What hangs on a record. Days count from 1: 0 is never. */
struct usage_cell {
    struct usage *usage;
    _Atomic int fetched, registered;    /* days */
    _Atomic uint64_t fetches;
    _Atomic bool changed;               /* since the last writing */
    _Atomic uint32_t seen[AGENTS_MAX];  /* who was noted today, as a hash of day and name */
    unsigned turn;                      /* these three: under the lock; the next place in `seen` */
    unsigned agent_count;
    struct agent *agents;
};

void usage_open(struct usage *usage);
void usage_close(struct usage *usage);
void usage_cell_close(struct usage_cell *cell);

/* What a store tells: a mark, or since when there are any. Days and counts never go down. */
MUST_CHECK bool usage_readable(struct span body);
void usage_learn(struct usage *usage, const struct view *view, const struct change *change);
void usage_raise(_Atomic int *day, int to);
void usage_seen(struct usage_cell *cell, struct span name, int day);

/* Since today, unless the store knows better. */
void usage_begin(struct usage *usage);

/* Says since when marks are kept: a change of the id 0. It goes with the first batch of a store. */
struct change usage_since(const struct usage *usage, int64_t at, struct arena *arena);

/* Writes down what was marked since the last writing, in one batch. */
MUST_CHECK bool usage_write(struct registry *registry, struct error *err);

#endif
