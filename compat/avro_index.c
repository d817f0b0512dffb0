/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing in an arena. The hash starts from where the arena happens to be, so that nobody outside can
 * choose names that all fall into one place. */
#include "compat/avro_index.h"

enum { PAIRS_LEAST = 16, SPACE_LONG = 64 };

static uint64_t mix(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static uint64_t hash_text(uint64_t hash, struct span text)
{
    while (text.len >= 8) {
        uint64_t word;
        memcpy(&word, text.ptr, 8);
        hash = mix(hash ^ word);
        text = span_from(text, 8);
    }
    uint64_t last = text.len;
    for (size_t i = 0; i < text.len; i++)
        last = last << 8 | (unsigned char)text.ptr[i];
    return mix(hash ^ last);
}

/* Thousands of types may share a namespace of a megabyte: it is hashed once. */
static uint64_t hash_space(struct index *index, struct span space)
{
    uint64_t seed = (uint64_t)(uintptr_t)index->arena;
    if (space.len < SPACE_LONG)
        return hash_text(seed, space);
    if (space.ptr != index->space.ptr || space.len != index->space.len) {
        index->space = space;
        index->space_hash = hash_text(seed, space);
    }
    return index->space_hash;
}

static struct index_slot *find_slot(const struct index *index, struct avro_name name, uint64_t hash)
{
    size_t at = (size_t)hash & (index->room - 1);
    while (index->slots[at].value &&
           !(index->slots[at].hash == hash && same_name(index->slots[at].name, name)))
        at = (at + 1) & (index->room - 1);
    return &index->slots[at];
}

static void index_grow(struct index *index)
{
    struct index_slot *old = index->room ? index->slots : index->few;
    size_t count = index->room ? index->room : index->used;
    if (2 * index->used < index->room)
        return;
    index->room = index->room ? 2 * index->room : 4 * INDEX_FEW;
    index->slots = arena_array(index->arena, index->room, sizeof *index->slots);
    for (size_t i = 0; i < count; i++)
        if (old[i].value)
            *find_slot(index, old[i].name, old[i].hash) = old[i];
}

/* While there are few: the slot of the name, or the first free one, or NULL. */
static struct index_slot *find_few(struct index *index, struct avro_name name, uint64_t hash)
{
    for (size_t i = 0; i < index->used; i++)
        if (index->few[i].hash == hash && same_name(index->few[i].name, name))
            return &index->few[i];
    return index->used < INDEX_FEW ? &index->few[index->used] : NULL;
}

void *index_find(struct index *index, struct avro_name name)
{
    if (!index->used)
        return NULL;
    uint64_t hash = hash_text(hash_space(index, name.space), name.simple);
    const struct index_slot *slot = index->room ? find_slot(index, name, hash) : find_few(index, name, hash);
    return slot ? slot->value : NULL;
}

void *index_add(struct index *index, struct avro_name name, void *thing)
{
    uint64_t hash = hash_text(hash_space(index, name.space), name.simple);
    struct index_slot *slot = index->room ? NULL : find_few(index, name, hash);
    if (!slot) {
        index_grow(index);
        slot = find_slot(index, name, hash);
    }
    if (slot->value)
        return slot->value;
    *slot = (struct index_slot){name, hash, thing};
    index->used++;
    return NULL;
}

static struct pair_slot *pair_slot(const struct pairs *pairs, const void *a, const void *b)
{
    uint64_t hash = mix(mix((uint64_t)(uintptr_t)a) ^ (uint64_t)(uintptr_t)b);
    size_t at = (size_t)hash & (pairs->room - 1);
    while (pairs->slots[at].a && (pairs->slots[at].a != a || pairs->slots[at].b != b))
        at = (at + 1) & (pairs->room - 1);
    return &pairs->slots[at];
}

static void pairs_grow(struct pairs *pairs)
{
    struct pairs old = *pairs;
    if (2 * pairs->used < pairs->room)
        return;
    pairs->room = old.room ? 2 * old.room : PAIRS_LEAST;
    pairs->slots = arena_array(pairs->arena, pairs->room, sizeof *pairs->slots);
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].a)
            *pair_slot(pairs, old.slots[i].a, old.slots[i].b) = old.slots[i];
}

void **pairs_at(struct pairs *pairs, const void *a, const void *b)
{
    pairs_grow(pairs);
    struct pair_slot *slot = pair_slot(pairs, a, b);
    if (!slot->a) {
        *slot = (struct pair_slot){.a = a, .b = b};
        pairs->used++;
    }
    return &slot->value;
}
