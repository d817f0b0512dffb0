/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: the one reader of bytes from outside, and strings written back. A value keeps the exact bytes it was
 * read from and numbers stay as they were spelled. RFC 8259, with the differences a caller asks for. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"
#include "base/error.h"

enum text_kind { TEXT_NULL, TEXT_BOOLEAN, TEXT_NUMBER, TEXT_STRING, TEXT_ARRAY, TEXT_OBJECT };

struct text_member;

struct text {
    enum text_kind kind;
    bool truth;                         /* of a boolean */
    struct span source;                 /* the exact bytes of this value, borrowed from what was read */
    struct span string;                 /* decoded, of a string; the lexeme, of a number */
    size_t count;                       /* elements or members */
    union {
        const struct text *items;           /* of an array */
        const struct text_member *members;  /* of an object, in source order */
    };
    const uint8_t *tags;                /* of an object: text_tag of each name, in whole strides */
};

struct text_member {
    struct span name;                   /* decoded */
    struct text value;
};

struct text_rules {
    bool comments;              /* C and C++ comments count as white space */
    bool duplicates_last;       /* the last of two equal names wins, in the place of the first */
    bool surrogates_replaced;   /* a lone surrogate escape becomes '?' as Java's encoder does; else refused */
    bool nul_refused;           /* \u0000 in a string is refused */
    bool rest_ignored;          /* bytes after the value are not looked at; else refused */
    bool rest_controls;         /* after the value any byte up to 0x20 is white space, a comment is not */
    bool scalars_nest;          /* a string or number counts as one level deeper than what holds it */
    bool unbounded;             /* numbers, strings and names of any length, values of any number */
    unsigned depth_max;         /* 0: TEXT_DEPTH_MAX */
};

extern const struct text_rules text_rules_body;     /* a request body: Jackson's leniency */
extern const struct text_rules text_rules_avro;     /* an Avro schema text: comments, last wins */
extern const struct text_rules text_rules_own;      /* what we wrote ourselves */
extern const struct text_rules text_rules_event;    /* an event or a mapping: RFC 8259 and nothing more */

enum text_fault {
    TEXT_OK, TEXT_EMPTY, TEXT_BYTE_ORDER_MARK, TEXT_INVALID_UTF8, TEXT_TRUNCATED, TEXT_BAD, TEXT_BAD_ESCAPE,
    TEXT_CONTROL, TEXT_NUL, TEXT_LONE_SURROGATE, TEXT_DUPLICATE, TEXT_TOO_DEEP, TEXT_TOO_LONG, TEXT_TOO_MANY,
    TEXT_TRAILING,
};

struct text_failure {
    enum text_fault fault;
    size_t offset;              /* the byte where it was noticed */
    struct span rest;           /* TEXT_TRAILING: the bytes after the value */
};

/* Reads one value. The result and its strings live in the arena, sources in `bytes`. False: see `failure`. */
MUST_CHECK bool text_read(struct span bytes, const struct text_rules *rules, struct text *value,
                          struct text_failure *failure, struct arena *arena);

/* The fault in a word: "truncated", "bad-json", "duplicate-key", … (the reasons of a dead letter). */
const char *text_fault_name(enum text_fault fault);

/* A sentence for people that names position and cause. */
struct span text_failure_message(const struct text_failure *failure, struct span bytes, struct arena *arena);

/* The member of that name, or NULL; also NULL when the value is no object. */
const struct text *text_get(const struct text *object, struct span name);

/* RFC 6901. NULL: nothing there, or no valid pointer. */
const struct text *text_point(const struct text *value, struct span pointer);

/* A number that is spelled as an integer (no fraction, no exponent) and fits; false: it is not. */
bool text_integer(const struct text *value, int64_t *number);

/* The value of a number as a double; out of range gives an infinity. */
double text_double(struct span lexeme);

/* Appends a JSON string. Escapes only the quote, the backslash and bytes below 0x20 (upper-case hex). */
void text_quote(struct buffer *out, struct span string);

/* Appends a double as Java's Double.toString prints it ("1.0E10"); NaN and infinities without quotes. */
void text_put_double(struct buffer *out, double number);

/* The same for a float (Float.toString). */
void text_put_float(struct buffer *out, float number);

/* The number of UTF-16 units of UTF-8 text; and the longest prefix of at most `units` of them. */
size_t text_units(struct span utf8);
struct span text_first_units(struct span utf8, size_t units);

bool text_is_utf8(struct span bytes);

/* Bytes that may be anything (a file's name) as text: where they are no UTF-8, '?' stands for each byte that
 * is not ASCII. */
struct span text_shown(struct span bytes, struct arena *arena);

#endif
