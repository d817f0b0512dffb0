/* SPDX-License-Identifier: Apache-2.0 */
/* Metadata: three sorted maps, and what may be done with them. */
#include "registry/metadata.h"

#include <assert.h>

/* What a store marks sealed values with elsewhere; a client has no business with it. */
#define SEALED_MARK SPAN("__enc__")

static void drop_mark(struct metadata *metadata)
{
    struct metadata_entry *properties = (struct metadata_entry *)metadata->properties;
    size_t count = 0;
    for (size_t i = 0; i < metadata->property_count; i++)
        if (!span_equal(properties[i].key, SEALED_MARK))
            properties[count++] = properties[i];
    metadata->property_count = count;
}

bool metadata_read(const struct loose *loose, const struct text *json, const struct metadata **metadata)
{
    *metadata = NULL;
    if (!json)
        return true;
    if (json->kind != TEXT_OBJECT)
        return loose_mistyped(loose, "metadata", json, "an object");
    struct metadata *read = arena_alloc(loose->arena, sizeof *read);
    if (!loose_map(loose, json, "tags", true, &read->tags, &read->tag_count) ||
        !loose_map(loose, json, "properties", false, &read->properties, &read->property_count) ||
        !loose_set(loose, "sensitive", loose_member(json, "sensitive"), &read->sensitive,
                   &read->sensitive_count))
        return false;
    drop_mark(read);
    *metadata = read;
    return true;
}

static bool read_stored(struct span json, const struct metadata **metadata, struct arena *arena)
{
    struct error err = {.arena = arena};
    struct loose loose;
    struct text value;
    *metadata = NULL;
    return !json.len || (loose_stored(json, &loose, &value, &err) && metadata_read(&loose, &value, metadata));
}

bool metadata_readable(struct span json)
{
    AUTO_ARENA arena = arena_new();
    const struct metadata *metadata;
    return read_stored(json, &metadata, arena);
}

const struct metadata *metadata_stored(struct span json, struct arena *arena)
{
    const struct metadata *metadata;
    bool read = read_stored(json, &metadata, arena);
    assert(read);
    return metadata;
}

static void begin_member(struct buffer *out, const char *name)
{
    buffer_printf(out, "%s\"%s\":", out->ptr[out->len - 1] == '{' ? "" : ",", name);
}

static void put_set(struct buffer *out, const struct span *items, size_t count)
{
    buffer_byte(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_byte(out, ',');
        text_quote(out, items[i]);
    }
    buffer_byte(out, ']');
}

static void put_map(struct buffer *out, const char *name, const struct metadata_entry *entries, size_t count,
                    bool of_sets)
{
    if (!count)
        return;
    begin_member(out, name);
    buffer_byte(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_byte(out, ',');
        text_quote(out, entries[i].key);
        buffer_byte(out, ':');
        if (of_sets)
            put_set(out, entries[i].values, entries[i].count);
        else
            text_quote(out, entries[i].values[0]);
    }
    buffer_byte(out, '}');
}

struct span metadata_write(const struct metadata *metadata, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    if (!metadata)
        return (struct span){NULL, 0};
    buffer_byte(&out, '{');
    put_map(&out, "tags", metadata->tags, metadata->tag_count, true);
    put_map(&out, "properties", metadata->properties, metadata->property_count, false);
    if (metadata->sensitive_count) {
        begin_member(&out, "sensitive");
        put_set(&out, metadata->sensitive, metadata->sensitive_count);
    }
    buffer_byte(&out, '}');
    return buffer_span(&out);
}

/* Two sorted maps as one; of equal keys the second map's. */
static const struct metadata_entry *unite_maps(const struct metadata_entry *a, size_t a_count,
                                               const struct metadata_entry *b, size_t b_count, size_t *count,
                                               struct arena *arena)
{
    struct metadata_entry *all = arena_array(arena, a_count + b_count + 1, sizeof *all);
    *count = 0;
    for (size_t i = 0, j = 0; i < a_count || j < b_count;) {
        int order = i == a_count ? 1 : j == b_count ? -1 : span_compare(a[i].key, b[j].key);
        all[(*count)++] = order < 0 ? a[i] : b[j];
        i += order <= 0;
        j += order >= 0;
    }
    return all;
}

static const struct span *unite_sets(const struct span *a, size_t a_count, const struct span *b,
                                     size_t b_count, size_t *count, struct arena *arena)
{
    struct span *all = arena_array(arena, a_count + b_count + 1, sizeof *all);
    *count = 0;
    for (size_t i = 0, j = 0; i < a_count || j < b_count;) {
        int order = i == a_count ? 1 : j == b_count ? -1 : span_compare(a[i], b[j]);
        all[(*count)++] = order < 0 ? a[i] : b[j];
        i += order <= 0;
        j += order >= 0;
    }
    return all;
}

const struct metadata *metadata_unite(const struct metadata *under, const struct metadata *over,
                                      struct arena *arena)
{
    if (!under || !over)
        return under ? under : over;
    struct metadata *united = arena_alloc(arena, sizeof *united);
    united->tags =
        unite_maps(under->tags, under->tag_count, over->tags, over->tag_count, &united->tag_count, arena);
    united->properties = unite_maps(under->properties, under->property_count, over->properties,
                                    over->property_count, &united->property_count, arena);
    united->sensitive = unite_sets(under->sensitive, under->sensitive_count, over->sensitive,
                                   over->sensitive_count, &united->sensitive_count, arena);
    return united;
}

struct span metadata_property(const struct metadata *metadata, struct span key)
{
    size_t low = 0, high = metadata ? metadata->property_count : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = span_compare(metadata->properties[middle].key, key);
        if (!order)
            return metadata->properties[middle].values[0];
        *(order < 0 ? &low : &high) = middle + (order < 0);
    }
    return (struct span){NULL, 0};
}

const struct metadata *metadata_with(const struct metadata *metadata, struct span key, struct span value,
                                     struct arena *arena)
{
    struct span *values = arena_alloc(arena, sizeof *values);
    struct metadata_entry *entry = arena_alloc(arena, sizeof *entry);
    struct metadata *one = arena_alloc(arena, sizeof *one);
    *values = value;
    *entry = (struct metadata_entry){key, values, 1};
    *one = (struct metadata){.properties = entry, .property_count = 1};
    return metadata_unite(metadata, one, arena);
}

bool metadata_sensitive(const struct metadata *metadata)
{
    for (size_t i = 0, j = 0; metadata && i < metadata->sensitive_count && j < metadata->property_count;) {
        int order = span_compare(metadata->sensitive[i], metadata->properties[j].key);
        if (!order)
            return true;
        *(order < 0 ? &i : &j) += 1;
    }
    return false;
}

bool metadata_same(const struct metadata *submitted, const struct metadata *stored, int number,
                   struct arena *arena)
{
    struct span asked = metadata_property(submitted, METADATA_VERSION);
    struct span kept = metadata_property(stored, METADATA_VERSION);
    if (!asked.ptr && kept.ptr)
        submitted = metadata_with(submitted, METADATA_VERSION, kept, arena);
    else if (asked.ptr && !kept.ptr)
        stored = metadata_with(stored, METADATA_VERSION, arena_printf(arena, "%d", number), arena);
    return span_equal(metadata_write(submitted, arena), metadata_write(stored, arena));
}
