/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical text: what is stored, hashed and shown. A type is printed in full where it is first met and as a
 * name from there on, unless a reference defines it. */
#include "compat/avro_model.h"

#include "base/limits.h"

struct printer {
    struct buffer out;
    struct index known;
    unsigned depth;
    bool large, deep;
    bool linking; /* a record that is not done has no fields yet */
};

static void put_type(struct printer *p, const struct avro_type *type, struct span space);

/* ,"key": */
static void put_key(struct printer *p, struct span key)
{
    buffer_byte(&p->out, ',');
    text_quote(&p->out, key);
    buffer_byte(&p->out, ':');
}

static void put_string(struct printer *p, struct span key, struct span value)
{
    if (!value.ptr)
        return;
    put_key(p, key);
    text_quote(&p->out, value);
}

/* {"type":"record" */
static void put_head(struct printer *p, struct span kind)
{
    buffer_put(&p->out, SPAN("{\"type\":"));
    text_quote(&p->out, kind);
}

static void put_properties(struct printer *p, const struct avro_property *properties, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_key(p, properties[i].name);
        json_put(&p->out, properties[i].value);
    }
}

/* As short as the namespace around it allows. A name that is the word of a kind would be taken for it. */
static void put_name(struct printer *p, struct avro_name name, struct span space)
{
    bool here = name.space.len && same_text(name.space, space) && !is_kind_word(name.simple);
    text_quote(&p->out, here ? name.simple : avro_full_name(name, p->out.arena));
}

static void put_definition(struct printer *p, const struct avro_type *type, struct span kind,
                           struct span space)
{
    put_head(p, kind);
    put_string(p, SPAN("name"), type->name.simple);
    if (!same_text(type->name.space, space))
        put_string(p, SPAN("namespace"), type->name.space.len ? type->name.space : SPAN(""));
    put_string(p, SPAN("doc"), type->doc);
}

static void put_type_aliases(struct printer *p, const struct avro_type *type)
{
    if (!type->alias_count)
        return;
    put_key(p, SPAN("aliases"));
    for (size_t i = 0; i < type->alias_count; i++) {
        buffer_byte(&p->out, i ? ',' : '[');
        put_name(p, type->aliases[i], type->name.space);
    }
    buffer_byte(&p->out, ']');
}

/* What follows the parts of a named type's kind. */
static void put_rest(struct printer *p, const struct avro_type *type)
{
    put_properties(p, type->properties, type->property_count);
    put_type_aliases(p, type);
}

static void put_symbol(struct printer *p, struct span symbol)
{
    if (symbol.ptr)
        text_quote(&p->out, symbol);
    else
        buffer_put(&p->out, SPAN("null"));
}

/* A list of strings; an absent one is null. */
static void put_list(struct printer *p, struct span key, const struct span *list, size_t count)
{
    put_key(p, key);
    buffer_byte(&p->out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_byte(&p->out, ',');
        put_symbol(p, list[i]);
    }
    buffer_byte(&p->out, ']');
}

static void put_field(struct printer *p, const struct avro_field *field, struct span space)
{
    static const struct span orders[] = {
        [AVRO_DESCENDING] = {"descending", 10}, [AVRO_IGNORE] = {"ignore", 6}};
    buffer_put(&p->out, SPAN("{\"name\":"));
    text_quote(&p->out, field->name);
    put_key(p, SPAN("type"));
    put_type(p, field->type, space);
    put_string(p, SPAN("doc"), field->doc);
    if (field->fallback) {
        put_key(p, SPAN("default"));
        json_put(&p->out, field->fallback);
    }
    if (field->order != AVRO_ASCENDING)
        put_string(p, SPAN("order"), orders[field->order]);
    if (field->alias_count)
        put_list(p, SPAN("aliases"), field->aliases, field->alias_count);
    put_properties(p, field->properties, field->property_count);
    buffer_byte(&p->out, '}');
}

static void put_record(struct printer *p, const struct avro_type *type, struct span space)
{
    put_definition(p, type, type->error ? SPAN("error") : SPAN("record"), space);
    if (p->linking && !node_of(type)->done)
        return;
    put_key(p, SPAN("fields"));
    buffer_byte(&p->out, '[');
    for (size_t i = 0; i < type->field_count; i++) {
        if (i)
            buffer_byte(&p->out, ',');
        put_field(p, &type->fields[i], type->name.space);
    }
    buffer_byte(&p->out, ']');
    put_rest(p, type);
}

static void put_enum(struct printer *p, const struct avro_type *type, struct span space)
{
    put_definition(p, type, SPAN("enum"), space);
    put_list(p, SPAN("symbols"), type->symbols, type->symbol_count);
    put_string(p, SPAN("default"), type->symbol_default);
    put_rest(p, type);
}

static void put_fixed(struct printer *p, const struct avro_type *type, struct span space)
{
    put_definition(p, type, SPAN("fixed"), space);
    buffer_printf(&p->out, ",\"size\":%d", (int)type->size);
    put_rest(p, type);
}

static void put_named(struct printer *p, const struct avro_type *type, struct span space)
{
    if (index_add(&p->known, type->name, p)) {
        put_name(p, type->name, space);
        return;
    }
    if (type->kind == AVRO_RECORD)
        put_record(p, type, space);
    else if (type->kind == AVRO_ENUM)
        put_enum(p, type, space);
    else
        put_fixed(p, type, space);
    buffer_byte(&p->out, '}');
}

static void put_union(struct printer *p, const struct avro_type *type, struct span space)
{
    buffer_byte(&p->out, '[');
    for (size_t i = 0; i < type->branch_count; i++) {
        if (i)
            buffer_byte(&p->out, ',');
        put_type(p, type->branches[i], space);
    }
    buffer_byte(&p->out, ']');
}

static void put_items(struct printer *p, const struct avro_type *type, struct span space)
{
    put_head(p, kind_word(type->kind));
    put_key(p, type->kind == AVRO_MAP ? SPAN("values") : SPAN("items"));
    put_type(p, type->items, space);
    put_properties(p, type->properties, type->property_count);
    buffer_byte(&p->out, '}');
}

static void put_primitive(struct printer *p, const struct avro_type *type)
{
    if (!type->property_count) {
        text_quote(&p->out, kind_word(type->kind));
        return;
    }
    put_head(p, kind_word(type->kind));
    put_properties(p, type->properties, type->property_count);
    buffer_byte(&p->out, '}');
}

static void put_type(struct printer *p, const struct avro_type *type, struct span space)
{
    p->large = p->large || p->out.len > SCHEMA_TEXT_MAX;
    p->deep = p->deep || p->depth > SCHEMA_NESTING_MAX;
    if (p->large || p->deep)
        return;
    p->depth++;
    switch (type->kind) {
    case AVRO_RECORD:
    case AVRO_ENUM:
    case AVRO_FIXED: put_named(p, type, space); break;
    case AVRO_UNION: put_union(p, type, space); break;
    case AVRO_ARRAY:
    case AVRO_MAP: put_items(p, type, space); break;
    default: put_primitive(p, type); break;
    }
    p->depth--;
}

struct span show_type(const struct avro_type *type, bool linking, struct arena *arena)
{
    struct printer p = {.out = {.arena = arena}, .known = {.arena = arena}, .linking = linking};
    put_type(&p, type, SPAN(""));
    return buffer_span(&p.out);
}

bool print_type(const struct avro_type *type, const struct avro_name *known, size_t count, struct span *text,
                struct arena *arena, struct error *err)
{
    struct printer p = {.out = {.arena = arena}, .known = {.arena = arena}};
    for (size_t i = 0; i < count; i++)
        index_add(&p.known, known[i], &p);
    put_type(&p, type, SPAN(""));
    *text = buffer_span(&p.out);
    if (p.deep)
        return error_schema_invalid(err, SPAN("Types are nested too deeply"));
    return !p.large || error_schema_too_large(err);
}
