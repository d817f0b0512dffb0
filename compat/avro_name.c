/* SPDX-License-Identifier: Apache-2.0 */
/* Names of Avro types, fields and symbols, judged by the rules of Avro Java and in its words. */
#include "compat/avro_name.h"

static const struct {
    struct span word;
    const char *upper;
} kinds[] = {
    [AVRO_NULL] = {{"null", 4}, "NULL"},       [AVRO_BOOLEAN] = {{"boolean", 7}, "BOOLEAN"},
    [AVRO_INT] = {{"int", 3}, "INT"},          [AVRO_LONG] = {{"long", 4}, "LONG"},
    [AVRO_FLOAT] = {{"float", 5}, "FLOAT"},    [AVRO_DOUBLE] = {{"double", 6}, "DOUBLE"},
    [AVRO_BYTES] = {{"bytes", 5}, "BYTES"},    [AVRO_STRING] = {{"string", 6}, "STRING"},
    [AVRO_RECORD] = {{"record", 6}, "RECORD"}, [AVRO_ENUM] = {{"enum", 4}, "ENUM"},
    [AVRO_ARRAY] = {{"array", 5}, "ARRAY"},    [AVRO_MAP] = {{"map", 3}, "MAP"},
    [AVRO_UNION] = {{"union", 5}, "UNION"},    [AVRO_FIXED] = {{"fixed", 5}, "FIXED"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const char *avro_kind_name(enum avro_kind kind)
{
    return kinds[kind].upper;
}

struct span kind_word(enum avro_kind kind)
{
    return kinds[kind].word;
}

bool kind_primitive(struct span word, enum avro_kind *kind)
{
    for (*kind = AVRO_NULL; *kind <= AVRO_STRING; (*kind)++)
        if (span_equal(kinds[*kind].word, word))
            return true;
    return false;
}

bool is_kind_word(struct span word)
{
    for (size_t i = 0; i < KINDS; i++)
        if (span_equal(kinds[i].word, word))
            return true;
    return false;
}

struct span avro_full_name(struct avro_name name, struct arena *arena)
{
    if (!name.space.len)
        return name.simple;
    struct buffer full = {.arena = arena};
    buffer_put(&full, name.space);
    buffer_byte(&full, '.');
    buffer_put(&full, name.simple);
    return buffer_span(&full);
}

struct avro_name name_split(struct span text, struct span space)
{
    const char *dot = text.len ? memrchr(text.ptr, '.', text.len) : NULL;
    if (!dot)
        return (struct avro_name){space, text};
    size_t at = (size_t)(dot - text.ptr);
    return (struct avro_name){span_first(text, at), {dot + 1, text.len - at - 1}};
}

/* ---- what may be a name ---- */

/* The next UTF-16 unit of well-formed UTF-8: the first of two for a character beyond the basic plane, which
 * is enough to refuse it. */
static unsigned next_unit(struct span text, size_t *at)
{
    const unsigned char *byte = (const unsigned char *)text.ptr + *at;
    if (byte[0] < 0x80) {
        *at += 1;
        return byte[0];
    }
    if (byte[0] < 0xe0) {
        *at += 2;
        return (byte[0] & 0x1fu) << 6 | (byte[1] & 0x3fu);
    }
    if (byte[0] < 0xf0) {
        *at += 3;
        return (byte[0] & 0xfu) << 12 | (byte[1] & 0x3fu) << 6 | (byte[2] & 0x3fu);
    }
    *at += 4;
    return 0xd800;
}

static bool is_ascii_letter(unsigned unit)
{
    return (unit | 0x20) >= 'a' && (unit | 0x20) <= 'z' && unit < 0x80;
}

static bool fits(enum name_rule rule, unsigned unit, bool first)
{
    if (unit == '_' || is_ascii_letter(unit))
        return true;
    if (unit < 0x80)
        return !first && unit >= '0' && unit <= '9';
    return rule == NAME_UNICODE && (first ? is_letter(unit) : is_letter_or_digit(unit));
}

struct span name_fault(enum name_rule rule, struct span name, struct arena *arena)
{
    if (rule == NAME_FREE)
        return (struct span){NULL, 0};
    if (!name.ptr)
        return SPAN("Null name");
    if (!name.len)
        return SPAN("Empty name");
    for (size_t at = 0; at < name.len;) {
        bool first = at == 0;
        if (!fits(rule, next_unit(name, &at), first))
            return arena_printf(arena, "Illegal %s: %.*s", first ? "initial character" : "character in",
                                SPAN_ARGS(name));
    }
    return (struct span){NULL, 0};
}

struct span space_fault(enum name_rule rule, struct span space, struct arena *arena)
{
    struct span fault = {NULL, 0};
    for (bool more = space.len > 0; more && !fault.ptr;) {
        const char *dot = space.len ? memchr(space.ptr, '.', space.len) : NULL;
        struct span part = dot ? span_first(space, (size_t)(dot - space.ptr)) : space;
        fault = name_fault(rule, part, arena);
        if (fault.ptr)
            fault = arena_printf(arena, "Namespace part \"%.*s\" is invalid: %.*s", SPAN_ARGS(part),
                                 SPAN_ARGS(fault));
        more = dot != NULL;
        space = span_from(space, part.len + 1);
    }
    return fault;
}

/* ---- order ---- */

/* UTF-8 sorts as UTF-16 does but for one thing: characters beyond the basic plane (first byte 0xf0 and up)
 * come before U+E000 and what follows it (0xee, 0xef), because their units are surrogates. */
static int unit_rank(unsigned char byte)
{
    return byte == 0xee || byte == 0xef ? byte + 7 : byte;
}

int utf16_compare(struct span a, struct span b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < shared; i++)
        if (a.ptr[i] != b.ptr[i])
            return unit_rank((unsigned char)a.ptr[i]) - unit_rank((unsigned char)b.ptr[i]);
    return (a.len > b.len) - (a.len < b.len);
}
