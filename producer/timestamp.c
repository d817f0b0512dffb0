/* SPDX-License-Identifier: Apache-2.0 */
/* Which spellings and which years are taken; the calendar is in base/moment.c. */
#include "producer/timestamp.h"

#include "base/moment.h"

static const int64_t TIME_FIRST = 631152000000; /* 1990-01-01, in ms: above any plausible count of seconds */
static const int64_t TIME_END = 7258118400000;  /* 2200-01-01: below any plausible count of microseconds */

static enum timestamp within(int64_t ms)
{
    return ms >= TIME_FIRST && ms < TIME_END ? TIMESTAMP_OK : TIMESTAMP_OUT_OF_RANGE;
}

static enum timestamp read_number(const struct text *value, int64_t *ms)
{
    if (text_integer(value, ms))
        return within(*ms);
    for (size_t i = 0; i < value->string.len; i++)
        if (strchr(".eE", value->string.ptr[i]))
            return TIMESTAMP_NOT_INTEGER;
    return TIMESTAMP_OUT_OF_RANGE;
}

static enum timestamp read_string(struct span text, int64_t *ms)
{
    return moment_read(text, MOMENT_EVENT, ms) ? within(*ms) : TIMESTAMP_NOT_ISO8601;
}

enum timestamp timestamp_read(const struct text *value, int64_t *ms)
{
    if (value->kind == TEXT_NUMBER)
        return read_number(value, ms);
    return value->kind == TEXT_STRING ? read_string(value->string, ms) : TIMESTAMP_WRONG_TYPE;
}
