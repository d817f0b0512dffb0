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

/* Whether the file has something of that name, for which something else was given. */
static bool is_there(const struct loader *loader, const char *what, struct span name)
{
    return text_get(text_get(loader->root, span_of(what)), name) ||
           error_set(loader->err, 0, "the mapping has no '%.*s' among its %s", SPAN_ARGS(name), what);
}

bool load_constants(struct loader *loader)
{
    const struct text *constants = text_get(loader->root, SPAN("constants"));
    if (constants && !is_texts(loader, constants, "'constants'"))
        return false;
    struct text *given = arena_array(loader->arena, loader->given->constant_count, sizeof *given);
    for (size_t i = 0; i < loader->given->constant_count; i++) {
        given[i] = (struct text){.kind = TEXT_STRING, .string = loader->given->constants[i].text};
        if (!is_there(loader, "constants", loader->given->constants[i].name))
            return false;
        if (!text_is_utf8(given[i].string))
            return error_set(loader->err, 0, "the constant '%.*s' is not UTF-8",
                             SPAN_ARGS(loader->given->constants[i].name));
    }
    loader->constants = given;
    return true;
}

/* Of several that were given for one name the last counts. */
const struct text *load_constant(const struct loader *loader, struct span name)
{
    for (size_t i = loader->given->constant_count; i-- > 0;)
        if (span_equal(loader->given->constants[i].name, name))
            return &loader->constants[i];
    return text_get(text_get(loader->root, SPAN("constants")), name);
}

static int compare_rows(const void *a, const void *b)
{
    return span_compare(((const struct lookup_row *)a)->key, ((const struct lookup_row *)b)->key);
}

static struct lookup read_table(const struct loader *loader, struct span name, const struct text *table)
{
    struct lookup_row *rows = arena_array(loader->arena, table->count, sizeof *rows);
    for (size_t i = 0; i < table->count; i++)
        rows[i] = (struct lookup_row){table->members[i].name, table->members[i].value.string};
    if (table->count)
        qsort(rows, table->count, sizeof *rows, compare_rows);
    return (struct lookup){name, rows, table->count};
}

/* A table of its own file: complaints name that file and its line. */
static bool read_given(const struct loader *loader, const struct mapping_table *given, struct lookup *lookup)
{
    struct error own = {.arena = loader->arena};
    struct loader inner = {.text = given->text, .arena = loader->arena, .err = &own};
    struct text *table = arena_alloc(loader->arena, sizeof *table);
    if (!load_json(&inner, table) || !is_texts(&inner, table, "a lookup table"))
        return error_set(loader->err, 0, "%s: %.*s", given->place, SPAN_ARGS(own.message));
    *lookup = read_table(loader, given->name, table);
    return true;
}

/* The tables that were given, which stand in the place of the file's. */
static bool load_given(struct loader *loader, struct lookup *lookups)
{
    for (size_t i = 0; i < loader->given->table_count; i++) {
        const struct mapping_table *given = &loader->given->tables[i];
        size_t at = 0;
        if (!is_there(loader, "lookups", given->name))
            return false;
        while (!span_equal(lookups[at].name, given->name))
            at++;
        if (!read_given(loader, given, &lookups[at]))
            return false;
    }
    return true;
}

bool load_lookups(struct loader *loader)
{
    const struct text none = {.kind = TEXT_OBJECT}, *tables = text_get(loader->root, SPAN("lookups"));
    tables = tables ? tables : &none;
    if (tables->kind != TEXT_OBJECT)
        return load_fail(loader, tables, "'lookups' is to be an object");
    struct lookup *lookups = arena_array(loader->arena, tables->count, sizeof *lookups);
    for (size_t i = 0; i < tables->count; i++) {
        if (!is_texts(loader, &tables->members[i].value, "a lookup table"))
            return false;
        lookups[i] = read_table(loader, tables->members[i].name, &tables->members[i].value);
    }
    loader->lookups = lookups;
    loader->lookup_count = tables->count;
    return load_given(loader, lookups);
}
