/* SPDX-License-Identifier: Apache-2.0 */
/* Ties mentions of types that were defined later to their definitions, and checks again what a placeholder
 * had hidden: defaults, unions. Goes about it in the order of Avro Java, which decides what an object may be
 * a default of and which of several faults is told. */
#include "compat/avro_model.h"

#include "base/limits.h"

static bool visit(struct reader *r, struct node *node);

/* What a mention means by now. */
static const struct avro_type *linked(const struct avro_type *type)
{
    const struct node *node = node_of(type);
    return node->placeholder && node->target ? &node->target->type : type;
}

/* An integer beyond 64 bits does not survive the copy that Java makes of records, arrays and maps. */
static bool check_properties(struct reader *r, const struct avro_type *type)
{
    for (size_t i = 0; i < type->property_count; i++)
        if (json_holds_big(type->properties[i].value))
            return reader_fail(r, "Can't set a property to null: %.*s", SPAN_ARGS(type->properties[i].name));
    return true;
}

static bool finish_record(struct reader *r, struct node *node)
{
    struct avro_field *fields = (struct avro_field *)node->type.fields;
    for (size_t i = 0; i < node->type.field_count; i++) {
        fields[i].type = linked(fields[i].type);
        if (!check_default(r, &fields[i], true))
            return false;
    }
    node->done = true;
    return check_properties(r, &node->type);
}

static bool finish_union(struct reader *r, struct node *node)
{
    const struct avro_type **branches = (const struct avro_type **)node->type.branches;
    for (size_t i = 0; i < node->type.branch_count; i++)
        branches[i] = linked(branches[i]);
    node->done = true;
    return check_union(r, &node->type);
}

static bool finish_items(struct reader *r, struct node *node)
{
    node->type.items = linked(node->type.items);
    node->done = true;
    return check_properties(r, &node->type);
}

/* The definition is visited from here if nobody has come to it yet. */
static bool visit_placeholder(struct reader *r, struct node *node)
{
    struct node *target = index_find(&r->types, node->wanted);
    if (!target)
        return reader_fail(r, "Undefined schema: %.*s", SPAN_ARGS(avro_full_name(node->wanted, r->arena)));
    if (!target->begun && !visit(r, target))
        return false;
    node->target = target;
    return true;
}

/* Finishing may already have happened on the way: a definition that is visited from below its own fields is
 * finished there. The branches of a union are visited from the last to the first. */
static bool visit_kind(struct reader *r, struct node *node)
{
    const struct avro_type *type = &node->type;
    switch (type->kind) {
    case AVRO_RECORD:
        for (size_t i = 0; i < type->field_count; i++)
            if (!visit(r, node_of(type->fields[i].type)))
                return false;
        return node->done || finish_record(r, node);
    case AVRO_UNION:
        for (size_t i = type->branch_count; i > 0; i--)
            if (!visit(r, node_of(type->branches[i - 1])))
                return false;
        return node->done || finish_union(r, node);
    case AVRO_ARRAY:
    case AVRO_MAP: return visit(r, node_of(type->items)) && (node->done || finish_items(r, node));
    default: node->done = true; return true;
    }
}

static bool visit(struct reader *r, struct node *node)
{
    if (node->done || (r->again && node->begun && node->type.kind == AVRO_RECORD))
        return true;
    if (r->depth >= SCHEMA_NESTING_MAX)
        return reader_fail(r, "Types are nested more than %d deep", SCHEMA_NESTING_MAX);
    r->depth++;
    node->begun = true;
    bool fine = node->placeholder ? visit_placeholder(r, node) : visit_kind(r, node);
    r->depth--;
    return fine;
}

/* What belongs to one definition alone. */
static void forget(struct node *node)
{
    const struct avro_type *type = &node->type;
    node->begun = node->done = false;
    for (size_t i = 0; type->kind == AVRO_RECORD && i < type->field_count; i++)
        if (!is_named(type->fields[i].type->kind))
            forget(node_of(type->fields[i].type));
    for (size_t i = 0; type->kind == AVRO_UNION && i < type->branch_count; i++)
        if (!is_named(type->branches[i]->kind))
            forget(node_of(type->branches[i]));
    if ((type->kind == AVRO_ARRAY || type->kind == AVRO_MAP) && !is_named(type->items->kind))
        forget(node_of(type->items));
}

/* The first `done` of the types of earlier texts are done, the others are to be visited anew. */
static void forget_from(struct reader *r, size_t done)
{
    r->verdicts.objects = (struct pairs){.arena = r->arena};
    r->verdicts.steps += r->linked;
    for (size_t i = 0; i < done; i++)
        r->order[i]->done = true;
    for (size_t i = done; i < r->linked; i++)
        forget(r->order[i]);
    r->again = true;
}

/* A text that defines types makes Java visit all of those before it anew. No placeholder stands between them
 * any more, so they are come to in another order, and a default may be judged while its record is not done.
 * What came before the last text was visited so already, with the same outcome. */
static bool link_definitions(struct reader *r)
{
    size_t from = r->linked;
    if (r->strict)
        forget_from(r, r->last);
    for (size_t i = r->last; i < r->count; i++) {
        r->again = r->strict && i < from;
        if (!visit(r, r->order[i]))
            return false;
    }
    r->last = from;
    r->linked = r->count;
    r->fresh = true;
    return true;
}

/* One that defines none visits what it mentions, which Java has not seen before: it keeps copies. References
 * that do so by turns with ones that define something could make that long. */
static bool link_mentions(struct reader *r, struct node *root)
{
    if (r->strict && r->fresh && r->verdicts.steps < DEFAULT_STEPS_MAX)
        forget_from(r, 0);
    r->fresh = false;
    r->again = r->strict;
    bool fine = visit(r, root);
    r->again = false;
    return fine;
}

bool link_types(struct reader *r, struct node *root, const struct avro_type **type)
{
    bool defines = r->count > r->linked;
    if (defines && !link_definitions(r))
        return false;
    if (root->placeholder)
        return reader_fail(r, "Unknown schema: %.*s", SPAN_ARGS(avro_full_name(root->type.name, r->arena)));
    *type = &root->type;
    if (!is_named(root->type.kind))
        return defines ? visit(r, root) : link_mentions(r, root);
    *type = &((struct node *)index_find(&r->types, root->type.name))->type;
    return true;
}
