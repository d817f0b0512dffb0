/* SPDX-License-Identifier: Apache-2.0 */
/* Where encoded records go. A sink is one row of the table: framed file, Avro object container file, data
 * lake, Kafka. */
#ifndef PRODUCER_SINK_H
#define PRODUCER_SINK_H

#include "base/error.h"

#include <stdio.h>

/* What a sink must know of the schema its records are written with. */
struct sink_schema {
    int id;
    struct span subject;
    struct span text;           /* the registry's full text */
    struct span mapping_digest; /* hex */
};

/* When a lake's file is complete; each bound is positive. */
struct sink_roll {
    uint64_t size;  /* bytes, header included */
    uint64_t count; /* records */
    int64_t age;    /* milliseconds since its first record */
};

/* What became of the records of one sink; outlives it. */
struct sink_tally {
    uint64_t taken;   /* offered */
    uint64_t safe;    /* in a file that has its name; acknowledged */
    uint64_t refused; /* as too large, after they were taken */
    uint64_t files;
};

/* A record that a sink took and then could not place because of its size. */
struct refusal {
    const char *input;
    uint64_t line, source_size, size; /* of the event as it came, of the record alone */
};
typedef bool refused_fn(void *context, const struct refusal *refusal, struct error *err);

/* What the user may choose; a sink that has no use for a choice refuses it. */
struct sink_options {
    const char *place; /* a path, or "-": standard output; a lake's folder; Kafka's brokers */
    struct span codec; /* empty: the sink's own choice */
    struct sink_roll roll;
    const char *topic;
    const char *const *settings; /* of librdkafka: KEY=VALUE */
    size_t setting_count;
    const char *const *headers; /* of each message: NAME=VALUE */
    size_t header_count;
    int64_t patience; /* milliseconds for Kafka to answer at first, and after the word to stop */
    int stop;         /* can be read when the run shall end; -1: never */
    refused_fn *refused;
    void *refused_context;
    struct sink_tally *tally;
};

struct message {
    struct span avro; /* the record alone; five bytes before it are room for a header */
    struct span key;  /* ptr NULL: none */
    int64_t timestamp;
    const char *input;    /* where it came from, as the user named it */
    uint64_t line;        /* its position in there */
    uint64_t source_size; /* bytes of the event as it came */
    struct span topic, body; /* of the event: its topic, and its body as it was written */
    struct span source;      /* who sent it; empty: unknown */
};

enum { WIRE_HEADER = 5 }; /* magic 0, then the schema id, big-endian */

struct sink_type;
struct sink { /* first member of every sink's own struct */
    const struct sink_type *type;
    size_t record_max; /* a longer record cannot be taken: it becomes a dead letter */
};

struct sink_type {
    const char *name; /* "framed", "ocf", … */
    bool dated;       /* goes by the time of a record, which is to lie within the years 1 to 9999 */
    struct sink *(*open)(const struct sink_options *options, const struct sink_schema *schema,
                         struct error *err);
    MUST_CHECK bool (*put)(struct sink *sink, const struct message *message, struct error *err);
    MUST_CHECK bool (*flush)(struct sink *sink, struct error *err); /* all that was put is now safe */
    MUST_CHECK bool (*close)(struct sink *sink, struct error *err); /* flushes, then frees */
    MUST_CHECK bool (*tick)(struct sink *sink, struct error *err);  /* what is due by now; NULL: nothing */
    /* What comes from now on is written with that schema, and what is open is completed; it may be the same
     * one. NULL: this sink holds to the one that it began with. */
    MUST_CHECK bool (*change)(struct sink *sink, const struct sink_schema *schema, struct error *err);
    void (*report)(const struct sink_tally *tally, FILE *out);      /* its lines of the summary; NULL: none */
};

extern const struct sink_type sink_framed, sink_ocf, sink_lake, sink_kafka;

/* The form of a single file, by name; NULL: unknown. */
const struct sink_type *sink_find(struct span name);

/* Writes the five bytes in front of a record. */
void sink_wire_header(char *header, int id);

#endif
