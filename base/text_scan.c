/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a JSON text that hold no other part: space, strings, numbers, words. Nothing is copied but
 * strings that hold an escape. */
#include "base/text_scan.h"

#include "base/stride.h"
#include "base/limits.h"

bool scan_fail_at(struct scan *r, enum text_fault fault, const char *where)
{
    r->failure->fault = fault;
    r->failure->offset = (size_t)(where - r->start);
    return false;
}

bool scan_fail(struct scan *r, enum text_fault fault)
{
    return scan_fail_at(r, fault, r->at);
}

/* The next byte is not what must stand there. */
bool scan_fail_here(struct scan *r)
{
    return scan_fail(r, r->at < r->end ? TEXT_BAD : TEXT_TRUNCATED);
}

/* The first byte from `at` on that Jackson takes nowhere between values, be it in a comment; or `end`. */
static const char *find_control(const char *at, const char *end)
{
    while (at < end && ((unsigned char)*at >= ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    return at;
}

static const char *comment_end(const struct scan *r, char kind)
{
    if (kind == '*')
        return memmem(r->at, (size_t)(r->end - r->at), "*/", 2);
    const char *at = r->at;
    while (at < r->end && *at != '\n' && *at != '\r')
        at++;
    return at;
}

static bool skip_comment(struct scan *r)
{
    if (r->end - r->at < 2)
        return scan_fail(r, TEXT_TRUNCATED);
    char kind = r->at[1];
    if (kind != '/' && kind != '*')
        return scan_fail(r, TEXT_BAD);
    r->at += 2;
    const char *end = comment_end(r, kind);
    if (!end)
        return scan_fail_at(r, TEXT_TRUNCATED, r->end);
    const char *control = find_control(r->at, end);
    if (control < end)
        return scan_fail_at(r, TEXT_BAD, control);
    r->at = kind == '*' ? end + 2 : end;
    return true;
}

bool scan_skip_blank(struct scan *r)
{
    for (;;) {
        while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
            r->at++;
        if (!r->rules->comments || r->at == r->end || *r->at != '/')
            return true;
        if (!skip_comment(r))
            return false;
    }
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Four hex digits at `at`; -1: they are not there. */
static int hex_unit(const struct scan *r, const char *at)
{
    if (r->end - at < 4)
        return -1;
    int unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static void put_utf8(struct buffer *out, int code)
{
    if (code < 0x80) {
        buffer_byte(out, (char)code);
    } else if (code < 0x800) {
        buffer_byte(out, (char)(0xc0 | code >> 6));
        buffer_byte(out, (char)(0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
        buffer_byte(out, (char)(0xe0 | code >> 12));
        buffer_byte(out, (char)(0x80 | (code >> 6 & 0x3f)));
        buffer_byte(out, (char)(0x80 | (code & 0x3f)));
    } else {
        buffer_byte(out, (char)(0xf0 | code >> 18));
        buffer_byte(out, (char)(0x80 | (code >> 12 & 0x3f)));
        buffer_byte(out, (char)(0x80 | (code >> 6 & 0x3f)));
        buffer_byte(out, (char)(0x80 | (code & 0x3f)));
    }
}

static bool is_high(int unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(int unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* A \uXXXX, r->at behind the 'u'. */
static bool read_unicode(struct scan *r, struct buffer *out)
{
    int unit = hex_unit(r, r->at);
    if (unit < 0)
        return scan_fail(r, TEXT_BAD_ESCAPE);
    r->at += 4;
    if (is_high(unit) && r->end - r->at >= 2 && r->at[0] == '\\' && r->at[1] == 'u') {
        int low = hex_unit(r, r->at + 2);
        if (low >= 0 && is_low(low)) {
            r->at += 6;
            put_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            return true;
        }
    }
    if (is_high(unit) || is_low(unit)) {
        if (!r->rules->surrogates_replaced)
            return scan_fail_at(r, TEXT_LONE_SURROGATE, r->at - 6);
        unit = '?';
    }
    if (unit == 0 && r->rules->nul_refused)
        return scan_fail_at(r, TEXT_NUL, r->at - 6);
    put_utf8(out, unit);
    return true;
}

static bool read_escape(struct scan *r, struct buffer *out)
{
    if (++r->at == r->end)
        return scan_fail(r, TEXT_TRUNCATED);
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char escape = *r->at;
    const char *found = escape ? strchr(from, escape) : NULL;
    if (escape != 'u' && !found)
        return scan_fail(r, TEXT_BAD_ESCAPE);
    r->at++;
    if (escape == 'u')
        return read_unicode(r, out);
    buffer_byte(out, to[found - from]);
    return true;
}

/* Where the next quote, escape or control character is, or the end. */
static const char *plain_end(const char *at, const char *end)
{
    for (; end - at >= STRIDE; at += STRIDE) {
        stride bytes = stride_at(at);
        size_t first = stride_first((stride)((bytes == '"') | (bytes == '\\') | (bytes < 0x20)));
        if (first < STRIDE)
            return at + first;
    }
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
        at++;
    return at;
}

static struct span plain_run(struct scan *r)
{
    const char *from = r->at;
    r->at = plain_end(from, r->end);
    return (struct span){from, (size_t)(r->at - from)};
}

/* A string, r->at on its opening quote. Without an escape the result borrows from the source. */
bool scan_string(struct scan *r, size_t longest, struct span *string)
{
    const char *open = r->at++;
    *string = plain_run(r);
    if (scan_peek(r, '\\')) {
        struct buffer out = {.arena = r->arena};
        buffer_put(&out, *string);
        while (r->at < r->end && *r->at == '\\') {
            if (!read_escape(r, &out))
                return false;
            buffer_put(&out, plain_run(r));
        }
        *string = buffer_span(&out);
    }
    if (r->at == r->end)
        return scan_fail(r, TEXT_TRUNCATED);
    if (*r->at != '"')
        return scan_fail(r, TEXT_CONTROL);
    r->at++;
    if (!r->rules->unbounded && string->len > longest && text_units(*string) > longest)
        return scan_fail_at(r, TEXT_TOO_LONG, open);
    return true;
}

static bool digits(struct scan *r)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return r->at > from;
}

/* A byte that would make a word of the number before it. */
static bool goes_on(char byte)
{
    char lower = (char)(byte | 0x20);
    return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' ||
           byte == '+' || byte == '-';
}

/* Jackson counts digits alone, and not the zero that stands for nothing before a point. */
static bool too_long(const char *from, const char *end)
{
    if (end - from <= TEXT_NUMBER_MAX)
        return false;
    from += *from == '-';
    from += *from == '0';
    size_t count = 0;
    for (; from < end; from++)
        count += *from >= '0' && *from <= '9';
    return count > TEXT_NUMBER_MAX;
}

bool scan_number(struct scan *r, struct text *value)
{
    const char *from = r->at;
    r->at += scan_peek(r, '-');
    if (scan_peek(r, '0'))
        r->at++;
    else if (!digits(r))
        return scan_fail_at(r, TEXT_BAD, from);
    if (scan_peek(r, '.')) {
        r->at++;
        if (!digits(r))
            return scan_fail(r, TEXT_BAD);
    }
    if (scan_peek(r, 'e') || scan_peek(r, 'E')) {
        r->at++;
        if (scan_peek(r, '+') || scan_peek(r, '-'))
            r->at++;
        if (!digits(r))
            return scan_fail(r, TEXT_BAD);
    }
    if (r->at < r->end && goes_on(*r->at))
        return scan_fail(r, TEXT_BAD);
    if (!r->rules->unbounded && too_long(from, r->at))
        return scan_fail_at(r, TEXT_TOO_LONG, from);
    value->kind = TEXT_NUMBER;
    value->string = (struct span){from, (size_t)(r->at - from)};
    return true;
}

bool scan_word(struct scan *r, struct text *value)
{
    static const struct word {
        struct span text;
        enum text_kind kind;
        bool truth;
    } words[] = {{{"null", 4}, TEXT_NULL, false}, {{"true", 4}, TEXT_BOOLEAN, true},
                 {{"false", 5}, TEXT_BOOLEAN, false}};
    struct span rest = {r->at, (size_t)(r->end - r->at)};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (span_starts(rest, words[i].text)) {
            value->kind = words[i].kind;
            value->truth = words[i].truth;
            r->at += words[i].text.len;
            return true;
        }
    }
    return scan_fail(r, TEXT_BAD);
}
