/* SPDX-License-Identifier: Apache-2.0 */
/* Making the next view: each change is put where it belongs, and what it replaces goes into a bin. What
 * this draft made it changes in place, so that a thousand versions of one subject do not copy it a
 * thousand times. */
#include "registry/alike.h"
#include "registry/policies.h"
#include "registry/references.h"
#include "registry/rows.h"
#include "registry/settings.h"
#include "registry/state.h"
#include "registry/tombs.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

struct draft draft_begin(const struct view *base, uint64_t edit)
{
    struct draft draft = {.making.edit = edit};
    draft.view = memory_new(1, sizeof *draft.view);
    draft.view->state = base->state;
    draft.view->line = base->line;
    draft.making.allocated = sizeof *draft.view;
    return draft;
}

void draft_abandon(struct draft *draft)
{
    bin_forget(&draft->making.dropped);
    bin_empty(&draft->making.made);
    free(draft->view);
    draft->view = NULL;
}

static void drop(struct draft *draft, const void *thing, release_fn *release)
{
    if (thing)
        making_drop(&draft->making, (void *)thing, release);
}

/* The context, for this draft to change; made when it is not there. */
static struct context *own_context(struct draft *draft, struct span name)
{
    struct table *table = &draft->view->state.contexts;
    const struct context *before = table_find(table, &(struct context){.name = name});
    if (before && before->edit == draft->making.edit)
        return (struct context *)before;
    struct context *context = context_new(&draft->making, name);
    context->gone = true;           /* until something says that it is there */
    if (before) {
        context->last_id = before->last_id;
        context->gone = before->gone;
        context->live = before->live;
        context->hidden = before->hidden;
        context->seq = before->seq;
    }
    drop(draft, table_put(table, context, &draft->making), free);
    return context;
}

static struct subject *own_subject(struct draft *draft, struct name name)
{
    struct table *table = &draft->view->state.subjects;
    const struct subject *before = table_find(table, &(struct subject){.name = name});
    if (before && before->edit == draft->making.edit)
        return (struct subject *)before;
    struct subject *subject = subject_new(&draft->making, name);
    if (before) {
        subject->live = before->live;
        subject->hidden = before->hidden;
        subject->highest = before->highest;
        subject->latest = before->latest;
        subject->seq = before->seq;
        subject->referred_seq = before->referred_seq;
        alike_inherit(subject, before);
    }
    drop(draft, table_put(table, subject, &draft->making), subject_free);
    return subject;
}

static bool is_named_context(const struct context *context)
{
    return context->name.len && !context->gone;
}

static void set_gone(struct draft *draft, struct context *context, bool gone)
{
    draft->view->state.named_contexts -= is_named_context(context);
    context->gone = gone;
    draft->view->state.named_contexts += is_named_context(context);
}

static void raise_id(struct context *context, int id)
{
    if (id > context->last_id)
        context->last_id = id;
}

static void put_record(struct draft *draft, const struct change *change)
{
    struct state *state = &draft->view->state;
    struct context *context = own_context(draft, change->context);
    set_gone(draft, context, false);
    raise_id(context, change->id);
    if (view_record(draft->view, change->context, change->id))
        return;
    struct record *record = record_new(&draft->making, change, state);
    table_put(&state->records, record, &draft->making);
    table_put(&state->guids, record, &draft->making);
    for (size_t i = 0; i < record->reference_count; i++)
        drop(draft, table_put(&state->edges, edge_new(&draft->making, record, &record->references[i]),
                              &draft->making), free);
}

/* Whoever wants to take a target away must know that it has a new referrer. */
static void touch_targets(struct draft *draft, const struct record *record, uint64_t seq)
{
    for (size_t i = 0; i < record->reference_count; i++) {
        struct name target = reference_target(record->context, &record->references[i]);
        if (view_subject(draft->view, target))
            own_subject(draft, target)->referred_seq = seq;
    }
}

static void take_edges(struct draft *draft, const struct record *record)
{
    for (size_t i = 0; i < record->reference_count; i++) {
        struct edge key = {reference_target(record->context, &record->references[i]),
                           record->references[i].version, record};
        drop(draft, table_take(&draft->view->state.edges, &key, &draft->making), free);
    }
}

static void take_record(struct draft *draft, const struct change *change)
{
    struct state *state = &draft->view->state;
    const struct record *record = view_record(draft->view, change->context, change->id);
    if (!record)
        return;
    take_edges(draft, record);
    table_take(&state->guids, record, &draft->making);
    table_take(&state->records, record, &draft->making);
    drop(draft, record, record_free);
}

static void count_version(struct subject *subject, struct context *context, const struct version *version,
                          int by)
{
    *(version->row.hidden ? &subject->hidden : &subject->live) += by;
    *(version->row.hidden ? &context->hidden : &context->live) += by;
}

/* The highest version below a number; any, or a live one. */
static const struct version *version_below(const struct draft *draft, struct name name, int number, bool live)
{
    struct version key = {.subject = name, .number = number};
    struct table_place place = table_seek(&draft->view->state.versions, &key);
    const struct version *version = table_previous(&place);
    while (version && live && version->row.hidden && name_equal(version->subject, name))
        version = table_previous(&place);
    return version && name_equal(version->subject, name) ? version : NULL;
}

static void touch(struct draft *draft, struct subject *subject, struct context *context, uint64_t seq)
{
    if (subject->seq < seq)
        subject->seq = seq;
    if (context->seq < seq)
        context->seq = seq;
    if (draft->view->state.contents_seq < seq)
        draft->view->state.contents_seq = seq;
}

static void put_version(struct draft *draft, const struct change *change)
{
    struct state *state = &draft->view->state;
    struct name name = {change->context, change->subject};
    const struct record *record = view_record(draft->view, change->context, change->id);
    assert(record);
    const struct version *version = version_new(&draft->making, change, record);
    struct subject *subject = own_subject(draft, name);
    struct context *context = own_context(draft, name.context);
    const struct version *before = table_put(&state->versions, version, &draft->making);
    if (before) {
        table_take(&state->holders, before, &draft->making);
        count_version(subject, context, before, -1);
        state->overwrites += before->record != record;
        drop(draft, before, version_free);
    }
    if (!before || before->record != record)
        alike_changes(subject, version->number);
    table_put(&state->holders, version, &draft->making);
    count_version(subject, context, version, 1);
    if (version->number > subject->highest)
        subject->highest = version->number;
    if (!version->row.hidden && (!subject->latest || version->number >= subject->latest->number))
        subject->latest = version;
    else if (before && subject->latest == before)
        subject->latest = version_below(draft, name, INT_MAX, true);
    touch(draft, subject, context, change->seq);
    if (change->kind != CHANGE_HIDE && change->kind != CHANGE_HOLD)
        touch_targets(draft, record, change->seq);
}

static void take_version(struct draft *draft, const struct change *change)
{
    struct state *state = &draft->view->state;
    struct version key = {.subject = {change->context, change->subject}, .number = change->version};
    const struct version *before = table_take(&state->versions, &key, &draft->making);
    if (!before)
        return;
    state->overwrites += version_referred(draft->view, before, true, NULL);  /* an import takes its place */
    struct subject *subject = own_subject(draft, key.subject);
    struct context *context = own_context(draft, change->context);
    table_take(&state->holders, before, &draft->making);
    count_version(subject, context, before, -1);
    touch(draft, subject, context, change->seq);
    if (subject->latest == before)
        subject->latest = version_below(draft, key.subject, INT_MAX, true);
    if (subject->highest == before->number) {
        const struct version *below = version_below(draft, key.subject, INT_MAX, false);
        subject->highest = below ? below->number : 0;
    }
    drop(draft, before, version_free);
    if (subject->live + subject->hidden == 0) {
        table_take(&state->subjects, subject, &draft->making);
        drop(draft, subject, subject_free);
    }
}

static void put_scope(struct draft *draft, const struct change *change)
{
    struct table *table = &draft->view->state.scopes;
    struct name name = {change->context, change->subject};
    if (draft->view->state.rules_seq < change->seq)
        draft->view->state.rules_seq = change->seq;
    if (!change->body.len) {
        drop(draft, table_take(table, &(struct scope){.name = name}, &draft->making), free);
        return;
    }
    AUTO_ARENA arena = arena_new();
    struct settings settings;
    bool read = settings_read(change->body, &settings, arena);
    assert(read);
    struct scope *scope = scope_new(&draft->making, name, &settings);
    scope->seq = change->seq;
    drop(draft, table_put(table, scope, &draft->making), free);
}

/* Whoever decides on a subject must know who holds it. */
static void put_rows(struct draft *draft, const struct change *change)
{
    AUTO_ARENA arena = arena_new();
    struct name name = {change->context, change->subject};
    struct association *rows;
    size_t count;
    bool read = rows_read(change->body, name, &rows, &count, arena);
    assert(read);
    rows_put(&draft->view->state, name, rows, count, &draft->making);
    if (draft->view->state.rows_seq < change->seq)
        draft->view->state.rows_seq = change->seq;
    if (view_subject(draft->view, name))
        touch(draft, own_subject(draft, name), own_context(draft, name.context), change->seq);
}

static void put_context(struct draft *draft, const struct change *change)
{
    struct context *context = own_context(draft, change->context);
    set_gone(draft, context, change->body.len == 0);
    raise_id(context, change->id);
}

void draft_apply(struct draft *draft, const struct change *change)
{
    switch (change->kind) {
    case CHANGE_RECORD: put_record(draft, change); return;
    case CHANGE_VERSION:
    case CHANGE_RESTORE:
    case CHANGE_HIDE:
    case CHANGE_REVIVE:
    case CHANGE_HOLD: put_version(draft, change); return;
    case CHANGE_PURGE:
        take_version(draft, change);
        tombs_put(&draft->view->state, change, &draft->making);
        return;
    case CHANGE_FORGET: take_record(draft, change); return;
    case CHANGE_SETTINGS: put_scope(draft, change); return;
    case CHANGE_CONTEXT: put_context(draft, change); return;
    case CHANGE_ASSOCIATION: put_rows(draft, change); return;
    case CHANGE_POLICY: policies_put(&draft->view->state, change, &draft->making); return;
    case CHANGE_USED:
    case CHANGE_REFUSED:
    case CHANGE_CLOCK: return;      /* no part of a view */
    case CHANGE_KINDS: break;
    }
    assert(!"nothing decides such a change");
}
