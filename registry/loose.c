/* SPDX-License-Identifier: Apache-2.0 */
/* Loose reading. A null inside a list or a map has no meaning anybody could keep, so it is refused. */
#include "registry/loose.h"

#include <stdlib.h>

bool loose_stored(struct span json, struct loose *loose, struct text *value, struct error *err)
{
    struct text_failure failure;
    *loose = (struct loose){arena_copy(err->arena, json), err->arena, err};
    return text_read(loose->whole, &text_rules_own, value, &failure, err->arena);
}

const struct text *loose_member(const struct text *object, const char *name)
{
    const struct text *value = text_get(object, span_of(name));
    return value && value->kind != TEXT_NULL ? value : NULL;
}

bool loose_mistyped(const struct loose *loose, const char *name, const struct text *value, const char *wanted)
{
    size_t place = (size_t)(value->source.ptr - loose->whole.ptr);
    return error_bad_request(loose->err,
                             arena_printf(loose->arena, "Mistyped JSON at byte %zu: '%s' is not %s", place,
                                          name, wanted));
}

bool loose_item(const struct loose *loose, const char *name, const struct text *value, struct span *string)
{
    switch (value->kind) {
    case TEXT_STRING: *string = value->string.ptr ? value->string : SPAN(""); return true;
    case TEXT_NUMBER:
    case TEXT_BOOLEAN: *string = value->source; return true;
    default: return loose_mistyped(loose, name, value, "a string");
    }
}

bool loose_string(const struct loose *loose, const struct text *object, const char *name, struct span *value)
{
    const struct text *found = loose_member(object, name);
    *value = (struct span){NULL, 0};
    return !found || loose_item(loose, name, found, value);
}

bool loose_truth(const struct loose *loose, const struct text *object, const char *name, bool *has,
                 bool *value)
{
    const struct text *found = loose_member(object, name);
    *has = found != NULL;
    *value = false;
    if (!found)
        return true;
    if (found->kind == TEXT_BOOLEAN)
        *value = found->truth;
    else if (found->kind == TEXT_STRING && span_equal_case(found->string, SPAN("true")))
        *value = true;
    else if (found->kind != TEXT_STRING || !span_equal_case(found->string, SPAN("false")))
        return loose_mistyped(loose, name, found, "a boolean");
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

bool loose_set(const struct loose *loose, const char *name, const struct text *value,
               const struct span **items, size_t *count)
{
    *items = NULL;
    *count = 0;
    if (!value || !value->count)
        return !value || value->kind == TEXT_ARRAY || loose_mistyped(loose, name, value, "an array");
    if (value->kind != TEXT_ARRAY)
        return loose_mistyped(loose, name, value, "an array");
    struct span *all = arena_array(loose->arena, value->count, sizeof *all);
    for (size_t i = 0; i < value->count; i++)
        if (!loose_item(loose, name, &value->items[i], &all[i]))
            return false;
    qsort(all, value->count, sizeof *all, by_bytes);
    for (size_t i = 0; i < value->count; i++)
        if (!*count || !span_equal(all[i], all[*count - 1]))
            all[(*count)++] = all[i];
    *items = all;
    return true;
}

static int by_key(const void *a, const void *b)
{
    const struct metadata_entry *one = a, *other = b;
    return span_compare(one->key, other->key);
}

static bool read_entry(const struct loose *loose, const char *name, const struct text_member *member,
                       bool of_sets, struct metadata_entry *entry)
{
    entry->key = member->name.ptr ? member->name : SPAN("");
    if (of_sets)
        return loose_set(loose, name, &member->value, &entry->values, &entry->count);
    struct span *value = arena_alloc(loose->arena, sizeof *value);
    entry->values = value;
    entry->count = 1;
    return loose_item(loose, name, &member->value, value);
}

bool loose_map(const struct loose *loose, const struct text *object, const char *name, bool of_sets,
               const struct metadata_entry **entries, size_t *count)
{
    const struct text *map = loose_member(object, name);
    *entries = NULL;
    *count = 0;
    if (!map)
        return true;
    if (map->kind != TEXT_OBJECT)
        return loose_mistyped(loose, name, map, "an object");
    struct metadata_entry *all = arena_array(loose->arena, map->count + 1, sizeof *all);
    for (size_t i = 0; i < map->count; i++)
        if (!read_entry(loose, name, &map->members[i], of_sets, &all[i]))
            return false;
    qsort(all, map->count, sizeof *all, by_key);
    *entries = all;
    *count = map->count;
    return true;
}
