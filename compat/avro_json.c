/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values inside schemas. Integers keep their digits whatever their size; every other number is a double
 * and is printed as Java prints doubles. */
#include "compat/avro_json.h"

#include "compat/avro_name.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

/* ---- numbers ---- */

bool json_is_integer(const struct text *value)
{
    if (value->kind != TEXT_NUMBER)
        return false;
    for (size_t i = 0; i < value->string.len; i++)
        if (value->string.ptr[i] != '-' && !isdigit((unsigned char)value->string.ptr[i]))
            return false;
    return true;
}

bool json_is_long(const struct text *value, int64_t *number)
{
    return json_is_integer(value) && text_integer(value, number);
}

bool json_is_big(const struct text *value)
{
    int64_t number;
    return json_is_integer(value) && !text_integer(value, &number);
}

bool json_holds_big(const struct text *value)
{
    bool holds = json_is_big(value);
    for (size_t i = 0; i < value->count && !holds; i++)
        holds = json_holds_big(value->kind == TEXT_ARRAY ? &value->items[i] : &value->members[i].value);
    return holds;
}

/* The digits, and an exponent of which Java wants to know nothing more than C does. */
static const char *skip_digits(const char *at, bool hex)
{
    while (hex ? isxdigit((unsigned char)*at) : isdigit((unsigned char)*at))
        at++;
    return at;
}

/* Whether the text, ended by a NUL, is a number of Java's grammar: strtod alone would take more ("inf",
 * "0x1") and less ("1d"). `*end` is where a suffix would stand. */
static bool java_grammar(const char *at, const char **end)
{
    if (*at == '-' || *at == '+')
        at++;
    bool hex = at[0] == '0' && (at[1] | 0x20) == 'x';
    at += hex ? 2 : 0;
    const char *whole = at, *fraction = skip_digits(at, hex);
    at = fraction;
    if (*at == '.')
        at = skip_digits(++at, hex);
    if (at - whole - (*fraction == '.') <= 0)
        return false;
    if ((*at | 0x20) == (hex ? 'p' : 'e')) {
        at += at[1] == '-' || at[1] == '+' ? 2 : 1;
        const char *exponent = at;
        at = skip_digits(at, false);
        if (at == exponent)
            return false;
    } else if (hex) {
        return false;
    }
    *end = at;
    return at[0] == 0 || (strchr("fFdD", at[0]) && at[1] == 0);
}

bool java_double(struct span string, double *number)
{
    string = span_trim(string);
    if (!string.len || memchr(string.ptr, 0, string.len))
        return false;
    bool minus = string.ptr[0] == '-';
    struct span name = minus || string.ptr[0] == '+' ? span_from(string, 1) : string;
    if (span_equal(name, SPAN("NaN"))) {
        *number = NAN;
        return true;
    }
    if (span_equal(name, SPAN("Infinity"))) {
        *number = minus ? -HUGE_VAL : HUGE_VAL;
        return true;
    }
    AUTO_ARENA arena = arena_new();
    const char *text = arena_copy(arena, string).ptr, *end;
    if (!java_grammar(text, &end))
        return false;
    char *stop;
    *number = strtod(text, &stop);
    return stop == end;
}

/* ---- printing ---- */

void json_put_double(struct buffer *out, double number)
{
    bool special = isnan(number) || isinf(number);
    if (special)
        buffer_byte(out, '"');
    text_put_double(out, number);
    if (special)
        buffer_byte(out, '"');
}

void json_put_float(struct buffer *out, float number)
{
    if (isnan(number) || isinf(number))
        json_put_double(out, (double)number);
    else
        text_put_float(out, number);
}

static void put_number(struct buffer *out, const struct text *value)
{
    if (!json_is_integer(value))
        json_put_double(out, text_double(value->string));
    else
        buffer_put(out, span_equal(value->string, SPAN("-0")) ? SPAN("0") : value->string);
}

static void put_object(struct buffer *out, const struct text *object)
{
    buffer_byte(out, '{');
    for (size_t i = 0; i < object->count; i++) {
        if (i)
            buffer_byte(out, ',');
        text_quote(out, object->members[i].name);
        buffer_byte(out, ':');
        json_put(out, &object->members[i].value);
    }
    buffer_byte(out, '}');
}

static void put_array(struct buffer *out, const struct text *array)
{
    buffer_byte(out, '[');
    for (size_t i = 0; i < array->count; i++) {
        if (i)
            buffer_byte(out, ',');
        json_put(out, &array->items[i]);
    }
    buffer_byte(out, ']');
}

void json_put(struct buffer *out, const struct text *value)
{
    switch (value->kind) {
    case TEXT_NULL: buffer_put(out, SPAN("null")); break;
    case TEXT_BOOLEAN: buffer_put(out, value->truth ? SPAN("true") : SPAN("false")); break;
    case TEXT_NUMBER: put_number(out, value); break;
    case TEXT_STRING: text_quote(out, value->string); break;
    case TEXT_ARRAY: put_array(out, value); break;
    case TEXT_OBJECT: put_object(out, value); break;
    }
}

size_t json_nesting(struct span text)
{
    size_t depth = 0, deepest = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (quoted && byte == '\\')
            i++;
        else if (byte == '"')
            quoted = !quoted;
        else if (!quoted && (byte == '{' || byte == '['))
            depth++;
        else if (!quoted && (byte == '}' || byte == ']'))
            depth--;
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest;
}

/* ---- order and equality ---- */

static int by_name(const void *a, const void *b)
{
    const struct text_member *const *first = a, *const *second = b;
    return utf16_compare((*first)->name, (*second)->name);
}

const struct text_member **json_sorted(const struct text *object, struct arena *arena)
{
    const struct text_member **sorted = arena_array(arena, object->count, sizeof *sorted);
    for (size_t i = 0; i < object->count; i++)
        sorted[i] = &object->members[i];
    if (object->count)
        qsort(sorted, object->count, sizeof *sorted, by_name);
    return sorted;
}

/* By what they print: -0 is 0, but -0.0 is not 0.0; NaN is NaN. */
static bool numbers_equal(const struct text *a, const struct text *b, struct arena *arena)
{
    if (json_is_integer(a) != json_is_integer(b))
        return false;
    struct buffer first = {.arena = arena}, second = {.arena = arena};
    put_number(&first, a);
    put_number(&second, b);
    return span_equal(buffer_span(&first), buffer_span(&second));
}

static bool objects_equal(const struct text *a, const struct text *b, struct arena *arena)
{
    const struct text_member **first = json_sorted(a, arena), **second = json_sorted(b, arena);
    for (size_t i = 0; i < a->count; i++)
        if (!span_equal(first[i]->name, second[i]->name) ||
            !json_equal(&first[i]->value, &second[i]->value, arena))
            return false;
    return true;
}

bool json_equal(const struct text *a, const struct text *b, struct arena *arena)
{
    if (a == b)
        return true;
    if (a->kind != b->kind || a->count != b->count)
        return false;
    switch (a->kind) {
    case TEXT_NULL: return true;
    case TEXT_BOOLEAN: return a->truth == b->truth;
    case TEXT_NUMBER: return numbers_equal(a, b, arena);
    case TEXT_STRING: return span_equal(a->string, b->string);
    case TEXT_OBJECT: return objects_equal(a, b, arena);
    case TEXT_ARRAY: break;
    }
    for (size_t i = 0; i < a->count; i++)
        if (!json_equal(&a->items[i], &b->items[i], arena))
            return false;
    return true;
}
