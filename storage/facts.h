/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the memory store: facts under keys. A fact is a change as a replay tells it; swapping one for
 * another is undone by swapping back. */
#ifndef STORAGE_FACTS_H
#define STORAGE_FACTS_H

#include "storage/change.h"

/* The order of a replay. */
enum group {
    CONTEXTS, RECORDS, TOMBSTONES, VERSIONS, SETTINGS, POLICIES, ASSOCIATIONS, USES, REMOVALS, PAST,
};

/* The key: group, context and subject of the change, and a number (an id, a version, a count of removals). */
struct fact {
    struct fact *next;          /* in its bucket */
    uint64_t hash;
    enum group group;
    int number;
    int holders;                /* of a record: versions that are this schema */
    struct change change;
    struct origin by;
    char bytes[];               /* what the spans point into */
};

/* Start zeroed. */
struct facts {
    struct fact **buckets;
    size_t count, room;         /* room is a power of two */
};

/* Copies what the change points to. */
struct fact *fact_new(enum group group, int number, struct change change);

struct fact *facts_find(const struct facts *facts, enum group group, struct span context, struct span subject,
                        int number);

/* The fact with the same key; the schema of a version. */
struct fact *facts_find_like(const struct facts *facts, const struct fact *fact);
struct fact *facts_record_of(const struct facts *facts, const struct change *change);

/* Puts `in`, or nothing, in the place of `out`, or of nothing, and counts holders. Owns what is in, not what
 * is out. */
void facts_swap(struct facts *facts, struct fact *out, struct fact *in);

/* All facts of batches after `since`, in the order of a replay; the array is the caller's to free. */
struct fact **facts_sorted(const struct facts *facts, uint64_t since, size_t *count);

void facts_clear(struct facts *facts);

#endif
