/* SPDX-License-Identifier: Apache-2.0 */
/* The mapping: rules from a file that turn an event into the values of an Avro record. One engine and one
 * loader for the built-in mapping and a user's. Knows neither files nor Avro bytes. */
#ifndef PRODUCER_MAPPING_H
#define PRODUCER_MAPPING_H

#include "compat/avro.h"
#include "producer/event.h"

enum value_kind { VALUE_NULL, VALUE_STRING, VALUE_BYTES, VALUE_LONG, VALUE_DOUBLE, VALUE_RECORD };

/* One mapped value: the value of a field whose Avro type is T or ["null", T]. */
struct value {
    enum value_kind kind;
    union {
        struct span text;               /* VALUE_STRING: UTF-8; VALUE_BYTES: the bytes */
        int64_t number;                 /* VALUE_LONG */
        double real;                    /* VALUE_DOUBLE */
        struct {
            const struct value *members;    /* VALUE_RECORD: in the order of the record type's fields */
            size_t count;
        };
    };
};

enum outcome { OUTCOME_MAP, OUTCOME_SKIP, OUTCOME_DEAD_LETTER };

/* What became of one line. Spans live in the line's arena or are the line's own. */
struct mapped {
    enum outcome outcome;
    const char *reason;             /* SKIP and DEAD_LETTER; one word of the published list */
    bool alert;                     /* SKIP: somebody should know at once */
    struct span field;              /* DEAD_LETTER: the Avro field that could not be filled, or empty */
    struct span key;                /* ptr NULL: none */
    struct value record;            /* MAP: VALUE_RECORD in the schema's order */
    const char *const *warnings;    /* sorted, without repeats */
    size_t warning_count;
    bool timestamp_from_ingest;
    struct span topic, body;        /* MAP: of the event; the body as it was written */
    struct span source;             /* MAP: who sent it: EventBridge's `source`, else its envelope's name */
};

struct mapping;

/* Loads and checks a mapping against the schema its records are for: whatever could fail at event time for
 * every event fails here, with the line of the file. `schema` must be a record; both outlive the mapping. */
MUST_CHECK bool mapping_load(struct span text, const struct schema *schema, struct mapping **mapping,
                             struct arena *arena, struct error *err);

/* What is given beside a mapping, in the place of what it says itself. */
struct mapping_table { /* of a lookup: a JSON object of strings */
    struct span name;
    const char *place; /* the file it came from, for messages */
    struct span text;
};
struct mapping_constant {
    struct span name, text;
};
struct mapping_given {
    const struct mapping_table *tables;
    size_t table_count;
    const struct mapping_constant *constants;
    size_t constant_count;
};
MUST_CHECK bool mapping_load_with(struct span text, const struct mapping_given *given,
                                  const struct schema *schema, struct mapping **mapping, struct arena *arena,
                                  struct error *err);

/* Maps one line (without its line end). Never fails: what is wrong with the line is its outcome. */
struct mapped mapping_apply(const struct mapping *mapping, struct span line, int64_t ingest_time,
                            struct arena *arena);

/* The same, and tells what filled which field; see explain.h. NULL: nobody asks. */
struct explanation;
struct mapped mapping_explain(const struct mapping *mapping, struct span line, int64_t ingest_time,
                              struct explanation *explanation, struct arena *arena);

/* SHA-256 of the mapping's text, in hex. */
struct span mapping_digest(const struct mapping *mapping);

#endif
