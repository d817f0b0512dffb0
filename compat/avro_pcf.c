/* SPDX-License-Identifier: Apache-2.0 */
/* The Parsing Canonical Form of the Avro specification and its fingerprint: what decides how bytes are read,
 * and nothing else. */
#include "compat/avro_model.h"

#include "base/limits.h"

struct printer {
    struct buffer out;
    struct index known;
    unsigned depth;
    bool failed;
};

static void put_type(struct printer *p, const struct avro_type *type);

/* The form wants strings as they are. */
static void put_raw(struct printer *p, struct span text)
{
    buffer_byte(&p->out, '"');
    buffer_put(&p->out, text);
    buffer_byte(&p->out, '"');
}

static void put_full_name(struct printer *p, struct avro_name name)
{
    buffer_byte(&p->out, '"');
    buffer_put(&p->out, name.space);
    if (name.space.len)
        buffer_byte(&p->out, '.');
    buffer_put(&p->out, name.simple);
    buffer_byte(&p->out, '"');
}

static void put_fields(struct printer *p, const struct avro_type *type)
{
    buffer_put(&p->out, SPAN(",\"fields\":["));
    for (size_t i = 0; i < type->field_count; i++) {
        buffer_put(&p->out, i ? SPAN(",{\"name\":") : SPAN("{\"name\":"));
        put_raw(p, type->fields[i].name);
        buffer_put(&p->out, SPAN(",\"type\":"));
        put_type(p, type->fields[i].type);
        buffer_byte(&p->out, '}');
    }
    buffer_byte(&p->out, ']');
}

static void put_symbols(struct printer *p, const struct avro_type *type)
{
    buffer_put(&p->out, SPAN(",\"symbols\":["));
    for (size_t i = 0; i < type->symbol_count; i++) {
        if (i)
            buffer_byte(&p->out, ',');
        put_raw(p, type->symbols[i]);
    }
    buffer_byte(&p->out, ']');
}

static void put_named(struct printer *p, const struct avro_type *type)
{
    if (index_add(&p->known, type->name, p)) {
        put_full_name(p, type->name);
        return;
    }
    buffer_put(&p->out, SPAN("{\"name\":"));
    put_full_name(p, type->name);
    buffer_put(&p->out, SPAN(",\"type\":"));
    put_raw(p, kind_word(type->kind));
    if (type->kind == AVRO_RECORD)
        put_fields(p, type);
    else if (type->kind == AVRO_ENUM)
        put_symbols(p, type);
    else
        buffer_printf(&p->out, ",\"size\":%d", (int)type->size);
    buffer_byte(&p->out, '}');
}

static void put_union(struct printer *p, const struct avro_type *type)
{
    buffer_byte(&p->out, '[');
    for (size_t i = 0; i < type->branch_count; i++) {
        if (i)
            buffer_byte(&p->out, ',');
        put_type(p, type->branches[i]);
    }
    buffer_byte(&p->out, ']');
}

static void put_items(struct printer *p, const struct avro_type *type)
{
    bool map = type->kind == AVRO_MAP;
    buffer_put(&p->out, map ? SPAN("{\"type\":\"map\",\"values\":") : SPAN("{\"type\":\"array\",\"items\":"));
    put_type(p, type->items);
    buffer_byte(&p->out, '}');
}

static void put_type(struct printer *p, const struct avro_type *type)
{
    p->failed = p->failed || p->out.len > SCHEMA_TEXT_MAX || p->depth > SCHEMA_NESTING_MAX;
    if (p->failed)
        return;
    p->depth++;
    switch (type->kind) {
    case AVRO_RECORD:
    case AVRO_ENUM:
    case AVRO_FIXED: put_named(p, type); break;
    case AVRO_UNION: put_union(p, type); break;
    case AVRO_ARRAY:
    case AVRO_MAP: put_items(p, type); break;
    default: put_raw(p, kind_word(type->kind)); break;
    }
    p->depth--;
}

struct span avro_parsing_form(const struct schema *schema, struct arena *arena)
{
    struct printer p = {.out = {.arena = arena}, .known = {.arena = arena}};
    put_type(&p, avro_root(schema));
    return p.failed ? SPAN("") : buffer_span(&p.out);
}

/* CRC-64 with the polynomial of the specification, bit by bit: forms are short, and asked for rarely. */
uint64_t avro_fingerprint(struct span parsing_form)
{
    static const uint64_t empty = 0xc15d213aa4d7a795u;
    uint64_t print = empty;
    for (size_t i = 0; i < parsing_form.len; i++) {
        print ^= (unsigned char)parsing_form.ptr[i];
        for (int bit = 0; bit < 8; bit++)
            print = print >> 1 ^ (empty & -(print & 1));
    }
    return print;
}
