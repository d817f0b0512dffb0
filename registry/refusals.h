/* SPDX-License-Identifier: Apache-2.0 */
/* Removals that protection refused: counted by subject, rule and who, so that nobody fills the disk by
 * asking, and written as history at most once a minute. */
#ifndef REGISTRY_REFUSALS_H
#define REGISTRY_REFUSALS_H

#include "base/limits.h"
#include "registry/name.h"

struct registry;

/* One refusal: of which version, by which rule, asked for by whom. */
struct refusal {
    struct name subject;
    int version, id;
    const char *rule;           /* a literal: "hold", "minVersions", … */
    struct span who;
};

void registry_refused(struct registry *registry, const struct refusal *refusal);

/* What was counted since the last writing: the last of its kind, when that was, and how many there were. Past
 * REFUSALS_MAX of them who is "others", and the subject none. */
struct counted {
    struct refusal last;
    int64_t at;
    int64_t count;
};

/* A copy, in the order in which each kind came first. */
const struct counted *registry_refusals(struct registry *registry, size_t *count, struct arena *arena);

/* How many there were since the start, by rule. */
struct refused_by {
    const char *rule;
    uint64_t count;
};
size_t registry_refused_by(struct registry *registry, struct refused_by rules[RULES_REFUSING_MAX]);

#endif
