/* SPDX-License-Identifier: Apache-2.0 */
/* What a view answers: lookups in its tables, and what follows from them. */
#include "registry/state.h"

#include "base/limits.h"

#include <limits.h>

uint64_t view_seq(const struct view *view)
{
    return view->state.seq;
}

const struct subject *view_subject(const struct view *view, struct name name)
{
    return table_find(&view->state.subjects, &(struct subject){.name = name});
}

struct name subject_name(const struct subject *subject)
{
    return subject->name;
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

const struct record *view_record_of_guid(const struct view *view, struct span context, struct span guid)
{
    return table_find(&view->state.guids, &(struct record){.context = context, .row.guid = guid});
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

/* The nearest configuration is taken whole, and only a subject's own looks past itself, to the top level, for
 * `normalize`. Modes are asked for one by one. */
struct settings view_settings(const struct view *view, struct name subject)
{
    const struct name scopes[] = {subject, {.context = subject.context}, {.context = SPAN(".__GLOBAL")}};
    struct settings found = {.has_config = false}, own = view_settings_at(view, subject);
    enum mode mode = MODE_UNSET;
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        struct settings at = view_settings_at(view, scopes[i]);
        if (!mode)
            mode = at.mode;
        if (!found.has_config)
            found = at;
    }
    if (own.has_config && !own.has_normalize)
        found.normalize = view_settings_at(view, (struct name){0}).normalize;
    found.has_normalize = true;
    found.level = found.level ? found.level : view->state.level;
    found.mode = mode ? mode : MODE_READWRITE;
    return found;
}

struct history subject_history(const struct view *view, const struct subject *subject, const struct level *level,
                               struct arena *arena)
{
    size_t most = level->transitive ? (size_t)subject->live : 1;
    if (!subject->live || !(level->backward || level->forward))
        return (struct history){0};
    const struct version **versions = arena_array(arena, most, sizeof *versions);
    struct history history = {.versions = versions};
    struct cursor cursor = subject_versions_down(view, subject);
    const struct version *version;
    while (history.count < most && (version = cursor_version(&cursor)))
        if (!version->row.hidden)
            versions[history.count++] = version;
    return history;
}

const struct schema *version_schema(const struct version *version, struct arena *arena, struct error *err)
{
    return parsed_find(&record_cell(version->record)->parsed, &version->record->row, arena, err);
}

bool version_likeness(const struct version *version, uint64_t *likeness, struct arena *arena, struct error *err)
{
    return parsed_likeness(&record_cell(version->record)->parsed, &version->record->row, likeness, arena, err);
}
