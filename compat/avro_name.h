/* SPDX-License-Identifier: Apache-2.0 */
/* Names of Avro types, fields and symbols: what may be one, how they are split and ordered. Private to the
 * Avro files. */
#ifndef COMPAT_AVRO_NAME_H
#define COMPAT_AVRO_NAME_H

#include "compat/avro.h"
#include "compat/letters.h"

/* The rules a name may be held to. */
enum name_rule {
    NAME_FREE,    /* anything */
    NAME_STRICT,  /* ASCII: letters, digits, underscore; no digit first */
    NAME_UNICODE, /* the same with the letters and digits of the basic plane */
};

/* What is wrong with a name, as Avro Java says it; ptr NULL: nothing. A name with ptr NULL is absent. */
struct span name_fault(enum name_rule rule, struct span name, struct arena *arena);

/* The same for every part of a namespace. */
struct span space_fault(enum name_rule rule, struct span space, struct arena *arena);

/* Splits at the last dot; without one the name is in `space`. */
struct avro_name name_split(struct span text, struct span space);

/* String order of Java: by UTF-16 units. */
int utf16_compare(struct span a, struct span b);

/* "string", "record", …: the word of a kind in a schema. */
struct span kind_word(enum avro_kind kind);

/* The primitive of that word; false: there is none. */
bool kind_primitive(struct span word, enum avro_kind *kind);

/* True for the words of all kinds, "union" among them: a name that equals one is written in full. */
bool is_kind_word(struct span word);

static inline bool is_named(enum avro_kind kind)
{
    return kind == AVRO_RECORD || kind == AVRO_ENUM || kind == AVRO_FIXED;
}

#endif
