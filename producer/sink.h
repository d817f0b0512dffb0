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
    struct span text;               /* the registry's full text */
    struct span mapping_digest;     /* hex */
};

struct message {
    struct span avro;               /* the record alone; five bytes before it are room for a header */
    struct span key;                /* ptr NULL: none */
    int64_t timestamp;
    uint64_t line;                  /* its position in the input */
};

struct sink_type;
struct sink {                       /* first member of every sink's own struct */
    const struct sink_type *type;
};

struct sink_type {
    const char *name;               /* "framed", "ocf" */
    struct sink *(*open)(const char *place, const struct sink_schema *schema, struct error *err);
    MUST_CHECK bool (*put)(struct sink *sink, const struct message *message, struct error *err);
    MUST_CHECK bool (*flush)(struct sink *sink, struct error *err);    /* all that was put is now safe */
    MUST_CHECK bool (*close)(struct sink *sink, struct error *err);    /* flushes, then frees */
};

/* By name; NULL: unknown. */
const struct sink_type *sink_find(struct span name);

#endif
