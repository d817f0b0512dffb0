/* SPDX-License-Identifier: Apache-2.0 */
/* What fits what: see the header. */
#include "producer/fit.h"

bool fit_long(int64_t number, const struct avro_type *type)
{
    return type->kind == AVRO_LONG || (type->kind == AVRO_INT && number >= INT32_MIN && number <= INT32_MAX);
}

bool fit_symbol(const struct avro_type *type, struct span symbol, int *index)
{
    for (size_t i = 0; i < type->symbol_count; i++) {
        if (span_equal(type->symbols[i], symbol)) {
            *index = (int)i;
            return true;
        }
    }
    return false;
}

bool fit_value(const struct value *value, const struct avro_type *type)
{
    int index;
    switch (value->kind) {
    case VALUE_NULL: return type->kind == AVRO_NULL;
    case VALUE_STRING:
        return type->kind == AVRO_STRING ||
               (type->kind == AVRO_ENUM && fit_symbol(type, value->text, &index));
    case VALUE_BYTES:
        return type->kind == AVRO_BYTES ||
               (type->kind == AVRO_FIXED && value->text.len == (size_t)type->size);
    case VALUE_LONG: return fit_long(value->number, type);
    case VALUE_DOUBLE: return type->kind == AVRO_DOUBLE || type->kind == AVRO_FLOAT;
    case VALUE_RECORD: return type->kind == AVRO_RECORD && value->count == type->field_count;
    }
    return false;
}

bool fit_null(const struct avro_type *type)
{
    static const struct value null = {.kind = VALUE_NULL};
    if (type->kind != AVRO_UNION)
        return fit_value(&null, type);
    for (size_t i = 0; i < type->branch_count; i++)
        if (fit_value(&null, type->branches[i]))
            return true;
    return false;
}

bool fit_default(const struct text *json, const struct avro_type *type)
{
    int index;
    switch (type->kind) {
    case AVRO_NULL: return json->kind == TEXT_NULL;
    case AVRO_BOOLEAN: return json->kind == TEXT_BOOLEAN;
    case AVRO_INT:
    case AVRO_LONG: {
        int64_t number;
        return json->kind == TEXT_NUMBER && text_integer(json, &number) && fit_long(number, type);
    }
    case AVRO_FLOAT:
    case AVRO_DOUBLE: return json->kind == TEXT_NUMBER;
    case AVRO_BYTES:
    case AVRO_STRING:
    case AVRO_FIXED: return json->kind == TEXT_STRING;
    case AVRO_ENUM: return json->kind == TEXT_STRING && fit_symbol(type, json->string, &index);
    case AVRO_ARRAY: return json->kind == TEXT_ARRAY;
    case AVRO_MAP:
    case AVRO_RECORD: return json->kind == TEXT_OBJECT;
    case AVRO_UNION: return false;
    }
    return false;
}

bool fit_bytes(const struct avro_type *type, struct span text, struct span *bytes, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte >= 0x80 && (byte > 0xc3 || ++i == text.len))
            return false;
        buffer_byte(&out, (char)(byte < 0x80 ? byte : (byte & 3) << 6 | (text.ptr[i] & 0x3f)));
    }
    *bytes = buffer_span(&out);
    return type->kind != AVRO_FIXED || bytes->len == (size_t)type->size;
}
