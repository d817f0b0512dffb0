/* SPDX-License-Identifier: Apache-2.0 */
/* What the policies would take now: the plan, and carrying it out. A plan is a pure function of a view, the
 * use of ids and a moment: two servers on one store make the same. */
#ifndef REGISTRY_PRUNING_H
#define REGISTRY_PRUNING_H

#include "base/origin.h"
#include "registry/protect.h"

struct registry;

/* What a plan is asked for. */
struct prune_wish {
    const struct name *names;   /* sorted, each once; NULL: the subjects that the prefix asks for */
    size_t name_count;
    struct span prefix;         /* see selection.h */
    struct span within;         /* a context that it sees alone; ptr NULL: it sees all */
    bool recycles, purges;      /* its stages */
    bool due;                   /* only subjects whose policy enables prune or purge */
};

/* A version that prune or purge would take. */
struct pruned {
    const struct version *version;
    const struct policy *policy;
    bool purge;                 /* else it is recycled */
    bool weakens;               /* compatibility still looks at it */
    bool frozen;                /* its mode alone keeps it */
    int64_t since;              /* superseded, or recycled */
    struct span because[REASONS];
    size_t because_count;
    struct span by;             /* what stops it: an array; empty: it goes */
};

/* By subject, then number. What it points to lives in the arena and in the view. */
struct prune_plan {
    struct pruned *pruned;
    size_t count, room;
    size_t evaluated, recycles, purges;
    size_t expiring;            /* recycled versions that expire within EXPIRING_MS */
    uint64_t policy_seq;        /* of the newest change of a policy in it; 0: none */
    struct span digest;
};

/* False: a name is unknown (40401). */
MUST_CHECK bool prune_plan(const struct view *view, const struct prune_wish *wanted, int64_t now,
                           struct prune_plan *plan, struct arena *arena, struct error *err);

/* The plan as it is told. */
struct span prune_plan_write(const struct prune_plan *plan, struct arena *arena);

/* Carries out the plan of this digest, all of it in one transaction; `told` is the plan as it was done.
 * 40990: it would be another plan now, which goes with the error. */
MUST_CHECK bool registry_apply(struct registry *registry, const struct prune_wish *wanted,
                               struct span digest, const struct origin *by, struct span *told,
                               struct arena *arena, struct error *err);

#endif
