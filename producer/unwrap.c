/* SPDX-License-Identifier: Apache-2.0 */
/* Events that came wrapped: see the header. */
#include "producer/unwrap.h"

#include "base/limits.h"
#include "base/text.h"

bool unwrap_forms(struct span list, unsigned *forms, struct error *err)
{
    static const struct span words[] = {SPAN("sqs"), SPAN("sns"), SPAN("firehose"), SPAN("pages")};
    *forms = 0;
    for (struct span rest = list;;) {
        const char *comma = rest.len ? memchr(rest.ptr, ',', rest.len) : NULL;
        struct span word = comma ? span_first(rest, (size_t)(comma - rest.ptr)) : rest;
        unsigned before = *forms;
        for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
            if (span_equal(word, words[i]))
                *forms |= 1U << i;
        if (*forms == before)
            return error_set(err, 0, "--unwrap knows sqs, sns, firehose and pages, each once, not '%.*s'",
                             SPAN_ARGS(word));
        if (!comma)
            return true;
        rest = span_from(rest, word.len + 1);
    }
}

/* ---- what is found ---- */

struct found {
    struct arena *arena;
    struct span *texts;
    size_t count, room;
};

static void add(struct found *found, struct span text)
{
    if (found->count == found->room) {
        size_t room = found->room ? 2 * found->room : 4;
        struct span *texts = arena_array(found->arena, room, sizeof *texts);
        if (found->count)
            memcpy(texts, found->texts, found->count * sizeof *texts);
        found->texts = texts;
        found->room = room;
    }
    found->texts[found->count++] = text;
}

/* ---- one wrapper ---- */

/* Texts back to back. One that is broken takes the rest of the line with it: where the next begins is not to
 * be known. */
static bool open_glued(struct span line, struct found *found)
{
    struct text_rules rules = text_rules_event;
    struct span rest = line;
    rules.rest_ignored = true;
    while (rest.len > 0) {
        AUTO_ARENA arena = arena_new();
        struct text value;
        struct text_failure failure;
        bool read = text_read(rest, &rules, &value, &failure, arena);
        if (!read && found->count == 0)
            return false;
        if (!read) {
            add(found, rest);
            break;
        }
        add(found, value.source);
        rest = span_from(rest, (size_t)(value.source.ptr - rest.ptr) + value.source.len);
        while (rest.len > 0 && strchr(" \t\r", rest.ptr[0]) && rest.ptr[0])
            rest = span_from(rest, 1);
    }
    return found->count > 1;
}

static const struct text *string_at(const struct text *value, const char *pointer)
{
    const struct text *string = text_point(value, span_of(pointer));
    return string && string->kind == TEXT_STRING ? string : NULL;
}

/* Records of which each has a string there. */
static bool open_records(const struct text *root, const char *pointer, struct found *found)
{
    const struct text *records = text_get(root, SPAN("Records"));
    if (!records || records->kind != TEXT_ARRAY || records->count == 0)
        return false;
    for (size_t i = 0; i < records->count; i++)
        if (!string_at(&records->items[i], pointer))
            return false;
    for (size_t i = 0; i < records->count; i++)
        add(found, string_at(&records->items[i], pointer)->string);
    return true;
}

static bool open_notification(const struct text *root, struct found *found)
{
    const struct text *type = string_at(root, "/Type"), *message = string_at(root, "/Message");
    if (root->kind == TEXT_STRING)
        message = root;
    else if (!type || !span_equal(type->string, SPAN("Notification")))
        message = NULL;
    if (message)
        add(found, message->string);
    return message != NULL;
}

/* A page of the analytics API: each conversation is one record. */
static bool open_page(const struct text *root, struct found *found)
{
    const struct text *conversations = text_get(root, SPAN("conversations"));
    if (!conversations || conversations->kind != TEXT_ARRAY || conversations->count == 0)
        return false;
    for (size_t i = 0; i < conversations->count; i++)
        if (conversations->items[i].kind != TEXT_OBJECT)
            return false;
    for (size_t i = 0; i < conversations->count; i++)
        add(found, conversations->items[i].source);
    return true;
}

/* False: it is no wrapper of a form that was named. */
static bool open_wrapper(unsigned forms, struct span line, struct found *found)
{
    struct text root;
    struct text_failure failure;
    if (!text_read(line, &text_rules_event, &root, &failure, found->arena))
        return failure.fault == TEXT_TRAILING && forms & UNWRAP_FIREHOSE && open_glued(line, found);
    if (forms & UNWRAP_PAGES && open_page(&root, found))
        return true;
    if (forms & UNWRAP_SQS && open_records(&root, "/body", found))
        return true;
    return forms & UNWRAP_SNS &&
           (open_records(&root, "/Sns/Message", found) || open_notification(&root, found));
}

/* ---- wrappers within wrappers ---- */

static void open_all(unsigned forms, struct span line, unsigned depth, struct found *all)
{
    struct found inside = {.arena = all->arena};
    if (line.len > LINE_MAX || depth == UNWRAP_DEPTH_MAX || !open_wrapper(forms, line, &inside)) {
        add(all, line);
        return;
    }
    for (size_t i = 0; i < inside.count; i++)
        open_all(forms, inside.texts[i], depth + 1, all);
}

struct unwrapped unwrap_line(unsigned forms, struct span line, struct arena *arena)
{
    struct found all = {.arena = arena};
    open_all(forms, line, 0, &all);
    return (struct unwrapped){all.texts, all.count};
}
