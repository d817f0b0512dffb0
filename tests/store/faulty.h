/* SPDX-License-Identifier: Apache-2.0 */
/* A store that wraps another and fails, waits or answers stale when it is told to. What fails here never
 * reaches the inner store, as the interface promises: nothing of the batch is kept. */
#ifndef TESTS_STORE_FAULTY_H
#define TESTS_STORE_FAULTY_H

#include "storage/store.h"

#include <stdatomic.h>

/* Zeroed, it passes everything on. May be changed while no call runs; the counts may be read at any time. */
struct faulty_plan {
    int fail_call;              /* the n-th call from now fails, replay or commit; 0: none does */
    int fail_change;            /* the n-th change told from now ends its replay; 0: none does */
    int stale_commits;          /* so many of the next commits answer stale */
    int sleep_ms;               /* in each commit, before it is passed on */

    /* Called in each commit after the sleep; may be NULL. */
    void (*in_commit)(void *arg, const struct change *changes, size_t count);
    void *arg;

    atomic_uint calls;          /* replays and commits so far */
    atomic_uint commits;        /* those that were done */
    atomic_uint changes;        /* in them */
    atomic_uint largest;        /* the most changes in one of them */
};

/* Takes over the inner store and closes it; the plan is borrowed. */
struct store *faulty_open(struct store *inner, struct faulty_plan *plan);

#endif
