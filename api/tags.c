/* SPDX-License-Identifier: Apache-2.0 */
/* Reading tags to add and to remove, and showing those that are looked for. Knows nothing of where in a text
 * they are. */
#include "api/tags.h"

#include "registry/loose.h"

/* ---- what a body asks for ---- */

struct entry {
    struct span path;
    bool has_entity, is_field;
    const struct text *tags;
};

static bool read_entity(const struct loose *loose, const struct text *entity, struct entry *entry)
{
    struct span type;
    if (entity->kind != TEXT_OBJECT)
        return loose_mistyped(loose, "schemaEntity", entity, "an object");
    if (!loose_string(loose, entity, "entityPath", &entry->path) ||
        !loose_string(loose, entity, "entityType", &type))
        return false;
    if (!entry->path.ptr)
        return loose_mistyped(loose, "schemaEntity", entity, "an object with an entityPath");
    entry->is_field = !type.ptr || span_equal(type, SPAN("sr_field"));
    return entry->is_field || span_equal(type, SPAN("sr_record")) ||
           loose_mistyped(loose, "entityType", loose_member(entity, "entityType"),
                          "one of sr_record, sr_field");
}

static bool read_entry(const struct loose *loose, const char *name, const struct text *json,
                       struct entry *entry)
{
    if (json->kind != TEXT_OBJECT)
        return loose_mistyped(loose, name, json, "an array of objects");
    const struct text *entity = loose_member(json, "schemaEntity");
    entry->tags = loose_member(json, "tags");
    if (entity && !read_entity(loose, entity, entry))
        return false;
    if (entry->tags && entry->tags->kind != TEXT_ARRAY)
        return loose_mistyped(loose, "tags", entry->tags, "an array");
    entry->has_entity = entity != NULL;
    return true;
}

/* Typed rightly it may still lack what it is about. */
static bool is_complete(const struct entry *entry, struct error *err)
{
    if (!entry->has_entity)
        return error_tag_incomplete(err, "schemaEntity");
    return entry->tags || error_tag_incomplete(err, "tags");
}

static bool check_list(const struct loose *loose, const struct text *body, const char *name)
{
    const struct text *list = loose_member(body, name);
    struct span tag;
    if (list && list->kind != TEXT_ARRAY)
        return loose_mistyped(loose, name, list, "an array");
    for (size_t i = 0; list && i < list->count; i++) {
        struct entry entry = {.tags = NULL};
        if (!read_entry(loose, name, &list->items[i], &entry))
            return false;
        for (size_t k = 0; entry.tags && k < entry.tags->count; k++)
            if (!loose_item(loose, "tags", &entry.tags->items[k], &tag))
                return false;
    }
    return true;
}

bool tags_typed(const struct call *call, const char *add, const char *remove, struct error *err)
{
    struct loose loose = {call->body, call->arena, err};
    return check_list(&loose, call->json, add) && check_list(&loose, call->json, remove);
}

static struct span bare(struct span path)
{
    return path.len && path.ptr[0] == '.' ? span_from(path, 1) : path;
}

static struct retagging *find_same(struct registration *wanted, const struct entry *entry)
{
    struct retagging *all = (struct retagging *)wanted->retaggings;
    for (size_t i = 0; i < wanted->retagging_count; i++)
        if (all[i].is_field == entry->is_field && span_equal(bare(all[i].path), bare(entry->path)))
            return &all[i];
    struct retagging *made = &all[wanted->retagging_count++];
    *made = (struct retagging){.path = entry->path, .is_field = entry->is_field};
    return made;
}

static bool extend(const struct loose *loose, const struct text *tags, const struct span **list,
                   size_t *count)
{
    struct span *all = arena_array(loose->arena, *count + tags->count + 1, sizeof *all);
    if (*count)
        memcpy(all, *list, *count * sizeof *all);
    for (size_t i = 0; i < tags->count; i++)
        if (!loose_item(loose, "tags", &tags->items[i], &all[*count + i]))
            return false;
    *list = all;
    *count += tags->count;
    return true;
}

static bool read_list(const struct loose *loose, const char *name, const struct text *list, bool removes,
                      struct registration *wanted)
{
    for (size_t i = 0; list && i < list->count; i++) {
        struct entry entry = {.tags = NULL};
        if (!read_entry(loose, name, &list->items[i], &entry) || !is_complete(&entry, loose->err))
            return false;
        struct retagging *into = find_same(wanted, &entry);
        if (!(removes ? extend(loose, entry.tags, &into->remove, &into->remove_count)
                      : extend(loose, entry.tags, &into->add, &into->add_count)))
            return false;
    }
    return true;
}

/* An entry counts as one tag at least. */
static size_t count_tags(const struct text *list)
{
    size_t count = 0;
    for (size_t i = 0; list && i < list->count; i++) {
        const struct text *tags = loose_member(&list->items[i], "tags");
        count += tags && tags->kind == TEXT_ARRAY && tags->count ? tags->count : 1;
    }
    return count;
}

bool tags_few(const struct call *call, const char *add, const char *remove, struct error *err)
{
    size_t count = count_tags(loose_member(call->json, add)) + count_tags(loose_member(call->json, remove));
    return count <= TAGS_MAX || error_too_many_tags(err, (int)count, TAGS_MAX);
}

bool tags_read(const struct call *call, const char *add, const char *remove, struct registration *wanted,
               struct error *err)
{
    struct loose loose = {call->body, call->arena, err};
    const struct text *added = loose_member(call->json, add), *removed = loose_member(call->json, remove);
    if (!tags_few(call, add, remove, err))
        return false;
    size_t count = count_tags(added) + count_tags(removed);
    wanted->retaggings = arena_array(call->arena, count + 1, sizeof *wanted->retaggings);
    return read_list(&loose, add, added, false, wanted) && read_list(&loose, remove, removed, true, wanted);
}

/* ---- what is looked for ---- */

/* Whether one of its tags is looked for; `*` is any. */
static bool is_sought(const struct call *call, const struct tagged *tagged)
{
    for (size_t q = 0; q < call->query_count; q++) {
        if (!span_equal(call->query[q].name, SPAN("findTags")))
            continue;
        if (span_equal(call->query[q].value, SPAN("*")))
            return true;
        for (size_t i = 0; i < tagged->count; i++)
            if (span_equal(tagged->tags[i], call->query[q].value))
                return true;
    }
    return false;
}

static void put_tagged(struct buffer *out, const struct tagged *tagged)
{
    buffer_put(out, SPAN("{\"schemaEntity\":{\"entityPath\":"));
    text_quote(out, tagged->path);
    buffer_printf(out, ",\"entityType\":\"%s\"},\"tags\":[", tagged->is_field ? "sr_field" : "sr_record");
    for (size_t i = 0; i < tagged->count; i++) {
        if (i)
            buffer_byte(out, ',');
        text_quote(out, tagged->tags[i]);
    }
    buffer_put(out, SPAN("]}"));
}

bool tags_find(const struct call *call, const struct version *version, struct span *json, struct error *err)
{
    struct buffer out = {.arena = call->arena};
    struct error cause = {.arena = call->arena};
    size_t count = 0;
    *json = (struct span){NULL, 0};
    if (!call_query(call, "findTags").ptr)
        return true;
    const struct schema *schema = version_schema(call->view, version, call->arena, &cause);
    if (!schema)
        return error_schema_invalid(err, cause.message);
    const struct tagged *all =
        schema->type->tagged ? schema->type->tagged(schema, &count, call->arena) : NULL;
    for (size_t i = 0; i < count; i++) {
        if (!is_sought(call, &all[i]))
            continue;
        buffer_byte(&out, out.len ? ',' : '[');
        put_tagged(&out, &all[i]);
    }
    if (out.len)
        buffer_byte(&out, ']');
    *json = buffer_span(&out);
    return true;
}
