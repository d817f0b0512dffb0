/* SPDX-License-Identifier: Apache-2.0 */
/* Tombstones for those who make views: the tables they stand in. Registry only. */
#ifndef REGISTRY_TOMBS_H
#define REGISTRY_TOMBS_H

#include "registry/draft.h"
#include "registry/tombstone.h"

/* The orders of the tables. */
int tombs_by_version(const void *a, const void *b);
int kept_by_subject(const void *a, const void *b);

/* What a purge leaves. */
void tombs_put(struct state *state, const struct change *change, struct making *making);

/* The batch that last purged a version of the subject; 0: none did. */
uint64_t view_purged_seq(const struct view *view, struct name subject);

#endif
