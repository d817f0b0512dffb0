/* SPDX-License-Identifier: Apache-2.0 */
/* Parsed forms of stored schemas, kept with their records while there is room for them. Past that the
 * publisher drops those that nobody used lately, and what finds no room is parsed for the call that needs it.
 * */
#ifndef REGISTRY_PARSED_H
#define REGISTRY_PARSED_H

#include "compat/schema.h"
#include "registry/bin.h"
#include "storage/change.h"

#include <pthread.h>

struct parsed;

/* All the forms that are kept. It outlives every view. */
struct parsed_pool {
    pthread_mutex_t lock; /* used, oldest, newest, and the links of the forms between them */
    size_t most, used;    /* bytes */
    struct parsed *oldest, *newest;
    _Atomic bool refused; /* a form found no room since the last sweep */
};

/* What hangs on a record. */
struct parsed_slot {
    struct parsed_pool *pool;
    struct parsed *_Atomic form;
    _Atomic bool wanted;       /* since the last sweep */
    _Atomic uint64_t likeness; /* 0: not worked out */
};

void parsed_pool_open(struct parsed_pool *pool, size_t most);
void parsed_pool_close(struct parsed_pool *pool);
size_t parsed_used(struct parsed_pool *pool);

/* What a form is made from. */
struct parsing {
    const struct record_row *row;
    const struct dependency *dependencies;
    size_t count;
    uint64_t age; /* of what it refers to: a form made from what stands there no more is not used */
};

/* The form that is kept, or NULL; and a new one, kept if there is room. Both live as long as view and
 * arena. */
const struct schema *parsed_kept(struct parsed_slot *slot, uint64_t age);
const struct schema *parsed_make(struct parsed_slot *slot, const struct parsing *parsing, struct arena *arena,
                                 struct error *err);

/* Of a form whose text refers to nothing: worked out once. */
uint64_t parsed_likeness(struct parsed_slot *slot);                 /* 0: not yet */
void parsed_keep_likeness(struct parsed_slot *slot, uint64_t likeness);

/* Never 0. */
uint64_t schema_likeness(const struct schema *schema);

/* Frees what is kept in a slot nobody reads any more. */
void parsed_drop(struct parsed_slot *slot);

/* For the publisher: where room was wanting, moves forms not used lately into the bin of the view that goes.
 * */
void parsed_sweep(struct parsed_pool *pool, struct bin *bin);

#endif
