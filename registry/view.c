/* SPDX-License-Identifier: Apache-2.0 */
/* What a view answers: lookups in its tables, and what follows from them. */
#include "registry/facet.h"
#include "registry/references.h"
#include "registry/state.h"
#include "registry/tombstone.h"

#include "base/limits.h"

#include <assert.h>
#include <limits.h>

uint64_t view_seq(const struct view *view)
{
    return view->state.seq;
}

/* Contexts count their versions, and there are few of them. */
struct view_figures view_figures(const struct view *view)
{
    const struct state *state = &view->state;
    struct view_figures figures = {.subjects = state->subjects.count, .schemas = state->records.count,
                                   .purged = state->tombs.count};
    struct table_place place = table_seek(&state->contexts, NULL);
    const struct context *context;
    while ((context = table_next(&place))) {
        figures.contexts += !context->gone && context->name.len;
        figures.live += (size_t)context->live;
        figures.recycled += (size_t)context->hidden;
    }
    figures.contexts++;         /* the default one is always there */
    return figures;
}

const struct subject *view_subject(const struct view *view, struct name name)
{
    return table_find(&view->state.subjects, &(struct subject){.name = name});
}

struct name subject_name(const struct subject *subject)
{
    return subject->name;
}

struct span subject_text(const struct subject *subject)
{
    return subject->text;
}

int subject_live_count(const struct subject *subject)
{
    return subject->live;
}

int subject_version_count(const struct subject *subject)
{
    return subject->live + subject->hidden;
}

int subject_highest_number(const struct subject *subject)
{
    return subject->highest;
}

const struct version *subject_latest(const struct subject *subject)
{
    return subject->latest;
}

const struct version *view_version(const struct view *view, const struct subject *subject, int number)
{
    return table_find(&view->state.versions, &(struct version){.subject = subject->name, .number = number});
}

const struct record *view_record(const struct view *view, struct span context, int id)
{
    return table_find(&view->state.records, &(struct record){.context = context, .id = id});
}

bool record_row_same(const struct record_row *a, const struct record_row *b)
{
    return span_equal(a->type, b->type) && span_equal(a->text, b->text) &&
           span_equal(a->references, b->references) && span_equal(a->metadata, b->metadata) &&
           span_equal(a->rules, b->rules);
}

const struct record *view_record_of_guid(const struct view *view, struct span context, struct span guid)
{
    struct record key = {.context = context, .id = INT_MIN, .row.guid = guid};
    struct table_place place = table_seek(&view->state.guids, &key);
    const struct record *record = table_next(&place);
    return record && span_equal(record->row.guid, guid) && span_equal(record->context, context) ? record
                                                                                                : NULL;
}

const struct record *view_record_of_guid_anywhere(const struct view *view, struct span guid)
{
    struct table_place place = table_seek(&view->state.guids, &(struct record){.row.guid = guid});
    const struct record *record = table_next(&place);
    return record && span_equal(record->row.guid, guid) ? record : NULL;
}

/* The first holder from a place in their order on, as long as it holds that id. */
static const struct version *holder_from(const struct view *view, const struct version *key)
{
    struct table_place place = table_seek(&view->state.holders, key);
    const struct version *version = table_next(&place);
    if (!version || version->record->id != key->record->id ||
        !span_equal(version->record->context, key->record->context))
        return NULL;
    return version;
}

const struct version *view_holder(const struct view *view, struct span context, int id)
{
    struct record record = {.context = context, .id = id};
    return holder_from(view, &(struct version){.record = &record, .number = INT_MAX});
}

const struct version *view_holder_in(const struct view *view, const struct subject *subject, int id)
{
    struct record record = {.context = subject->name.context, .id = id};
    struct version key = {.record = &record, .subject = subject->name, .number = INT_MAX};
    for (int hidden = 0; hidden <= 1; hidden++) {
        key.row.hidden = hidden;
        const struct version *version = holder_from(view, &key);
        if (version && version->row.hidden == key.row.hidden && name_equal(version->subject, subject->name))
            return version;
    }
    return NULL;
}

const struct context *view_context(const struct view *view, struct span name)
{
    return table_find(&view->state.contexts, &(struct context){.name = name});
}

bool view_has_room(const struct view *view, struct span context)
{
    const struct context *found = view_context(view, context);
    return !context.len || (found && !found->gone) || view->state.named_contexts < CONTEXTS_MAX;
}

int view_last_id(const struct view *view, struct span context)
{
    const struct context *found = view_context(view, context);
    return found ? found->last_id : 0;
}

const struct scope *view_scope(const struct view *view, struct name name)
{
    return table_find(&view->state.scopes, &(struct scope){.name = name});
}

struct settings view_settings_at(const struct view *view, struct name scope)
{
    const struct scope *found = view_scope(view, scope);
    return found ? found->settings : (struct settings){0};
}

const struct level *view_default_level(const struct view *view)
{
    return view->state.level;
}

const struct customs *view_customs(const struct view *view)
{
    return &view->state.customs;
}

/* The nearest configuration is taken whole, and only a subject's own looks past itself, to the top level, for
 * what a row of facets says. Modes are asked for one by one. */
struct settings view_settings(const struct view *view, struct name subject)
{
    const struct name scopes[] = {subject, {.context = subject.context}, {.context = SPAN(".__GLOBAL")}};
    const struct customs *customs = view_customs(view);
    struct settings top = view_settings_at(view, (struct name){0}), own = view_settings_at(view, subject);
    struct settings found = {.has_config = false};
    enum mode mode = MODE_UNSET;
    if (customs->override_reigns && top.mode == MODE_READONLY_OVERRIDE)
        mode = top.mode;
    for (size_t i = 0; i < (customs->no_global_scope ? 2 : 3); i++) {
        struct settings at = view_settings_at(view, scopes[i]);
        if (!mode)
            mode = at.mode;
        if (!found.has_config)
            found = at;
    }
    if (own.has_config && !customs->entries_stand_alone)
        facets_fill(&found, &top);
    if (!found.validate_new && customs->lenient_unless_told)
        found.validate_new = TRUTH_NO;
    found.level = found.level ? found.level : view->state.level;
    found.mode = mode ? mode : MODE_READWRITE;
    return found;
}

bool history_counts(const struct version *version, const struct level *level)
{
    return !version->row.hidden || (level->transitive && version_by_policy(&version->row));
}

struct history subject_history(const struct view *view, const struct subject *subject,
                               const struct level *level, struct arena *arena)
{
    size_t most = level->transitive ? (size_t)subject_version_count(subject) : subject->live ? 1 : 0;
    if (!(level->backward || level->forward))
        return (struct history){0};
    const struct version **versions = arena_array(arena, most + 1, sizeof *versions);
    struct history history = {.versions = versions};
    struct cursor cursor = subject_versions_down(view, subject);
    const struct version *version;
    while (history.count < most && (version = cursor_version(&cursor)))
        if (history_counts(version, level))
            versions[history.count++] = version;
    return history;
}

/* What a text refers to, hidden versions too: it was complete when it was kept. */
static bool fetch(const struct view *view, struct span context, const struct reference *references,
                  size_t count, struct fetched *fetched, struct arena *arena, struct error *err)
{
    struct fetching wanted = {.view = view, .context = context, .references = references, .count = count,
                              .hidden = true};
    return references_fetch(&wanted, fetched, arena, err);
}

const struct schema *version_schema(const struct view *view, const struct version *version,
                                    struct arena *arena, struct error *err)
{
    const struct record *record = version->record;
    struct parsed_slot *slot = &record_cell(record)->parsed;
    uint64_t age = record->reference_count ? view->state.overwrites : 0;
    const struct schema *kept = parsed_kept(slot, age);
    struct fetched fetched;
    if (kept)
        return kept;
    if (!fetch(view, record->context, record->references, record->reference_count, &fetched, arena, err))
        return NULL;
    struct parsing parsing = {&record->row, fetched.dependencies, fetched.count, age};
    return parsed_make(slot, &parsing, arena, err);
}

const struct schema *view_read(const struct view *view, struct span context, const struct record_row *row,
                               struct arena *arena, struct error *err)
{
    const struct schema_type *type = schema_type_find(row->type);
    const struct reference *references;
    size_t count;
    struct fetched fetched;
    const struct schema *schema;
    bool read = references_stored(row->references, &references, &count, arena);
    assert(type && read);
    if (!fetch(view, context, references, count, &fetched, arena, err) ||
        !schema_parse(type, row->text, (struct reading){.strict = false}, fetched.dependencies, fetched.count,
                      &schema, arena, err))
        return NULL;
    return schema;
}

bool version_likeness(const struct view *view, const struct version *version, uint64_t *likeness,
                      struct arena *arena, struct error *err)
{
    struct parsed_slot *slot = &record_cell(version->record)->parsed;
    *likeness = parsed_likeness(slot);
    if (*likeness)
        return true;
    const struct schema *schema = version_schema(view, version, arena, err);
    if (!schema)
        return false;
    *likeness = schema_likeness(schema);
    if (!version->record->reference_count)
        parsed_keep_likeness(slot, *likeness);
    return true;
}
