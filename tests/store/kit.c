/* SPDX-License-Identifier: Apache-2.0 */
/* Fresh stores, changes, tellings. */
#include "kit.h"

#include "base/digest.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *kit_path(struct kit *kit, const char *name)
{
    return arena_copy(kit->arena, arena_printf(kit->arena, "%s/%s", kit->folder, name)).ptr;
}

static void open_store(struct kit *kit)
{
    kit->store = store_open(span_of(kit->place), &kit->err);
    if (!kit->store)
        fail_msg("%.*s", SPAN_ARGS(kit->err.message));
}

struct kit *kit_open(const char *place)
{
    struct kit *kit = calloc(1, sizeof *kit);
    assert_non_null(kit);
    kit->arena = arena_new();
    kit->err.arena = kit->arena;
    const char *top = getenv("TMPDIR");
    struct span name = arena_printf(kit->arena, "%s/schemad-store-XXXXXX", top ? top : "/tmp");
    char *folder = strndup(name.ptr, name.len);
    assert_non_null(folder);
    assert_non_null(mkdtemp(folder));
    kit->folder = arena_copy(kit->arena, span_of(folder)).ptr;
    free(folder);
    kit->place = place[0] == ':' ? place : kit_path(kit, place);
    open_store(kit);
    return kit;
}

static void remove_folder(const char *folder)
{
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        unlinkat(dirfd(entries), entry->d_name, 0);
    closedir(entries);
    assert_int_equal(rmdir(folder), 0);
}

void kit_close(struct kit *kit)
{
    store_close(kit->store);
    remove_folder(kit->folder);
    arena_free(kit->arena);
    free(kit);
}

void kit_reopen(struct kit *kit)
{
    store_close(kit->store);
    open_store(kit);
}

void kit_commit(struct kit *kit, const struct change *changes, size_t count)
{
    enum commit result = kit->store->type->commit(kit->store, kit->seq, changes, count, &kit->err);
    if (result == COMMIT_FAILED)
        fail_msg("%.*s", SPAN_ARGS(kit->err.message));
    assert_int_equal(result, COMMIT_DONE);
    kit->seq++;
}

struct pile {
    struct arena *arena;
    struct change *changes;
    size_t count, room;
};

static bool keep(void *arg, const struct change *change, struct error *err)
{
    (void)err;
    struct pile *pile = arg;
    if (pile->count == pile->room) {
        pile->room = pile->room ? 2 * pile->room : 16;
        struct change *changes = arena_array(pile->arena, pile->room, sizeof *changes);
        if (pile->count)
            memcpy(changes, pile->changes, pile->count * sizeof *changes);
        pile->changes = changes;
    }
    pile->changes[pile->count++] = change_copy(change, pile->arena);
    return true;
}

struct heard store_replay(struct store *store, uint64_t since, struct kit *kit)
{
    struct pile pile = {.arena = kit->arena};
    struct standing standing;
    if (!store->type->replay(store, since, keep, &pile, &standing, &kit->err))
        fail_msg("%.*s", SPAN_ARGS(kit->err.message));
    return (struct heard){pile.changes, pile.count, standing.seq};
}

struct heard kit_replay(struct kit *kit, uint64_t since)
{
    struct heard heard = store_replay(kit->store, since, kit);
    assert_int_equal(heard.seq, kit->seq);
    return heard;
}

static void expect_span(size_t at, const char *what, struct span have, struct span wanted)
{
    if (!span_equal(have, wanted))
        fail_msg("change %zu: %s is '%.*s', not '%.*s'", at, what, SPAN_ARGS(have), SPAN_ARGS(wanted));
}

static void expect_number(size_t at, const char *what, int64_t have, int64_t wanted)
{
    if (have != wanted)
        fail_msg("change %zu: %s is %lld, not %lld", at, what, (long long)have, (long long)wanted);
}

static void expect_row(size_t at, const struct version_row *have, const struct version_row *wanted)
{
    expect_number(at, "ts", have->ts, wanted->ts);
    expect_number(at, "created", have->created, wanted->created);
    expect_number(at, "superseded", have->superseded, wanted->superseded);
    expect_number(at, "hidden", have->hidden, wanted->hidden);
}

/* A removal is told with its time and origin. */
static bool is_removal(const struct change *change)
{
    switch (change->kind) {
    case CHANGE_PURGE:
    case CHANGE_FORGET: return true;
    case CHANGE_SETTINGS:
    case CHANGE_POLICY:
    case CHANGE_ASSOCIATION: return change->body.len == 0;
    default: return false;
    }
}

static void expect_change(size_t at, struct change have, struct change wanted)
{
    expect_span(at, "kind", span_of(change_kind_name(have.kind)), span_of(change_kind_name(wanted.kind)));
    expect_number(at, "id", have.id, wanted.id);
    expect_number(at, "version", have.version, wanted.version);
    struct span *have_spans[CHANGE_SPANS_MAX], *wanted_spans[CHANGE_SPANS_MAX];
    size_t count = change_spans(&have, have_spans);
    assert_int_equal(count, change_spans(&wanted, wanted_spans));
    for (size_t i = 0; i < count; i++)
        expect_span(at, "a text", *have_spans[i], *wanted_spans[i]);
    if (have.kind == CHANGE_VERSION)
        expect_row(at, &have.row, &wanted.row);
    if (have.kind == CHANGE_RECORD || is_removal(&have))
        expect_number(at, "at", have.at, wanted.at);
    if (wanted.by && is_removal(&wanted)) {
        struct origin by = have.by ? *have.by : (struct origin){.who = SPAN("")};
        expect_span(at, "who", by.who, wanted.by->who);
        expect_span(at, "why", by.why, wanted.by->why);
    }
}

void kit_expect(struct heard heard, const struct change *wanted, size_t count)
{
    for (size_t i = 0; i < count && i < heard.count; i++)
        expect_change(i, heard.changes[i], wanted[i]);
    if (heard.count != count)
        fail_msg("%zu changes were told, not %zu", heard.count, count);
}

void kit_expect_same(struct heard heard, struct heard wanted)
{
    kit_expect(heard, wanted.changes, wanted.count);
    for (size_t i = 0; i < wanted.count; i++)
        expect_number(i, "seq", (int64_t)heard.changes[i].seq, (int64_t)wanted.changes[i].seq);
    assert_int_equal(heard.seq, wanted.seq);
}

const char *kit_refusal(struct kit *kit, const char *place)
{
    struct store *store = store_open(span_of(place), &kit->err);
    if (store) {
        store_close(store);
        fail_msg("%s was opened", place);
    }
    assert_null(memchr(kit->err.message.ptr, '\n', kit->err.message.len));
    return arena_copy(kit->arena, kit->err.message).ptr;
}

/* ---- changes */

static struct span guid_of(struct kit *kit, const char *text)
{
    uint8_t digest[MD5_SIZE];
    digest_md5(span_of(text), digest);
    return digest_uuid(digest, kit->arena);
}

struct change make_record(struct kit *kit, const char *context, int id, const char *text)
{
    return (struct change){.kind = CHANGE_RECORD, .at = 1000 + id, .context = span_of(context), .id = id,
                           .record = {.type = SPAN("AVRO"), .guid = guid_of(kit, text),
                                      .text = span_of(text)}};
}

struct change make_version(const char *context, const char *subject, int version, int id)
{
    return (struct change){.kind = CHANGE_VERSION, .at = 2000, .context = span_of(context),
                           .subject = span_of(subject), .version = version, .id = id,
                           .row = {.ts = 3000 + version, .created = 4000 + version}};
}

struct change make_body(enum change_kind kind, const char *context, const char *subject, const char *body)
{
    return (struct change){.kind = kind, .at = 5000, .context = span_of(context), .subject = span_of(subject),
                           .body = span_of(body)};
}

struct change make_context(const char *context, int last_id, const char *body)
{
    return (struct change){.kind = CHANGE_CONTEXT, .at = 6000, .context = span_of(context), .id = last_id,
                           .body = span_of(body)};
}

struct change make_used(const char *context, int id, const char *body)
{
    return (struct change){.kind = CHANGE_USED, .at = 7000, .context = span_of(context), .id = id,
                           .body = span_of(body)};
}

struct change make_kind(enum change_kind kind, struct change change)
{
    change.kind = kind;
    if (kind == CHANGE_FORGET)
        change.record = (struct record_row){.guid = SPAN("")};
    if (kind == CHANGE_PURGE)
        change.tomb = (struct tomb_row){.guid = SPAN("guid"), .highest = 7};
    return change;
}
