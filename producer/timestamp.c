/* SPDX-License-Identifier: Apache-2.0 */
/* Reading times, by calendar arithmetic alone: no locale, no time zone of the machine. */
#include "producer/timestamp.h"

static const int64_t TIME_FIRST = 631152000000; /* 1990-01-01, in ms: above any plausible count of seconds */
static const int64_t TIME_END = 7258118400000;  /* 2200-01-01: below any plausible count of microseconds */

static enum timestamp within(int64_t ms)
{
    return ms >= TIME_FIRST && ms < TIME_END ? TIMESTAMP_OK : TIMESTAMP_OUT_OF_RANGE;
}

static enum timestamp read_number(const struct text *value, int64_t *ms)
{
    for (size_t i = 0; i < value->string.len; i++)
        if (strchr(".eE", value->string.ptr[i]))
            return TIMESTAMP_NOT_INTEGER;
    return text_integer(value, ms) ? within(*ms) : TIMESTAMP_OUT_OF_RANGE;
}

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

/* ".1" to ".123456789": the first three digits count. */
static bool take_fraction(struct span *rest, int *ms)
{
    *ms = 0;
    if (!take_byte(rest, '.'))
        return true;
    int digits = 0, digit;
    for (; digits < 9 && take_digits(rest, 1, &digit); digits++)
        if (digits < 3)
            *ms += digit * (digits == 0 ? 100 : digits == 1 ? 10 : 1);
    return digits > 0;
}

/* "Z", "+01:00", "-0530": how far the local time is ahead, in seconds. */
static bool take_zone(struct span *rest, int *ahead)
{
    *ahead = 0;
    if (take_byte(rest, 'Z'))
        return true;
    int sign = take_byte(rest, '+') ? 1 : -1, hours, minutes;
    if (sign < 0 && !take_byte(rest, '-'))
        return false;
    if (!take_digits(rest, 2, &hours))
        return false;
    take_byte(rest, ':');
    if (!take_digits(rest, 2, &minutes))
        return false;
    *ahead = sign * (hours * 3600 + minutes * 60);
    return true;
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

static enum timestamp read_string(struct span text, int64_t *ms)
{
    int year, month, day, hour, minute, second, fraction, ahead;
    bool spelled = take_digits(&text, 4, &year) && take_byte(&text, '-') && take_digits(&text, 2, &month) &&
                   take_byte(&text, '-') && take_digits(&text, 2, &day) && take_byte(&text, 'T') &&
                   take_digits(&text, 2, &hour) && take_byte(&text, ':') && take_digits(&text, 2, &minute) &&
                   take_byte(&text, ':') && take_digits(&text, 2, &second) &&
                   take_fraction(&text, &fraction) && take_zone(&text, &ahead) && text.len == 0;
    if (!spelled || year < 1 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month) ||
        hour > 23 || minute > 59 || second > 59)
        return TIMESTAMP_NOT_ISO8601;
    int64_t seconds = days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - ahead;
    *ms = seconds * 1000 + fraction;
    return within(*ms);
}

enum timestamp timestamp_read(const struct text *value, int64_t *ms)
{
    if (value->kind == TEXT_NUMBER)
        return read_number(value, ms);
    return value->kind == TEXT_STRING ? read_string(value->string, ms) : TIMESTAMP_WRONG_TYPE;
}
