/* SPDX-License-Identifier: Apache-2.0 */
/* References are resolved depth first and by name: the first to bring a name binds it, later ones of the same
 * name are passed over, and so a cycle ends. */
#include "registry/references.h"

#include "base/limits.h"
#include "base/text.h"
#include "registry/draft.h"

/* ---- reading and writing */

static bool read_one(const struct text *item, struct reference *reference)
{
    const struct text *name = text_get(item, SPAN("name")), *subject = text_get(item, SPAN("subject"));
    const struct text *version = text_get(item, SPAN("version"));
    int64_t number;
    if (!name || name->kind != TEXT_STRING || !subject || subject->kind != TEXT_STRING || !version ||
        !text_integer(version, &number) || number < 1 || number > INT32_MAX)
        return false;
    *reference = (struct reference){name->string, subject->string, (int)number};
    return true;
}

bool references_stored(struct span json, const struct reference **references, size_t *count,
                       struct arena *arena)
{
    struct text list;
    struct text_failure failure;
    *count = 0;
    *references = NULL;
    if (!json.len)
        return true;
    if (!text_read(json, &text_rules_event, &list, &failure, arena) || list.kind != TEXT_ARRAY)
        return false;
    struct reference *items = arena_array(arena, list.count, sizeof *items);
    for (size_t i = 0; i < list.count; i++)
        if (!read_one(&list.items[i], &items[i]))
            return false;
    *references = items;
    *count = list.count;
    return true;
}

struct span references_write(const struct reference *references, size_t count, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    if (!count)
        return (struct span){NULL, 0};
    for (size_t i = 0; i < count; i++) {
        buffer_put(&out, i ? SPAN(",{\"name\":") : SPAN("[{\"name\":"));
        text_quote(&out, references[i].name);
        buffer_put(&out, SPAN(",\"subject\":"));
        text_quote(&out, references[i].subject);
        buffer_printf(&out, ",\"version\":%d}", references[i].version);
    }
    buffer_byte(&out, ']');
    return buffer_span(&out);
}

const struct reference *references_copy(const struct reference *references, size_t count, struct arena *arena)
{
    struct reference *copy = arena_array(arena, count, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = (struct reference){arena_copy(arena, references[i].name),
                                     arena_copy(arena, references[i].subject), references[i].version};
    return copy;
}

static bool same_reference(const struct reference *a, const struct reference *b)
{
    return a->version == b->version && span_equal(a->name, b->name) && span_equal(a->subject, b->subject);
}

bool references_equal(const struct reference *a, size_t a_count, const struct reference *b, size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++)
        same = same_reference(&a[i], &b[i]);
    return same;
}

static bool stands_before(const struct reference *a, const struct reference *b)
{
    int order = span_compare(a->subject, b->subject);
    return order < 0 || (order == 0 && a->version < b->version);
}

static bool among(const struct reference *references, size_t count, const struct reference *one)
{
    for (size_t i = 0; i < count; i++)
        if (same_reference(&references[i], one))
            return true;
    return false;
}

void references_normalize(struct reference *references, size_t *count)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        struct reference one = references[i];
        size_t at = kept;
        if (among(references, kept, &one))
            continue;
        for (; at > 0 && stands_before(&one, &references[at - 1]); at--)
            references[at] = references[at - 1];
        references[at] = one;
        kept++;
    }
    *count = kept;
}

struct span reference_text(const struct reference *reference, struct arena *arena)
{
    struct span name = reference->name.ptr ? reference->name : SPAN("null");
    struct span subject = reference->subject.ptr ? reference->subject : SPAN("null");
    struct span version = reference->version == NO_VERSION ? SPAN("null")
                                                           : arena_printf(arena, "%d", reference->version);
    return arena_printf(arena, "{name='%.*s', subject='%.*s', version=%.*s}", SPAN_ARGS(name),
                        SPAN_ARGS(subject), SPAN_ARGS(version));
}

/* ---- fetching */

/* From a named context the default one cannot be named: there ":.:x" is a name of its own. */
struct name reference_target(struct span context, const struct reference *reference)
{
    struct name name = name_parse(reference->subject);
    if (context.len && !name.context.len)
        return (struct name){context, reference->subject};
    return name;
}

struct fetch {
    const struct fetching *wanted;
    struct fetched *fetched;
    struct dependency *dependencies;
    struct name *subjects;
    size_t count, begun, room;          /* texts; names, those being fetched counted */
    struct span *names;
    struct arena *arena;
    struct error *err;
};

static void *larger(struct fetch *fetch, void *items, size_t used, size_t room, size_t size)
{
    void *copy = arena_array(fetch->arena, room, size);
    if (used)
        memcpy(copy, items, used * size);
    return copy;
}

static void make_room(struct fetch *fetch)
{
    if (fetch->begun < fetch->room)
        return;
    fetch->room = fetch->room ? 2 * fetch->room : 8;
    fetch->dependencies = larger(fetch, fetch->dependencies, fetch->count, fetch->room,
                                 sizeof *fetch->dependencies);
    fetch->names = larger(fetch, fetch->names, fetch->begun, fetch->room, sizeof *fetch->names);
    fetch->subjects = larger(fetch, fetch->subjects, fetch->begun, fetch->room, sizeof *fetch->subjects);
}

static bool is_begun(const struct fetch *fetch, struct span name)
{
    for (size_t i = 0; i < fetch->begun; i++)
        if (span_equal(fetch->names[i], name))
            return true;
    return false;
}

static bool too_many(struct fetch *fetch, size_t count)
{
    fetch->fetched->too_many = true;
    return error_too_many_references(fetch->err, (int)count, REFERENCES_MAX);
}

static bool check_whole(const struct fetch *fetch, const struct reference *reference)
{
    if (reference->name.ptr && reference->subject.ptr && reference->version != NO_VERSION)
        return true;
    return error_reference_invalid(fetch->err, reference_text(reference, fetch->arena));
}

/* The version that is meant; none: the sentence that says so. */
static const struct version *find_target(const struct fetch *fetch, struct name target, int number)
{
    const struct view *view = fetch->wanted->view;
    const struct subject *subject = view_subject(view, target);
    const struct version *version = NULL;
    if (subject)
        version = number == -1 ? subject_latest(subject) : view_version(view, subject, number);
    if (version && (fetch->wanted->hidden || !version->row.hidden))
        return version;
    (void)error_reference_missing(fetch->err, name_text(target, fetch->arena), number);
    return NULL;
}

static bool fetch_list(struct fetch *fetch, struct span context, const struct reference *references,
                       size_t count);

/* What it refers to itself comes first. */
static bool fetch_one(struct fetch *fetch, struct name target, const struct reference *reference,
                      const struct version *version)
{
    const struct record *record = version->record;
    if (is_begun(fetch, reference->name))
        return true;
    if (fetch->wanted->most && fetch->begun == fetch->wanted->most)
        return too_many(fetch, fetch->begun + 1);
    make_room(fetch);
    fetch->names[fetch->begun] = reference->name;
    fetch->subjects[fetch->begun++] = target;
    if (!fetch_list(fetch, record->context, record->references, record->reference_count))
        return false;
    fetch->dependencies[fetch->count++] = (struct dependency){reference->name, record->row.text};
    return true;
}

static bool fetch_list(struct fetch *fetch, struct span context, const struct reference *references,
                       size_t count)
{
    bool outermost = references == fetch->wanted->references;
    for (size_t i = 0; i < count; i++) {
        const struct reference *reference = &references[i];
        if (!check_whole(fetch, reference))
            return false;
        bool known = is_begun(fetch, reference->name);
        if (known && reference->version != -1)
            continue;
        struct name target = reference_target(context, reference);
        const struct version *version = find_target(fetch, target, reference->version);
        if (!version)
            return false;
        if (outermost)
            fetch->fetched->references[i].version = version->number;
        if (!known && !fetch_one(fetch, target, reference, version))
            return false;
    }
    return true;
}

bool references_fetch(const struct fetching *wanted, struct fetched *fetched, struct arena *arena,
                      struct error *err)
{
    struct fetch fetch = {.wanted = wanted, .fetched = fetched, .arena = arena, .err = err};
    *fetched = (struct fetched){.count = 0};
    if (!wanted->count)
        return true;
    if (wanted->most && wanted->count > wanted->most)
        return too_many(&fetch, wanted->count);
    fetched->references = arena_array(arena, wanted->count, sizeof *fetched->references);
    memcpy(fetched->references, wanted->references, wanted->count * sizeof *fetched->references);
    if (!fetch_list(&fetch, wanted->context, wanted->references, wanted->count))
        return false;
    fetched->dependencies = fetch.dependencies;
    fetched->count = fetch.count;
    fetched->subjects = fetch.subjects;
    return true;
}

struct span references_qualified(const struct record *record, struct arena *arena)
{
    struct reference *qualified = arena_array(arena, record->reference_count, sizeof *qualified);
    for (size_t i = 0; i < record->reference_count; i++) {
        qualified[i] = record->references[i];
        qualified[i].subject = name_text(reference_target(record->context, &record->references[i]), arena);
    }
    return references_write(qualified, record->reference_count, arena);
}

/* ---- the other way round */

/* Whether a version that counts carries the record. */
static bool is_held(const struct view *view, const struct record *record, bool hidden,
                    const struct name *except)
{
    struct cursor cursor = view_holders(view, record->context, record->id);
    const struct version *version;
    while ((version = cursor_version(&cursor)))
        if ((hidden || !version->row.hidden) && !(except && name_equal(version->subject, *except)))
            return true;
    return false;
}

bool version_referred(const struct view *view, const struct version *version, bool hidden,
                      const struct name *except)
{
    struct cursor cursor = view_referrers(view, version);
    const struct record *record;
    while ((record = cursor_referrer(&cursor)))
        if (is_held(view, record, hidden, except))
            return true;
    return false;
}
