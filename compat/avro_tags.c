/* SPDX-License-Identifier: Apache-2.0 */
/* Tags: the property confluent:tags of records and fields, found by path, changed and listed. Types of
 * references keep theirs. */
#include "compat/avro_model.h"

#include <assert.h>

#define TAGS SPAN("confluent:tags")

/* ---- the records of a text, in breadth-first order ---- */

struct queue {
    const struct avro_type **types;
    size_t count, room, at;
    struct pairs seen;
    struct arena *arena;
};

static void push(struct queue *queue, const struct avro_type *type)
{
    if (queue->count == queue->room) {
        queue->room = queue->room ? 2 * queue->room : 32;
        const struct avro_type **larger = arena_array(queue->arena, queue->room, sizeof *larger);
        if (queue->count)
            memcpy(larger, queue->types, queue->count * sizeof *larger);
        queue->types = larger;
    }
    queue->types[queue->count++] = type;
}

/* Whether it is a record that was not seen yet and stands in the text itself. */
static bool is_new_record(struct queue *queue, const struct avro_type *type)
{
    if (type->kind != AVRO_RECORD || !node_of(type)->of_main)
        return false;
    void **seen = pairs_at(&queue->seen, type, NULL);
    if (*seen)
        return false;
    *seen = queue;
    return true;
}

static void push_inner(struct queue *queue, const struct avro_type *type)
{
    switch (type->kind) {
    case AVRO_ARRAY:
    case AVRO_MAP: push(queue, type->items); return;
    case AVRO_UNION:
        for (size_t i = 0; i < type->branch_count; i++)
            push(queue, type->branches[i]);
        return;
    case AVRO_RECORD:
        for (size_t i = 0; i < type->field_count; i++)
            push(queue, type->fields[i].type);
        return;
    default: return;
    }
}

struct records {
    const struct avro_type **types;
    size_t count;
};

static struct records records_of(const struct avro_type *root, struct arena *arena)
{
    struct queue queue = {.seen = {.arena = arena}, .arena = arena}, found = {.arena = arena};
    push(&queue, root);
    while (queue.at < queue.count) {
        const struct avro_type *type = queue.types[queue.at++];
        bool is_new = is_new_record(&queue, type);
        if (is_new)
            push(&found, type);
        if (is_new || type->kind != AVRO_RECORD)
            push_inner(&queue, type);
    }
    return (struct records){found.types, found.count};
}

/* ---- paths ---- */

/* A name with a namespace is meant in full; one without may have any. A dot may stand before a bare one. */
static const struct avro_type *find_record(const struct records *records, struct span path)
{
    if (path.len && path.ptr[0] == '.' && !memchr(path.ptr + 1, '.', path.len - 1))
        path = span_from(path, 1);
    struct avro_name name = name_split(path, SPAN(""));
    for (size_t i = 0; i < records->count; i++) {
        const struct avro_name *at = &records->types[i]->name;
        if (same_text(at->simple, name.simple) && (!name.space.len || same_text(at->space, name.space)))
            return records->types[i];
    }
    return NULL;
}

static const char *last_dot(struct span path)
{
    for (size_t i = path.len; i-- > 0;)
        if (path.ptr[i] == '.')
            return path.ptr + i;
    return NULL;
}

static const struct avro_field *find_field(const struct records *records, struct span path)
{
    const char *dot = last_dot(path);
    size_t len = (size_t)(dot - path.ptr);
    const struct avro_type *record = find_record(records, span_first(path, len));
    struct span name = span_from(path, len + 1);
    for (size_t i = 0; record && i < record->field_count; i++)
        if (span_equal(record->fields[i].name, name))
            return &record->fields[i];
    return NULL;
}

/* ---- the tags of one thing ---- */

/* Where its properties hang. */
struct owner {
    const struct avro_property **properties;
    size_t *count;
};

static struct owner record_owner(const struct avro_type *type)
{
    struct avro_type *own = (struct avro_type *)type;
    return (struct owner){&own->properties, &own->property_count};
}

static struct owner field_owner(const struct avro_field *field)
{
    struct avro_field *own = (struct avro_field *)field;
    return (struct owner){&own->properties, &own->property_count};
}

static const struct text *tags_of(const struct avro_property *properties, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal(properties[i].name, TAGS))
            return properties[i].value;
    return NULL;
}

/* Each tag once. */
struct list {
    struct span *tags;
    size_t count;
    struct index known;
};

static void add_tag(struct list *list, struct span tag)
{
    if (!index_add(&list->known, plain_name(tag), list))
        list->tags[list->count++] = tag;
}

/* Those that are there; false: the property is something else. */
static bool list_tags(const struct text *tags, struct list *list, size_t more, struct arena *arena)
{
    size_t count = tags ? tags->count : 0;
    *list = (struct list){.tags = arena_array(arena, count + more + 1, sizeof *list->tags),
                          .known = {.arena = arena}};
    if (tags && tags->kind != TEXT_ARRAY)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (tags->items[i].kind != TEXT_STRING)
            return false;
        add_tag(list, tags->items[i].string);
    }
    return true;
}

static const struct text *tags_value(const struct list *list, struct arena *arena)
{
    struct text *items = arena_array(arena, list->count + 1, sizeof *items);
    struct text *value = arena_alloc(arena, sizeof *value);
    for (size_t i = 0; i < list->count; i++)
        items[i] = (struct text){.kind = TEXT_STRING, .string = list->tags[i]};
    *value = (struct text){.kind = TEXT_ARRAY, .count = list->count, .items = items};
    return value;
}

/* In its place, at the end, or away when there is no tag left. */
static void set_tags(const struct owner *owner, const struct list *list, struct arena *arena)
{
    struct avro_property *all = arena_array(arena, *owner->count + 1, sizeof *all);
    size_t count = 0;
    bool placed = false;
    for (size_t i = 0; i < *owner->count; i++) {
        const struct avro_property *property = &(*owner->properties)[i];
        bool is_tags = span_equal(property->name, TAGS);
        placed |= is_tags;
        if (!is_tags)
            all[count++] = *property;
        else if (list->count)
            all[count++] = (struct avro_property){TAGS, tags_value(list, arena)};
    }
    if (!placed && list->count)
        all[count++] = (struct avro_property){TAGS, tags_value(list, arena)};
    *owner->properties = all;
    *owner->count = count;
}

static bool change_tags(const struct owner *owner, const struct retagging *change, struct arena *arena)
{
    struct list list, left = {.known = {.arena = arena}};
    if (!list_tags(tags_of(*owner->properties, *owner->count), &list, change->add_count, arena))
        return false;
    for (size_t i = 0; i < change->add_count; i++)
        add_tag(&list, change->add[i]);
    struct index removed = {.arena = arena};
    for (size_t i = 0; i < change->remove_count; i++)
        index_add(&removed, plain_name(change->remove[i]), &left);
    left.tags = arena_array(arena, list.count + 1, sizeof *left.tags);
    for (size_t i = 0; i < list.count; i++)
        if (!index_find(&removed, plain_name(list.tags[i])))
            left.tags[left.count++] = list.tags[i];
    set_tags(owner, &left, arena);
    return true;
}

static bool retag_one(const struct records *records, const struct retagging *change, struct arena *arena,
                      struct error *err)
{
    if (change->is_field && !last_dot(change->path))
        return change->optional || error_tag_no_dot(err);
    const struct avro_field *field = change->is_field ? find_field(records, change->path) : NULL;
    const struct avro_type *record = change->is_field ? NULL : find_record(records, change->path);
    bool found = field || record;
    if (found) {
        struct owner owner = field ? field_owner(field) : record_owner(record);
        found = change_tags(&owner, change, arena);
    }
    return found || change->optional || error_tag_path(err, change->path);
}

bool avro_retag(const struct schema *schema, const struct dependency *deps, size_t count,
                const struct retagging *changes, size_t change_count, struct span *text, struct arena *arena,
                struct error *err)
{
    struct avro_model model;
    if (!read_schema(arena_copy(arena, schema->text), false, deps, count, &model, arena, err))
        return false;
    struct records records = records_of(model.root, arena);
    for (size_t i = 0; i < change_count; i++)
        if (!retag_one(&records, &changes[i], arena, err))
            return false;
    return print_type(model.root, model.known, model.known_count, text, arena, err);
}

/* ---- listing ---- */

struct listing {
    struct tagged *all;
    size_t count, room;
    struct pairs seen;
    struct arena *arena;
};

static void list_one(struct listing *listing, struct span path, bool is_field, const struct text *tags)
{
    struct list list;
    if (!tags || !list_tags(tags, &list, 0, listing->arena) || !list.count)
        return;
    if (listing->count == listing->room) {
        listing->room = listing->room ? 2 * listing->room : 16;
        struct tagged *larger = arena_array(listing->arena, listing->room, sizeof *larger);
        if (listing->count)
            memcpy(larger, listing->all, listing->count * sizeof *larger);
        listing->all = larger;
    }
    listing->all[listing->count++] = (struct tagged){path, is_field, list.tags, list.count};
}

static void list_type(struct listing *listing, const struct avro_type *type);

static void list_record(struct listing *listing, const struct avro_type *type)
{
    void **seen = pairs_at(&listing->seen, type, NULL);
    if (*seen)
        return;
    *seen = listing;
    struct span name = avro_full_name(type->name, listing->arena);
    list_one(listing, name, false, tags_of(type->properties, type->property_count));
    for (size_t i = 0; i < type->field_count; i++) {
        const struct avro_field *field = &type->fields[i];
        const struct text *tags = tags_of(field->properties, field->property_count);
        if (tags)
            list_one(listing,
                     arena_printf(listing->arena, "%.*s.%.*s", SPAN_ARGS(name), SPAN_ARGS(field->name)), true,
                     tags);
        list_type(listing, field->type);
    }
}

static void list_type(struct listing *listing, const struct avro_type *type)
{
    switch (type->kind) {
    case AVRO_RECORD: list_record(listing, type); return;
    case AVRO_ARRAY:
    case AVRO_MAP: list_type(listing, type->items); return;
    case AVRO_UNION:
        for (size_t i = 0; i < type->branch_count; i++)
            list_type(listing, type->branches[i]);
        return;
    default: return;
    }
}

const struct tagged *avro_tagged(const struct schema *schema, size_t *count, struct arena *arena)
{
    struct listing listing = {.seen = {.arena = arena}, .arena = arena};
    list_type(&listing, avro_root(schema));
    *count = listing.count;
    return listing.all;
}
