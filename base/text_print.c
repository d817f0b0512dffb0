/* SPDX-License-Identifier: Apache-2.0 */
/* Strings and numbers written as JSON: strings with the fewest escapes, reals as Java spells them. */
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void text_quote(struct buffer *out, struct span string)
{
    static const char hex[] = "0123456789ABCDEF", named[] = "\b\t\n\f\r", names[] = "btnfr";
    buffer_byte(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < string.len; i++) {
        unsigned char byte = (unsigned char)string.ptr[i];
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        buffer_put(out, (struct span){string.ptr + from, i - from});
        buffer_byte(out, '\\');
        from = i;                       /* a quote or a backslash stands with what follows it */
        if (byte >= 0x20)
            continue;
        from = i + 1;
        const char *at = byte ? strchr(named, byte) : NULL;
        if (at) {
            buffer_byte(out, names[at - named]);
        } else {
            buffer_put(out, SPAN("u00"));
            buffer_byte(out, hex[byte >> 4]);
            buffer_byte(out, hex[byte & 15]);
        }
    }
    buffer_put(out, span_from(string, from));
    buffer_byte(out, '"');
}

/* "-d.ddde±x" with its last digit one higher; false: all of them are nines. */
static bool step_up(char *text)
{
    for (char *at = strchr(text, 'e') - 1; at >= text && *at != '-'; at--) {
        if (*at == '.')
            continue;
        if (*at != '9') {
            ++*at;
            return true;
        }
        *at = '0';
    }
    return false;
}

static bool reads_double(const char *text, double number)
{
    return strtod(text, NULL) == number;
}

static bool reads_float(const char *text, double number)
{
    return (double)strtof(text, NULL) == number;
}

/* The fewest digits, at least two, that read back as the same number: "d.ddde±x". Above a power of two its
 * neighbour is twice as far as below: there a decimal may do that is not the nearest of its length. */
static void shortest(double number, int most, bool (*reads)(const char *text, double number), char text[40])
{
    int exponent;
    bool lopsided = fabs(frexp(number, &exponent)) == 0.5;
    for (int precision = 1; precision < most; precision++) {
        snprintf(text, 40, "%.*e", precision, number);
        if (reads(text, number) || (lopsided && step_up(text) && reads(text, number)))
            return;
    }
    snprintf(text, 40, "%.*e", most, number);
}

/* Plain notation from 1e-3 up to 1e7, as Java's Double.toString writes it. */
static void put_plain(struct buffer *out, const char *digits, size_t count, int exponent)
{
    if (exponent < 0) {
        buffer_put(out, SPAN("0."));
        for (int i = -1; i > exponent; i--)
            buffer_byte(out, '0');
        buffer_put(out, (struct span){digits, count});
        return;
    }
    for (int i = 0; i <= exponent; i++)
        buffer_byte(out, (size_t)i < count ? digits[i] : '0');
    buffer_byte(out, '.');
    if (count > (size_t)exponent + 1)
        buffer_put(out, (struct span){digits + exponent + 1, count - (size_t)exponent - 1});
    else
        buffer_byte(out, '0');
}

/* "-d.ddde±x" in Java's spelling. */
static void put_java(struct buffer *out, const char *text)
{
    if (*text == '-') {
        buffer_byte(out, '-');
        text++;
    }
    char digits[40];
    size_t count = 0;
    const char *at = text;
    for (; *at != 'e'; at++)
        if (*at != '.')
            digits[count++] = *at;
    int exponent = atoi(at + 1);
    while (count > 1 && digits[count - 1] == '0')
        count--;
    if (exponent >= -3 && exponent < 7) {
        put_plain(out, digits, count, exponent);
        return;
    }
    buffer_byte(out, digits[0]);
    buffer_byte(out, '.');
    if (count > 1)
        buffer_put(out, (struct span){digits + 1, count - 1});
    else
        buffer_byte(out, '0');
    buffer_printf(out, "E%d", exponent);
}

/* True when the number has a name instead of digits. */
static bool put_special(struct buffer *out, double number)
{
    if (isnan(number))
        buffer_put(out, SPAN("NaN"));
    else if (isinf(number))
        buffer_put(out, number < 0 ? SPAN("-Infinity") : SPAN("Infinity"));
    else if (number == 0)
        buffer_put(out, signbit(number) ? SPAN("-0.0") : SPAN("0.0"));
    else
        return false;
    return true;
}

void text_put_double(struct buffer *out, double number)
{
    char text[40];
    if (put_special(out, number))
        return;
    shortest(number, 16, reads_double, text);
    put_java(out, text);
}

void text_put_float(struct buffer *out, float number)
{
    char text[40];
    if (put_special(out, (double)number))
        return;
    shortest((double)number, 8, reads_float, text);
    put_java(out, text);
}
