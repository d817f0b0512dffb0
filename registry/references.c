/* SPDX-License-Identifier: Apache-2.0 */
/* References as they are stored and told, and who refers to whom. */
#include "registry/references.h"

#include "base/text.h"

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

/* From a named context the default one cannot be named: there ":.:x" is a name of its own. */
struct name reference_target(struct span context, const struct reference *reference)
{
    struct name name = name_parse(reference->subject);
    if (context.len && !name.context.len)
        return (struct name){context, reference->subject};
    return name;
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
