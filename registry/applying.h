/* SPDX-License-Identifier: Apache-2.0 */
/* A plan being carried out; for apply.c and sweep.c. */
#ifndef REGISTRY_APPLYING_H
#define REGISTRY_APPLYING_H

#include "registry/commit.h"
#include "registry/pruning.h"

struct applying {
    const struct prune_wish *wanted;
    struct span digest;         /* ptr NULL: whatever the plan is, and what is frozen is passed over */
    struct prune_plan plan;
    struct span told;           /* where there is a digest */
};

/* `arg` is a struct applying. */
bool decide_plan(struct decision *decision, void *arg, struct error *err);

#endif
