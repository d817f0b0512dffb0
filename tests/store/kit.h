/* SPDX-License-Identifier: Apache-2.0 */
/* What every test of a store needs: a fresh one in a fresh folder, changes to commit, what a replay told, and
 * whether two tellings are the same. */
#ifndef TESTS_STORE_KIT_H
#define TESTS_STORE_KIT_H

#include "storage/store.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct kit {
    struct arena *arena;
    struct error err;
    const char *folder;         /* fresh, removed with the kit */
    const char *place;          /* of the store, as store_open takes it */
    struct store *store;
    uint64_t seq;               /* where the store stands */
};

/* What a replay told. */
struct heard {
    const struct change *changes;
    size_t count;
    uint64_t seq;
};

/* `place` is ":memory:", or a file name within the folder. */
struct kit *kit_open(const char *place);
void kit_close(struct kit *kit);
void kit_reopen(struct kit *kit);
const char *kit_path(struct kit *kit, const char *name);        /* in the kit's folder */

void kit_commit(struct kit *kit, const struct change *changes, size_t count);
struct heard kit_replay(struct kit *kit, uint64_t since);
struct heard store_replay(struct store *store, uint64_t since, struct kit *kit);

/* The first whatever the batch numbers, the second with them. */
void kit_expect(struct heard heard, const struct change *wanted, size_t count);
void kit_expect_same(struct heard heard, struct heard wanted);

/* Opening fails: the message. */
const char *kit_refusal(struct kit *kit, const char *place);

/* Changes; their spans live in the kit. */
struct change make_record(struct kit *kit, const char *context, int id, const char *text);
struct change make_version(const char *context, const char *subject, int version, int id);
struct change make_body(enum change_kind kind, const char *context, const char *subject, const char *body);
struct change make_context(const char *context, int last_id, const char *body);
struct change make_used(const char *context, int id, const char *body);
struct change make_kind(enum change_kind kind, struct change change);   /* the same with another kind */

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif
