/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a mapping: what is common to all, what each one sets, and which are like another. */
#include "producer/load.h"

static bool load_topics(const struct loader *loader, const struct text *list)
{
    struct rule *rules = loader->mapping->rules;
    for (size_t i = 0; i < list->count; i++) {
        const struct text *source = &list->items[i], *topic;
        if (source->kind != TEXT_OBJECT)
            return load_fail(loader, source, "a rule is to be an object");
        if (!load_needed(loader, source, "topic", &topic) || !load_template(loader, topic, &rules[i].topic))
            return false;
        for (size_t other = 0; other < i; other++)
            if (topic_templates_same(&rules[i].topic, &rules[other].topic))
                return load_fail(loader, topic, "an earlier rule has the topic '%.*s' already",
                                 SPAN_ARGS(rules[other].topic.text));
    }
    return true;
}

static bool sets(const struct shape *shape, struct span field)
{
    for (size_t i = 0; i < shape->assignment_count; i++)
        if (span_equal(shape->assignments[i].field, field))
            return true;
    return false;
}

/* The time goes first: an event without one is refused before anything else is looked at. */
static void time_first(struct assignment *assignments, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (span_equal(assignments[i].field, SPAN("timestamp"))) {
            struct assignment timestamp = assignments[i];
            assignments[i] = assignments[0];
            assignments[0] = timestamp;
        }
    }
}

/* What the rule sets, and what is common and not set by it. */
static void merge(const struct loader *loader, const struct shape *common, const struct shape *own,
                  struct shape *merged)
{
    size_t room = common->assignment_count + own->assignment_count, count = own->assignment_count;
    struct assignment *assignments = arena_array(loader->arena, room, sizeof *assignments);
    for (size_t i = 0; i < own->assignment_count; i++)
        assignments[i] = own->assignments[i];
    for (size_t i = 0; i < common->assignment_count; i++)
        if (!sets(own, common->assignments[i].field))
            assignments[count++] = common->assignments[i];
    time_first(assignments, count);
    *merged = (struct shape){.count = loader->record->field_count,
                             .assignments = assignments,
                             .assignment_count = count};
}

static bool load_fallback(const struct loader *loader, const struct text *source, struct shape *record)
{
    const struct text *fallback = text_get(source, SPAN("timestamp_fallback"));
    if (!fallback)
        return true;
    if (fallback->kind != TEXT_STRING || !span_equal(fallback->string, SPAN("ingest")))
        return load_fail(loader, fallback, "'timestamp_fallback' can be 'ingest' only");
    struct assignment *first = (struct assignment *)record->assignments;
    if (!record->assignment_count || !span_equal(first->field, SPAN("timestamp")) ||
        first->expression.kind != VALUE_LONG)
        return load_fail(loader, fallback, "there is no 'timestamp' of type long to fall back for");
    first->from_ingest = true;
    return true;
}

static bool load_key(const struct loader *loader, const struct text *source, struct expression *key)
{
    if (!load_expression(loader, source, NULL, SPAN("key"), key))
        return false;
    return key->kind == VALUE_STRING || key->kind == VALUE_NULL ||
           load_fail(loader, source, "a key is a string");
}

static bool load_rule(const struct loader *loader, const struct text *source, const struct shape *common,
                      const struct expression *key, struct rule *rule)
{
    static const char *const members[] = {"topic", "set", "key", "timestamp_fallback", NULL};
    const struct text *set, *own_key = text_get(source, SPAN("key"));
    struct shape own = {0};
    rule->key = *key;
    rule->source = rule->topic.text;
    rule->line = load_line(loader, source);
    if (!load_object(loader, source, "a rule", members) || !load_needed(loader, source, "set", &set) ||
        !load_assignments(loader, set, loader->record, SPAN(""), &own))
        return false;
    merge(loader, common, &own, &rule->record);
    rule->sets_agent = sets(&rule->record, SPAN("agent"));
    return load_whole(loader, source, loader->record, SPAN(""), &rule->record) &&
           load_fallback(loader, source, &rule->record) &&
           (!own_key || load_key(loader, own_key, &rule->key));
}

static bool find_like(const struct loader *loader, const struct text *like, size_t *place)
{
    for (size_t i = 0; like->kind == TEXT_STRING && i < loader->mapping->rule_count; i++) {
        if (span_equal(loader->mapping->rules[i].topic.text, like->string)) {
            *place = i;
            return true;
        }
    }
    return load_fail(loader, like, "'like' is to be the topic of a rule");
}

/* Follows `like` from rule to rule up to one that says something itself. */
static bool load_like(const struct loader *loader, const struct text *list, size_t place)
{
    static const char *const members[] = {"topic", "like", NULL};
    struct rule *rule = &loader->mapping->rules[place];
    const struct text *like, *start = &list->items[place];
    for (size_t steps = 0; (like = text_get(&list->items[place], SPAN("like"))) != NULL; steps++) {
        if (!load_object(loader, &list->items[place], "a rule with 'like'", members) ||
            !find_like(loader, like, &place))
            return false;
        if (steps == list->count)
            return load_fail(loader, start, "'like' goes round in a circle");
    }
    const struct topic_template topic = rule->topic;
    *rule = loader->mapping->rules[place];
    rule->topic = topic;
    return true;
}

static bool load_each(const struct loader *loader, const struct text *list, const struct shape *common,
                      const struct expression *key)
{
    for (size_t i = 0; i < list->count; i++)
        if (!text_get(&list->items[i], SPAN("like")) &&
            !load_rule(loader, &list->items[i], common, key, &loader->mapping->rules[i]))
            return false;
    for (size_t i = 0; i < list->count; i++)
        if (text_get(&list->items[i], SPAN("like")) && !load_like(loader, list, i))
            return false;
    return true;
}

bool load_rules(struct loader *loader)
{
    const struct text *list, *fields = text_get(loader->root, SPAN("common"));
    const struct text *key_source = text_get(loader->root, SPAN("key"));
    struct shape common = {0};
    struct expression key = {.op = OP_NULL};
    if (!load_needed(loader, loader->root, "rules", &list) ||
        !load_list(loader, loader->root, "rules", &list))
        return false;
    if (list->count == 0)
        return load_fail(loader, list, "without a rule nothing is mapped");
    loader->mapping->rules = arena_array(loader->arena, list->count, sizeof *loader->mapping->rules);
    loader->mapping->rule_count = list->count;
    if (!load_topics(loader, list))
        return false;
    loader->common = true;
    if (fields && !load_assignments(loader, fields, loader->record, SPAN(""), &common))
        return false;
    loader->common = false;
    return (!key_source || load_key(loader, key_source, &key)) && load_each(loader, list, &common, &key);
}
