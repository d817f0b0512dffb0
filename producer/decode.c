/* SPDX-License-Identifier: Apache-2.0 */
/* Avro binary → JSON: see the header. Every length is compared with what is left before it is used; depth,
 * the number of values that take no bytes, and the size of the JSON are bounded, because a schema from a
 * stranger's file can make much of little. */
#include "producer/decode.h"

#include "base/limits.h"

#include <math.h>

struct decoder {
    struct span bytes;
    size_t at;
    size_t empty; /* values so far that took no bytes */
    unsigned depth;
    struct buffer *json;
    size_t json_end; /* where the JSON gets too long */
    struct error *err;
};

static bool decode(struct decoder *decoder, const struct avro_type *type);

static bool broken(struct decoder *decoder, const char *what)
{
    return error_set(decoder->err, 0, "byte %zu of the record: %s", decoder->at, what);
}

static size_t left(const struct decoder *decoder)
{
    return decoder->bytes.len - decoder->at;
}

static bool take_long(struct decoder *decoder, int64_t *number)
{
    uint64_t bits = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (left(decoder) == 0)
            return broken(decoder, "a number is cut off");
        uint8_t byte = (uint8_t)decoder->bytes.ptr[decoder->at++];
        if (shift == 63 && byte > 1)
            break;
        bits |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *number = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
            return true;
        }
    }
    return broken(decoder, "a number of more than 64 bits");
}

static bool take(struct decoder *decoder, size_t len, struct span *bytes)
{
    if (len > left(decoder))
        return broken(decoder, "a length beyond the end of the record");
    *bytes = (struct span){decoder->bytes.ptr + decoder->at, len};
    decoder->at += len;
    return true;
}

static bool take_bytes(struct decoder *decoder, struct span *bytes)
{
    int64_t len;
    if (!take_long(decoder, &len))
        return false;
    if (len < 0)
        return broken(decoder, "a negative length");
    return take(decoder, (uint64_t)len > SIZE_MAX ? SIZE_MAX : (size_t)len, bytes);
}

static bool decode_boolean(struct decoder *decoder)
{
    struct span byte;
    if (!take(decoder, 1, &byte))
        return false;
    if ((uint8_t)byte.ptr[0] > 1)
        return broken(decoder, "a boolean that is neither 0 nor 1");
    buffer_put(decoder->json, byte.ptr[0] ? SPAN("true") : SPAN("false"));
    return true;
}

static bool decode_number(struct decoder *decoder, const struct avro_type *type)
{
    int64_t number;
    if (!take_long(decoder, &number))
        return false;
    if (type->kind == AVRO_INT && (number < INT32_MIN || number > INT32_MAX))
        return broken(decoder, "an int of more than 32 bits");
    buffer_printf(decoder->json, "%lld", (long long)number);
    return true;
}

/* JSON has no words for these; the strings are those of Avro's own JSON. */
static bool put_special(struct buffer *json, double number)
{
    if (isfinite(number))
        return false;
    buffer_put(json, isnan(number) ? SPAN("\"NaN\"")
                     : number > 0  ? SPAN("\"Infinity\"")
                                   : SPAN("\"-Infinity\""));
    return true;
}

static bool decode_real(struct decoder *decoder, const struct avro_type *type)
{
    struct span raw;
    bool narrow = type->kind == AVRO_FLOAT;
    if (!take(decoder, narrow ? sizeof(float) : sizeof(double), &raw))
        return false;
    uint64_t bits = 0;
    for (size_t i = 0; i < raw.len; i++)
        bits |= (uint64_t)(uint8_t)raw.ptr[i] << (8 * i);
    if (narrow) {
        uint32_t low = (uint32_t)bits;
        float number;
        memcpy(&number, &low, sizeof number);
        if (!put_special(decoder->json, (double)number))
            text_put_float(decoder->json, number);
    } else {
        double number;
        memcpy(&number, &bits, sizeof number);
        if (!put_special(decoder->json, number))
            text_put_double(decoder->json, number);
    }
    return true;
}

static bool decode_string(struct decoder *decoder)
{
    struct span text;
    if (!take_bytes(decoder, &text))
        return false;
    if (!text_is_utf8(text))
        return broken(decoder, "a string that is not UTF-8");
    text_quote(decoder->json, text);
    return true;
}

static void put_latin1(struct buffer *json, struct span bytes)
{
    AUTO_ARENA arena = arena_new();
    struct buffer utf8 = {.arena = arena};
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t byte = (uint8_t)bytes.ptr[i];
        if (byte >= 0x80)
            buffer_byte(&utf8, (char)(0xc0 | byte >> 6));
        buffer_byte(&utf8, byte < 0x80 ? (char)byte : (char)(0x80 | (byte & 0x3f)));
    }
    text_quote(json, buffer_span(&utf8));
}

static bool decode_blob(struct decoder *decoder, const struct avro_type *type)
{
    struct span bytes;
    if (type->kind == AVRO_BYTES ? !take_bytes(decoder, &bytes) : !take(decoder, (size_t)type->size, &bytes))
        return false;
    put_latin1(decoder->json, bytes);
    return true;
}

static bool decode_symbol(struct decoder *decoder, const struct avro_type *type)
{
    int64_t index;
    if (!take_long(decoder, &index))
        return false;
    if (index < 0 || (uint64_t)index >= type->symbol_count)
        return broken(decoder, "an enum index without a symbol");
    text_quote(decoder->json, type->symbols[index]);
    return true;
}

static bool decode_branch(struct decoder *decoder, const struct avro_type *type)
{
    int64_t index;
    if (!take_long(decoder, &index))
        return false;
    if (index < 0 || (uint64_t)index >= type->branch_count)
        return broken(decoder, "a union index without a branch");
    return decode(decoder, type->branches[index]);
}

static bool decode_fields(struct decoder *decoder, const struct avro_type *type)
{
    buffer_byte(decoder->json, '{');
    for (size_t i = 0; i < type->field_count; i++) {
        if (i > 0)
            buffer_byte(decoder->json, ',');
        text_quote(decoder->json, type->fields[i].name);
        buffer_byte(decoder->json, ':');
        if (!decode(decoder, type->fields[i].type))
            return false;
    }
    buffer_byte(decoder->json, '}');
    return true;
}

/* How many items the next block has; 0 ends the array or map. A negative count comes with a size in bytes. */
static bool take_count(struct decoder *decoder, uint64_t *count)
{
    int64_t number, size;
    if (!take_long(decoder, &number))
        return false;
    *count = number < 0 ? -(uint64_t)number : (uint64_t)number;
    if (number >= 0)
        return true;
    if (!take_long(decoder, &size))
        return false;
    return (size >= 0 && (uint64_t)size <= left(decoder)) ||
           broken(decoder, "a block beyond the end of the record");
}

static bool decode_key(struct decoder *decoder)
{
    if (!decode_string(decoder))
        return false;
    buffer_byte(decoder->json, ':');
    return true;
}

static bool decode_blocks(struct decoder *decoder, const struct avro_type *type)
{
    bool map = type->kind == AVRO_MAP;
    size_t items = 0;
    uint64_t count;
    buffer_byte(decoder->json, map ? '{' : '[');
    for (;;) {
        if (!take_count(decoder, &count))
            return false;
        if (count == 0)
            break;
        for (; count > 0; count--) {
            if (items++ > 0)
                buffer_byte(decoder->json, ',');
            if ((map && !decode_key(decoder)) || !decode(decoder, type->items))
                return false;
        }
    }
    buffer_byte(decoder->json, map ? '}' : ']');
    return true;
}

static bool decode_kind(struct decoder *decoder, const struct avro_type *type)
{
    switch (type->kind) {
    case AVRO_NULL: buffer_put(decoder->json, SPAN("null")); return true;
    case AVRO_BOOLEAN: return decode_boolean(decoder);
    case AVRO_INT:
    case AVRO_LONG: return decode_number(decoder, type);
    case AVRO_FLOAT:
    case AVRO_DOUBLE: return decode_real(decoder, type);
    case AVRO_BYTES:
    case AVRO_FIXED: return decode_blob(decoder, type);
    case AVRO_STRING: return decode_string(decoder);
    case AVRO_RECORD: return decode_fields(decoder, type);
    case AVRO_ENUM: return decode_symbol(decoder, type);
    case AVRO_ARRAY:
    case AVRO_MAP: return decode_blocks(decoder, type);
    case AVRO_UNION: return decode_branch(decoder, type);
    }
    return broken(decoder, "a type that is not known");
}

static bool decode(struct decoder *decoder, const struct avro_type *type)
{
    size_t start = decoder->at;
    if (decoder->depth == TEXT_DEPTH_MAX)
        return broken(decoder, "values nested too deep");
    decoder->depth++;
    if (!decode_kind(decoder, type))
        return false;
    decoder->depth--;
    if (decoder->at == start && ++decoder->empty > RECORD_EMPTY_MAX)
        return broken(decoder, "too many values that take no bytes");
    return decoder->json->len <= decoder->json_end || broken(decoder, "a record whose JSON is too long");
}

bool decode_value(const struct avro_type *type, struct span *bytes, struct buffer *json, struct error *err)
{
    struct decoder decoder = {
        .bytes = *bytes, .json = json, .json_end = json->len + RECORD_JSON_MAX, .err = err};
    if (!decode(&decoder, type))
        return false;
    *bytes = span_from(*bytes, decoder.at);
    return true;
}
