/* SPDX-License-Identifier: Apache-2.0 */
/* A store that forgets everything when it is closed: for tests and for a first look. Until then it keeps its
 * word as the others do: all or none, stale, replay, no version without its schema. */
#include "storage/facts.h"
#include "storage/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct memory {
    struct store store;
    struct standing standing;
    int removals, past;         /* ever noted: the number of the next one */
    struct facts facts;
};

/* What stood under a key, and what stands there now; either may be NULL. */
struct step {
    struct fact *out, *in;
};

/* The steps of a batch, to be taken back when a later one fails. */
struct batch {
    struct memory *memory;
    struct facts *facts;
    struct step *steps;
    size_t count, room;
};

static void *memory_or_end(void *memory)
{
    if (!memory) {
        fputs("schemad: out of memory\n", stderr);
        abort();
    }
    return memory;
}

static void take_step(struct batch *batch, struct fact *out, struct fact *in)
{
    if (batch->count == batch->room) {
        batch->room = batch->room ? 2 * batch->room : 16;
        batch->steps = memory_or_end(realloc(batch->steps, batch->room * sizeof *batch->steps));
    }
    batch->steps[batch->count++] = (struct step){out, in};
    facts_swap(batch->facts, out, in);
}

static void take_back(struct batch *batch)
{
    for (size_t i = batch->count; i-- > 0;) {
        facts_swap(batch->facts, batch->steps[i].in, batch->steps[i].out);
        free(batch->steps[i].in);
    }
}

static void let_go(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        free(batch->steps[i].out);
}

static void put(struct batch *batch, enum group group, int number, struct change change)
{
    change.seq = batch->memory->standing.seq + 1;
    struct fact *in = fact_new(group, number, change);
    take_step(batch, facts_find_like(batch->facts, in), in);
}

static void drop(struct batch *batch, struct fact *fact)
{
    if (fact)
        take_step(batch, fact, NULL);
}

/* ---- one change */

static void put_context(struct batch *batch, const struct change *change, struct span body)
{
    struct fact *before = facts_find(batch->facts, CONTEXTS, change->context, SPAN(""), 0);
    int before_id = before ? before->change.id : 0;
    int last_id = before_id > change->id ? before_id : change->id;
    put(batch, CONTEXTS, 0, (struct change){.kind = CHANGE_CONTEXT, .context = change->context, .id = last_id,
                                            .body = body});
}

static void put_record(struct batch *batch, const struct change *change)
{
    struct fact *context = facts_find(batch->facts, CONTEXTS, change->context, SPAN(""), 0);
    if (!context || context->change.id < change->id || !context->change.body.len)
        put_context(batch, change, context && context->change.body.len ? context->change.body : SPAN("{}"));
    struct fact *before = facts_record_of(batch->facts, change);
    put(batch, RECORDS, change->id, (struct change){.kind = CHANGE_RECORD, .context = change->context,
                                                    .id = change->id, .record = change->record,
                                                    .at = before ? before->change.at : change->at});
}

static MUST_CHECK bool put_version(struct batch *batch, const struct change *change, struct error *err)
{
    if (!facts_record_of(batch->facts, change))
        return error_store(err, SPAN("a version has no schema"));
    put(batch, VERSIONS, change->version, (struct change){.kind = CHANGE_VERSION, .context = change->context,
                                                          .subject = change->subject, .id = change->id,
                                                          .version = change->version, .row = change->row});
    return true;
}

static void put_removal(struct batch *batch, const struct change *change)
{
    put(batch, REMOVALS, batch->memory->removals++, *change);
}

static MUST_CHECK bool forget(struct batch *batch, const struct change *change, struct error *err)
{
    struct fact *record = facts_record_of(batch->facts, change);
    if (record && record->holders)
        return error_store(err, SPAN("a schema that goes is still the schema of a version"));
    drop(batch, record);
    drop(batch, facts_find(batch->facts, USES, change->context, SPAN(""), change->id));
    put_removal(batch, change);
    return true;
}

/* A JSON body of a scope or, for marks of use, of an id; an empty one takes it away. */
static void put_body(struct batch *batch, enum group group, const struct change *change)
{
    struct change body = {.kind = change->kind, .context = change->context, .subject = change->subject,
                          .id = group == USES ? change->id : 0, .body = change->body};
    if (body.body.len) {
        put(batch, group, body.id, body);
        return;
    }
    drop(batch, facts_find(batch->facts, group, body.context, body.subject, body.id));
    if (group != USES)
        put_removal(batch, change);
}

/* What is told of the past. */
static void note(struct batch *batch, const struct change *change)
{
    switch (change->kind) {
    case CHANGE_HIDE:
    case CHANGE_REVIVE:
    case CHANGE_PURGE:
    case CHANGE_RESTORE:
    case CHANGE_HOLD:
    case CHANGE_REFUSED: put(batch, PAST, batch->memory->past++, *change); return;
    default: return;
    }
}

static MUST_CHECK bool put_change(struct batch *batch, const struct change *change, struct error *err)
{
    switch (change->kind) {
    case CHANGE_RECORD: put_record(batch, change); return true;
    case CHANGE_VERSION:
    case CHANGE_RESTORE:
    case CHANGE_HIDE:
    case CHANGE_REVIVE:
    case CHANGE_HOLD: return put_version(batch, change, err);
    case CHANGE_PURGE:
        drop(batch, facts_find(batch->facts, VERSIONS, change->context, change->subject, change->version));
        put(batch, TOMBSTONES, change->version, *change);
        return true;
    case CHANGE_FORGET: return forget(batch, change, err);
    case CHANGE_SETTINGS: put_body(batch, SETTINGS, change); return true;
    case CHANGE_POLICY: put_body(batch, POLICIES, change); return true;
    case CHANGE_ASSOCIATION: put_body(batch, ASSOCIATIONS, change); return true;
    case CHANGE_CONTEXT: put_context(batch, change, change->body); return true;
    case CHANGE_USED: put_body(batch, USES, change); return true;
    case CHANGE_REFUSED: return true;
    case CHANGE_CLOCK: return true;         /* see stand */
    case CHANGE_KINDS: break;
    }
    assert(!"a change has a kind");
    __builtin_unreachable();
}

/* ---- the store */

/* What the whole batch leaves beside its facts. */
static void stand(struct standing *standing, const struct change *changes, size_t count)
{
    standing->seq++;
    for (size_t i = 0; i < count; i++) {
        if (changes[i].at > standing->newest)
            standing->newest = changes[i].at;
        if (changes[i].kind == CHANGE_CLOCK)
            standing->clock = changes[i].at;
    }
}

static enum commit memory_commit(struct store *store, uint64_t seq, const struct change *changes,
                                 size_t count, struct error *err)
{
    struct memory *memory = (struct memory *)store;
    if (memory->standing.seq != seq)
        return COMMIT_STALE;
    struct batch batch = {.memory = memory, .facts = &memory->facts};
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        note(&batch, &changes[i]);
        done = put_change(&batch, &changes[i], err);
    }
    if (done) {
        let_go(&batch);
        stand(&memory->standing, changes, count);
    } else {
        take_back(&batch);
    }
    free(batch.steps);
    return done ? COMMIT_DONE : COMMIT_FAILED;
}

static bool is_back(const struct facts *facts, const struct change *gone)
{
    switch (gone->kind) {
    case CHANGE_FORGET: return facts_record_of(facts, gone);
    case CHANGE_SETTINGS: return facts_find(facts, SETTINGS, gone->context, gone->subject, 0);
    case CHANGE_POLICY: return facts_find(facts, POLICIES, gone->context, gone->subject, 0);
    default: return facts_find(facts, ASSOCIATIONS, gone->context, gone->subject, 0);
    }
}

static bool memory_replay(struct store *store, uint64_t since, change_fn *each, void *arg,
                          struct standing *standing, struct error *err)
{
    struct memory *memory = (struct memory *)store;
    size_t count;
    struct fact **sorted = facts_sorted(&memory->facts, since, &count);
    bool told = true;
    for (size_t i = 0; told && i < count; i++) {
        const struct change *change = &sorted[i]->change;
        bool gone = sorted[i]->group == REMOVALS;
        if (sorted[i]->group != PAST && (!gone || (since && !is_back(&memory->facts, change))))
            told = each(arg, change, err);
    }
    free(sorted);
    *standing = memory->standing;
    return told;
}

static bool is_asked(const struct past_query *asked, const struct change *change)
{
    return change->at >= asked->since &&
           (!asked->context.ptr || span_equal(change->context, asked->context)) &&
           (!asked->subject.ptr || span_equal(change->subject, asked->subject));
}

static bool memory_past(struct store *store, const struct past_query *asked, change_fn *each, void *arg,
                        struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct memory *memory = (struct memory *)store;
    size_t count, left = asked->most;
    struct fact **sorted = facts_sorted(&memory->facts, 0, &count);
    bool told = true;
    while (told && left && count-- > 0 && sorted[count]->group == PAST) {
        struct change change = sorted[count]->change;
        struct span body = change_journal(&change, arena);
        if (!is_asked(asked, &change))
            continue;
        change.body = body;
        told = each(arg, &change, err);
        left--;
    }
    free(sorted);
    return told;
}

static void memory_close(struct store *store)
{
    struct memory *memory = (struct memory *)store;
    facts_clear(&memory->facts);
    free(memory);
}

static struct store *memory_open(const char *place, struct error *err)
{
    if (*place) {
        (void)error_start(err, arena_printf(err->arena, "A database in memory has no place: '%s'", place));
        return NULL;
    }
    struct memory *memory = memory_or_end(calloc(1, sizeof *memory));
    memory->store.type = &store_memory;
    memory->standing.clock = -1;
    return &memory->store;
}

const struct store_type store_memory = {
    .scheme = "memory",
    .open = memory_open,
    .close = memory_close,
    .replay = memory_replay,
    .commit = memory_commit,
    .past = memory_past,
};
