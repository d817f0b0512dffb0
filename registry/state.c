/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a view: by what each is ordered, how what is in them is made and freed. */
#include "registry/state.h"

#include "registry/alike.h"
#include "registry/policies.h"
#include "registry/rows.h"
#include "registry/settings.h"
#include "registry/tombs.h"

#include "registry/references.h"

#include <assert.h>
#include <stdlib.h>

static int numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int context_order(const void *a, const void *b)
{
    const struct context *one = a, *other = b;
    return span_compare(one->name, other->name);
}

static int subject_order(const void *a, const void *b)
{
    const struct subject *one = a, *other = b;
    return name_compare(one->name, other->name);
}

static int scope_order(const void *a, const void *b)
{
    const struct scope *one = a, *other = b;
    return name_compare(one->name, other->name);
}

static int version_order(const void *a, const void *b)
{
    const struct version *one = a, *other = b;
    int order = name_compare(one->subject, other->subject);
    return order ? order : numbers(one->number, other->number);
}

static int record_order(const void *a, const void *b)
{
    const struct record *one = a, *other = b;
    int order = span_compare(one->context, other->context);
    return order ? order : numbers(one->id, other->id);
}

static int guid_order(const void *a, const void *b)
{
    const struct record *one = a, *other = b;
    int order = span_compare(one->row.guid, other->row.guid);
    return order ? order : record_order(one, other);
}

static int edge_order(const void *a, const void *b)
{
    const struct edge *one = a, *other = b;
    int order = name_compare(one->target, other->target);
    if (!order)
        order = numbers(one->number, other->number);
    return order ? order : record_order(one->record, other->record);
}

static int holder_order(const void *a, const void *b)
{
    const struct version *one = a, *other = b;
    int order = record_order(one->record, other->record);
    if (!order)
        order = numbers(one->row.hidden, other->row.hidden);
    if (!order)
        order = name_compare(one->subject, other->subject);
    return order ? order : numbers(other->number, one->number);
}

void state_open(struct state *state, const struct level *level, struct parsed_pool *pool, struct usage *usage)
{
    *state = (struct state){
        .level = level,
        .pool = pool,
        .usage = usage,
        .contexts.order = context_order,
        .subjects.order = subject_order,
        .versions.order = version_order,
        .records.order = record_order,
        .guids.order = guid_order,
        .holders.order = holder_order,
        .scopes.order = scope_order,
        .edges.order = edge_order,
        .rows.order = rows_by_key,
        .held.order = rows_by_subject,
        .resources.order = rows_by_resource,
        .policies.order = policies_by_scope,
        .tombs.order = tombs_by_version,
        .kept.order = kept_by_subject,
    };
}

static void table_drain(struct table *table, release_fn *release)
{
    struct table_place place = table_seek(table, NULL);
    const void *item;
    while ((item = table_next(&place)))
        release((void *)item);
    table_free(table);
}

void state_free(struct state *state)
{
    table_free(&state->guids);
    table_free(&state->holders);
    table_free(&state->held);
    table_free(&state->resources);
    table_drain(&state->rows, free);
    table_drain(&state->contexts, free);
    table_drain(&state->subjects, subject_free);
    table_drain(&state->scopes, free);
    table_drain(&state->policies, free);
    table_drain(&state->tombs, free);
    table_drain(&state->kept, free);
    table_drain(&state->edges, free);
    table_drain(&state->versions, version_free);
    table_drain(&state->records, record_free);
}

static size_t row_size(const struct record_row *row)
{
    return row->type.len + row->guid.len + row->text.len + row->references.len + row->metadata.len +
           row->rules.len;
}

/* The list and its names in one block. */
static void keep_references(struct record_cell *cell)
{
    AUTO_ARENA arena = arena_new();
    const struct reference *read;
    size_t count, size = 0;
    bool readable = references_stored(cell->record.row.references, &read, &count, arena);
    assert(readable);
    for (size_t i = 0; i < count; i++)
        size += sizeof *read + read[i].name.len + read[i].subject.len;
    struct reference *references = cell->references = memory_new(1, size);
    char *at = (char *)(references + count);
    for (size_t i = 0; i < count; i++)
        references[i] = (struct reference){span_keep(&at, read[i].name), span_keep(&at, read[i].subject),
                                           read[i].version};
    cell->record.references = references;
    cell->record.reference_count = count;
}

struct record *record_new(struct making *making, const struct change *change, const struct state *state)
{
    const struct record_row *row = &change->record;
    size_t size = sizeof(struct record_cell) + change->context.len + row_size(row);
    struct record_cell *cell = making_new(making, size, record_free);
    char *at = cell->bytes;
    cell->parsed.pool = state->pool;
    cell->usage.usage = state->usage;
    cell->record = (struct record){
        .context = span_keep(&at, change->context),
        .id = change->id,
        .created = change->at,
        .row = {.type = span_keep(&at, row->type),
                .guid = span_keep(&at, row->guid),
                .text = span_keep(&at, row->text),
                .references = span_keep(&at, row->references),
                .metadata = span_keep(&at, row->metadata),
                .rules = span_keep(&at, row->rules)},
    };
    if (row->references.len)
        keep_references(cell);
    return &cell->record;
}

/* Who refers from the same context may say so without naming it. */
struct edge *edge_new(struct making *making, const struct record *record, const struct reference *reference)
{
    struct edge *edge = making_new(making, sizeof *edge, free);
    *edge = (struct edge){reference_target(record->context, reference), reference->version, record};
    return edge;
}

void record_free(void *thing)
{
    struct record_cell *cell = record_cell(thing);
    free(cell->references);
    parsed_drop(&cell->parsed);
    usage_cell_close(&cell->usage);
    free(cell);
}

struct version *version_new(struct making *making, const struct change *change, const struct record *record)
{
    size_t size = sizeof(struct version_cell) + change->context.len + change->subject.len +
                  change->row.recycled.len + change->row.hold.len;
    struct version_cell *cell = making_new(making, size, version_free);
    char *at = cell->bytes;
    cell->version = (struct version){
        .subject = {span_keep(&at, change->context), span_keep(&at, change->subject)},
        .number = change->version,
        .record = record,
        .row = change->row,
        .slots = &cell->slots,
    };
    cell->version.row.recycled = span_keep(&at, change->row.recycled);
    cell->version.row.hold = span_keep(&at, change->row.hold);
    return &cell->version;
}

void version_free(void *thing)
{
    struct version_cell *cell = thing;
    for (size_t form = 0; form < FORMS; form++) {
        share_drop(cell->slots.plain[form]);
        share_drop(cell->slots.gzipped[form]);
    }
    free(cell);
}

struct context *context_new(struct making *making, struct span name)
{
    struct context *context = making_new(making, sizeof *context + name.len, free);
    char *at = context->bytes;
    context->name = span_keep(&at, name);
    context->edit = making->edit;
    return context;
}

struct subject *subject_new(struct making *making, struct name name)
{
    struct subject *subject = making_new(making, sizeof *subject + name_size(name), subject_free);
    char *at = subject->bytes;
    subject->edit = making->edit;
    subject->text = (struct span){at, name_size(name)};
    if (name.context.len) {
        span_keep(&at, SPAN(":"));
        subject->name.context = span_keep(&at, name.context);
        span_keep(&at, SPAN(":"));
    }
    subject->name.subject = span_keep(&at, name.subject);
    return subject;
}

void subject_free(void *subject)
{
    alike_drop(subject);
    free(subject);
}

struct scope *scope_new(struct making *making, struct name name, const struct settings *settings)
{
    struct settings own = *settings;
    struct span *spans[FACETS];
    size_t count = settings_spans(&own, spans), size = name.context.len + name.subject.len;
    for (size_t i = 0; i < count; i++)
        size += spans[i]->len;
    struct scope *scope = making_new(making, sizeof *scope + size, free);
    char *at = scope->bytes;
    scope->name.context = span_keep(&at, name.context);
    scope->name.subject = span_keep(&at, name.subject);
    for (size_t i = 0; i < count; i++)
        if (spans[i]->ptr)
            *spans[i] = span_keep(&at, *spans[i]);
    scope->settings = own;
    return scope;
}
