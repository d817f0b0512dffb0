/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of values, and the bounds around them: every length is compared with what is left before it is used;
 * depth, the number of values that take no bytes, and the size of the JSON are bounded, because a schema from
 * a stranger's file can make much of little. */
#include "producer/decoder.h"

#include "base/limits.h"
#include "producer/overlay.h"

#include <math.h>

bool decoder_broken(struct decoder *decoder, const char *what)
{
    return error_set(decoder->err, 0, "byte %zu of the record: %s", decoder->at, what);
}

static size_t left(const struct decoder *decoder)
{
    return decoder->bytes.len - decoder->at;
}

bool decoder_long(struct decoder *decoder, int64_t *number)
{
    uint64_t bits = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (left(decoder) == 0)
            return decoder_broken(decoder, "a number is cut off");
        uint8_t byte = (uint8_t)decoder->bytes.ptr[decoder->at++];
        if (shift == 63 && byte > 1)
            break;
        bits |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *number = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
            return true;
        }
    }
    return decoder_broken(decoder, "a number of more than 64 bits");
}

bool decoder_take(struct decoder *decoder, size_t len, struct span *bytes)
{
    if (len > left(decoder))
        return decoder_broken(decoder, "a length beyond the end of the record");
    *bytes = (struct span){decoder->bytes.ptr + decoder->at, len};
    decoder->at += len;
    return true;
}

bool decoder_integer(struct decoder *decoder, enum avro_kind kind, int64_t *number)
{
    if (!decoder_long(decoder, number))
        return false;
    return kind == AVRO_LONG || (*number >= INT32_MIN && *number <= INT32_MAX) ||
           decoder_broken(decoder, "an int of more than 32 bits");
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

bool decoder_real(struct decoder *decoder, enum avro_kind kind, double *number)
{
    struct span raw;
    bool narrow = kind == AVRO_FLOAT;
    if (!decoder_take(decoder, narrow ? sizeof(float) : sizeof(double), &raw))
        return false;
    uint64_t bits = 0;
    for (size_t i = 0; i < raw.len; i++)
        bits |= (uint64_t)(uint8_t)raw.ptr[i] << (8 * i);
    if (narrow) {
        uint32_t low = (uint32_t)bits;
        float small;
        memcpy(&small, &low, sizeof small);
        *number = (double)small;
    } else {
        memcpy(number, &bits, sizeof *number);
    }
    return true;
}

void decoder_put_real(struct buffer *json, enum avro_kind kind, double number)
{
    if (kind == AVRO_FLOAT && !put_special(json, (double)(float)number))
        text_put_float(json, (float)number);
    else if (kind != AVRO_FLOAT && !put_special(json, number))
        text_put_double(json, number);
}

bool decoder_index(struct decoder *decoder, size_t count, const char *what, size_t *index)
{
    int64_t number;
    if (!decoder_long(decoder, &number))
        return false;
    if (number < 0 || (uint64_t)number >= count)
        return decoder_broken(decoder, what);
    *index = (size_t)number;
    return true;
}

bool decoder_bytes(struct decoder *decoder, struct span *bytes)
{
    int64_t len;
    if (!decoder_long(decoder, &len))
        return false;
    if (len < 0)
        return decoder_broken(decoder, "a negative length");
    return decoder_take(decoder, (uint64_t)len > SIZE_MAX ? SIZE_MAX : (size_t)len, bytes);
}

bool decoder_string(struct decoder *decoder)
{
    struct span text;
    if (!decoder_bytes(decoder, &text))
        return false;
    if (!text_is_utf8(text))
        return decoder_broken(decoder, "a string that is not UTF-8");
    text_quote(decoder->json, text);
    return true;
}

/* How many items the next block has; 0 ends the array or map. A negative count comes with a size in bytes. */
static bool take_count(struct decoder *decoder, uint64_t *count)
{
    int64_t number, size;
    if (!decoder_long(decoder, &number))
        return false;
    *count = number < 0 ? -(uint64_t)number : (uint64_t)number;
    if (number >= 0)
        return true;
    if (!decoder_long(decoder, &size))
        return false;
    return (size >= 0 && (uint64_t)size <= left(decoder)) ||
           decoder_broken(decoder, "a block beyond the end of the record");
}

static bool decode_key(struct decoder *decoder)
{
    if (!decoder_string(decoder))
        return false;
    buffer_byte(decoder->json, ':');
    return true;
}

bool decoder_blocks(struct decoder *decoder, bool map, bool (*item)(struct decoder *decoder, const void *how),
                    const void *how)
{
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
            if ((map && !decode_key(decoder)) || !item(decoder, how))
                return false;
        }
    }
    buffer_byte(decoder->json, map ? '}' : ']');
    return true;
}

bool decoder_overlaid(struct decoder *decoder, const struct overlay *overlay)
{
    if (!overlay || overlay->absent.len == 0)
        return false;
    buffer_put(decoder->json, overlay->absent);
    return true;
}

const struct overlay *overlay_field(const struct overlay *overlay, const struct avro_type *record, size_t i)
{
    return overlay && overlay->record == record ? overlay->fields[i] : NULL;
}

bool decoder_enter(struct decoder *decoder, size_t *start)
{
    *start = decoder->at;
    if (decoder->depth == TEXT_DEPTH_MAX)
        return decoder_broken(decoder, "values nested too deep");
    decoder->depth++;
    return ++decoder->work <= RECORD_WORK_MAX || decoder_broken(decoder, "a record that is too much work");
}

bool decoder_leave(struct decoder *decoder, size_t start)
{
    decoder->depth--;
    if (decoder->at == start && ++decoder->empty > RECORD_EMPTY_MAX)
        return decoder_broken(decoder, "too many values that take no bytes");
    return decoder->json->len <= decoder->json_end ||
           decoder_broken(decoder, "a record whose JSON is too long");
}
