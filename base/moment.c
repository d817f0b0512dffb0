/* SPDX-License-Identifier: Apache-2.0 */
/* Reading goes by the calendar below, and no further than four digits of a year do; printing is the C
 * library's. */
#include "base/moment.h"

#include <stdio.h>
#include <time.h>

enum { EVENT_FRACTION = 9, DAY_SECONDS = 86400 };
static const int64_t MOMENT_FIRST = -62135596800000; /* 0001-01-01T00:00:00Z */
static const int64_t MOMENT_END = 253402300800000;   /* 10000-01-01T00:00:00Z */

/* Takes `count` digits off the front. */
static bool take_digits(struct span *rest, size_t count, int *number)
{
    if (rest->len < count)
        return false;
    *number = 0;
    for (size_t i = 0; i < count; i++) {
        if (rest->ptr[i] < '0' || rest->ptr[i] > '9')
            return false;
        *number = *number * 10 + (rest->ptr[i] - '0');
    }
    *rest = span_from(*rest, count);
    return true;
}

static bool take_byte(struct span *rest, char byte)
{
    if (rest->len == 0 || rest->ptr[0] != byte)
        return false;
    *rest = span_from(*rest, 1);
    return true;
}

static bool take_letter(struct span *rest, char letter, enum moment_spelling spelling)
{
    return take_byte(rest, letter) ||
           (spelling == MOMENT_RFC3339 && take_byte(rest, (char)(letter - 'A' + 'a')));
}

/* ".1", ".123456789": the first three digits count. */
static bool take_fraction(struct span *rest, enum moment_spelling spelling, int *ms)
{
    int digits = 0, digit, worth = 100;
    *ms = 0;
    if (!take_byte(rest, '.'))
        return true;
    while ((spelling == MOMENT_RFC3339 || digits < EVENT_FRACTION) && take_digits(rest, 1, &digit)) {
        *ms += digit * worth;
        worth /= 10;
        digits = 1 + (digits < EVENT_FRACTION ? digits : EVENT_FRACTION);
    }
    return digits > 0;
}

/* "Z", "+01:00", "-0530": how far the local time is ahead, in seconds. */
static bool take_zone(struct span *rest, enum moment_spelling spelling, int *ahead)
{
    *ahead = 0;
    if (take_letter(rest, 'Z', spelling))
        return true;
    int sign = take_byte(rest, '+') ? 1 : -1, hours, minutes;
    if (sign < 0 && !take_byte(rest, '-'))
        return false;
    if (!take_digits(rest, 2, &hours) || (!take_byte(rest, ':') && spelling == MOMENT_RFC3339) ||
        !take_digits(rest, 2, &minutes))
        return false;
    *ahead = sign * (hours * 3600 + minutes * 60);
    return hours <= 23 && minutes <= 59;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leaps = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leaps);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar: years are counted from March, so that the leap
 * day is a year's last. */
static int64_t days_since_1970(int year, int month, int day)
{
    int64_t from_march = (month + 9) % 12, y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * from_march + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool take_date(struct span *rest, int64_t *days)
{
    int year, month, day;
    bool spelled = take_digits(rest, 4, &year) && take_byte(rest, '-') && take_digits(rest, 2, &month) &&
                   take_byte(rest, '-') && take_digits(rest, 2, &day);
    if (!spelled || year < 1 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month))
        return false;
    *days = days_since_1970(year, month, day);
    return true;
}

static bool take_clock(struct span *rest, int *seconds)
{
    int hour, minute, second;
    bool spelled = take_digits(rest, 2, &hour) && take_byte(rest, ':') && take_digits(rest, 2, &minute) &&
                   take_byte(rest, ':') && take_digits(rest, 2, &second);
    if (!spelled || hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds = hour * 3600 + minute * 60 + second;
    return true;
}

bool moment_read(struct span text, enum moment_spelling spelling, int64_t *ms)
{
    int64_t days;
    int seconds, fraction, ahead;
    if (!take_date(&text, &days) || !take_letter(&text, 'T', spelling) || !take_clock(&text, &seconds) ||
        !take_fraction(&text, spelling, &fraction) || !take_zone(&text, spelling, &ahead) || text.len)
        return false;
    *ms = (days * DAY_SECONDS + seconds - ahead) * SECOND_MS + fraction;
    return *ms >= MOMENT_FIRST && *ms < MOMENT_END;
}

static struct tm utc_of(int64_t seconds)
{
    struct tm utc;
    time_t time = (time_t)seconds;
    gmtime_r(&time, &utc);
    return utc;
}

static int64_t floor_of(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

void moment_put(struct buffer *out, int64_t ms, bool with_ms)
{
    char text[32], fraction[16];
    int64_t seconds = floor_of(ms, SECOND_MS);
    struct tm utc = utc_of(seconds);
    size_t len = strftime(text, sizeof text, "%FT%T", &utc);
    snprintf(fraction, sizeof fraction, ".%03d", (int)(ms - seconds * SECOND_MS));
    buffer_put(out, (struct span){text, len});
    buffer_put(out, with_ms ? span_of(fraction) : SPAN(""));
    buffer_byte(out, 'Z');
}

struct span moment_text(int64_t ms, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    moment_put(&out, ms, ms % SECOND_MS != 0);
    return buffer_span(&out);
}

int64_t moment_day(int64_t ms)
{
    return floor_of(ms, DAY_MS);
}

bool moment_day_read(struct span text, int64_t *day)
{
    return take_date(&text, day) && !text.len;
}

struct span moment_day_text(int64_t day, struct arena *arena)
{
    char text[32];
    struct tm utc = utc_of(day * DAY_SECONDS);
    return arena_copy(arena, (struct span){text, strftime(text, sizeof text, "%F", &utc)});
}
