/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of a schema → JSON, in the form of decoded values. A schema that was not read strictly may hold
 * defaults that fit nothing, or that never end. */
#include "producer/decoder.h"

#include "base/limits.h"
#include "producer/fit.h"

static bool unfit(struct decoder *decoder)
{
    return error_set(decoder->err, 0, "a default of the reader schema does not fit its type");
}

static bool default_number(struct decoder *decoder, const struct avro_type *type, const struct text *json)
{
    int64_t number;
    if (type->kind == AVRO_FLOAT || type->kind == AVRO_DOUBLE)
        decoder_put_real(decoder->json, type->kind, text_double(json->string));
    else if (text_integer(json, &number))
        buffer_printf(decoder->json, "%lld", (long long)number);
    else
        return unfit(decoder);
    return true;
}

static bool default_blob(struct decoder *decoder, const struct avro_type *type, const struct text *json)
{
    AUTO_ARENA arena = arena_new();
    struct span bytes;
    if (!fit_bytes(type, json->string, &bytes, arena))
        return unfit(decoder);
    text_quote(decoder->json, json->string);
    return true;
}

static bool default_items(struct decoder *decoder, const struct avro_type *type, const struct text *json)
{
    bool map = type->kind == AVRO_MAP;
    buffer_byte(decoder->json, map ? '{' : '[');
    for (size_t i = 0; i < json->count; i++) {
        if (i > 0)
            buffer_byte(decoder->json, ',');
        if (map) {
            text_quote(decoder->json, json->members[i].name);
            buffer_byte(decoder->json, ':');
        }
        if (!decode_default(decoder, type->items, map ? &json->members[i].value : &json->items[i]))
            return false;
    }
    buffer_byte(decoder->json, map ? '}' : ']');
    return true;
}

static bool default_record(struct decoder *decoder, const struct avro_type *type, const struct text *json,
                           const struct overlay *overlay)
{
    buffer_byte(decoder->json, '{');
    for (size_t i = 0; i < type->field_count; i++) {
        const struct text *given = text_get(json, type->fields[i].name);
        given = given ? given : type->fields[i].fallback;
        if (!given)
            return unfit(decoder);
        if (i > 0)
            buffer_byte(decoder->json, ',');
        text_quote(decoder->json, type->fields[i].name);
        buffer_byte(decoder->json, ':');
        decoder->overlay = overlay_field(overlay, type, i);
        if (!decode_default(decoder, type->fields[i].type, given))
            return false;
    }
    buffer_byte(decoder->json, '}');
    return true;
}

static bool default_kind(struct decoder *decoder, const struct avro_type *type, const struct text *json,
                         const struct overlay *overlay)
{
    switch (type->kind) {
    case AVRO_NULL: buffer_put(decoder->json, SPAN("null")); return true;
    case AVRO_BOOLEAN: buffer_put(decoder->json, json->truth ? SPAN("true") : SPAN("false")); return true;
    case AVRO_INT:
    case AVRO_LONG:
    case AVRO_FLOAT:
    case AVRO_DOUBLE: return default_number(decoder, type, json);
    case AVRO_BYTES:
    case AVRO_FIXED: return default_blob(decoder, type, json);
    case AVRO_STRING:
    case AVRO_ENUM: text_quote(decoder->json, json->string); return true;
    case AVRO_RECORD: return default_record(decoder, type, json, overlay);
    case AVRO_ARRAY:
    case AVRO_MAP: return default_items(decoder, type, json);
    case AVRO_UNION: break;
    }
    return unfit(decoder);
}

/* The first branch that the default can be meant for. */
static const struct avro_type *meant(const struct avro_type *type, const struct text *json)
{
    for (size_t i = 0; type->kind == AVRO_UNION && i < type->branch_count; i++)
        if (fit_default(json, type->branches[i]))
            return type->branches[i];
    return type;
}

bool decode_default(struct decoder *decoder, const struct avro_type *type, const struct text *json)
{
    size_t start;
    const struct overlay *overlay = decoder->overlay;
    decoder->overlay = NULL;
    type = meant(type, json);
    if (!fit_default(json, type))
        return unfit(decoder);
    if (type->kind == AVRO_NULL && decoder_overlaid(decoder, overlay))
        return true;
    if (!decoder_enter(decoder, &start) || !default_kind(decoder, type, json, overlay))
        return false;
    decoder->depth--; /* it has no bytes of its own: what bounds it is its JSON */
    return decoder->json->len <= decoder->json_end ||
           error_set(decoder->err, 0, "the defaults of the reader schema are too long");
}

bool decode_fallback(const struct avro_type *type, const struct text *fallback, struct buffer *json,
                     struct error *err)
{
    struct decoder decoder = {.json = json, .json_end = json->len + RECORD_JSON_MAX, .err = err};
    return decode_default(&decoder, type, fallback);
}
