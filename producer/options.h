/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: TABLE of options, from which it is read and --help is printed. */
#ifndef PRODUCER_OPTIONS_H
#define PRODUCER_OPTIONS_H

#include "producer/sink.h"

#include <stdio.h>

enum command { COMMAND_ENCODE, COMMAND_MAP, COMMAND_DECODE, COMMAND_CHECK, COMMAND_HELP, COMMAND_VERSION };

#define DEFAULT_SUBJECT "genesys-interaction-events-prod-avro-versions"

enum { DEFAULTS_MAX = 64 };

struct option_list { /* in the arena */
    const char **items;
    size_t count;
};

/* Spans and pointers are those of argv. What was not given is empty, NULL or false. */
struct options {
    enum command command;
    enum command about; /* COMMAND_HELP: of which command */
    struct span registry;
    struct span subject;
    const char *schema;
    bool use_latest;
    const char *mapping;
    struct option_list lookups;   /* NAME=FILE */
    struct option_list constants; /* NAME=TEXT */
    bool explain;
    bool follow;
    const char *state;
    const char *metrics;        /* a file */
    const char *metrics_listen; /* [HOST:]PORT */
    struct span unwrap;
    unsigned unwrap_forms; /* read from it */
    const char *out;
    const char *lake;
    struct sink_roll roll;
    const char *kafka;
    const char *topic;
    struct option_list settings; /* -X */
    const char *kafka_file;      /* more of them, before those */
    struct option_list headers;  /* NAME=VALUE */
    const char *group;
    struct span from;
    int64_t kafka_time; /* milliseconds */
    struct span format;
    struct span codec;
    const char *dead_letter;
    const char *dead_letter_topic;
    bool ingest_given;
    int64_t ingest_time;
    const char *registry_token; /* a file's name, as the three after it */
    const char *registry_ca;
    const char *registry_cert;
    const char *registry_key;
    int64_t registry_time; /* milliseconds; 0: the default */
    bool strict;
    const char *reader_schema;
    const char *defaults[DEFAULTS_MAX];
    size_t default_count;
    struct span on_error;
    int64_t schema_ttl; /* milliseconds; 0: the default */
    const char *const *inputs; /* in the arena */
    size_t input_count;
};

/* False: the arguments cannot be used; the message says which. */
MUST_CHECK bool options_read(int argc, char **argv, struct options *options, struct arena *arena,
                             struct error *err);

void options_help(FILE *out, enum command about);

#endif
