/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered of a version beside its schema: that it was recycled, that it is held; and once it was
 * purged, its tombstone, and the number that its subject goes on from. */
#ifndef REGISTRY_TOMBSTONE_H
#define REGISTRY_TOMBSTONE_H

#include "registry/view.h"

/* Kept in the row of a recycled version. */
struct recycled {
    int64_t at;
    struct span by, why;
    bool policy;                /* by the policy; else by hand */
};
struct span recycled_write(const struct recycled *recycled, struct arena *arena);
MUST_CHECK bool recycled_read(struct span json, struct recycled *recycled, struct arena *arena);

/* Whether it was recycled, and by the policy. */
bool version_by_policy(const struct version_row *row);

/* Kept in the row of a version that is held. */
struct hold {
    struct span reason, by;
    int64_t until;              /* -1: without an end */
    int64_t at;
};
struct span hold_write(const struct hold *hold, struct arena *arena);

/* False: there is none, or its end has passed. */
bool hold_in_force(const struct version_row *row, int64_t now, struct hold *hold, struct arena *arena);

/* A version that was purged; of several under one number the last. */
struct tombstone {
    struct name subject;
    int number, id;
    struct span guid;
    int64_t at;
    struct span by, why;
};

/* NULL: there is none. */
const struct tombstone *view_tombstone(const struct view *view, struct name subject, int number);
bool view_has_tombstone(const struct view *view, struct name subject);

/* The highest number that a subject may not give again: of its versions, and of those that were purged while
 * it was under policy. */
int view_highest_number(const struct view *view, struct name subject);

/* The highest number ever given, as far as it is remembered. */
int view_highest_ever(const struct view *view, struct name subject);

/* The number below which numbers are kept for ever; 0: none is. */
int view_kept_number(const struct view *view, struct name subject);

/* By whom: the address with what it says of itself. */
struct span origin_text(const struct origin *by, struct arena *arena);

#endif
