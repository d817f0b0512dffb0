/* SPDX-License-Identifier: Apache-2.0 */
/* A retention policy: what keeps versions, what may recycle and purge them. It is kept as JSON, changed by a
 * merge patch (RFC 7396), and taken whole from the nearest scope that has one. */
#ifndef REGISTRY_POLICY_H
#define REGISTRY_POLICY_H

#include "base/text.h"
#include "registry/view.h"

/* A rule that may be absent. */
struct given {
    bool is;
    double value;
};

struct policy {
    struct given min_versions, min_age_days, used_within_days;          /* protect; 0 is no rule either */
    bool age_created;                                                   /* age counts from the registration */
    bool prunes;
    struct given keep_versions, older_than_days, unused_for_days;       /* prune */
    struct given recycle_days;
    bool purges, even_if_transitive, drops_text;                        /* purge */
    struct given max_per_run, max_percent;                              /* limits; see below */
};

/* Whether it says anything: a floor, prune or purge. Else it is no policy. */
bool policy_acts(const struct policy *policy);

int policy_max_per_run(const struct policy *policy);
double policy_max_percent(const struct policy *policy);

/* A rule of days in milliseconds, and in whole UTC days, a fraction rounded up. */
int64_t given_ms(struct given days);
int64_t given_days(struct given days);

/* The number as it is shown: "90", "0.5". */
struct span given_text(struct given given, struct arena *arena);

/* Of a stored body. False: it is something else. */
MUST_CHECK bool policy_read(struct span body, struct policy *policy, struct arena *arena);

/* `stored` (empty: none) with a patch merged into it, checked whole (42292). */
MUST_CHECK bool policy_merge(struct span stored, const struct text *patch, struct span *merged,
                             struct arena *arena, struct error *err);

/* Rules that cannot act as they are written: an array of texts, or empty. */
struct span policy_warnings(const struct policy *policy, struct arena *arena);

/* What governs a name: the nearest one, be it empty. */
struct governing {
    const struct policy *policy;        /* NULL: none; borrowed from the view */
    struct name scope;                  /* where it is stored */
    struct span body;
    uint64_t seq;                       /* of its last change */
};
struct governing view_policy(const struct view *view, struct name name);

/* What is stored at exactly this scope; `policy` NULL: nothing is. */
struct governing view_policy_at(const struct view *view, struct name scope);

/* Whether the policy that governs a subject says anything. */
bool subject_under_policy(const struct view *view, struct name subject);

#endif
