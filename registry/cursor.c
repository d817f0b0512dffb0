/* SPDX-License-Identifier: Apache-2.0 */
/* Walking a view. A cursor knows what it may tell, so that it stops where its subject, prefix or id ends. */
#include "registry/draft.h"

#include <limits.h>

struct cursor view_subjects(const struct view *view, struct span prefix)
{
    return view_subjects_from(view, prefix, prefix);
}

struct cursor view_subjects_from(const struct view *view, struct span text, struct span prefix)
{
    struct subject key = {.name.subject = text};
    return (struct cursor){.place = table_seek(&view->state.subjects, &key), .within.subject = prefix};
}

const struct subject *cursor_subject(struct cursor *cursor)
{
    struct table_place before = cursor->place;
    const struct subject *subject = table_next(&cursor->place);
    if (subject && span_starts(subject->text, cursor->within.subject))
        return subject;
    cursor->place = before;
    return NULL;
}

struct cursor view_scopes(const struct view *view, struct span prefix)
{
    struct scope key = {.name.subject = prefix};
    return (struct cursor){.place = table_seek(&view->state.scopes, &key), .within.subject = prefix};
}

bool cursor_scope(struct cursor *cursor, struct name *name, struct settings *settings)
{
    struct table_place before = cursor->place;
    const struct scope *scope = table_next(&cursor->place);
    while (scope && !scope->name.subject.len && name_starts(scope->name, cursor->within.subject))
        scope = table_next(&cursor->place);
    if (!scope || !name_starts(scope->name, cursor->within.subject)) {
        cursor->place = before;
        return false;
    }
    *name = scope->name;
    *settings = scope->settings;
    return true;
}

struct cursor subject_versions(const struct view *view, const struct subject *subject)
{
    struct version key = {.subject = subject->name};
    return (struct cursor){.place = table_seek(&view->state.versions, &key), .within = subject->name};
}

struct cursor subject_versions_down(const struct view *view, const struct subject *subject)
{
    struct version key = {.subject = subject->name, .number = INT_MAX};
    return (struct cursor){.place = table_seek(&view->state.versions, &key),
                           .within = subject->name,
                           .down = true};
}

struct cursor view_holders(const struct view *view, struct span context, int id)
{
    struct record record = {.context = context, .id = id};
    struct version key = {.record = &record, .number = INT_MAX};
    return (struct cursor){
        .place = table_seek(&view->state.holders, &key), .context = context, .id = id, .by_id = true};
}

static bool belongs(const struct cursor *cursor, const struct version *version)
{
    if (cursor->by_id)
        return version->record->id == cursor->id && span_equal(version->record->context, cursor->context);
    return name_equal(version->subject, cursor->within);
}

const struct version *cursor_version(struct cursor *cursor)
{
    struct table_place before = cursor->place;
    const struct version *version =
        cursor->down ? table_previous(&cursor->place) : table_next(&cursor->place);
    if (version && belongs(cursor, version))
        return version;
    cursor->place = before;
    return NULL;
}

struct cursor view_records_of_guid(const struct view *view, struct span guid)
{
    struct record key = {.row.guid = guid};
    return (struct cursor){.place = table_seek(&view->state.guids, &key), .guid = guid};
}

const struct record *cursor_record(struct cursor *cursor)
{
    struct table_place before = cursor->place;
    const struct record *record = table_next(&cursor->place);
    if (record && span_equal(record->row.guid, cursor->guid))
        return record;
    cursor->place = before;
    return NULL;
}

struct cursor view_referrers(const struct view *view, const struct version *target)
{
    struct record least = {.id = INT_MIN};
    struct edge key = {.target = target->subject, .number = target->number, .record = &least};
    return (struct cursor){.place = table_seek(&view->state.edges, &key), .within = target->subject,
                           .number = target->number};
}

const struct record *cursor_referrer(struct cursor *cursor)
{
    struct table_place before = cursor->place;
    const struct edge *edge = table_next(&cursor->place);
    if (edge && edge->number == cursor->number && name_equal(edge->target, cursor->within))
        return edge->record;
    cursor->place = before;
    return NULL;
}

struct cursor view_contexts(const struct view *view)
{
    return (struct cursor){.place = table_seek(&view->state.contexts, NULL)};
}

bool cursor_context(struct cursor *cursor, struct span *context)
{
    const struct context *found = table_next(&cursor->place);
    while (found && (found->gone || !found->name.len))
        found = table_next(&cursor->place);
    if (found)
        *context = found->name;
    return found;
}
