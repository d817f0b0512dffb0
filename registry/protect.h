/* SPDX-License-Identifier: Apache-2.0 */
/* What keeps a version, and what may take it: pure functions of a view, the use of ids and a moment.
 * Protections are OR-ed, any one keeps; the conditions of prune are AND-ed. Nothing here changes anything. */
#ifndef REGISTRY_PROTECT_H
#define REGISTRY_PROTECT_H

#include "registry/policy.h"
#include "registry/tombstone.h"

/* No moment: it has no end, it never comes. */
#define NEVER INT64_C(-1)

/* For the versions of one subject. */
struct judging {
    const struct view *view;
    int64_t now;
    const struct subject *subject;      /* NULL: it has no version */
    const struct policy *policy;        /* that governs it; one that says nothing where there is none */
    bool transitive;                    /* the level that holds for it */
    bool read_only;
};
struct judging judging_begin(const struct view *view, int64_t now, struct name subject);

/* Its place among the live versions, newest first: 0 is the latest. A recycled one: how many are above.
 * Past what any rule of the policy looks at it is not counted on. */
int version_rank(const struct judging *judging, const struct version *version);

/* Since when it counts, by the policy's basis, and how long that is; the latest live one has age 0 unless its
 * registration counts. */
int64_t version_age(const struct judging *judging, const struct version *version);

/* One thing that keeps a version. */
struct floor {
    const char *rule;           /* "hold", "minVersions", "minAgeDays", "usedWithinDays" */
    struct span detail;
    struct span said;           /* "minAgeDays 90 until …"; of a hold its reason */
    int64_t until;              /* NEVER: without an end */
};

enum { FLOORS_MAX = 4 };
struct floors {
    struct floor items[FLOORS_MAX];     /* in the order of the rules above */
    size_t count;
    int64_t until;                      /* when the last of them ends; 0 without any, NEVER: one has no end */
};

/* What keeps a live version from being recycled, a recycled one from being purged. `rank` as above. */
struct floors version_floors(const struct judging *judging, const struct version *version, int rank,
                             struct arena *arena);

bool floors_hold(const struct floors *floors);                                  /* a hold is among them */
struct span floors_said(const struct floors *floors, struct arena *arena);      /* the others in a row */
struct span floors_write(const struct floors *floors, struct arena *arena); /* [{"rule","detail","until"?}] */

/* {"protectedBy":[…],"until"?}: what stands beside a refusal. */
struct span floors_refusal(const struct floors *floors, struct arena *arena);

/* From when on prune (a live version) or purge (a recycled one) takes it, if nothing keeps it; NEVER: time
 * alone does not bring it. */
int64_t version_taken_from(const struct judging *judging, const struct version *version, int rank);

/* Why, of one that is taken: so many sentences. */
enum { REASONS = 3 };
size_t version_because(const struct judging *judging, const struct version *version,
                       struct span because[REASONS], struct arena *arena);

/* When a recycled version expires; NEVER. */
int64_t version_expiry(const struct judging *judging, const struct version *version);

/* Whether compatibility still looks at this recycled version: it is in the list of a transitive level. */
bool version_remembered(const struct judging *judging, const struct version *version);

/* From when on a plan may take it, if nothing but time passes; NEVER. */
int64_t version_prunable_from(const struct judging *judging, const struct version *version,
                              struct arena *arena);

/* "superseded 402 days ago". */
struct span days_ago(const char *what, int64_t ms, struct arena *arena);

#endif
