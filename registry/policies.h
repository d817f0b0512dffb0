/* SPDX-License-Identifier: Apache-2.0 */
/* Policies for those who make views: the table they stand in. Registry only. */
#ifndef REGISTRY_POLICIES_H
#define REGISTRY_POLICIES_H

#include "registry/draft.h"
#include "registry/policy.h"

struct policy_at {
    struct name name;           /* the scope */
    struct policy policy;
    struct span body;
    uint64_t seq;               /* the batch that last changed it */
    char bytes[];
};

/* The order of the table. */
int policies_by_scope(const void *a, const void *b);

/* From now on this is the policy of the scope; an empty body: there is none. */
void policies_put(struct state *state, const struct change *change, struct making *making);

#endif
