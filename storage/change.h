/* SPDX-License-Identifier: Apache-2.0 */
/* One fact: decided in the registry, kept in a store, applied to a view. The kind says what happened; the row
 * says what is afterwards, so applying is putting and a replay needs no arithmetic. */
#ifndef STORAGE_CHANGE_H
#define STORAGE_CHANGE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/origin.h"

enum change_kind {
    CHANGE_RECORD,          /* a schema under an id in a context; it also makes the context */
    CHANGE_VERSION,         /* a number of a subject for an id */
    CHANGE_RESTORE,         /* the same for a number that was purged: what it was comes back */
    CHANGE_HIDE,            /* soft delete of a version, with its new ts */
    CHANGE_REVIVE,          /* the way back */
    CHANGE_HOLD,            /* a hold put on a version, or taken off */
    CHANGE_PURGE,           /* a version is gone for good and leaves a tombstone */
    CHANGE_FORGET,          /* a record whose last holder is gone goes itself; its id stays used. With a guid
                               its text goes too, unless another record has it */
    CHANGE_SETTINGS,        /* configuration and mode of a scope */
    CHANGE_POLICY,          /* the retention policy of a scope */
    CHANGE_ASSOCIATION,     /* a resource and the subject it holds */
    CHANGE_CONTEXT,         /* a context and the highest id it ever gave (`id`), which never goes down; body
                               empty: the context itself is gone, its count of ids stays */
    CHANGE_USED,            /* last-used marks; not journaled */
    CHANGE_REFUSED,         /* removals that were refused, counted: history alone, no part of a view */
    CHANGE_CLOCK,           /* a test set the manual clock (`at`); not journaled, no part of a view */
    CHANGE_KINDS
};

/* A schema as it is kept: the same guid is the same content. Lists and objects are JSON, empty: none. */
struct record_row {
    struct span type;           /* "AVRO" */
    struct span guid;           /* 36 characters */
    struct span text;
    struct span references;
    struct span metadata;
    struct span rules;
};

/* A version as it stands after the change; times in ms since 1970, 0: never. */
struct version_row {
    int64_t ts;                 /* of the stored record; soft delete of one version rewrites it */
    int64_t created;
    int64_t superseded;         /* when it last stopped being the latest live version */
    bool hidden;                /* soft-deleted */
    struct span recycled;       /* JSON: when, by whom, why, by policy or by hand; empty while live */
    struct span hold;           /* JSON; empty: none */
};

/* What a version that was purged leaves: its tombstone. */
struct tomb_row {
    struct span guid;
    int highest;                /* no number of the subject up to this is given again; 0: they are free */
    bool keeps_text;            /* the text outlives its last holder */
};

struct change {
    enum change_kind kind;
    uint64_t seq;               /* its batch; given at commit */
    int64_t at;                 /* when it was decided, ms since 1970; replayed for records and removals */
    const struct origin *by;    /* may be NULL in a replay */
    struct span context;        /* "" is the default context, else ".name" */
    struct span subject;        /* the bare name; a scope's subject may be empty: the context itself */
    int id;                     /* RECORD, VERSION…: 0 until the commit gives it */
    int version;                /* always decided */
    union {
        struct record_row record;       /* RECORD; of FORGET the guid */
        struct version_row row;         /* VERSION, RESTORE, HIDE, REVIVE, HOLD */
        struct tomb_row tomb;           /* PURGE */
        struct span body;               /* the rest, as JSON; empty: taken away */
    };
};

const char *change_kind_name(enum change_kind kind);    /* "VERSION": the word in the journal */
bool change_kind_find(struct span name, enum change_kind *kind);

/* What the journal says beside its own columns, as one JSON object: schema texts by guid only. Empty: nothing
 * more than that it happened. */
struct span change_journal(const struct change *change, struct arena *arena);

/* A deep copy: every span lives in the arena. */
struct change change_copy(const struct change *change, struct arena *arena);

/* Every span of a change but those of its origin; returns how many. */
enum { CHANGE_SPANS_MAX = 8 };
size_t change_spans(struct change *change, struct span *spans[CHANGE_SPANS_MAX]);

#endif
