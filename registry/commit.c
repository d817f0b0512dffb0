/* SPDX-License-Identifier: Apache-2.0 */
/* Group commit. Whoever finds nobody writing leads: takes all that wait, checks each on a draft, writes them
 * as one batch, publishes, tells everybody how it went. While one batch is in fsync the next one gathers. */
#include "registry/commit.h"

#include <assert.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>

/* What goes to the store: the changes of those decisions that stand, with their ids. */
struct batch {
    struct change *changes;
    size_t count, room;
    size_t decisions;
    struct arena *arena;
};

static void batch_add(struct batch *batch, struct draft *draft, const struct change *change)
{
    if (batch->count == batch->room) {
        batch->room = batch->room ? 2 * batch->room : 32;
        struct change *larger = arena_array(batch->arena, batch->room, sizeof *larger);
        if (batch->count)
            memcpy(larger, batch->changes, batch->count * sizeof *larger);
        batch->changes = larger;
    }
    batch->changes[batch->count] = *change;
    batch->changes[batch->count].seq = draft->view->state.seq;
    draft_apply(draft, &batch->changes[batch->count++]);
}

/* An id that was asked for is given unless it is another schema's; else a guid known in the context gives its
 * id, and a new one the next. */
static bool settle_record(struct batch *batch, struct draft *draft, struct decision *decision,
                          const struct change *wanted)
{
    struct change change = *wanted;
    if (!view_has_room(draft->view, change.context))
        return error_too_many_contexts(decision->err, CONTEXTS_MAX);
    const struct record *content = view_record_of_guid_anywhere(draft->view, change.record.guid);
    const struct record *known =
        change.id ? view_record(draft->view, change.context, change.id)
                  : view_record_of_guid(draft->view, change.context, change.record.guid);
    if (known && !record_row_same(&known->row, &change.record))
        content = known;
    if (content && !record_row_same(&content->row, &change.record))
        return error_overwrite(decision->err, content->id,
                               name_context_text((struct name){.context = change.context}, decision->arena));
    if (!change.id && !known && view_last_id(draft->view, change.context) == INT_MAX)
        return error_no_id_left(decision->err, change.context.len ? change.context : SPAN("."), INT_MAX);
    change.id = known ? known->id : change.id ? change.id : view_last_id(draft->view, change.context) + 1;
    decision->given = change.id;
    if (!known)
        batch_add(batch, draft, &change);
    return true;
}

/* A record goes with its last holder; its text does where the last one was purged and keeps none. */
static void forget_unheld(struct batch *batch, struct draft *draft, const struct change *change, int id)
{
    const struct record *record = view_record(draft->view, change->context, id);
    if (!id || !record || view_holder(draft->view, change->context, id))
        return;
    struct change forget = {.kind = CHANGE_FORGET, .at = change->at, .by = change->by,
                            .context = change->context, .id = id};
    if (change->kind == CHANGE_PURGE && !change->tomb.keeps_text)
        forget.record.guid = arena_copy(batch->arena, record->row.guid);
    batch_add(batch, draft, &forget);
}

/* The id of the version that stands in the place of one that comes; 0: none. */
static int id_overwritten(const struct draft *draft, const struct change *change)
{
    const struct subject *subject =
        view_subject(draft->view, (struct name){change->context, change->subject});
    const struct version *version = subject ? view_version(draft->view, subject, change->version) : NULL;
    return version ? version->record->id : 0;
}

/* Only the first change may be refused, so a refused decision leaves nothing behind. */
static bool settle(struct batch *batch, struct draft *draft, struct decision *decision)
{
    for (size_t i = 0; i < decision->change_count; i++) {
        struct change change = decision->changes[i];
        if (change.kind == CHANGE_RECORD) {
            assert(i == 0);
            if (!settle_record(batch, draft, decision, &change))
                return false;
            continue;
        }
        if (change.kind == CHANGE_USED && !view_record(draft->view, change.context, change.id))
            continue;
        bool comes = change.kind == CHANGE_VERSION || change.kind == CHANGE_RESTORE;
        if (comes && !change.id)
            change.id = decision->given;
        int before = comes ? id_overwritten(draft, &change) : 0;
        batch_add(batch, draft, &change);
        forget_unheld(batch, draft, &change, before);
    }
    for (size_t i = decision->change_count; i-- > 0;)   /* the last of them is the last holder */
        if (decision->changes[i].kind == CHANGE_PURGE)
            forget_unheld(batch, draft, &decision->changes[i], decision->changes[i].id);
    return true;
}

static void collect(struct batch *batch, struct draft *draft, struct decision *waiting)
{
    draft->view->state.seq++;
    for (struct decision *each = waiting; each; each = each->next) {
        if (each->fresh)
            continue;
        if (!decision_stands(each, draft->view))
            each->outcome = COMMIT_STALE;
        else
            each->outcome = settle(batch, draft, each) ? COMMIT_DONE : COMMIT_FAILED;
        batch->decisions += each->outcome == COMMIT_DONE;
    }
}

/* The first batch of a store says since when marks of use are kept in it. */
static void tell_since(struct registry *registry, struct batch *batch, struct draft *draft)
{
    if (batch->count && !atomic_load(&registry->usage.since_kept)) {
        struct change since = usage_since(&registry->usage, batch->changes[0].at, batch->arena);
        batch_add(batch, draft, &since);
    }
}

/* Tells those whose changes were to be kept; the others know already. */
static void fail(struct decision *waiting, const struct error *err)
{
    for (struct decision *each = waiting; each; each = each->next) {
        if (!each->fresh && each->outcome == COMMIT_DONE) {
            each->outcome = COMMIT_FAILED;
            error_pass(each->err, err);
        }
    }
}

static void publish(struct registry *registry, struct draft *draft)
{
    parsed_sweep(&registry->parsed, &draft->making.dropped);
    registry->allocated += draft->making.allocated;
    line_publish(&registry->line, draft);
}

static bool replay_change(void *arg, const struct change *change, struct error *err)
{
    struct draft *draft = arg;
    if (!draft_accepts(draft, change, err))
        return false;
    draft_apply(draft, change);
    if (change->kind == CHANGE_USED)
        usage_learn(draft->view->state.usage, draft->view, change);
    return true;
}

bool registry_catch_up(struct registry *registry, struct standing *standing, struct error *err)
{
    const struct view *base = registry->line.current;
    struct draft draft = draft_begin(base, ++registry->edits);
    if (!store_tell(registry->store, base->state.seq, replay_change, &draft, standing, err)) {
        draft_abandon(&draft);
        return false;
    }
    draft.view->state.seq = standing->seq;
    publish(registry, &draft);
    return true;
}

/* One try. False: the store has moved on, and what it has is published now. */
static bool try_batch(struct registry *registry, struct decision *waiting, struct arena *arena)
{
    struct error err = {.arena = arena};
    struct batch batch = {.arena = arena};
    const struct view *base = registry->line.current;
    struct draft draft = draft_begin(base, ++registry->edits);
    collect(&batch, &draft, waiting);
    tell_since(registry, &batch, &draft);
    enum commit outcome = COMMIT_DONE;
    if (batch.count)
        outcome = store_keep(registry->store, base->state.seq, batch.changes, batch.count, &err);
    if (!batch.count || outcome != COMMIT_DONE) {
        draft_abandon(&draft);
    } else {
        publish(registry, &draft);
        atomic_store(&registry->usage.since_kept, true);
        registry->batches++;
        registry->decisions += batch.decisions;
    }
    struct standing standing;
    if (outcome == COMMIT_STALE && registry_catch_up(registry, &standing, &err))
        return false;
    if (outcome != COMMIT_DONE)
        fail(waiting, &err);
    return true;
}

/* Those who only want to know what others committed are served first. */
static void write_fresh(struct registry *registry, struct decision *waiting, struct arena *arena)
{
    struct error err = {.arena = arena};
    struct standing standing;
    bool wanted = false, caught_up = true;
    for (struct decision *each = waiting; each; each = each->next)
        wanted |= each->fresh;
    if (wanted)
        caught_up = registry_catch_up(registry, &standing, &err);
    for (struct decision *each = waiting; each; each = each->next) {
        if (!each->fresh)
            continue;
        each->outcome = caught_up ? COMMIT_DONE : COMMIT_FAILED;
        if (!caught_up)
            error_pass(each->err, &err);
    }
}

static void write_batch(struct registry *registry, struct decision *waiting)
{
    AUTO_ARENA arena = arena_new();
    write_fresh(registry, waiting, arena);
    for (int stale = 0; stale < STALE_MAX; stale++)
        if (try_batch(registry, waiting, arena))
            return;
    struct error err = {.arena = arena};
    error_busy(&err);
    fail(waiting, &err);
}

/* Wakes whoever is next: who wants to decide alone, else one of the waiting, to lead them. */
static void pass_on(struct registry *registry)
{
    if (registry->leading || registry->gate)
        return;
    if (registry->gate_waiting)
        pthread_cond_signal(&registry->gate_free);
    else if (registry->head)
        pthread_cond_signal(&registry->head->moved);
}

void gate_take(struct registry *registry)
{
    pthread_mutex_lock(&registry->queue_lock);
    registry->gate_waiting++;
    while (registry->leading || registry->gate)
        pthread_cond_wait(&registry->gate_free, &registry->queue_lock);
    registry->gate_waiting--;
    registry->gate = true;
    pthread_mutex_unlock(&registry->queue_lock);
}

void gate_give(struct registry *registry)
{
    pthread_mutex_lock(&registry->queue_lock);
    registry->gate = false;
    pass_on(registry);
    pthread_mutex_unlock(&registry->queue_lock);
}

/* To be called, and left, under the queue's lock. */
static void lead(struct registry *registry, struct decision *waiting)
{
    registry->leading = true;
    pthread_mutex_unlock(&registry->queue_lock);
    write_batch(registry, waiting);
    pthread_mutex_lock(&registry->queue_lock);
    registry->leading = false;
    for (struct decision *each = waiting; each; each = each->next) {
        each->done = true;
        pthread_cond_signal(&each->moved);
    }
    pass_on(registry);
}

static void wait_or_lead(struct registry *registry, struct decision *decision)
{
    *(registry->tail ? &registry->tail->next : &registry->head) = decision;
    registry->tail = decision;
    while (!decision->done && (registry->leading || registry->gate || registry->gate_waiting))
        pthread_cond_wait(&decision->moved, &registry->queue_lock);
    if (decision->done)
        return;
    struct decision *waiting = registry->head;
    registry->head = registry->tail = NULL;
    lead(registry, waiting);
}

enum commit registry_commit(struct decision *decision)
{
    struct registry *registry = decision->registry;
    decision->next = NULL;
    pthread_mutex_lock(&registry->queue_lock);
    if (decision->alone)
        lead(registry, decision);
    else
        wait_or_lead(registry, decision);
    pthread_mutex_unlock(&registry->queue_lock);
    return decision->outcome;
}
