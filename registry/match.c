/* SPDX-License-Identifier: Apache-2.0 */
/* Finding what is known already. Most versions are told apart by a number, without parsing what is older. */
#include "registry/match.h"

#include "registry/alike.h"
#include "registry/metadata.h"
#include "registry/references.h"

static bool is_sought(const struct version *version, struct sought sought)
{
    return match_counts(version, sought.hidden) && (sought.id == ANY_ID || version->record->id == sought.id);
}

/* What was imported may stand under several ids. An MD5 that two texts share does not make them one. */
static const struct version *find_exact(const struct view *view, const struct subject *subject,
                                        const struct submission *read, struct sought sought)
{
    struct cursor cursor = view_records_of_guid(view, read->guid);
    const struct record *record;
    while ((record = cursor_record(&cursor))) {
        if (!span_equal(record->context, subject_name(subject).context) ||
            !span_equal(record->row.type, span_of(read->schema->type->name)) ||
            !span_equal(record->row.text, read->schema->text))
            continue;
        const struct version *version = view_holder_in(view, subject, record->id);
        if (is_sought(version, sought))
            return version;
    }
    return NULL;
}

static bool same_metadata(const struct version *version, const struct submission *read, struct arena *arena)
{
    struct span stored = version->record->row.metadata;
    return span_equal(stored, read->metadata) ||
           metadata_same(read->content.metadata, metadata_stored(stored, arena), version->number, arena);
}

/* What was sent with everything in it may mean the same as what refers to its parts. */
static bool same_references(const struct record *record, const struct submission *read)
{
    return !read->content.reference_count ||
           references_equal(record->references, record->reference_count, read->content.references,
                            read->content.reference_count);
}

/* Whether a stored version means the same; most are told apart by a number. */
static bool means_same(const struct view *view, const struct version *version, const struct submission *read,
                       uint64_t likeness, bool *same, struct arena *arena, struct error *err)
{
    const struct record_row *row = &version->record->row;
    struct error cause = {.arena = arena};
    uint64_t other;
    *same = false;
    if (!span_equal(row->type, span_of(read->schema->type->name)) ||
        !same_references(version->record, read) || !span_equal(row->rules, read->rules))
        return true;
    if (!version_likeness(view, version, &other, arena, &cause))
        return submission_stored_invalid(view, version, cause.message, err);
    if (other != likeness || !same_metadata(version, read, arena))
        return true;
    const struct schema *stored = version_schema(view, version, arena, &cause);
    if (!stored)
        return submission_stored_invalid(view, version, cause.message, err);
    *same = schema_same(read->schema, stored);
    return true;
}

static uint64_t likeness_of(const struct submission *read)
{
    uint64_t likeness = read->schema->type->likeness(read->schema);
    return likeness ? likeness : 1;
}

static bool find_alike(const struct view *view, const struct subject *subject, const struct submission *read,
                       struct sought sought, const struct version **found, struct error *err)
{
    uint64_t likeness = likeness_of(read);
    struct alikes alikes = alikes_of(view, subject, likeness);
    bool same = false;
    AUTO_EFFORT own = {0};
    struct effort *effort = sought.effort ? sought.effort : &own;
    while (!same && (*found = alikes_next(&alikes)))
        if (is_sought(*found, sought) &&
            (!effort_next(effort, err) ||
             !means_same(view, *found, read, likeness, &same, effort->arena, err)))
            return false;
    return true;
}

bool match_find(const struct view *view, const struct subject *subject, const struct submission *read,
                struct sought sought, struct match *match, struct error *err)
{
    *match = (struct match){.version = NULL};
    if (!subject)
        return true;
    match->version = find_exact(view, subject, read, sought);
    match->exact = match->version != NULL;
    return match->exact || find_alike(view, subject, read, sought, &match->version, err);
}

bool match_latest(const struct view *view, const struct subject *subject, const struct submission *read,
                  struct match *match, struct arena *arena, struct error *err)
{
    const struct version *latest = subject ? subject_latest(subject) : NULL;
    bool same = false;
    *match = (struct match){.version = NULL};
    if (latest && !means_same(view, latest, read, likeness_of(read), &same, arena, err))
        return false;
    match->version = same ? latest : NULL;
    return true;
}

void match_tell(struct registered *got, const struct match *match, const struct submission *read,
                struct arena *arena)
{
    const struct version *version = match->version;
    const struct record_row *row = &version->record->row;
    *got = (struct registered){
        .subject = {arena_copy(arena, version->subject.context), arena_copy(arena, version->subject.subject)},
        .version = version->number,
        .id = version->record->id,
        .guid = arena_copy(arena, row->guid),
        .type = arena_copy(arena, row->type),
        .references = arena_copy(arena, row->references),
        .metadata = arena_copy(arena, row->metadata),
        .rules = arena_copy(arena, row->rules),
        .text = match->exact ? read->schema->text : arena_copy(arena, row->text),
        .stored = !match->exact,
        .ts = version->row.ts,
        .hidden = version->row.hidden,
    };
}
