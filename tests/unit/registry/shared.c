/* SPDX-License-Identifier: Apache-2.0 */
/* Doors to one store, one caller at a time. */
#include "tests/unit/registry/shared.h"

#include <pthread.h>
#include <stdlib.h>

struct shared {
    struct store *inner;
    pthread_mutex_t lock; /* inner, doors */
    int doors;
};

struct door {
    struct store store;
    struct shared *shared;
};

struct shared *shared_new(struct store *inner)
{
    struct shared *shared = calloc(1, sizeof *shared);
    shared->inner = inner;
    pthread_mutex_init(&shared->lock, NULL);
    return shared;
}

static struct shared *enter(struct store *store)
{
    struct shared *shared = ((struct door *)store)->shared;
    pthread_mutex_lock(&shared->lock);
    return shared;
}

static bool door_replay(struct store *store, uint64_t since, change_fn *each, void *arg,
                        struct standing *standing, struct error *err)
{
    struct shared *shared = enter(store);
    bool done = shared->inner->type->replay(shared->inner, since, each, arg, standing, err);
    pthread_mutex_unlock(&shared->lock);
    return done;
}

static enum commit door_commit(struct store *store, uint64_t seq, const struct change *changes, size_t count,
                               struct error *err)
{
    struct shared *shared = enter(store);
    enum commit outcome = shared->inner->type->commit(shared->inner, seq, changes, count, err);
    pthread_mutex_unlock(&shared->lock);
    return outcome;
}

/* Nobody here waits for news; that there may be any is all it says. */
static bool door_wait(struct store *store, int timeout_ms)
{
    (void)store, (void)timeout_ms;
    return false;
}

static void door_close(struct store *store)
{
    struct shared *shared = enter(store);
    bool last = --shared->doors == 0;
    pthread_mutex_unlock(&shared->lock);
    free(store);
    if (!last)
        return;
    store_close(shared->inner);
    pthread_mutex_destroy(&shared->lock);
    free(shared);
}

static const struct store_type store_door = {
    .scheme = "door",
    .close = door_close,
    .replay = door_replay,
    .commit = door_commit,
    .wait = door_wait,
};

struct store *shared_door(struct shared *shared)
{
    struct door *door = calloc(1, sizeof *door);
    door->store.type = &store_door;
    door->shared = shared;
    pthread_mutex_lock(&shared->lock);
    shared->doors++;
    pthread_mutex_unlock(&shared->lock);
    return &door->store;
}
