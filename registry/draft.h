/* SPDX-License-Identifier: Apache-2.0 */
/* The next view in the making: the second door to a view, for those who make one. A draft begins as the
 * current view, takes changes, and is published or abandoned. One at a time, by the leader of a batch.
 * Registry only. */
#ifndef REGISTRY_DRAFT_H
#define REGISTRY_DRAFT_H

#include "registry/parsed.h"
#include "registry/view.h"

struct line;
struct usage;

/* What a view is made of; the next one begins as a copy of it. */
struct state {
    uint64_t seq;                   /* the batch it stands at */
    uint64_t contents_seq;          /* … that last touched any version */
    uint64_t rules_seq;             /* … that last changed any setting or policy */
    int named_contexts;             /* that are not gone */
    const struct level *level;      /* the server's default */
    struct customs customs;
    struct parsed_pool *pool;
    struct usage *usage;
    struct table contexts;          /* struct context, by name */
    struct table subjects;          /* struct subject, by qualified text */
    struct table versions;          /* struct version, by subject, number */
    struct table records;           /* struct record, by context, id */
    struct table guids;             /* struct record, by guid, context, id */
    struct table holders;           /* struct version, by context, id, hidden, subject, number downwards */
    struct table scopes;            /* struct scope, by name */
    struct table edges;             /* struct edge, by target, number, record */
    struct table rows;              /* struct association, by key */
    struct table held;              /* … by subject and key */
    struct table resources;         /* … by the resource's id and key */
    struct table tombs;             /* struct tombstone, by subject, number */
    struct table kept;              /* numbers that are not given again, by subject */
    struct table policies;          /* struct policy_at, by scope */
    uint64_t rows_seq;              /* the batch that last touched any of them */
    uint64_t overwrites; /* versions that became another schema: what refers to them is read anew */
};

/* The state never changes and is read without a lock; the rest is bookkeeping of the line. */
struct view {
    struct state state;
    struct line *line;
    struct view *newer; /* these three: under the line's lock */
    int pins;
    struct bin dropped; /* what the newer one let go; freed when this and all older ones are gone */
};

struct context {
    struct span name;
    int last_id;      /* the highest ever given */
    bool gone;        /* only its last id is left */
    int live, hidden; /* versions */
    uint64_t seq;     /* the batch that last touched a version in it */
    uint64_t edit;
    char bytes[];
};

struct subject {
    struct name name;
    struct span text;               /* qualified */
    int live, hidden;               /* versions */
    int highest;                    /* number */
    const struct version *latest;   /* live */
    uint64_t seq;                   /* the batch that last touched a version of it */
    uint64_t referred_seq;          /* the batch that last gave it a referrer */
    uint64_t edit;
    struct alike_index *_Atomic alikes; /* NULL: none; hung up by readers */
    char bytes[];
};

/* A schema refers to a version. The target's texts are the record's. */
struct edge {
    struct name target;
    int number;
    const struct record *record;
};

struct scope {
    struct name name;
    struct settings settings;
    uint64_t seq; /* the batch that last changed it */
    char bytes[];
};

struct draft {
    struct view *view; /* in the making; may be asked like any other */
    struct making making;
};

/* Empty tables with their orders. */
void state_open(struct state *state, const struct level *level, struct parsed_pool *pool,
                struct usage *usage);
void state_free(struct state *state); /* everything that the tables hold, and the tables */

/* `edit` is never used twice. */
struct draft draft_begin(const struct view *base, uint64_t edit);
void draft_abandon(struct draft *draft);

/* Turns a change into state. Computes nothing: times, numbers and ids are in the change. */
void draft_apply(struct draft *draft, const struct change *change);

/* Whether the change fits what is there: for changes that somebody else decided. */
MUST_CHECK bool draft_accepts(const struct draft *draft, const struct change *change, struct error *err);

/* Lookups that only writers need. */

/* Whether a schema may come to this context: it is there, or there may be one more. */
bool view_has_room(const struct view *view, struct span context);
const struct context *view_context(const struct view *view, struct span name);
const struct scope *view_scope(const struct view *view, struct name name);

#endif
