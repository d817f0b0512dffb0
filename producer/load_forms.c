/* SPDX-License-Identifier: Apache-2.0 */
/* How a line is recognised: the forms in which events come, and what is to be skipped. */
#include "producer/load.h"

static bool find_kind(struct span word, enum text_kind *kind)
{
    static const char *const words[] = {
        [TEXT_NULL] = "null",     [TEXT_BOOLEAN] = "boolean", [TEXT_NUMBER] = "number",
        [TEXT_STRING] = "string", [TEXT_ARRAY] = "array",     [TEXT_OBJECT] = "object",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (span_equal(word, span_of(words[i]))) {
            *kind = (enum text_kind)i;
            return true;
        }
    }
    return false;
}

static bool load_condition(const struct loader *loader, const struct text_member *member,
                           struct condition *condition)
{
    const struct text *value = &member->value;
    if (!load_pointer(loader, value, member->name, &condition->at))
        return false;
    if (value->kind != TEXT_STRING)
        return load_fail(loader, value, "a condition is to be a string");
    condition->text = span_from(value->string, 1);
    condition->test = CONDITION_TEXT;
    if (span_starts(value->string, SPAN("=")))
        return true;
    condition->test = CONDITION_PREFIX;
    if (span_starts(value->string, SPAN("^")))
        return true;
    condition->test = CONDITION_KIND;
    return find_kind(value->string, &condition->kind) ||
           load_fail(loader, value, "a condition is =text, ^beginning or a type of JSON, not '%.*s'",
                     SPAN_ARGS(value->string));
}

static bool load_conditions(const struct loader *loader, const struct text *when,
                            struct conditions *conditions)
{
    if (when->kind != TEXT_OBJECT || when->count == 0)
        return load_fail(loader, when, "'when' is to be an object with a condition for each pointer");
    struct condition *items = arena_array(loader->arena, when->count, sizeof *items);
    *conditions = (struct conditions){items, when->count};
    for (size_t i = 0; i < when->count; i++)
        if (!load_condition(loader, &when->members[i], &items[i]))
            return false;
    return true;
}

/* "=a.fixed.topic", or a pointer to where it stands. */
static bool load_topic_of(const struct loader *loader, const struct text *topic, struct envelope *envelope)
{
    if (topic->kind != TEXT_STRING)
        return load_fail(loader, topic, "'topic' is to be a string");
    if (!span_starts(topic->string, SPAN("=")))
        return load_pointer(loader, topic, topic->string, &envelope->topic_at);
    envelope->topic = span_from(topic->string, 1);
    return true;
}

static bool load_envelope(const struct loader *loader, const struct text *source, struct envelope *envelope)
{
    static const char *const members[] = {"name", "when", "topic", "body", NULL};
    const struct text *name, *when, *topic, *body;
    if (!load_object(loader, source, "an envelope", members) || !load_needed(loader, source, "name", &name) ||
        !load_needed(loader, source, "when", &when) || !load_needed(loader, source, "topic", &topic) ||
        !load_needed(loader, source, "body", &body))
        return false;
    if (name->kind != TEXT_STRING || name->string.len == 0)
        return load_fail(loader, name, "'name' is to be a string that is not empty");
    if (body->kind != TEXT_STRING)
        return load_fail(loader, body, "'body' is to be a pointer");
    envelope->name = name->string;
    return load_conditions(loader, when, &envelope->when) && load_topic_of(loader, topic, envelope) &&
           load_pointer(loader, body, body->string, &envelope->body_at);
}

bool load_envelopes(struct loader *loader)
{
    const struct text *list;
    if (!load_needed(loader, loader->root, "envelopes", &list) ||
        !load_list(loader, loader->root, "envelopes", &list))
        return false;
    if (list->count == 0)
        return load_fail(loader, list, "without an envelope no event is recognised");
    struct envelope *envelopes = arena_array(loader->arena, list->count, sizeof *envelopes);
    for (size_t i = 0; i < list->count; i++) {
        if (!load_envelope(loader, &list->items[i], &envelopes[i]))
            return false;
        struct span name = text_get(&list->items[i], SPAN("name"))->string;
        for (size_t other = 0; other < i; other++)
            if (span_equal(name, text_get(&list->items[other], SPAN("name"))->string))
                return load_fail(loader, &list->items[i], "there is an envelope '%.*s' already",
                                 SPAN_ARGS(name));
    }
    loader->mapping->envelopes = envelopes;
    loader->mapping->envelope_count = list->count;
    return true;
}

static bool load_skip(const struct loader *loader, const struct text *source, struct skip *skip)
{
    static const char *const members[] = {"when", "topic", "reason", "alert", NULL};
    const struct text *reason;
    if (!load_object(loader, source, "an entry of 'skip'", members) ||
        !load_needed(loader, source, "reason", &reason))
        return false;
    if (reason->kind != TEXT_STRING || reason->string.len == 0 ||
        memchr(reason->string.ptr, 0, reason->string.len))
        return load_fail(loader, reason, "'reason' is to be a word");
    skip->reason = arena_copy(loader->arena, reason->string).ptr;
    if (!load_flag(loader, source, "alert", &skip->alert))
        return false;
    const struct text *when = text_get(source, SPAN("when")), *topic = text_get(source, SPAN("topic"));
    if (!when == !topic)
        return load_fail(loader, source, "an entry of 'skip' has either 'when' or 'topic'");
    return when ? load_conditions(loader, when, &skip->when) : load_template(loader, topic, &skip->topic);
}

bool load_skips(struct loader *loader)
{
    const struct text none = {0}, *list = &none;
    if (!load_list(loader, loader->root, "skip", &list))
        return false;
    struct skip *skips = arena_array(loader->arena, list->count, sizeof *skips);
    for (size_t i = 0; i < list->count; i++)
        if (!load_skip(loader, &list->items[i], &skips[i]))
            return false;
    loader->mapping->skips = skips;
    loader->mapping->skip_count = list->count;
    return true;
}
