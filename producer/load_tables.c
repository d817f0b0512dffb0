/* SPDX-License-Identifier: Apache-2.0 */
/* What expressions refer to by name: constants, and the tables that turn an id into a name. */
#include "producer/load.h"

#include <stdlib.h>

/* `value` is an object whose members are all strings. */
static bool is_texts(const struct loader *loader, const struct text *value, const char *what)
{
    if (value->kind != TEXT_OBJECT)
        return load_fail(loader, value, "%s is to be an object", what);
    for (size_t i = 0; i < value->count; i++)
        if (value->members[i].value.kind != TEXT_STRING)
            return load_fail(loader, &value->members[i].value, "'%.*s' is to be a string",
                             SPAN_ARGS(value->members[i].name));
    return true;
}

bool load_constants(const struct loader *loader)
{
    const struct text *constants = text_get(loader->root, SPAN("constants"));
    return !constants || is_texts(loader, constants, "'constants'");
}

const struct text *load_constant(const struct loader *loader, struct span name)
{
    return text_get(text_get(loader->root, SPAN("constants")), name);
}

static int compare_rows(const void *a, const void *b)
{
    return span_compare(((const struct lookup_row *)a)->key, ((const struct lookup_row *)b)->key);
}

static struct lookup read_table(const struct loader *loader, const struct text_member *member)
{
    const struct text *table = &member->value;
    struct lookup_row *rows = arena_array(loader->arena, table->count, sizeof *rows);
    for (size_t i = 0; i < table->count; i++)
        rows[i] = (struct lookup_row){table->members[i].name, table->members[i].value.string};
    if (table->count)
        qsort(rows, table->count, sizeof *rows, compare_rows);
    return (struct lookup){member->name, rows, table->count};
}

bool load_lookups(struct loader *loader)
{
    const struct text *tables = text_get(loader->root, SPAN("lookups"));
    if (!tables)
        return true;
    if (tables->kind != TEXT_OBJECT)
        return load_fail(loader, tables, "'lookups' is to be an object");
    struct lookup *lookups = arena_array(loader->arena, tables->count, sizeof *lookups);
    for (size_t i = 0; i < tables->count; i++) {
        if (!is_texts(loader, &tables->members[i].value, "a lookup table"))
            return false;
        lookups[i] = read_table(loader, &tables->members[i]);
    }
    loader->lookups = lookups;
    loader->lookup_count = tables->count;
    return true;
}
