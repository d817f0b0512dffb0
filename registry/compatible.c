/* SPDX-License-Identifier: Apache-2.0 */
/* Trying a submission against what is older: which versions count, what each of them says, and which fields
 * are not to be touched. */
#include "registry/compatible.h"

#include "registry/effort.h"
#include "registry/match.h"
#include "registry/metadata.h"

/* Versions are compared within their group: those with the same value of one property, or without any. */
static bool in_group(const struct version *version, struct span group, struct span wanted,
                     struct arena *arena)
{
    struct span value = metadata_property(metadata_stored(version->record->row.metadata, arena), group);
    return !value.ptr == !wanted.ptr && span_equal(value, wanted);
}

/* Those of the group, newest first, as many as the level asks for. */
static bool choose_group(const struct view *view, const struct subject *subject,
                         const struct settings *settings, const struct submission *read,
                         struct history *history, struct arena *arena, struct error *err)
{
    size_t most = settings->level->transitive ? (size_t)subject_version_count(subject) : 1;
    const struct version **versions = arena_array(arena, most + 1, sizeof *versions), *version;
    struct span wanted = metadata_property(read->content.metadata, settings->group);
    struct cursor cursor = subject_versions_down(view, subject);
    AUTO_EFFORT effort = {0};
    history->versions = versions;
    if (!settings->level->backward && !settings->level->forward)
        return true;
    while (history->count < most && (version = cursor_version(&cursor))) {
        if (!effort_next(&effort, err))
            return false;
        if (history_counts(version, settings->level) &&
            in_group(version, settings->group, wanted, effort.arena))
            versions[history->count++] = version;
    }
    return true;
}

/* One version, unless it is of another group. */
static bool choose_one(const struct view *view, const struct subject *subject, int number,
                       const struct version **version, struct error *err)
{
    *version = NULL;
    if (subject)
        *version = number == LATEST_VERSION ? subject_latest(subject) : view_version(view, subject, number);
    if (match_counts(*version, false))
        return true;
    *version = NULL;
    return number == LATEST_VERSION || error_version_not_found(err, number);
}

static bool choose_all(const struct view *view, const struct subject *subject,
                       const struct settings *settings, const struct submission *read,
                       struct history *history, struct arena *arena, struct error *err)
{
    *history = (struct history){0};
    if (subject && settings->group.len)
        return choose_group(view, subject, settings, read, history, arena, err);
    if (subject)
        *history = subject_history(view, subject, settings->level, arena);
    return true;
}

static struct history only(const struct version *version, const struct settings *settings,
                           const struct submission *read, struct arena *arena)
{
    const struct version **one = arena_alloc(arena, sizeof *one);
    struct span wanted = metadata_property(read->content.metadata, settings->group);
    *one = version;
    if (!version || (settings->group.len && !in_group(version, settings->group, wanted, arena)))
        return (struct history){0};
    return (struct history){one, 1};
}

/* Everything the level holds against a schema; stops at the first version that it breaks. */
static bool complain(const struct view *view, struct history history, const struct schema *schema,
                     const struct level *level, const struct complaint **complaints, struct arena *arena,
                     struct error *err)
{
    AUTO_EFFORT effort = {0};
    *complaints = NULL;
    for (size_t i = 0; i < history.count && !*complaints; i++) {
        const struct version *version = history.versions[i];
        if (!effort_next(&effort, err))
            return false;
        struct error cause = {.arena = effort.arena};
        const struct schema *past = version_schema(view, version, effort.arena, &cause);
        if (!past)
            return submission_stored_invalid(view, version, cause.message, err);
        *complaints = schema_check(schema, level, (struct past){version->number, past}, effort.arena);
    }
    if (*complaints)
        effort_keep(&effort, arena);
    return true;
}

/* The property that lists field names, with commas between them and blanks around them that do not count. */
#define RESERVED SPAN("confluent:reserved")

struct reserved {
    struct span names[RESERVED_MAX];
    size_t count;
    bool more; /* than there is room for */
};

static struct reserved *reserved_by(const struct metadata *metadata, struct arena *arena)
{
    struct reserved *reserved = arena_alloc(arena, sizeof *reserved);
    struct span list = metadata_property(metadata, RESERVED);
    while (list.len) {
        const char *comma = memchr(list.ptr, ',', list.len);
        size_t len = comma ? (size_t)(comma - list.ptr) : list.len;
        struct span name = span_trim(span_first(list, len));
        list = span_from(list, comma ? len + 1 : len);
        if (name.len && reserved->count < RESERVED_MAX)
            reserved->names[reserved->count++] = name;
        else if (name.len)
            reserved->more = true;
    }
    return reserved;
}

static bool reserves(const struct reserved *reserved, struct span name)
{
    for (size_t i = 0; i < reserved->count; i++)
        if (span_equal(reserved->names[i], name))
            return true;
    return false;
}

struct complaints {
    const struct complaint *first, **end;
    struct arena *arena;
};

static void add(struct complaints *list, struct span text)
{
    struct complaint *complaint = arena_alloc(list->arena, sizeof *complaint);
    complaint->text = text;
    *list->end = complaint;
    list->end = &complaint->next;
}

/* Names that may no longer be reserved, then fields that have such a name; what the level says follows. */
static bool check_reserved(const struct version *newest, const struct submission *read,
                           const struct complaint **complaints, struct arena *arena, struct error *err)
{
    const struct schema *schema = read->schema;
    const struct reserved *mine = reserved_by(read->content.metadata, arena);
    const struct reserved *old =
        reserved_by(newest ? metadata_stored(newest->record->row.metadata, arena) : NULL, arena);
    struct complaints list = {.arena = arena};
    list.end = &list.first;
    if (mine->more)
        return error_too_many_reserved(err, RESERVED_MAX);
    for (size_t i = 0; i < old->count; i++)
        if (!reserves(mine, old->names[i]))
            add(&list, arena_printf(arena,
                                    "The new schema has reserved field %.*s removed from its metadata "
                                    "which is present in the old schema's metadata.",
                                    SPAN_ARGS(old->names[i])));
    for (size_t i = 0; i < mine->count; i++)
        if (schema->type->has_field && schema->type->has_field(schema, mine->names[i]))
            add(&list,
                arena_printf(arena, "The new schema has field that conflicts with the reserved field %.*s.",
                             SPAN_ARGS(mine->names[i])));
    *list.end = *complaints;
    *complaints = list.first;
    return true;
}

bool compatible_check(const struct view *view, const struct subject *subject, int number,
                      const struct settings *settings, const struct submission *read,
                      const struct complaint **complaints, struct arena *arena, struct error *err)
{
    const struct version *newest = subject ? subject_latest(subject) : NULL;
    struct history history;
    if (number == ALL_VERSIONS) {
        if (!choose_all(view, subject, settings, read, &history, arena, err))
            return false;
    } else {
        if (!choose_one(view, subject, number, &newest, err))
            return false;
        history = only(newest, settings, read, arena);
    }
    if (!complain(view, history, read->schema, settings->level, complaints, arena, err))
        return false;
    bool fields = settings->validate_fields == TRUTH_YES;
    if (fields && !check_reserved(newest, read, complaints, arena, err))
        return false;
    *complaints = complaints_close(*complaints, fields, settings->level, arena);
    return true;
}

bool compatible_pair(const struct view *view, const struct version *older, const struct version *newer,
                     const struct settings *settings, const struct complaint **complaints,
                     struct arena *arena, struct error *err)
{
    struct error cause = {.arena = arena};
    struct history past = {&older, 1};
    *complaints = NULL;
    if (settings->group.len) {
        const struct metadata *metadata = metadata_stored(newer->record->row.metadata, arena);
        if (!in_group(older, settings->group, metadata_property(metadata, settings->group), arena))
            return true;
    }
    const struct schema *schema = version_schema(view, newer, arena, &cause);
    if (!schema)
        return submission_stored_invalid(view, newer, cause.message, err);
    if (!complain(view, past, schema, settings->level, complaints, arena, err))
        return false;
    bool fields = settings->validate_fields == TRUTH_YES;
    *complaints = complaints_close(*complaints, fields, settings->level, arena);
    return true;
}

bool registry_try(const struct view *view, const struct registration *wanted, int version,
                  const struct complaint **complaints, struct arena *arena, struct error *err)
{
    struct settings settings = view_settings(view, wanted->subject);
    struct reading how = {.strict = settings.validate_new != TRUTH_NO,
                          .normalize = submission_normalizes(view, wanted, &settings)};
    const struct subject *subject = view_subject(view, wanted->subject);
    const struct version *there;
    struct submission read;
    *complaints = NULL;
    /* A version that is not there is told before a schema that is none. */
    if (version != ALL_VERSIONS && !choose_one(view, subject, version, &there, err))
        return false;
    if (submission_blank(wanted))
        return error_schema_empty(err);
    return submission_read(view, wanted, how, &read, arena, err) &&
           compatible_check(view, subject, version, &settings, &read, complaints, arena, err);
}
