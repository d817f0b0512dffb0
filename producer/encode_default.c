/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of a schema as Avro binary: for the fields that the mapping leaves unset and that cannot be null.
 * A default of few bytes can stand for a value without end, so what is written is bounded. */
#include "producer/encode.h"

#include "base/limits.h"
#include "producer/binary.h"
#include "producer/fit.h"

struct filling {
    struct buffer *out;
    size_t steps;
    unsigned depth;
    struct error *err;
};

static bool put_default(struct filling *filling, const struct avro_type *type, const struct text *json);

static bool bad_default(struct filling *filling)
{
    return error_set(filling->err, 0, "a default of the schema does not fit its type");
}

static bool put_blob(struct filling *filling, const struct avro_type *type, struct span text)
{
    struct span bytes;
    if (!fit_bytes(type, text, &bytes, filling->out->arena))
        return bad_default(filling);
    if (type->kind == AVRO_BYTES)
        binary_bytes(filling->out, bytes);
    else
        buffer_put(filling->out, bytes);
    return true;
}

static bool put_symbol(struct filling *filling, const struct avro_type *type, struct span symbol)
{
    int index;
    if (!fit_symbol(type, symbol, &index))
        return bad_default(filling);
    binary_long(filling->out, index);
    return true;
}

static bool put_integer(struct filling *filling, const struct avro_type *type, const struct text *json)
{
    int64_t number;
    if (!text_integer(json, &number) || !fit_long(number, type))
        return bad_default(filling);
    binary_long(filling->out, number);
    return true;
}

static bool put_items(struct filling *filling, const struct avro_type *type, const struct text *json)
{
    if (json->count > 0)
        binary_long(filling->out, (int64_t)json->count);
    for (size_t i = 0; i < json->count; i++)
        if (!put_default(filling, type->items, &json->items[i]))
            return false;
    binary_long(filling->out, 0);
    return true;
}

static bool put_entries(struct filling *filling, const struct avro_type *type, const struct text *json)
{
    if (json->count > 0)
        binary_long(filling->out, (int64_t)json->count);
    for (size_t i = 0; i < json->count; i++) {
        binary_bytes(filling->out, json->members[i].name);
        if (!put_default(filling, type->items, &json->members[i].value))
            return false;
    }
    binary_long(filling->out, 0);
    return true;
}

static bool put_record(struct filling *filling, const struct avro_type *type, const struct text *json)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct text *given = text_get(json, type->fields[i].name);
        given = given ? given : type->fields[i].fallback;
        if (!given)
            return bad_default(filling);
        if (!put_default(filling, type->fields[i].type, given))
            return false;
    }
    return true;
}

static bool put_branch(struct filling *filling, const struct avro_type *type, const struct text *json)
{
    for (size_t i = 0; i < type->branch_count; i++) {
        if (!fit_default(json, type->branches[i]))
            continue;
        binary_long(filling->out, (int64_t)i);
        return put_default(filling, type->branches[i], json);
    }
    return bad_default(filling);
}

static bool put_kind(struct filling *filling, const struct avro_type *type, const struct text *json)
{
    switch (type->kind) {
    case AVRO_NULL: return true;
    case AVRO_BOOLEAN: binary_boolean(filling->out, json->truth); return true;
    case AVRO_INT:
    case AVRO_LONG: return put_integer(filling, type, json);
    case AVRO_FLOAT: binary_float(filling->out, (float)text_double(json->string)); return true;
    case AVRO_DOUBLE: binary_double(filling->out, text_double(json->string)); return true;
    case AVRO_BYTES:
    case AVRO_FIXED: return put_blob(filling, type, json->string);
    case AVRO_STRING: binary_bytes(filling->out, json->string); return true;
    case AVRO_ENUM: return put_symbol(filling, type, json->string);
    case AVRO_ARRAY: return put_items(filling, type, json);
    case AVRO_MAP: return put_entries(filling, type, json);
    case AVRO_RECORD: return put_record(filling, type, json);
    case AVRO_UNION: return put_branch(filling, type, json);
    }
    return bad_default(filling);
}

static bool put_default(struct filling *filling, const struct avro_type *type, const struct text *json)
{
    if (type->kind != AVRO_UNION && !fit_default(json, type))
        return bad_default(filling);
    if (++filling->steps > DEFAULT_STEPS_MAX || filling->depth > SCHEMA_NESTING_MAX ||
        filling->out->len > MESSAGE_MAX)
        return error_set(filling->err, 0, "a default of the schema is too long or has no end");
    filling->depth++;
    bool put = put_kind(filling, type, json);
    filling->depth--;
    return put;
}

bool encode_default(struct buffer *out, const struct avro_type *type, const struct text *json,
                    struct error *err)
{
    return put_default(&(struct filling){.out = out, .err = err}, type, json);
}
