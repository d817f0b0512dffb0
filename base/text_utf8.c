/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: is it, and how long is it in Java's units. */
#include "base/stride.h"
#include "base/text.h"

/* The length of the well-formed sequence at `at` (RFC 3629: no overlong form, no surrogate, nothing above
 * U+10FFFF); 0: there is none. */
static size_t sequence(const unsigned char *at, size_t left)
{
    unsigned char first = at[0];
    if (first < 0x80)
        return 1;
    size_t len = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : 4;
    if (first < 0xc2 || first > 0xf4 || left < len)
        return 0;
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if (at[i] < 0x80 || at[i] > 0xbf)
            return 0;
    return len;
}

bool text_is_utf8(struct span bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.ptr;
    for (size_t i = 0; i < bytes.len;) {
        if (bytes.len - i >= STRIDE && stride_is_ascii(stride_at(bytes.ptr + i))) {
            i += STRIDE;
            continue;
        }
        size_t len = sequence(at + i, bytes.len - i);
        if (!len)
            return false;
        i += len;
    }
    return true;
}

struct span text_shown(struct span bytes, struct arena *arena)
{
    if (text_is_utf8(bytes))
        return bytes;
    struct buffer shown = {.arena = arena};
    for (size_t i = 0; i < bytes.len; i++)
        buffer_byte(&shown, (unsigned char)bytes.ptr[i] < 0x80 ? bytes.ptr[i] : '?');
    return buffer_span(&shown);
}

/* A character beyond U+FFFF takes two units; it starts with a byte from 0xf0 up. */
static size_t units_of(unsigned char first)
{
    return (first & 0xc0) == 0x80 ? 0 : first >= 0xf0 ? 2 : 1;
}

size_t text_units(struct span utf8)
{
    size_t units = 0;
    for (size_t i = 0; i < utf8.len; i++)
        units += units_of((unsigned char)utf8.ptr[i]);
    return units;
}

struct span text_first_units(struct span utf8, size_t units)
{
    size_t seen = 0, i = 0;
    for (; i < utf8.len; i++) {
        size_t more = units_of((unsigned char)utf8.ptr[i]);
        if (seen + more > units)
            break;
        seen += more;
    }
    return span_first(utf8, i);
}
