/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping parsed forms: made by readers, dropped by the publisher. A reader that took a form out of a slot
 * holds a view, and the form goes into the bin of that view or of a later one. */
#include "registry/parsed.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SWEEP_MOST = 256 }; /* forms looked at by one publishing */

struct parsed {
    const struct schema *schema;
    struct arena *arena;
    size_t size;
    uint64_t age;
    struct parsed_slot *slot;
    struct parsed *older, *newer;
};

void parsed_pool_open(struct parsed_pool *pool, size_t most)
{
    *pool = (struct parsed_pool){.most = most};
    pthread_mutex_init(&pool->lock, NULL);
}

void parsed_pool_close(struct parsed_pool *pool)
{
    assert(!pool->oldest);
    pthread_mutex_destroy(&pool->lock);
}

size_t parsed_used(struct parsed_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    size_t used = pool->used;
    pthread_mutex_unlock(&pool->lock);
    return used;
}

static void pool_add(struct parsed_pool *pool, struct parsed *parsed)
{
    parsed->older = pool->newest;
    parsed->newer = NULL;
    *(pool->newest ? &pool->newest->newer : &pool->oldest) = parsed;
    pool->newest = parsed;
    pool->used += parsed->size;
}

static void pool_take(struct parsed_pool *pool, struct parsed *parsed)
{
    *(parsed->older ? &parsed->older->newer : &pool->oldest) = parsed->newer;
    *(parsed->newer ? &parsed->newer->older : &pool->newest) = parsed->older;
    pool->used -= parsed->size;
}

static void parsed_free(void *thing)
{
    struct parsed *parsed = thing;
    arena_free(parsed->arena);
    free(parsed);
}

/* Hangs the form up, unless there is no room or somebody was faster. */
static const struct parsed *settle(struct parsed_slot *slot, const struct schema *schema, struct arena *arena,
                                   uint64_t age)
{
    struct parsed_pool *pool = slot->pool;
    size_t size = arena_size(arena) + sizeof(struct parsed);
    pthread_mutex_lock(&pool->lock);
    struct parsed *form = atomic_load_explicit(&slot->form, memory_order_relaxed);
    if (!form && pool->used + size <= pool->most) {
        form = memory_new(1, sizeof *form);
        *form = (struct parsed){.schema = schema, .arena = arena, .size = size, .slot = slot, .age = age};
        pool_add(pool, form);
        atomic_store_explicit(&slot->form, form, memory_order_release);
    }
    pthread_mutex_unlock(&pool->lock);
    if (!form)
        atomic_store_explicit(&pool->refused, true, memory_order_relaxed);
    return form;
}

const struct schema *parsed_make(struct parsed_slot *slot, const struct parsing *parsing, struct arena *arena,
                                 struct error *err)
{
    const struct record_row *row = parsing->row;
    const struct schema_type *type = schema_type_find(row->type);
    const struct schema *schema;
    struct arena *own = arena_new();
    struct reading lenient = {.strict = false};
    if (!type ||
        !schema_parse(type, row->text, lenient, parsing->dependencies, parsing->count, &schema, own, err)) {
        arena_free(own);
        if (!type)
            (void)error_schema_type_unknown(err, row->type);
        return NULL;
    }
    const struct parsed *kept = settle(slot, schema, own, parsing->age);
    if (!kept || kept->arena != own)
        arena_adopt(arena, own);
    return schema;
}

const struct schema *parsed_kept(struct parsed_slot *slot, uint64_t age)
{
    const struct parsed *form = atomic_load_explicit(&slot->form, memory_order_acquire);
    atomic_store_explicit(&slot->wanted, true, memory_order_relaxed);
    return form && form->age == age ? form->schema : NULL;
}

uint64_t parsed_likeness(struct parsed_slot *slot)
{
    return atomic_load_explicit(&slot->likeness, memory_order_relaxed);
}

void parsed_keep_likeness(struct parsed_slot *slot, uint64_t likeness)
{
    atomic_store_explicit(&slot->likeness, likeness, memory_order_relaxed);
}

uint64_t schema_likeness(const struct schema *schema)
{
    uint64_t likeness = schema->type->likeness(schema);
    return likeness ? likeness : 1;
}

void parsed_drop(struct parsed_slot *slot)
{
    pthread_mutex_lock(&slot->pool->lock);
    struct parsed *form = atomic_load_explicit(&slot->form, memory_order_relaxed);
    if (form)
        pool_take(slot->pool, form);
    pthread_mutex_unlock(&slot->pool->lock);
    if (form)
        parsed_free(form);
}

void parsed_sweep(struct parsed_pool *pool, struct bin *bin)
{
    if (!atomic_exchange_explicit(&pool->refused, false, memory_order_relaxed))
        return;
    pthread_mutex_lock(&pool->lock);
    const struct parsed *last = pool->newest;
    struct parsed *form = NULL;
    for (int looked = 0; looked < SWEEP_MOST && form != last; looked++) {
        form = pool->oldest;
        pool_take(pool, form);
        if (atomic_exchange_explicit(&form->slot->wanted, false, memory_order_relaxed)) {
            pool_add(pool, form);
            continue;
        }
        atomic_store_explicit(&form->slot->form, NULL, memory_order_release);
        bin_put(bin, form, parsed_free);
    }
    pthread_mutex_unlock(&pool->lock);
}
