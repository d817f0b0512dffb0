/* SPDX-License-Identifier: Apache-2.0 */
/* Mapped record → Avro binary: see the header. The schema leads; a value that does not fit its type is an
 * error and not a guess, though the mapping was checked against the schema when it was loaded. */
#include "producer/encode.h"

#include "producer/binary.h"
#include "producer/fit.h"

enum { ROOM_FIRST = 512 }; /* most records fit without growing */

static bool put_value(struct buffer *out, const struct avro_type *type, const struct value *value,
                      struct error *err);

static bool misfit(struct error *err)
{
    return error_set(err, 0, "a mapped value does not fit the type of its field");
}

/* The type that the value is written as: of a union the branch, whose place is written first. NULL: none. */
static const struct avro_type *put_branch(struct buffer *out, const struct avro_type *type,
                                          const struct value *value)
{
    if (type->kind != AVRO_UNION)
        return fit_value(value, type) ? type : NULL;
    for (size_t i = 0; i < type->branch_count; i++) {
        if (fit_value(value, type->branches[i])) {
            binary_long(out, (int64_t)i);
            return type->branches[i];
        }
    }
    return NULL;
}

static bool put_text(struct buffer *out, const struct avro_type *type, struct span text, struct error *err)
{
    int index;
    if (type->kind == AVRO_STRING)
        binary_bytes(out, text);
    else if (fit_symbol(type, text, &index))
        binary_long(out, index);
    else
        return misfit(err);
    return true;
}

static bool put_blob(struct buffer *out, const struct avro_type *type, struct span bytes)
{
    if (type->kind == AVRO_BYTES)
        binary_bytes(out, bytes);
    else
        buffer_put(out, bytes);
    return true;
}

static bool put_real(struct buffer *out, const struct avro_type *type, double number)
{
    if (type->kind == AVRO_FLOAT)
        binary_float(out, (float)number);
    else
        binary_double(out, number);
    return true;
}

static bool put_members(struct buffer *out, const struct avro_type *type, const struct value *value,
                        struct error *err)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct avro_field *field = &type->fields[i];
        const struct value *member = &value->members[i];
        bool unset = member->kind == VALUE_NULL && field->fallback && !fit_null(field->type);
        if (unset ? !encode_default(out, field->type, field->fallback, err)
                  : !put_value(out, field->type, member, err))
            return false;
    }
    return true;
}

static bool put_value(struct buffer *out, const struct avro_type *type, const struct value *value,
                      struct error *err)
{
    type = put_branch(out, type, value);
    if (!type)
        return misfit(err);
    switch (value->kind) {
    case VALUE_NULL: return true;
    case VALUE_STRING: return put_text(out, type, value->text, err);
    case VALUE_BYTES: return put_blob(out, type, value->text);
    case VALUE_LONG: binary_long(out, value->number); return true;
    case VALUE_DOUBLE: return put_real(out, type, value->real);
    case VALUE_RECORD: return put_members(out, type, value, err);
    }
    return misfit(err);
}

bool encode_record(const struct avro_type *type, const struct value *record, size_t prefix,
                   struct span *message, struct arena *arena, struct error *err)
{
    struct buffer out = {.arena = arena, .ptr = arena_alloc(arena, ROOM_FIRST), .room = ROOM_FIRST};
    out.len = prefix;
    if (!put_value(&out, type, record, err))
        return false;
    *message = span_from(buffer_span(&out), prefix);
    return true;
}
