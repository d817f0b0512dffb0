/* SPDX-License-Identifier: Apache-2.0 */
/* The model of an Avro schema, as the Apache Avro 1.12 specification and Avro Java 1.12.1 understand it.
 * For the files of the Avro language (avro.c reads, avro_text.c prints, avro_diff.c compares) and for whoever
 * walks values by their schema (resolve.c, the producer). Everything is owned by the schema's arena and
 * never changes. A named type is one node however often it is mentioned. */
#ifndef COMPAT_AVRO_H
#define COMPAT_AVRO_H

#include "base/text.h"
#include "compat/schema.h"

enum avro_kind {
    AVRO_NULL,
    AVRO_BOOLEAN,
    AVRO_INT,
    AVRO_LONG,
    AVRO_FLOAT,
    AVRO_DOUBLE,
    AVRO_BYTES,
    AVRO_STRING,
    AVRO_RECORD,
    AVRO_ENUM,
    AVRO_ARRAY,
    AVRO_MAP,
    AVRO_UNION,
    AVRO_FIXED,
};

/* A full name in two halves. No namespace and the empty one are the same: len 0. */
struct avro_name {
    struct span space;
    struct span simple;
};

/* An attribute the specification does not name, kept as it came (text_*.source is its spelling). */
struct avro_property {
    struct span name;
    const struct text *value;
};

enum avro_order { AVRO_ASCENDING, AVRO_DESCENDING, AVRO_IGNORE };

struct avro_field {
    struct span name;
    const struct avro_type *type;
    struct span doc;             /* ptr NULL: none; "" is kept */
    const struct text *fallback; /* the default, NULL: none */
    enum avro_order order;
    const struct span *aliases;
    size_t alias_count;
    const struct avro_property *properties;
    size_t property_count;
};

struct avro_type {
    enum avro_kind kind;
    bool error;            /* a record that was spelled "error" */
    bool logical;          /* it has a logicalType that is valid for it */
    struct avro_name name; /* record, enum, fixed */
    struct span doc;       /* ptr NULL: none */
    const struct avro_name *aliases;
    size_t alias_count;
    const struct avro_property *properties;
    size_t property_count;
    union {
        struct { /* record */
            const struct avro_field *fields;
            size_t field_count;
        };
        struct { /* enum */
            const struct span *symbols;
            size_t symbol_count;
            struct span symbol_default; /* ptr NULL: none */
        };
        struct { /* union */
            const struct avro_type *const *branches;
            size_t branch_count;
        };
        const struct avro_type *items; /* array: its items; map: its values */
        int32_t size;                  /* fixed */
    };
};

/* The root of a parsed Avro schema. */
const struct avro_type *avro_root(const struct schema *schema);

/* "RECORD", "INT", …: the upper-case word of compatibility messages. */
const char *avro_kind_name(enum avro_kind kind);

/* "a.b.C", or the simple name alone. */
struct span avro_full_name(struct avro_name name, struct arena *arena);

/* The Parsing Canonical Form (Avro specification, "Parsing Canonical Form for Schemas") and its CRC-64-AVRO.
 * Empty when it would be longer than SCHEMA_TEXT_MAX, or nested beyond SCHEMA_NESTING_MAX. */
struct span avro_parsing_form(const struct schema *schema, struct arena *arena);
uint64_t avro_fingerprint(struct span parsing_form);

#endif
