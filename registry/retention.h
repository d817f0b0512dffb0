/* SPDX-License-Identifier: Apache-2.0 */
/* Version retention, whoever asks: policies, holds, the way back, what holds for one version. Its second half
 * is removal, in registry.h. */
#ifndef REGISTRY_RETENTION_H
#define REGISTRY_RETENTION_H

#include "registry/protect.h"
#include "registry/registry.h"

/* A change of the policy stored at a scope. */
struct policy_wish {
    struct name scope;                  /* an empty subject is the context */
    const struct text *patch;           /* RFC 7396; NULL: the policy goes */
    bool dry;                           /* nothing is done: the answer is what would come */
    struct origin by;
};

/* `before` and `after` are what is stored at the scope, in the arena; empty: nothing. */
MUST_CHECK bool registry_set_policy(struct registry *registry, const struct policy_wish *wanted,
                                    struct span *before, struct span *after, struct arena *arena,
                                    struct error *err);

/* What was recycled comes back: a version, or everything of a subject (version ALL_VERSIONS). */
struct undeletion {
    struct name subject;
    int version;                        /* a number, LATEST_VERSION or ALL_VERSIONS */
    bool force;                         /* the level is not asked */
    struct origin by;
};

/* The versions that are back, ascending, in the arena. */
MUST_CHECK bool registry_undelete(struct registry *registry, const struct undeletion *wanted,
                                  const int **versions, size_t *count, struct arena *arena,
                                  struct error *err);

/* A hold that is put on a version, or taken off. */
struct holding {
    struct name subject;
    int version;                        /* a number or LATEST_VERSION */
    bool release;
    bool dry;                           /* nothing is done: the answer is what would come */
    struct span reason;
    int64_t until;                      /* NEVER: without an end */
    struct span until_text;             /* as it came */
    const struct error *fault;          /* what is wrong with the body; told when the version is found */
    struct origin by;
};

/* The hold that is new, or was there. */
MUST_CHECK bool registry_hold(struct registry *registry, const struct holding *wanted, struct hold *hold,
                              struct arena *arena, struct error *err);

/* A version, or the tombstone that is left of it; one of them. Neither: 40401, where there is nothing of the
 * subject, else 40402. */
struct standing_version {
    const struct version *version;
    const struct tombstone *tombstone;
};
MUST_CHECK bool view_find_version(const struct view *view, struct name subject, int number,
                                  struct standing_version *found, struct arena *arena, struct error *err);

/* What version retention did. */
struct history_wish {
    struct span context;                /* ptr NULL: all of them */
    struct span subject;                /* ptr NULL: all of them; with its context */
    int64_t since;
    size_t most;
};
struct history_entry {
    int64_t at;
    const char *what;                   /* "recycled", … */
    struct name subject;
    int version, id;
    struct span by, why;
    int64_t count;                      /* of refusals; else 0 */
};

/* Newest first, in the arena; what is not written yet is among them. */
MUST_CHECK bool registry_history(struct registry *registry, const struct history_wish *wanted,
                                 const struct history_entry **entries, size_t *count, struct arena *arena,
                                 struct error *err);

#endif
