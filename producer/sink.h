/* SPDX-License-Identifier: Apache-2.0 */
/* Where encoded records go. A sink is one row of the table: framed file, Avro object container file; later
 * Kafka and a data lake. */
#ifndef PRODUCER_SINK_H
#define PRODUCER_SINK_H

#include "base/error.h"

/* What a sink must know of the schema its records are written with. */
struct sink_schema {
    int id;
    struct span subject;
    struct span text;           /* the registry's full text */
    struct span mapping_digest; /* hex */
};

/* What the user may choose; a sink that has no use for a choice refuses it. */
struct sink_options {
    const char *place; /* a path, or "-": standard output */
    struct span codec; /* empty: the sink's own choice */
};

struct message {
    struct span avro; /* the record alone; five bytes before it are room for a header */
    struct span key;  /* ptr NULL: none */
    int64_t timestamp;
    uint64_t line; /* its position in the input */
};

enum { WIRE_HEADER = 5 }; /* magic 0, then the schema id, big-endian */

struct sink_type;
struct sink { /* first member of every sink's own struct */
    const struct sink_type *type;
    size_t record_max; /* a longer record cannot be taken: it becomes a dead letter */
};

struct sink_type {
    const char *name; /* "framed", "ocf" */
    struct sink *(*open)(const struct sink_options *options, const struct sink_schema *schema,
                         struct error *err);
    MUST_CHECK bool (*put)(struct sink *sink, const struct message *message, struct error *err);
    MUST_CHECK bool (*flush)(struct sink *sink, struct error *err); /* all that was put is now safe */
    MUST_CHECK bool (*close)(struct sink *sink, struct error *err); /* flushes, then frees */
};

extern const struct sink_type sink_framed, sink_ocf;

/* By name; NULL: unknown. */
const struct sink_type *sink_find(struct span name);

/* Writes the five bytes in front of a record. */
void sink_wire_header(char *header, int id);

#endif
