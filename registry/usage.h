/* SPDX-License-Identifier: Apache-2.0 */
/* When an id was last used, and by whom. Marks hang on records beside the views: readers make them without a
 * lock and without an allocation, and they are written to the store at most once a minute. */
#ifndef REGISTRY_USAGE_H
#define REGISTRY_USAGE_H

#include "registry/view.h"

enum use {
    USE_FETCHED,        /* read by its id, or as a version */
    USE_REGISTERED,     /* looked up, or registered where it was known */
};

/* The schema is used now. */
void usage_mark(const struct record *record, enum use how, struct span agent);

/* The UTC day of its last use. Without a mark that is the day of its registration, or the one since which the
 * store keeps marks, whichever is later. */
int64_t usage_day(const struct record *record);

/* The same in words: "fetched 2026-10-02 by confluent-kafka-python". */
struct span usage_detail(const struct record *record, struct arena *arena);

/* The members that are told of it: {"lastFetched"?,"lastRegistered"?,"fetches","clients"}. */
struct span usage_json(const struct record *record, struct arena *arena);

#endif
