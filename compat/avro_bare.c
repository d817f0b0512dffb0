/* SPDX-License-Identifier: Apache-2.0 */
/* The text that avro-c is given: structure alone, every type defined where it is first met, every name made
 * of its position, because names are not in the encoded bytes and avro-c is particular about them. What
 * avro-c cannot say, or would not survive, is refused. */
#include "compat/avro_model.h"

#include "base/limits.h"

enum { BARE_NESTING_MAX = 2048 }; /* containers within containers, in the JSON reader of avro-c */

struct bare {
    struct buffer out;
    struct index known; /* full name → its bare one */
    struct pairs laid;  /* records that are known to end */
    size_t types;
    unsigned depth;
    struct arena *arena;
    struct error *err;
};

static bool put_type(struct bare *b, const struct avro_type *type);

static bool refuse(struct bare *b, const char *what)
{
    return error_schema_invalid(b->err, arena_printf(b->arena, "avro-c cannot use %s", what));
}

/* A record around another, while a value of the outermost is laid out. */
struct open {
    const struct avro_type *record;
    const struct open *around;
    unsigned depth;
};

/* avro-c lays out the records within a record at once: one that holds itself has no end. */
static bool is_finite(struct bare *b, const struct avro_type *type, const struct open *around)
{
    if (type->kind != AVRO_RECORD)
        return true;
    for (const struct open *at = around; at; at = at->around)
        if (at->record == type)
            return false;
    void **laid = pairs_at(&b->laid, type, NULL);
    if (*laid)
        return true;
    *laid = b;
    struct open open = {type, around, around ? around->depth + 1 : 0};
    if (open.depth > BARE_NESTING_MAX)
        return false;
    for (size_t i = 0; i < type->field_count; i++)
        if (!is_finite(b, type->fields[i].type, &open))
            return false;
    return true;
}

static bool put_fields(struct bare *b, const struct avro_type *type)
{
    buffer_put(&b->out, SPAN(",\"fields\":["));
    for (size_t i = 0; i < type->field_count; i++) {
        buffer_printf(&b->out, "%s{\"name\":\"f%zu\",\"type\":", i ? "," : "", i);
        if (!put_type(b, type->fields[i].type))
            return false;
        buffer_byte(&b->out, '}');
    }
    buffer_byte(&b->out, ']');
    return true;
}

static bool put_symbols(struct bare *b, const struct avro_type *type)
{
    if (!type->symbol_count)
        return refuse(b, "an enum without symbols");
    buffer_put(&b->out, SPAN(",\"symbols\":["));
    for (size_t i = 0; i < type->symbol_count; i++)
        buffer_printf(&b->out, "%s\"s%zu\"", i ? "," : "", i);
    buffer_byte(&b->out, ']');
    return true;
}

static bool put_named(struct bare *b, const struct avro_type *type)
{
    struct span *name = arena_alloc(b->arena, sizeof *name);
    *name = arena_printf(b->arena, "t%zu", b->types);
    const struct span *known = index_add(&b->known, type->name, name);
    if (known) {
        text_quote(&b->out, *known);
        return true;
    }
    b->types++;
    buffer_printf(&b->out, "{\"type\":\"%.*s\",\"name\":\"%.*s\"", SPAN_ARGS(kind_word(type->kind)),
                  SPAN_ARGS(*name));
    bool fine = true;
    if (type->kind == AVRO_RECORD)
        fine = put_fields(b, type) && (is_finite(b, type, NULL) || refuse(b, "a record that holds itself"));
    else if (type->kind == AVRO_ENUM)
        fine = put_symbols(b, type);
    else
        buffer_printf(&b->out, ",\"size\":%d", (int)type->size);
    buffer_byte(&b->out, '}');
    return fine;
}

static bool put_union(struct bare *b, const struct avro_type *type)
{
    if (!type->branch_count)
        return refuse(b, "a union without branches");
    buffer_byte(&b->out, '[');
    for (size_t i = 0; i < type->branch_count; i++) {
        if (i)
            buffer_byte(&b->out, ',');
        if (!put_type(b, type->branches[i]))
            return false;
    }
    buffer_byte(&b->out, ']');
    return true;
}

static bool put_items(struct bare *b, const struct avro_type *type)
{
    bool map = type->kind == AVRO_MAP;
    buffer_put(&b->out, map ? SPAN("{\"type\":\"map\",\"values\":") : SPAN("{\"type\":\"array\",\"items\":"));
    if (!put_type(b, type->items))
        return false;
    buffer_byte(&b->out, '}');
    return true;
}

static bool put_kind(struct bare *b, const struct avro_type *type)
{
    switch (type->kind) {
    case AVRO_RECORD:
    case AVRO_ENUM:
    case AVRO_FIXED: return put_named(b, type);
    case AVRO_UNION: return put_union(b, type);
    case AVRO_ARRAY:
    case AVRO_MAP: return put_items(b, type);
    default: text_quote(&b->out, kind_word(type->kind)); return true;
    }
}

/* A record takes three containers of JSON, everything else one. */
static bool put_type(struct bare *b, const struct avro_type *type)
{
    unsigned containers = type->kind == AVRO_RECORD ? 3 : 1;
    if (b->depth + containers > BARE_NESTING_MAX)
        return refuse(b, "types nested so deeply");
    b->depth += containers;
    bool fine = put_kind(b, type);
    b->depth -= containers;
    return fine;
}

bool print_bare(const struct avro_type *type, struct span *text, struct arena *arena, struct error *err)
{
    struct bare b = {.out = {.arena = arena},
                     .known = {.arena = arena},
                     .laid = {.arena = arena},
                     .arena = arena,
                     .err = err};
    if (!put_type(&b, type))
        return false;
    *text = buffer_span(&b.out);
    return true;
}
