/* SPDX-License-Identifier: Apache-2.0 */
/* Where changes are kept. A store takes a batch, all or none, and can replay what is; it answers no question
 * about subjects. One caller at a time: the leader of a batch, or whoever opens and closes. */
#ifndef STORAGE_STORE_H
#define STORAGE_STORE_H

#include "storage/change.h"

enum commit {
    COMMIT_DONE,   /* durable */
    COMMIT_STALE,  /* somebody else committed since `seq`: replay, decide again */
    COMMIT_FAILED, /* see the error; nothing of the batch is kept */
};

struct store_type;
struct secret;

struct store { /* first member of every store's own struct */
    const struct store_type *type;
    struct secret *secret; /* seals sensitive metadata; NULL: there is none */
};

/* Called for each change of a replay; its spans are borrowed for the call. False ends the replay: with the
 * error the callee has filled. */
typedef bool change_fn(void *arg, const struct change *change, struct error *err);

/* Told at the end of a replay: how the store stood in that moment. */
struct standing {
    uint64_t seq;               /* the last batch */
    int64_t newest;             /* the latest time written in it; 0: none */
    int64_t clock;              /* what a manual clock was set to last; -1: it never was */
};

/* Which entries of the journal: those of a context, of a subject in it, or all; from a time on. */
struct past_query {
    struct span context, subject;       /* ptr NULL: any */
    int64_t since;
    size_t most;
};

struct store_type {
    const char *scheme; /* "sqlite", "memory"; later "postgres" */

    /* Migrated and ready. NULL: see the error. */
    struct store *(*open)(const char *place, struct error *err);
    void (*close)(struct store *store);

    /* What changed after batch `since`, as of one moment: contexts, records, purges, versions, settings, …,
     * removals last. With since = 0 it is the whole state, and of what is gone the tombstones alone; a number
     * may have been given again, so they come before the versions. A removal is told unless what went came
     * back since; who listens may never have known it. `standing` is filled. */
    MUST_CHECK bool (*replay)(struct store *store, uint64_t since, change_fn *each, void *arg,
                              struct standing *standing, struct error *err);

    /* Writes the batch as number seq + 1, journal included, provided the store still stands at `seq`. Each
     * change stands on those before it: a schema comes before its versions and goes after them. */
    enum commit (*commit)(struct store *store, uint64_t seq, const struct change *changes, size_t count,
                          struct error *err);

    /* What version retention did, newest first: changes of the kinds HIDE, REVIVE, PURGE, RESTORE, HOLD and
     * REFUSED with time and origin, each with what the journal says of it as `body`. */
    MUST_CHECK bool (*past)(struct store *store, const struct past_query *asked, change_fn *each, void *arg,
                            struct error *err);

    /* Optional, for stores shared between nodes: waits until somebody else may have committed. */
    bool (*wait)(struct store *store, int timeout_ms);
};

extern const struct store_type store_sqlite, store_memory;

/* PATH, sqlite:PATH, memory: or :memory:. NULL: see the error, one sentence for whoever started us. */
struct store *store_open(struct span place, struct error *err);
void store_close(struct store *store); /* NULL is accepted */

/* From now on sensitive metadata can be kept, under the key of that file. */
MUST_CHECK bool store_take_key(struct store *store, const char *key_file, struct error *err);

/* Replay and commit, with what is sensitive sealed in it and open outside. */
MUST_CHECK bool store_tell(struct store *store, uint64_t since, change_fn *each, void *arg,
                           struct standing *standing, struct error *err);
enum commit store_keep(struct store *store, uint64_t seq, const struct change *changes, size_t count,
                       struct error *err);

#endif
