/* SPDX-License-Identifier: Apache-2.0 */
/* The value of one option: see the header. */
#include "producer/option_value.h"

#include "base/text.h"

static bool read_number(struct span text, int64_t *number)
{
    struct text value = {.kind = TEXT_NUMBER, .source = text, .string = text};
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len > 0 && (text.len == 1 || text.ptr[0] != '0') && text_integer(&value, number);
}

/* A number of bytes, with KiB, MiB or GiB right behind it or without. */
static bool read_size(struct span text, int64_t *bytes)
{
    static const struct span units[] = {SPAN("KiB"), SPAN("MiB"), SPAN("GiB")};
    int shift = 0;
    for (int i = 0; i < 3; i++) {
        if (text.len <= units[i].len || !span_equal(span_from(text, text.len - units[i].len), units[i]))
            continue;
        text.len -= units[i].len;
        shift = 10 * (i + 1);
        break;
    }
    if (!read_number(text, bytes) || *bytes > INT64_MAX >> shift)
        return false;
    *bytes <<= shift;
    return true;
}

static void add(struct option_list *list, const char *value)
{
    list->items[list->count++] = value;
}

bool option_value(struct options *options, enum option_kind kind, size_t place, const char *name,
                  const char *value, struct error *err)
{
    void *member = (char *)options + place;
    int64_t number;
    switch (kind) {
    case KIND_FLAG: *(bool *)member = true; return true;
    case KIND_SPAN:
        *(struct span *)member = span_of(value);
        return value[0] || error_set(err, 0, "--%s must not be empty", name);
    case KIND_PATH:
        *(const char **)member = value;
        return value[0] || error_set(err, 0, "--%s must not be empty", name);
    case KIND_TIME:
        if (!read_number(span_of(value), (int64_t *)member))
            return error_set(err, 0, "--%s needs milliseconds since 1970, not '%s'", name, value);
        options->ingest_given = true;
        return true;
    case KIND_SECONDS:
        if (!read_number(span_of(value), &number) || number < 1 || number > 3600)
            return error_set(err, 0, "--%s needs 1 to 3600 seconds, not '%s'", name, value);
        *(int64_t *)member = number * 1000;
        return true;
    case KIND_SETTING: add(member, value); return true;
    case KIND_PAIR:
        add(member, value);
        return (strchr(value, '=') > value && strchr(value, '=')[1]) ||
               error_set(err, 0, "--%s needs two things with = between them, not '%s'", name, value);
    case KIND_DEFAULT:
        if (options->default_count == DEFAULTS_MAX)
            return error_set(err, 0, "--%s can be given %d times at most", name, DEFAULTS_MAX);
        options->defaults[options->default_count++] = value;
        return true;
    case KIND_COUNT:
        if (!read_number(span_of(value), &number) || number < 1)
            return error_set(err, 0, "--%s needs a number of at least 1, not '%s'", name, value);
        *(uint64_t *)member = (uint64_t)number;
        return true;
    case KIND_SIZE:
        if (!read_size(span_of(value), &number) || number < 1)
            return error_set(err, 0, "--%s needs a size like 64MiB, not '%s'", name, value);
        *(uint64_t *)member = (uint64_t)number;
        return true;
    }
    return false;
}
