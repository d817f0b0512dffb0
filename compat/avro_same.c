/* SPDX-License-Identifier: Apache-2.0 */
/* When two types are the same. Redefinition asks for what decides how data is read; a lookup also wants docs,
 * aliases and enum defaults to agree. A pair of types under comparison counts as the same: only what differs
 * somewhere differs. */
#include "compat/avro_model.h"

#include "base/limits.h"

#include <stdlib.h>

struct comparison {
    struct arena *arena;
    struct pairs seen; /* pairs of named types */
    unsigned depth;
    bool wording; /* docs, aliases and enum defaults matter */
};

static bool same(struct comparison *c, const struct avro_type *a, const struct avro_type *b);

static bool same_optional(struct span a, struct span b)
{
    return !a.ptr == !b.ptr && span_equal(a, b);
}

static int property_order(const void *a, const void *b)
{
    return span_compare(((const struct avro_property *)a)->name, ((const struct avro_property *)b)->name);
}

static struct avro_property *sorted_properties(struct comparison *c, const struct avro_property *properties,
                                               size_t count)
{
    struct avro_property *sorted = arena_array(c->arena, count, sizeof *sorted);
    memcpy(sorted, properties, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, property_order);
    return sorted;
}

static bool same_properties(struct comparison *c, const struct avro_property *a, size_t a_count,
                            const struct avro_property *b, size_t b_count)
{
    if (a_count != b_count || a_count == 0)
        return a_count == b_count;
    const struct avro_property *first = sorted_properties(c, a, a_count);
    const struct avro_property *second = sorted_properties(c, b, b_count);
    for (size_t i = 0; i < a_count; i++)
        if (!span_equal(first[i].name, second[i].name) ||
            !json_equal(first[i].value, second[i].value, c->arena))
            return false;
    return true;
}

static bool same_type_properties(struct comparison *c, const struct avro_type *a, const struct avro_type *b)
{
    return same_properties(c, a->properties, a->property_count, b->properties, b->property_count);
}

/* Aliases are kept once each, so sets are the same when one holds the other. */
static bool same_type_aliases(struct comparison *c, const struct avro_type *a, const struct avro_type *b)
{
    struct index names = {.arena = c->arena};
    for (size_t i = 0; i < a->alias_count; i++)
        index_add(&names, a->aliases[i], c);
    for (size_t i = 0; i < b->alias_count; i++)
        if (!index_find(&names, b->aliases[i]))
            return false;
    return a->alias_count == b->alias_count;
}

static bool same_field_aliases(struct comparison *c, const struct avro_field *a, const struct avro_field *b)
{
    struct index names = {.arena = c->arena};
    for (size_t i = 0; i < a->alias_count; i++)
        index_add(&names, plain_name(a->aliases[i]), c);
    for (size_t i = 0; i < b->alias_count; i++)
        if (!index_find(&names, plain_name(b->aliases[i])))
            return false;
    return a->alias_count == b->alias_count;
}

static bool same_fallback(struct comparison *c, const struct text *a, const struct text *b)
{
    return a && b ? json_equal(a, b, c->arena) : a == b;
}

static bool same_field(struct comparison *c, const struct avro_field *a, const struct avro_field *b)
{
    if (!span_equal(a->name, b->name) || a->order != b->order || !same_fallback(c, a->fallback, b->fallback))
        return false;
    if (c->wording && (!same_optional(a->doc, b->doc) || !same_field_aliases(c, a, b)))
        return false;
    return same_properties(c, a->properties, a->property_count, b->properties, b->property_count) &&
           same(c, a->type, b->type);
}

static bool same_fields(struct comparison *c, const struct avro_type *a, const struct avro_type *b)
{
    if (a->field_count != b->field_count)
        return false;
    for (size_t i = 0; i < a->field_count; i++)
        if (!same_field(c, &a->fields[i], &b->fields[i]))
            return false;
    return true;
}

static bool same_symbols(struct comparison *c, const struct avro_type *a, const struct avro_type *b)
{
    if (a->symbol_count != b->symbol_count)
        return false;
    for (size_t i = 0; i < a->symbol_count; i++)
        if (!same_optional(a->symbols[i], b->symbols[i]))
            return false;
    return !c->wording || same_optional(a->symbol_default, b->symbol_default);
}

static bool same_branches(struct comparison *c, const struct avro_type *a, const struct avro_type *b)
{
    if (a->branch_count != b->branch_count)
        return false;
    for (size_t i = 0; i < a->branch_count; i++)
        if (!same(c, a->branches[i], b->branches[i]))
            return false;
    return true;
}

static bool same_named(struct comparison *c, const struct avro_type *a, const struct avro_type *b)
{
    if (!same_name(a->name, b->name) || !same_type_properties(c, a, b))
        return false;
    if (c->wording && (!same_optional(a->doc, b->doc) || !same_type_aliases(c, a, b)))
        return false;
    if (a->kind == AVRO_RECORD)
        return same_fields(c, a, b);
    return a->kind == AVRO_ENUM ? same_symbols(c, a, b) : a->size == b->size;
}

/* Met before: the answer is known, or is being found. */
static bool met(struct comparison *c, const struct avro_type *a, const struct avro_type *b)
{
    void **seen = pairs_at(&c->seen, a, b);
    bool before = *seen != NULL;
    *seen = c;
    return before;
}

static bool same_kind(struct comparison *c, const struct avro_type *a, const struct avro_type *b)
{
    switch (a->kind) {
    case AVRO_RECORD:
    case AVRO_ENUM:
    case AVRO_FIXED: return met(c, a, b) || same_named(c, a, b);
    case AVRO_UNION: return same_branches(c, a, b);
    case AVRO_ARRAY:
    case AVRO_MAP: return same_type_properties(c, a, b) && same(c, a->items, b->items);
    default: return same_type_properties(c, a, b);
    }
}

static bool same(struct comparison *c, const struct avro_type *a, const struct avro_type *b)
{
    if (a == b)
        return true;
    if (a->kind != b->kind || c->depth > SCHEMA_NESTING_MAX)
        return false;
    c->depth++;
    bool equal = same_kind(c, a, b);
    c->depth--;
    return equal;
}

bool same_type(const struct avro_type *a, const struct avro_type *b)
{
    AUTO_ARENA arena = arena_new();
    return same(&(struct comparison){.arena = arena, .seen = {.arena = arena}}, a, b);
}

bool avro_same(const struct schema *a, const struct schema *b)
{
    AUTO_ARENA arena = arena_new();
    struct comparison c = {.arena = arena, .seen = {.arena = arena}, .wording = true};
    return same(&c, avro_root(a), avro_root(b));
}

/* ---- likeness: a number that is equal for what is the same ---- */

struct likeness {
    struct index seen;
    uint64_t hash;
    unsigned depth;
};

static void liken(struct likeness *l, const struct avro_type *type);

static void add_number(struct likeness *l, uint64_t number)
{
    l->hash = (l->hash ^ number) * 0x9e3779b97f4a7c15u;
    l->hash ^= l->hash >> 29;
}

static uint64_t text_hash(struct span text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * 0x100000001b3u;
    return text.ptr ? hash ^ hash >> 31 : 0;
}

static void add_text(struct likeness *l, struct span text)
{
    add_number(l, text_hash(text));
}

/* What has no order is added up. */
static void add_properties(struct likeness *l, const struct avro_property *properties, size_t count)
{
    uint64_t sum = count;
    for (size_t i = 0; i < count; i++)
        sum += text_hash(properties[i].name);
    add_number(l, sum);
}

static void liken_fields(struct likeness *l, const struct avro_type *type)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct avro_field *field = &type->fields[i];
        uint64_t aliases = field->alias_count;
        for (size_t k = 0; k < field->alias_count; k++)
            aliases += text_hash(field->aliases[k]);
        add_text(l, field->name);
        add_text(l, field->doc);
        add_number(l, field->fallback ? (uint64_t)field->fallback->kind + 1 : 0);
        add_number(l, field->order);
        add_number(l, aliases);
        add_properties(l, field->properties, field->property_count);
        liken(l, field->type);
    }
}

/* Of a namespace the length alone: thousands of types may share a long one. */
static void liken_named(struct likeness *l, const struct avro_type *type)
{
    add_text(l, type->name.simple);
    if (index_add(&l->seen, type->name, l))
        return;
    uint64_t aliases = type->alias_count;
    for (size_t i = 0; i < type->alias_count; i++)
        aliases += text_hash(type->aliases[i].simple);
    add_number(l, aliases);
    add_number(l, type->name.space.len);
    add_text(l, type->doc);
    add_properties(l, type->properties, type->property_count);
    if (type->kind == AVRO_RECORD) {
        add_number(l, type->field_count);
        liken_fields(l, type);
    } else if (type->kind == AVRO_ENUM) {
        add_number(l, type->symbol_count);
        add_text(l, type->symbol_default);
        for (size_t i = 0; i < type->symbol_count; i++)
            add_text(l, type->symbols[i]);
    } else {
        add_number(l, (uint64_t)type->size);
    }
}

static void liken_branches(struct likeness *l, const struct avro_type *type)
{
    add_number(l, type->branch_count);
    for (size_t i = 0; i < type->branch_count; i++)
        liken(l, type->branches[i]);
}

static void liken(struct likeness *l, const struct avro_type *type)
{
    if (l->depth > SCHEMA_NESTING_MAX)
        return;
    l->depth++;
    add_number(l, type->kind);
    if (is_named(type->kind))
        liken_named(l, type);
    else
        add_properties(l, type->properties, type->property_count);
    if (type->kind == AVRO_ARRAY || type->kind == AVRO_MAP)
        liken(l, type->items);
    else if (type->kind == AVRO_UNION)
        liken_branches(l, type);
    l->depth--;
}

uint64_t avro_likeness(const struct schema *schema)
{
    AUTO_ARENA arena = arena_new();
    struct likeness l = {.seen = {.arena = arena}};
    liken(&l, avro_root(schema));
    return l.hash;
}
