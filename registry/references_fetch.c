/* SPDX-License-Identifier: Apache-2.0 */
/* References are resolved depth first and by name: the first to bring a name binds it, later ones of the same
 * name are passed over, and so a cycle ends. */
#include "registry/references.h"

#include "base/limits.h"
#include "registry/draft.h"

struct fetch {
    const struct fetching *wanted;
    struct fetched *fetched;
    struct dependency *dependencies;
    struct name *subjects;
    size_t count, begun, room;          /* texts; names, those being fetched counted */
    size_t bytes;                       /* of the texts, each counted once */
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

static bool is_fetched(const struct fetch *fetch, struct span text)
{
    for (size_t i = 0; i < fetch->count; i++)
        if (fetch->dependencies[i].text.ptr == text.ptr)
            return true;
    return false;
}

/* Several names of one text cost as much as one: it is read once. */
static bool add_text(struct fetch *fetch, struct span name, struct span text)
{
    if (!is_fetched(fetch, text))
        fetch->bytes += text.len;
    fetch->dependencies[fetch->count++] = (struct dependency){name, text};
    if (!fetch->wanted->bounded || fetch->bytes <= REFERENCES_BYTES_MAX)
        return true;
    fetch->fetched->too_many = true;
    return error_references_too_large(fetch->err, fetch->bytes, REFERENCES_BYTES_MAX);
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
    if (fetch->wanted->bounded && fetch->begun == REFERENCES_MAX)
        return too_many(fetch, fetch->begun + 1);
    make_room(fetch);
    fetch->names[fetch->begun] = reference->name;
    fetch->subjects[fetch->begun++] = target;
    if (!fetch_list(fetch, record->context, record->references, record->reference_count))
        return false;
    return add_text(fetch, reference->name, record->row.text);
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
    if (wanted->bounded && wanted->count > REFERENCES_MAX)
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
