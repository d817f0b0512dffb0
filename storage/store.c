/* SPDX-License-Identifier: Apache-2.0 */
/* TABLE of stores, and opening one by name. */
#include "storage/store.h"

#include "storage/secret.h"

static const struct store_type *const stores[] = {&store_sqlite, &store_memory};

static bool is_scheme_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '+' || byte == '-';
}

/* The length of "scheme" in "scheme://…"; 0: it is a path. */
static size_t scheme_length(struct span place)
{
    size_t len = 0;
    while (len < place.len && is_scheme_byte(place.ptr[len]))
        len++;
    return span_starts(span_from(place, len), SPAN("://")) ? len : 0;
}

static const struct store_type *store_find(struct span place, struct span *rest)
{
    for (size_t i = 0; i < sizeof stores / sizeof *stores; i++) {
        size_t len = strlen(stores[i]->scheme);
        if (span_starts(place, span_of(stores[i]->scheme)) && place.len > len && place.ptr[len] == ':') {
            *rest = span_from(place, len + 1);
            return stores[i];
        }
    }
    *rest = place;
    return scheme_length(place) ? NULL : &store_sqlite;
}

static struct store *refuse(const char *why, struct span place, struct error *err)
{
    (void)error_start(err, arena_printf(err->arena, "%s: '%.*s'", why, SPAN_ARGS(place)));
    return NULL;
}

struct store *store_open(struct span place, struct error *err)
{
    if (span_equal(place, SPAN(":memory:")))
        return store_memory.open("", err);
    struct span rest;
    const struct store_type *type = store_find(place, &rest);
    if (!type)
        return refuse("This kind of database is not known", place, err);
    if (memchr(rest.ptr, 0, rest.len))
        return refuse("The place of a database has no NUL byte", place, err);
    return type->open(arena_copy(err->arena, rest).ptr, err);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    secret_close(store->secret);
    store->type->close(store);
}

bool store_take_key(struct store *store, const char *key_file, struct error *err)
{
    store->secret = secret_open(key_file, err);
    return store->secret != NULL;
}

struct opening {
    const struct store *store;
    change_fn *each;
    void *arg;
};

static bool tell_open(void *arg, const struct change *kept, struct error *err)
{
    const struct opening *opening = arg;
    if (kept->kind != CHANGE_RECORD)
        return opening->each(opening->arg, kept, err);
    AUTO_ARENA arena = arena_new();
    struct change change = *kept;
    return secret_open_metadata(opening->store->secret, kept->record.metadata, &change.record.metadata, arena,
                                err) &&
           opening->each(opening->arg, &change, err);
}

bool store_tell(struct store *store, uint64_t since, change_fn *each, void *arg, struct standing *standing,
                struct error *err)
{
    struct opening opening = {store, each, arg};
    return store->type->replay(store, since, tell_open, &opening, standing, err);
}

enum commit store_keep(struct store *store, uint64_t seq, const struct change *changes, size_t count,
                       struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct change *sealed = arena_array(arena, count + 1, sizeof *sealed);
    for (size_t i = 0; i < count; i++) {
        sealed[i] = changes[i];
        if (changes[i].kind == CHANGE_RECORD)
            sealed[i].record.metadata = secret_seal(store->secret, changes[i].record.metadata, arena);
    }
    return store->type->commit(store, seq, sealed, count, err);
}
