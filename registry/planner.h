/* SPDX-License-Identifier: Apache-2.0 */
/* A plan in the making: for pruning.c, which judges, prune_limits.c, which chooses, and prune_digest.c. */
#ifndef REGISTRY_PLANNER_H
#define REGISTRY_PLANNER_H

#include "base/digest.h"
#include "base/limits.h"
#include "registry/pruning.h"
#include "registry/selection.h"

struct planner {
    const struct view *view;
    const struct prune_wish *wanted;
    int64_t now;
    struct prune_plan *plan;
    struct arena *arena;
    struct arena *scratch;              /* for one subject */
    struct buffer inputs;               /* of one subject, for the digest */
    uint8_t digest[SHA256_SIZE];        /* of all before it */
};

/* Of what nothing else stops from `first` on, at most so many go: the longest superseded or recycled. */
void cap(struct planner *planner, size_t first, bool purge, size_t most, struct span detail);

/* The same for all that one stored policy governs. */
void cap_policies(struct planner *planner);

/* Between the first two and digest_close come the versions of that subject; the actions come last. */
void digest_subject(struct planner *planner, const struct governing *governing);
void digest_version(struct planner *planner, const struct judging *judging, const struct version *version);
void digest_close(struct planner *planner, const struct judging *judging);
void digest_actions(struct planner *planner);

#endif
