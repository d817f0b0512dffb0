/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of a reader for a writer: see the header. The check has the first word, and its words are those of
 * a refusal. A pair of named types has one plan, which may lead back to itself. */
#include "compat/resolve.h"

#include "base/limits.h"
#include "compat/avro_model.h"

#include <stdlib.h>

enum { TOLD = 5 }; /* findings in one message */

struct resolver {
    struct arena *arena;  /* of the plans */
    struct pairs plans;   /* (reader, writer) → struct plan; the rest is scratch */
    struct pairs indexes; /* a record's fields, an enum's symbols: by name */
    unsigned depth;
};

static struct plan *resolve(struct resolver *r, const struct avro_type *reader,
                            const struct avro_type *writer);

static struct plan *plan_new(struct resolver *r, const struct avro_type *reader,
                             const struct avro_type *writer)
{
    struct plan *plan = arena_alloc(r->arena, sizeof *plan);
    *plan = (struct plan){.kind = PLAN_MAKING, .reader = reader, .writer = writer};
    return plan;
}

/* By name, the place of each field or symbol, counted from 1: NULL is for what is not there. */
static struct index *places_of(struct resolver *r, const struct avro_type *type)
{
    void **kept = pairs_at(&r->indexes, type, NULL);
    if (*kept)
        return *kept;
    struct index *index = arena_alloc(r->indexes.arena, sizeof *index);
    index->arena = r->indexes.arena;
    *kept = index;
    size_t count = type->kind == AVRO_RECORD ? type->field_count : type->symbol_count;
    for (size_t i = 0; i < count; i++)
        index_add(index, plain_name(type->kind == AVRO_RECORD ? type->fields[i].name : type->symbols[i]),
                  (void *)(uintptr_t)(i + 1));
    return index;
}

static int64_t place_of(struct resolver *r, const struct avro_type *type, struct span name)
{
    return (int64_t)(uintptr_t)index_find(places_of(r, type), plain_name(name)) - 1;
}

/* ---- enums ---- */

static bool resolve_symbols(struct resolver *r, struct plan *plan)
{
    const struct avro_type *reader = plan->reader, *writer = plan->writer;
    bool has_default = reader->symbol_default.ptr;
    int64_t fallback = has_default ? place_of(r, reader, reader->symbol_default) : PLAN_DEFAULT;
    int64_t *symbols = arena_array(r->arena, writer->symbol_count, sizeof *symbols);
    for (size_t i = 0; i < writer->symbol_count; i++) {
        int64_t place = place_of(r, reader, writer->symbols[i]);
        symbols[i] = place >= 0 ? place : fallback;
        if (symbols[i] < 0)
            return false;
    }
    plan->symbols = symbols;
    return true;
}

/* ---- records ---- */

/* By name and by each alias, the writer's field is to be found once at most. */
static bool find_source(struct resolver *r, const struct avro_field *field, const struct avro_type *writer,
                        int64_t *from)
{
    *from = place_of(r, writer, field->name);
    for (size_t i = 0; i < field->alias_count; i++) {
        int64_t other = place_of(r, writer, field->aliases[i]);
        if (other >= 0 && *from >= 0)
            return false;
        *from = other >= 0 ? other : *from;
    }
    return *from >= 0 || field->fallback;
}

struct place {
    int64_t from;
    size_t field;
};

static int place_order(const void *a, const void *b)
{
    const struct place *first = a, *second = b;
    if (first->from != second->from)
        return first->from < second->from ? -1 : 1;
    return first->field < second->field ? -1 : first->field > second->field;
}

/* Sorts the fields by where they are in the bytes. */
static void put_in_order(struct resolver *r, struct plan *plan)
{
    size_t count = 0;
    struct place *places = arena_array(r->indexes.arena, plan->reader->field_count, sizeof *places);
    for (size_t i = 0; i < plan->reader->field_count; i++)
        if (plan->fields[i].from >= 0)
            places[count++] = (struct place){plan->fields[i].from, i};
    if (count > 0)
        qsort(places, count, sizeof *places, place_order);
    size_t *order = arena_array(r->arena, count, sizeof *order);
    plan->straight = true;
    for (size_t i = 0; i < count; i++) {
        order[i] = places[i].field;
        if (i > 0 && (order[i] < order[i - 1] || places[i].from == places[i - 1].from))
            plan->straight = false;
    }
    plan->order = order;
    plan->order_count = count;
}

static bool resolve_fields(struct resolver *r, struct plan *plan)
{
    const struct avro_type *reader = plan->reader, *writer = plan->writer;
    struct plan_field *fields = arena_array(r->arena, reader->field_count, sizeof *fields);
    for (size_t i = 0; i < reader->field_count; i++) {
        if (!find_source(r, &reader->fields[i], writer, &fields[i].from))
            return false;
        if (fields[i].from < 0)
            continue;
        struct plan *inner = resolve(r, reader->fields[i].type, writer->fields[fields[i].from].type);
        fields[i].plan = inner;
        if (!inner)
            return false;
    }
    plan->fields = fields;
    put_in_order(r, plan);
    return true;
}

/* ---- unions ---- */

/* What was written as one type: the reader's branch of the same kind takes it, else the first that can. */
static struct plan *resolve_into_union(struct resolver *r, const struct avro_type *reader,
                                       const struct avro_type *writer)
{
    struct plan *plan = NULL;
    for (size_t i = 0; i < reader->branch_count && !plan; i++)
        if (reader->branches[i]->kind == writer->kind)
            plan = resolve(r, reader->branches[i], writer);
    for (size_t i = 0; i < reader->branch_count && !plan; i++)
        if (kind_promotes(reader->branches[i]->kind, writer->kind))
            plan = resolve(r, reader->branches[i], writer);
    return plan;
}

static struct plan *resolve_from_union(struct resolver *r, const struct avro_type *reader,
                                       const struct avro_type *writer)
{
    struct plan *plan = plan_new(r, NULL, writer);
    const struct plan **branches = arena_array(r->arena, writer->branch_count, sizeof *branches);
    for (size_t i = 0; i < writer->branch_count; i++) {
        branches[i] = resolve(r, reader, writer->branches[i]);
        if (!branches[i])
            return NULL;
    }
    plan->kind = PLAN_BRANCH;
    plan->branches = branches;
    return plan;
}

/* ---- any two ---- */

static bool resolve_items(struct resolver *r, struct plan *plan)
{
    plan->items = resolve(r, plan->reader->items, plan->writer->items);
    return plan->items;
}

/* Fills the plan of two types that are no unions, and says of what kind it is. */
static bool resolve_kind(struct resolver *r, struct plan *plan, enum plan_kind *kind)
{
    const struct avro_type *reader = plan->reader, *writer = plan->writer;
    *kind = PLAN_LEAF;
    if (reader->kind != writer->kind)
        return kind_promotes(reader->kind, writer->kind);
    if (is_named(reader->kind) && !names_meet(reader, writer))
        return false;
    switch (reader->kind) {
    case AVRO_FIXED: return reader->size == writer->size;
    case AVRO_ENUM: *kind = PLAN_SYMBOL; return resolve_symbols(r, plan);
    case AVRO_RECORD: *kind = PLAN_RECORD; return resolve_fields(r, plan);
    case AVRO_ARRAY:
    case AVRO_MAP: *kind = PLAN_ITEMS; return resolve_items(r, plan);
    default: return true;
    }
}

/* NULL: the reader cannot read it. A pair that is still in the making is believed in: should it fail, its
 * plan says PLAN_NEVER to whoever took it. */
static struct plan *resolve_pair(struct resolver *r, const struct avro_type *reader,
                                 const struct avro_type *writer)
{
    bool again = is_named(reader->kind) && is_named(writer->kind);
    struct plan *known = again ? *pairs_at(&r->plans, reader, writer) : NULL;
    if (known)
        return known->kind == PLAN_NEVER ? NULL : known;
    struct plan *plan = plan_new(r, reader, writer);
    if (again)
        *pairs_at(&r->plans, reader, writer) = plan;
    enum plan_kind kind;
    bool fits = resolve_kind(r, plan, &kind);
    plan->kind = fits ? kind : PLAN_NEVER;
    return fits ? plan : NULL;
}

static struct plan *resolve(struct resolver *r, const struct avro_type *reader,
                            const struct avro_type *writer)
{
    struct plan *plan;
    if (r->depth == COMPARE_DEPTH_MAX)
        return NULL;
    r->depth++;
    if (writer->kind == AVRO_UNION)
        plan = resolve_from_union(r, reader, writer);
    else if (reader->kind == AVRO_UNION)
        plan = resolve_into_union(r, reader, writer);
    else
        plan = resolve_pair(r, reader, writer);
    r->depth--;
    return plan;
}

/* ---- the door ---- */

static bool refuse(const struct finding *finding, struct error *err)
{
    struct buffer out = {.arena = err->arena};
    buffer_put(&out, SPAN("the reader schema cannot read it: "));
    for (unsigned told = 0; finding; finding = finding->next, told++) {
        if (told == TOLD) {
            buffer_put(&out, SPAN("; …"));
            break;
        }
        buffer_put(&out, told ? SPAN("; ") : SPAN(""));
        if (finding->kind)
            buffer_printf(&out, "%s at %.*s: ", finding->kind->name, SPAN_ARGS(finding->location));
        buffer_put(&out, finding->message);
    }
    return error_set(err, 0, "%.*s", SPAN_ARGS(buffer_span(&out)));
}

bool avro_resolve(const struct schema *reader, const struct schema *writer, const struct plan **plan,
                  struct arena *arena, struct error *err)
{
    AUTO_ARENA scratch = arena_new();
    const struct finding *finding = avro_compare(reader, writer, scratch);
    if (finding)
        return refuse(finding, err);
    struct resolver r = {.arena = arena, .plans = {.arena = scratch}, .indexes = {.arena = scratch}};
    *plan = resolve(&r, avro_root(reader), avro_root(writer));
    return *plan || error_set(err, 0, "the reader schema cannot read it: its types are nested too deep");
}
