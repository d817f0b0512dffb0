/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults in the place of nulls: see the header. */
#include "producer/overlay.h"

#include "producer/decode.h"
#include "producer/fit.h"

static bool wrong(struct span argument, const char *what, struct error *err)
{
    return error_set(err, 0, "--default %.*s: %s", SPAN_ARGS(argument), what);
}

/* The record a field leads into; NULL: none. */
static const struct avro_type *record_of(const struct avro_type *type)
{
    for (size_t i = 0; type->kind == AVRO_UNION && i < type->branch_count; i++)
        if (type->branches[i]->kind == AVRO_RECORD)
            return type->branches[i];
    return type->kind == AVRO_RECORD ? type : NULL;
}

static const struct avro_type *leaf_of(const struct avro_type *type)
{
    for (size_t i = 0; type->kind == AVRO_UNION && i < type->branch_count; i++)
        if (type->branches[i]->kind != AVRO_NULL)
            return type->branches[i];
    return type;
}

/* ---- one argument ---- */

/* The value as JSON of the type; text needs no quotes. */
static bool put_value(const struct avro_type *type, struct span value, struct buffer *json,
                      struct arena *arena)
{
    struct text text;
    struct text_failure failure;
    struct error unused = {.arena = arena};
    if (!text_is_utf8(value))
        return false;
    switch (type->kind) {
    case AVRO_STRING: text_quote(json, value); return true;
    case AVRO_ENUM: text = (struct text){.kind = TEXT_STRING, .string = value}; break;
    case AVRO_BOOLEAN:
    case AVRO_INT:
    case AVRO_LONG:
    case AVRO_FLOAT:
    case AVRO_DOUBLE:
        if (!text_read(value, &text_rules_event, &text, &failure, arena))
            return false;
        break;
    default: return false;
    }
    return decode_fallback(type, &text, json, &unused);
}

static struct overlay *step_into(struct overlay *overlay, const struct avro_type *record, size_t i,
                                 struct arena *arena)
{
    overlay->record = record;
    if (!overlay->fields)
        overlay->fields = arena_array(arena, record->field_count, sizeof *overlay->fields);
    if (!overlay->fields[i])
        overlay->fields[i] = arena_alloc(arena, sizeof **overlay->fields);
    return overlay->fields[i];
}

/* One step of the path; *type goes from a record to the type of its field. */
static bool walk(struct overlay **overlay, const struct avro_type **type, struct span name,
                 struct arena *arena)
{
    const struct avro_type *record = record_of(*type);
    for (size_t i = 0; record && i < record->field_count; i++) {
        if (!span_equal(record->fields[i].name, name))
            continue;
        *overlay = step_into(*overlay, record, i, arena);
        *type = record->fields[i].type;
        return true;
    }
    return false;
}

static bool add(struct overlay *root, const struct avro_type *type, struct span argument, struct arena *arena,
                struct error *err)
{
    const char *equals = memchr(argument.ptr, '=', argument.len);
    if (!equals || equals == argument.ptr)
        return wrong(argument, "is to be FIELD=VALUE, such as agent.id=anonymous", err);
    struct span path = {argument.ptr, (size_t)(equals - argument.ptr)};
    struct span value = span_from(argument, path.len + 1);
    struct overlay *overlay = root;
    for (;;) {
        const char *dot = memchr(path.ptr, '.', path.len);
        size_t len = dot ? (size_t)(dot - path.ptr) : path.len;
        if (!walk(&overlay, &type, span_first(path, len), arena))
            return wrong(argument, "the schema has no such field", err);
        if (!dot)
            break;
        path = span_from(path, len + 1);
    }
    if (!fit_null(type))
        return wrong(argument, "that field is never null", err);
    struct buffer json = {.arena = arena};
    if (!put_value(leaf_of(type), value, &json, arena))
        return wrong(argument, "that field cannot take the value", err);
    overlay->absent = buffer_span(&json);
    return true;
}

/* ---- records that are null themselves ---- */

static bool put_field(const struct avro_field *field, const struct overlay *over, struct buffer *json,
                      struct error *err)
{
    text_quote(json, field->name);
    buffer_byte(json, ':');
    if (over && over->absent.len > 0)
        buffer_put(json, over->absent);
    else if (fit_null(field->type))
        buffer_put(json, SPAN("null"));
    else if (field->fallback)
        return decode_fallback(field->type, field->fallback, json, err);
    else
        return error_set(err, 0, "--default: the field %.*s beside it can neither be null nor has a default",
                         SPAN_ARGS(field->name));
    return true;
}

/* From the leaves up: what a null record becomes. */
static bool close_records(struct overlay *overlay, struct arena *arena, struct error *err)
{
    if (!overlay || !overlay->record)
        return true;
    for (size_t i = 0; i < overlay->record->field_count; i++)
        if (!close_records(overlay->fields[i], arena, err))
            return false;
    if (overlay->absent.len > 0)
        return true;
    struct buffer json = {.arena = arena};
    buffer_byte(&json, '{');
    for (size_t i = 0; i < overlay->record->field_count; i++) {
        if (i > 0)
            buffer_byte(&json, ',');
        if (!put_field(&overlay->record->fields[i], overlay->fields[i], &json, err))
            return false;
    }
    buffer_byte(&json, '}');
    overlay->absent = buffer_span(&json);
    return true;
}

bool overlay_make(const struct avro_type *type, const char *const *arguments, size_t count,
                  const struct overlay **overlay, struct arena *arena, struct error *err)
{
    *overlay = NULL;
    if (count == 0)
        return true;
    struct overlay *root = arena_alloc(arena, sizeof *root);
    for (size_t i = 0; i < count; i++)
        if (!add(root, type, span_of(arguments[i]), arena, err))
            return false;
    for (size_t i = 0; i < root->record->field_count; i++)
        if (!close_records(root->fields[i], arena, err))
            return false;
    *overlay = root;
    return true;
}
