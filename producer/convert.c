/* SPDX-License-Identifier: Apache-2.0 */
/* Conversions of one JSON value. Nothing is rounded, cut or guessed: what does not fit is a flaw. */
#include "producer/convert.h"

#include "base/limits.h"
#include "producer/timestamp.h"

#include <assert.h>
#include <math.h>

const char *flaw_name(enum flaw flaw)
{
    static const char *const names[] = {
        [FLAW_NUMBER_OUT_OF_RANGE] = "number-out-of-range",
        [FLAW_STRING_TOO_LONG] = "string-too-long",
        [FLAW_FROM_INGEST] = "timestamp-from-ingest",
        [FLAW_TIMESTAMP_NOT_INTEGER] = "timestamp-not-integer",
        [FLAW_TIMESTAMP_NOT_ISO8601] = "timestamp-not-iso8601",
        [FLAW_TIMESTAMP_OUT_OF_RANGE] = "timestamp-out-of-range",
        [FLAW_TIMESTAMP_WRONG_TYPE] = "timestamp-wrong-type",
        [FLAW_TYPE_MISMATCH] = "type-mismatch",
        [FLAW_NONE] = "",
    };
    return names[flaw];
}

/* ASCII alone: the values are the platform's own words, and other letters stay as they came. */
static char upper(char byte)
{
    return byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
}

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool ends_word(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

/* "noAnswer.transfer" becomes NO_ANSWER_TRANSFER; without `snake`, letters are all that changes. */
static struct span upper_text(struct span text, bool snake, struct arena *arena)
{
    char *out = arena_alloc(arena, 2 * text.len + 1); /* no letter becomes more than two */
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (snake && i && is_upper(text.ptr[i]) && ends_word(text.ptr[i - 1]))
            out[len++] = '_';
        out[len++] = snake && text.ptr[i] == '.' ? '_' : upper(text.ptr[i]);
    }
    return (struct span){out, len};
}

static enum flaw to_string(const struct text *from, enum conversion as, struct value *value,
                           struct arena *arena)
{
    if (from->kind != TEXT_STRING)
        return FLAW_TYPE_MISMATCH;
    if (from->string.len > MAPPED_STRING_MAX)
        return FLAW_STRING_TOO_LONG;
    struct span text = as == AS_STRING ? from->string : upper_text(from->string, as == AS_UPPER_SNAKE, arena);
    *value = (struct value){.kind = VALUE_STRING, .text = text};
    return FLAW_NONE;
}

static enum flaw to_double(const struct text *from, struct value *value)
{
    if (from->kind != TEXT_NUMBER)
        return FLAW_TYPE_MISMATCH;
    *value = (struct value){.kind = VALUE_DOUBLE, .real = text_double(from->string)};
    return isinf(value->real) ? FLAW_NUMBER_OUT_OF_RANGE : FLAW_NONE;
}

static enum flaw to_timestamp(const struct text *from, struct value *value)
{
    *value = (struct value){.kind = VALUE_LONG};
    switch (timestamp_read(from, &value->number)) {
    case TIMESTAMP_OK: return FLAW_NONE;
    case TIMESTAMP_NOT_INTEGER: return FLAW_TIMESTAMP_NOT_INTEGER;
    case TIMESTAMP_NOT_ISO8601: return FLAW_TIMESTAMP_NOT_ISO8601;
    case TIMESTAMP_OUT_OF_RANGE: return FLAW_TIMESTAMP_OUT_OF_RANGE;
    case TIMESTAMP_WRONG_TYPE: return FLAW_TIMESTAMP_WRONG_TYPE;
    }
    assert(!"a new fault of timestamps");
    return FLAW_NONE;
}

enum flaw convert_text(const struct text *from, enum conversion as, struct value *value, struct arena *arena)
{
    if (as == AS_TIMESTAMP)
        return to_timestamp(from, value);
    if (as == AS_DOUBLE)
        return to_double(from, value);
    if (as != AS_LONG)
        return to_string(from, as, value, arena);
    *value = (struct value){.kind = VALUE_LONG};
    return text_integer(from, &value->number) ? FLAW_NONE : FLAW_TYPE_MISMATCH;
}
