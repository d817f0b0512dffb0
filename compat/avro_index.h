/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up while a schema is read, printed or compared: by full name, by plain text, by a pair of
 * pointers. Private to the Avro files. Everything lives in the arena; nothing is ever taken out. */
#ifndef COMPAT_AVRO_INDEX_H
#define COMPAT_AVRO_INDEX_H

#include "compat/avro.h"

struct index_slot {
    struct avro_name name;
    uint64_t hash;
    void *value; /* NULL: the slot is free */
};

enum { INDEX_FEW = 8 };

/* From names to things. Start with {.arena = arena}. A plain text is a name without a namespace. */
struct index {
    struct arena *arena;
    struct index_slot few[INDEX_FEW]; /* the first ones: most indexes take nothing of the arena */
    struct index_slot *slots;
    size_t room, used;
    struct span space; /* the last long namespace that was hashed, as types share theirs */
    uint64_t space_hash;
};

void *index_find(struct index *index, struct avro_name name);

/* Enters the thing, unless the name is known: what it stands for then is returned, and NULL otherwise. */
void *index_add(struct index *index, struct avro_name name, void *thing);

static inline struct avro_name plain_name(struct span text)
{
    return (struct avro_name){.simple = text};
}

/* Equal, told by the pointers where they are the same: shared namespaces may be long. */
static inline bool same_text(struct span a, struct span b)
{
    return a.len == b.len && (a.ptr == b.ptr || a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool same_name(struct avro_name a, struct avro_name b)
{
    return same_text(a.simple, b.simple) && same_text(a.space, b.space);
}

struct pair_slot {
    const void *a, *b; /* a is NULL: the slot is free */
    void *value;
};

/* From two pointers to a thing. Start with {.arena = arena}. */
struct pairs {
    struct arena *arena;
    struct pair_slot *slots;
    size_t room, used;
};

/* The place of the thing that stands for (a, b), which is NULL at first. Good until the next call. */
void **pairs_at(struct pairs *pairs, const void *a, const void *b);

#endif
