/* SPDX-License-Identifier: Apache-2.0 */
/* The text in between when a schema is normalized: full names, sorted properties and aliases, and defaults
 * turned into values of their types and back. It is read again; what was lost on the way is lost on
 * purpose. */
#include "compat/avro_model.h"

#include "base/limits.h"

#include <stdlib.h>

struct normal {
    struct buffer out;
    struct index known;
    unsigned depth;
    struct arena *arena;
    struct error *err;
};

static bool put_type(struct normal *n, const struct avro_type *type);

static void put_key(struct normal *n, struct span key)
{
    buffer_byte(&n->out, ',');
    text_quote(&n->out, key);
    buffer_byte(&n->out, ':');
}

static void put_string(struct normal *n, struct span key, struct span value)
{
    if (!value.ptr)
        return;
    put_key(n, key);
    text_quote(&n->out, value);
}

/* ---- values ---- */

enum conversion { CONVERTED, CONVERSION_ABSENT, CONVERSION_FAILED };

static enum conversion convert(struct normal *n, const struct text *json, const struct avro_type *type);

static enum conversion conversion_failed(struct normal *n, struct span why)
{
    error_schema_invalid(n->err, why);
    return CONVERSION_FAILED;
}

static enum conversion convert_number(struct normal *n, const struct text *json, const struct avro_type *type)
{
    int64_t number;
    enum avro_kind kind = type ? type->kind : AVRO_NULL;
    bool integer = json_is_integer(json);
    if (integer && !json_is_long(json, &number))
        return CONVERSION_ABSENT;
    if (integer && (!type || kind == AVRO_INT || kind == AVRO_LONG))
        json_put(&n->out, json);
    else if (kind == AVRO_FLOAT)
        json_put_float(&n->out, (float)(integer ? (double)number : text_double(json->string)));
    else if (kind == AVRO_DOUBLE || !type)
        json_put_double(&n->out, integer ? (double)number : text_double(json->string));
    else
        return CONVERSION_ABSENT;
    return CONVERTED;
}

/* Each character above U+00FF becomes a question mark: these are bytes. */
static void put_bytes(struct normal *n, struct span string)
{
    struct buffer bytes = {.arena = n->arena};
    for (size_t i = 0; i < string.len; i++) {
        unsigned char byte = (unsigned char)string.ptr[i];
        if (byte >= 0xc4)
            buffer_byte(&bytes, '?');
        while (byte >= 0xc4 && i + 1 < string.len && ((unsigned char)string.ptr[i + 1] & 0xc0) == 0x80)
            i++;
        if (byte < 0xc4)
            buffer_byte(&bytes, string.ptr[i]);
    }
    text_quote(&n->out, buffer_span(&bytes));
}

static enum conversion convert_string(struct normal *n, const struct text *json, const struct avro_type *type)
{
    if (!type || type->kind == AVRO_STRING || type->kind == AVRO_ENUM)
        text_quote(&n->out, json->string);
    else if (type->kind == AVRO_BYTES || type->kind == AVRO_FIXED)
        put_bytes(n, json->string);
    else
        return CONVERSION_ABSENT;
    return CONVERTED;
}

/* Inside a value nothing may be lost. */
static enum conversion convert_inner(struct normal *n, const struct text *json, const struct avro_type *type)
{
    enum conversion done = convert(n, json, type);
    if (done != CONVERSION_ABSENT)
        return done;
    return conversion_failed(n, SPAN("A value inside a default or a property does not fit its type"));
}

static enum conversion convert_array(struct normal *n, const struct text *json, const struct avro_type *type)
{
    if (json->count && type && type->kind != AVRO_ARRAY)
        return conversion_failed(n, arena_printf(n->arena, "Not an array: %.*s",
                                                 SPAN_ARGS(show_type(type, false, n->arena))));
    buffer_byte(&n->out, '[');
    for (size_t i = 0; i < json->count; i++) {
        if (i)
            buffer_byte(&n->out, ',');
        enum conversion done = convert_inner(n, &json->items[i], type ? type->items : NULL);
        if (done != CONVERTED)
            return done;
    }
    buffer_byte(&n->out, ']');
    return CONVERTED;
}

/* What type a member has; false: it is no field of the record. */
static bool member_type(struct index *fields, const struct avro_type *type, struct span name,
                        const struct avro_type **member)
{
    *member = type && type->kind == AVRO_MAP ? type->items : NULL;
    if (!type || type->kind != AVRO_RECORD)
        return true;
    *member = index_find(fields, plain_name(name));
    return *member != NULL;
}

static enum conversion convert_object(struct normal *n, const struct text *json, const struct avro_type *type)
{
    struct index fields = {.arena = n->arena};
    for (size_t i = 0; type && type->kind == AVRO_RECORD && i < type->field_count; i++)
        index_add(&fields, plain_name(type->fields[i].name), (void *)type->fields[i].type);
    const struct text_member **members = json_sorted(json, n->arena);
    buffer_byte(&n->out, '{');
    for (size_t i = 0; i < json->count; i++) {
        const struct avro_type *of;
        if (!member_type(&fields, type, members[i]->name, &of))
            return conversion_failed(n, SPAN("A default names a field that its record does not have"));
        if (i)
            buffer_byte(&n->out, ',');
        text_quote(&n->out, members[i]->name);
        buffer_byte(&n->out, ':');
        enum conversion done = convert_inner(n, &members[i]->value, of);
        if (done != CONVERTED)
            return done;
    }
    buffer_byte(&n->out, '}');
    return CONVERTED;
}

/* Of a union the first branch alone counts; without a type a value stays what it is. */
static enum conversion convert(struct normal *n, const struct text *json, const struct avro_type *type)
{
    if (type && type->kind == AVRO_UNION && !type->branch_count)
        return conversion_failed(n, SPAN("Index 0 out of bounds for length 0"));
    if (type && type->kind == AVRO_UNION)
        type = type->branches[0];
    if (!json)
        return CONVERSION_ABSENT;
    switch (json->kind) {
    case TEXT_NULL:
    case TEXT_BOOLEAN: json_put(&n->out, json); return CONVERTED;
    case TEXT_NUMBER: return convert_number(n, json, type);
    case TEXT_STRING: return convert_string(n, json, type);
    case TEXT_ARRAY: return convert_array(n, json, type);
    case TEXT_OBJECT: break;
    }
    return convert_object(n, json, type);
}

/* ---- properties ---- */

static int property_order(const void *a, const void *b)
{
    return utf16_compare(((const struct avro_property *)a)->name, ((const struct avro_property *)b)->name);
}

static bool needs_escape(struct span key)
{
    for (size_t i = 0; i < key.len; i++)
        if ((unsigned char)key.ptr[i] < 0x20 || key.ptr[i] == '"' || key.ptr[i] == '\\')
            return true;
    return false;
}

static bool put_property(struct normal *n, const struct avro_property *property)
{
    if (needs_escape(property->name))
        return error_schema_invalid(n->err, arena_printf(n->arena, "The property key %.*s needs escaping",
                                                         SPAN_ARGS(property->name)));
    put_key(n, property->name);
    return convert_inner(n, property->value, NULL) == CONVERTED;
}

/* How many of the properties in order were written because they make up the logical type. */
static bool put_logical(struct normal *n, const struct avro_type *type, struct avro_property *properties,
                        size_t count)
{
    static const struct span parts[] = {{"logicalType", 11}, {"precision", 9}, {"scale", 5}};
    bool decimal = span_equal(property_find(type, parts[0])->string, SPAN("decimal"));
    for (size_t part = 0; part < (decimal ? 3 : 1); part++) {
        int64_t scale;
        for (size_t i = 0; i < count; i++) {
            if (!properties[i].value || !span_equal(properties[i].name, parts[part]))
                continue;
            bool zero = part == 2 && json_is_long(properties[i].value, &scale) && scale == 0;
            if (!zero && !put_property(n, &properties[i]))
                return false;
            if (!zero)
                properties[i].value = NULL;
        }
    }
    return true;
}

static bool put_properties(struct normal *n, const struct avro_property *properties, size_t count,
                           const struct avro_type *logical)
{
    struct avro_property *sorted = arena_array(n->arena, count, sizeof *sorted);
    if (!count)
        return true;
    memcpy(sorted, properties, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, property_order);
    if (logical && !put_logical(n, logical, sorted, count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (sorted[i].value && !put_property(n, &sorted[i]))
            return false;
    return true;
}

static bool put_type_properties(struct normal *n, const struct avro_type *type)
{
    return put_properties(n, type->properties, type->property_count, type->logical ? type : NULL);
}

/* ---- aliases ---- */

static int text_order(const void *a, const void *b)
{
    return utf16_compare(*(const struct span *)a, *(const struct span *)b);
}

static void put_sorted(struct normal *n, struct span *aliases, size_t count)
{
    if (!count)
        return;
    qsort(aliases, count, sizeof *aliases, text_order);
    put_key(n, SPAN("aliases"));
    for (size_t i = 0; i < count; i++) {
        buffer_byte(&n->out, i ? ',' : '[');
        text_quote(&n->out, aliases[i]);
    }
    buffer_byte(&n->out, ']');
}

/* A dot stands for no namespace where the type has one. */
static void put_type_aliases(struct normal *n, const struct avro_type *type)
{
    struct span *aliases = arena_array(n->arena, type->alias_count, sizeof *aliases);
    for (size_t i = 0; i < type->alias_count; i++) {
        bool bare = !type->aliases[i].space.len && type->name.space.len;
        aliases[i] = bare ? arena_printf(n->arena, ".%.*s", SPAN_ARGS(type->aliases[i].simple))
                          : avro_full_name(type->aliases[i], n->arena);
    }
    put_sorted(n, aliases, type->alias_count);
}

static void put_field_aliases(struct normal *n, const struct avro_field *field)
{
    struct span *aliases = arena_array(n->arena, field->alias_count, sizeof *aliases);
    for (size_t i = 0; i < field->alias_count; i++)
        aliases[i] = field->aliases[i];
    put_sorted(n, aliases, field->alias_count);
}

/* ---- types ---- */

static bool put_default(struct normal *n, const struct avro_field *field)
{
    size_t before = n->out.len;
    put_key(n, SPAN("default"));
    enum conversion done = convert(n, field->fallback, field->type);
    if (done == CONVERSION_ABSENT)
        n->out.len = before;
    return done != CONVERSION_FAILED;
}

static bool put_field(struct normal *n, const struct avro_field *field)
{
    static const struct span orders[] = {[AVRO_ASCENDING] = {"ascending", 9},
                                         [AVRO_DESCENDING] = {"descending", 10},
                                         [AVRO_IGNORE] = {"ignore", 6}};
    buffer_put(&n->out, SPAN("{\"name\":"));
    text_quote(&n->out, field->name);
    put_key(n, SPAN("type"));
    if (!put_type(n, field->type) || !put_default(n, field))
        return false;
    put_string(n, SPAN("doc"), field->doc);
    put_string(n, SPAN("order"), orders[field->order]);
    put_field_aliases(n, field);
    if (!put_properties(n, field->properties, field->property_count, NULL))
        return false;
    buffer_byte(&n->out, '}');
    return true;
}

static bool put_fields(struct normal *n, const struct avro_type *type)
{
    put_key(n, SPAN("fields"));
    buffer_byte(&n->out, '[');
    for (size_t i = 0; i < type->field_count; i++) {
        if (i)
            buffer_byte(&n->out, ',');
        if (!put_field(n, &type->fields[i]))
            return false;
    }
    buffer_byte(&n->out, ']');
    return true;
}

static void put_symbols(struct normal *n, const struct avro_type *type)
{
    put_key(n, SPAN("symbols"));
    buffer_byte(&n->out, '[');
    for (size_t i = 0; i < type->symbol_count; i++) {
        if (i)
            buffer_byte(&n->out, ',');
        if (type->symbols[i].ptr)
            text_quote(&n->out, type->symbols[i]);
        else
            buffer_put(&n->out, SPAN("null"));
    }
    buffer_byte(&n->out, ']');
    put_string(n, SPAN("default"), type->symbol_default);
}

static bool put_named(struct normal *n, const struct avro_type *type)
{
    bool known = index_add(&n->known, type->name, n) != NULL;
    if (!known)
        buffer_put(&n->out, SPAN("{\"name\":"));
    text_quote(&n->out, avro_full_name(type->name, n->arena));
    if (known)
        return true;
    put_string(n, SPAN("type"), kind_word(type->kind));
    put_type_aliases(n, type);
    if (type->doc.len)
        put_string(n, SPAN("doc"), type->doc);
    if (type->kind == AVRO_RECORD && !put_fields(n, type))
        return false;
    if (type->kind == AVRO_ENUM)
        put_symbols(n, type);
    if (type->kind == AVRO_FIXED)
        buffer_printf(&n->out, ",\"size\":%d", (int)type->size);
    if (!put_type_properties(n, type))
        return false;
    buffer_byte(&n->out, '}');
    return true;
}

static bool put_union(struct normal *n, const struct avro_type *type)
{
    buffer_byte(&n->out, '[');
    for (size_t i = 0; i < type->branch_count; i++) {
        if (i)
            buffer_byte(&n->out, ',');
        if (!put_type(n, type->branches[i]))
            return false;
    }
    buffer_byte(&n->out, ']');
    return true;
}

/* A primitive, an array or a map. */
static bool put_plain(struct normal *n, const struct avro_type *type)
{
    bool holds = type->kind == AVRO_ARRAY || type->kind == AVRO_MAP;
    if (!holds && !type->property_count) {
        text_quote(&n->out, kind_word(type->kind));
        return true;
    }
    buffer_put(&n->out, SPAN("{\"type\":"));
    text_quote(&n->out, kind_word(type->kind));
    if (holds) {
        put_key(n, type->kind == AVRO_MAP ? SPAN("values") : SPAN("items"));
        if (!put_type(n, type->items))
            return false;
    }
    if (!put_type_properties(n, type))
        return false;
    buffer_byte(&n->out, '}');
    return true;
}

static bool put_type(struct normal *n, const struct avro_type *type)
{
    if (n->out.len > SCHEMA_TEXT_MAX)
        return error_schema_too_large(n->err);
    if (n->depth > SCHEMA_NESTING_MAX)
        return error_schema_invalid(n->err, SPAN("Types are nested too deeply"));
    n->depth++;
    bool fine = is_named(type->kind)       ? put_named(n, type)
                : type->kind == AVRO_UNION ? put_union(n, type)
                                           : put_plain(n, type);
    n->depth--;
    return fine;
}

bool print_normal(const struct avro_model *model, struct span *text, struct arena *arena, struct error *err)
{
    struct normal n = {.out = {.arena = arena}, .known = {.arena = arena}, .arena = arena, .err = err};
    for (size_t i = 0; i < model->known_count; i++)
        index_add(&n.known, model->known[i], &n);
    if (!put_type(&n, model->root))
        return false;
    *text = buffer_span(&n.out);
    return true;
}
