/* SPDX-License-Identifier: Apache-2.0 */
/* What a run writes by, and what may become of it meanwhile: the registry is asked about the subject now and
 * then, which also tells it that the schema is in use; lookup tables and rules may change. */
#ifndef PRODUCER_WATCH_H
#define PRODUCER_WATCH_H

#include "producer/enrol.h"

struct watch_tally {
    uint64_t changes;   /* of the schema that is written with */
    uint64_t reloads;   /* of the mapping or its tables */
    uint64_t refused;   /* what would have come next and could not */
    uint64_t failures;  /* questions that the registry did not answer */
    uint64_t deletions; /* how often the version that is written with was found deleted */
    bool deleted;       /* … and it is so now */
};

struct watch {
    const struct options *options;
    struct enrolled *now; /* what is written by */
    struct watch_tally tally;
    struct arena *rules_arena; /* of the rules, replaced with them */
    struct mapping_source rules;
    struct arena *arena;
    struct mapping_marks marks;
    int64_t ask_at, look_at; /* clock_steady */
    bool silent;             /* the registry did not answer the last time */
    int refused_id;          /* … of a version that is told to be unusable; 0: none is */
};

/* What is asked of the registry before the first event, and told. */
MUST_CHECK bool watch_begin(struct watch *watch, const struct options *options, struct error *err);
void watch_end(struct watch *watch);

/* Looks at what is due; at all there is, rules included, when `everything`. *next is NULL, or what comes in
 * the place of `now` at the next border: it is then given to watch_take or to watch_refuse. False: what would
 * be written from now on nobody could read. */
MUST_CHECK bool watch_look(struct watch *watch, bool everything, struct enrolled **next, struct error *err);

void watch_take(struct watch *watch, struct enrolled *next);
void watch_refuse(struct watch *watch, struct enrolled *next, const char *why);

/* Its lines of the summary: what happened, if anything did. */
void watch_report(const struct watch *watch, FILE *out);

#endif
