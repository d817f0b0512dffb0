/* SPDX-License-Identifier: Apache-2.0 */
/* A span is a view of bytes that somebody else owns: passed by value, never freed, may hold NUL bytes.
 * An empty span has length 0; its pointer may then be NULL. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct span {
    const char *ptr;
    size_t len;
};

/* A span of a string literal. */
#define SPAN(literal) ((struct span){"" literal, sizeof(literal) - 1})

/* The two arguments of "%.*s". Only error_set and buffer_printf print NUL bytes inside the span. */
#define SPAN_ARGS(span) (int)(span).len, (span).ptr ? (span).ptr : ""

static inline struct span span_of(const char *text)
{
    return (struct span){text, text ? strlen(text) : 0};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* ASCII letters compare equal in either case. */
static inline bool span_equal_case(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

/* Order by bytes, a prefix before what it begins: names of UTF-8 text sort by code point. */
static inline int span_compare(struct span a, struct span b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static inline bool span_starts(struct span text, struct span prefix)
{
    return text.len >= prefix.len && (prefix.len == 0 || memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

/* The rest after `from` bytes; empty when there is none. */
static inline struct span span_from(struct span text, size_t from)
{
    return from >= text.len ? (struct span){text.ptr, 0} : (struct span){text.ptr + from, text.len - from};
}

static inline struct span span_first(struct span text, size_t len)
{
    return (struct span){text.ptr, len < text.len ? len : text.len};
}

/* Without blanks at both ends; as for Java's trim, every character up to U+0020 is one. */
static inline struct span span_trim(struct span text)
{
    while (text.len && (unsigned char)text.ptr[0] <= ' ')
        text = span_from(text, 1);
    while (text.len && (unsigned char)text.ptr[text.len - 1] <= ' ')
        text.len--;
    return text;
}

/* A copy in the bytes behind a struct; `at` moves on behind it. */
static inline struct span span_keep(char **at, struct span text)
{
    char *copy = *at;
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    *at += text.len;
    return (struct span){copy, text.len};
}

#endif
