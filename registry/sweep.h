/* SPDX-License-Identifier: Apache-2.0 */
/* What is done by the clock and not by a client: a sweep makes and applies the plan of every subject whose
 * policy enables prune or purge. */
#ifndef REGISTRY_SWEEP_H
#define REGISTRY_SWEEP_H

#include "base/error.h"

struct registry;

/* One run; at the end of it. */
struct sweep_run {
    uint64_t number;                    /* since the start, from 1; 0: there was none */
    int64_t at;
    int64_t us;                         /* how long it took */
    size_t evaluated;
    size_t recycled, purged;
    size_t kept;                        /* that prune or purge would have taken, had nothing stopped it */
    size_t expiring;                    /* within seven days */
    uint64_t all_recycled, all_purged;  /* in all runs since the start */
};

/* A sweep, where one is due: one, however many intervals have passed. */
MUST_CHECK bool registry_sweep(struct registry *registry, struct error *err);

/* The last one. */
struct sweep_run registry_sweep_run(struct registry *registry);

#endif
