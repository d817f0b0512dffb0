/* SPDX-License-Identifier: Apache-2.0 */
/* Avro binary → JSON, as it was written: see the header. */
#include "producer/decoder.h"

#include "base/limits.h"

static bool decode_boolean(struct decoder *decoder)
{
    struct span byte;
    if (!decoder_take(decoder, 1, &byte))
        return false;
    if ((uint8_t)byte.ptr[0] > 1)
        return decoder_broken(decoder, "a boolean that is neither 0 nor 1");
    buffer_put(decoder->json, byte.ptr[0] ? SPAN("true") : SPAN("false"));
    return true;
}

static bool decode_number(struct decoder *decoder, const struct avro_type *type)
{
    int64_t number;
    if (!decoder_integer(decoder, type->kind, &number))
        return false;
    buffer_printf(decoder->json, "%lld", (long long)number);
    return true;
}

static bool decode_real(struct decoder *decoder, const struct avro_type *type)
{
    double number;
    if (!decoder_real(decoder, type->kind, &number))
        return false;
    decoder_put_real(decoder->json, type->kind, number);
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
    if (type->kind == AVRO_BYTES ? !decoder_bytes(decoder, &bytes)
                                 : !decoder_take(decoder, (size_t)type->size, &bytes))
        return false;
    put_latin1(decoder->json, bytes);
    return true;
}

static bool decode_symbol(struct decoder *decoder, const struct avro_type *type)
{
    size_t index;
    if (!decoder_index(decoder, type->symbol_count, "an enum index without a symbol", &index))
        return false;
    text_quote(decoder->json, type->symbols[index]);
    return true;
}

static bool decode_branch(struct decoder *decoder, const struct avro_type *type,
                          const struct overlay *overlay)
{
    size_t index;
    if (!decoder_index(decoder, type->branch_count, "a union index without a branch", &index))
        return false;
    decoder->overlay = overlay;
    return decode_type(decoder, type->branches[index]);
}

static bool decode_fields(struct decoder *decoder, const struct avro_type *type,
                          const struct overlay *overlay)
{
    buffer_byte(decoder->json, '{');
    for (size_t i = 0; i < type->field_count; i++) {
        if (i > 0)
            buffer_byte(decoder->json, ',');
        text_quote(decoder->json, type->fields[i].name);
        buffer_byte(decoder->json, ':');
        decoder->overlay = overlay_field(overlay, type, i);
        if (!decode_type(decoder, type->fields[i].type))
            return false;
    }
    buffer_byte(decoder->json, '}');
    return true;
}

static bool decode_item(struct decoder *decoder, const void *how)
{
    return decode_type(decoder, how);
}

static bool decode_kind(struct decoder *decoder, const struct avro_type *type,
                        const struct overlay *overlay)
{
    switch (type->kind) {
    case AVRO_NULL:
        if (!decoder_overlaid(decoder, overlay))
            buffer_put(decoder->json, SPAN("null"));
        return true;
    case AVRO_BOOLEAN: return decode_boolean(decoder);
    case AVRO_INT:
    case AVRO_LONG: return decode_number(decoder, type);
    case AVRO_FLOAT:
    case AVRO_DOUBLE: return decode_real(decoder, type);
    case AVRO_BYTES:
    case AVRO_FIXED: return decode_blob(decoder, type);
    case AVRO_STRING: return decoder_string(decoder);
    case AVRO_RECORD: return decode_fields(decoder, type, overlay);
    case AVRO_ENUM: return decode_symbol(decoder, type);
    case AVRO_ARRAY:
    case AVRO_MAP: return decoder_blocks(decoder, type->kind == AVRO_MAP, decode_item, type->items);
    case AVRO_UNION: return decode_branch(decoder, type, overlay);
    }
    return decoder_broken(decoder, "a type that is not known");
}

bool decode_type(struct decoder *decoder, const struct avro_type *type)
{
    size_t start;
    const struct overlay *overlay = decoder->overlay;
    decoder->overlay = NULL;
    return decoder_enter(decoder, &start) && decode_kind(decoder, type, overlay) &&
           decoder_leave(decoder, start);
}

bool decode_as(const struct decoding *how, struct span *bytes, struct buffer *json, struct error *err)
{
    struct decoder decoder = {.bytes = *bytes,
                              .json = json,
                              .json_end = json->len + RECORD_JSON_MAX,
                              .overlay = how->overlay,
                              .err = err};
    if (!(how->plan ? decode_plan(&decoder, how->plan) : decode_type(&decoder, how->type)))
        return false;
    *bytes = span_from(*bytes, decoder.at);
    return true;
}

bool decode_value(const struct avro_type *type, struct span *bytes, struct buffer *json, struct error *err)
{
    return decode_as(&(struct decoding){.type = type}, bytes, json, err);
}
