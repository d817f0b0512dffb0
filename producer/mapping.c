/* SPDX-License-Identifier: Apache-2.0 */
/* Applying a mapping to a line: is it to be skipped, which envelope, which rule, then the rule's record.
 * Every fault of a line is an outcome; nothing here stops a run. */
#include "producer/mapping.h"

#include "base/limits.h"
#include "producer/explain.h"
#include "producer/rules.h"

static struct mapped dead_letter(const char *reason)
{
    return (struct mapped){.outcome = OUTCOME_DEAD_LETTER, .reason = reason};
}

static struct mapped skipped(const char *reason, bool alert)
{
    return (struct mapped){.outcome = OUTCOME_SKIP, .reason = reason, .alert = alert};
}

/* ---- recognising ---- */

static bool condition_holds(const struct condition *condition, const struct text *root)
{
    const struct text *found = pointer_find(&condition->at, root);
    if (!found)
        return false;
    switch (condition->test) {
    case CONDITION_KIND: return found->kind == condition->kind;
    case CONDITION_TEXT: return found->kind == TEXT_STRING && span_equal(found->string, condition->text);
    case CONDITION_PREFIX: return found->kind == TEXT_STRING && span_starts(found->string, condition->text);
    }
    return false;
}

static bool conditions_hold(const struct conditions *conditions, const struct text *root)
{
    for (size_t i = 0; i < conditions->count; i++)
        if (!condition_holds(&conditions->items[i], root))
            return false;
    return true;
}

/* The entry by which a line is skipped before anything is known of its topic; NULL: it is not. */
static const struct skip *skip_by_conditions(const struct mapping *mapping, const struct text *root)
{
    for (size_t i = 0; i < mapping->skip_count; i++)
        if (mapping->skips[i].when.count && conditions_hold(&mapping->skips[i].when, root))
            return &mapping->skips[i];
    return NULL;
}

static const struct skip *skip_by_topic(const struct mapping *mapping, const struct topic *topic)
{
    for (size_t i = 0; i < mapping->skip_count; i++)
        if (!mapping->skips[i].when.count && topic_matches(&mapping->skips[i].topic, topic))
            return &mapping->skips[i];
    return NULL;
}

static bool envelope_fits(const struct envelope *envelope, struct event *event)
{
    if (!conditions_hold(&envelope->when, &event->root))
        return false;
    event->topic = envelope->topic;
    if (!envelope->topic.ptr) {
        const struct text *topic = pointer_find(&envelope->topic_at, &event->root);
        if (!topic || topic->kind != TEXT_STRING)
            return false;
        event->topic = topic->string;
    }
    event->body = pointer_find(&envelope->body_at, &event->root);
    return event->body != NULL;
}

static const struct envelope *find_envelope(const struct mapping *mapping, struct event *event)
{
    for (size_t i = 0; i < mapping->envelope_count; i++)
        if (envelope_fits(&mapping->envelopes[i], event))
            return &mapping->envelopes[i];
    return NULL;
}

static const struct rule *find_rule(const struct mapping *mapping, const struct topic *topic)
{
    for (size_t i = 0; i < mapping->rule_count; i++)
        if (topic_matches(&mapping->rules[i].topic, topic))
            return &mapping->rules[i];
    return NULL;
}

static size_t characters(struct span utf8)
{
    size_t count = 0;
    for (size_t i = 0; i < utf8.len; i++)
        count += ((unsigned char)utf8.ptr[i] & 0xc0) != 0x80;
    return count;
}

/* ---- what must agree ---- */

static bool detail_type_differs(const struct rule *rule, const struct event *event, const struct topic *topic)
{
    const struct text *type = text_get(&event->root, SPAN("detail-type"));
    return type && type->kind == TEXT_STRING && !topic_has_type(&rule->topic, topic, type->string);
}

/* The key is taken from either; if they differ, one of them would send the event to the wrong partition. */
static bool conversation_differs(const struct rule *rule, const struct event *event,
                                 const struct topic *topic)
{
    struct span captured = topic_captured(&rule->topic, topic, SPAN("conversation_id"));
    const struct text *id = text_get(event->body, SPAN("conversationId"));
    return captured.ptr && id && id->kind == TEXT_STRING && id->string.len &&
           !span_equal(captured, id->string);
}

/* ---- the record ---- */

/* Gives an agent without an id the one that stands for nobody known. */
static void name_agent(const struct mapping *mapping, struct value *record, struct arena *arena,
                       struct explanation *explanation)
{
    struct value *members = arena_array(arena, record->count, sizeof *members);
    struct value *agent = arena_array(arena, mapping->agent_size, sizeof *agent);
    memcpy(members, record->members, record->count * sizeof *members);
    if (members[mapping->agent].kind == VALUE_RECORD)
        memcpy(agent, members[mapping->agent].members, mapping->agent_size * sizeof *agent);
    if (agent[mapping->agent_id].kind != VALUE_NULL)
        return;
    if (explanation)
        explanation->anonymous = true;
    agent[mapping->agent_id] = (struct value){.kind = VALUE_STRING, .text = mapping->anonymous};
    members[mapping->agent] =
        (struct value){.kind = VALUE_RECORD, .members = agent, .count = mapping->agent_size};
    record->members = members;
}

static void list_warnings(const struct evaluation *evaluation, struct mapped *mapped)
{
    const char **warnings = arena_array(evaluation->arena, FLAW_NONE, sizeof *warnings);
    for (enum flaw flaw = 0; flaw < FLAW_NONE; flaw++)
        if (evaluation->flaws & 1u << flaw)
            warnings[mapped->warning_count++] = flaw_name(flaw);
    mapped->warnings = warnings;
    mapped->timestamp_from_ingest = evaluation->flaws & 1u << FLAW_FROM_INGEST;
}

static struct mapped refused(const struct evaluation *evaluation)
{
    struct mapped mapped = dead_letter(evaluation->reason);
    mapped.field = evaluation->field;
    return mapped;
}

static struct mapped apply_rule(const struct mapping *mapping, const struct rule *rule,
                                struct evaluation *evaluation)
{
    struct mapped mapped = {.outcome = OUTCOME_MAP};
    struct value key;
    if (!shape_fill(&rule->record, evaluation, &mapped.record))
        return refused(evaluation);
    if (mapping->anonymous.ptr && rule->sets_agent)
        name_agent(mapping, &mapped.record, evaluation->arena, evaluation->explanation);
    evaluation->last = FLAW_NONE;
    if (!expression_evaluate(&rule->key, evaluation, &key))
        return refused(evaluation);
    explain_key(evaluation, &rule->key, &key);
    if (key.kind == VALUE_STRING)
        mapped.key = key.text;
    list_warnings(evaluation, &mapped);
    return mapped;
}

/* Where the event came from, for those who get its record. */
static void tell_origin(const struct envelope *envelope, const struct event *event, struct mapped *mapped)
{
    const struct text *source = text_get(&event->root, SPAN("source"));
    mapped->topic = event->topic;
    mapped->body = event->body->source;
    mapped->source = source && source->kind == TEXT_STRING ? source->string : envelope->name;
}

static struct mapped apply_event(const struct mapping *mapping, struct event *event, int64_t ingest_time,
                                 struct explanation *explanation, struct arena *arena)
{
    const struct skip *skip = skip_by_conditions(mapping, &event->root);
    if (skip)
        return skipped(skip->reason, skip->alert);
    const struct envelope *envelope = find_envelope(mapping, event);
    if (!envelope)
        return dead_letter("unknown-envelope");
    explain_envelope(explanation, envelope, event);
    if (event->topic.len > TOPIC_MAX && characters(event->topic) > TOPIC_MAX)
        return dead_letter("topic-too-long");
    struct topic topic = topic_split(event->topic, arena);
    skip = skip_by_topic(mapping, &topic);
    if (skip)
        return skipped(skip->reason, skip->alert);
    const struct rule *rule = find_rule(mapping, &topic);
    if (!rule)
        return mapping->unmapped_skipped ? skipped("unmapped-topic", false) : dead_letter("unmapped-topic");
    explain_rule(explanation, rule);
    if (mapping->detail_type_checked && detail_type_differs(rule, event, &topic))
        return dead_letter("detail-type-mismatch");
    if (conversation_differs(rule, event, &topic))
        return dead_letter("conversation-id-mismatch");
    struct evaluation evaluation = {.event = event,
                                    .topic = &topic,
                                    .template = &rule->topic,
                                    .ingest_time = ingest_time,
                                    .arena = arena,
                                    .explanation = explanation};
    struct mapped mapped = apply_rule(mapping, rule, &evaluation);
    tell_origin(envelope, event, &mapped);
    return mapped;
}

struct mapped mapping_explain(const struct mapping *mapping, struct span line, int64_t ingest_time,
                              struct explanation *explanation, struct arena *arena)
{
    struct event event;
    const char *reason = event_read(line, &event, arena);
    if (reason)
        return strcmp(reason, "empty-line") == 0 ? skipped(reason, false) : dead_letter(reason);
    if (event.root.kind != TEXT_OBJECT)
        return dead_letter("not-an-object");
    return apply_event(mapping, &event, ingest_time, explanation, arena);
}

struct mapped mapping_apply(const struct mapping *mapping, struct span line, int64_t ingest_time,
                            struct arena *arena)
{
    return mapping_explain(mapping, line, ingest_time, NULL, arena);
}

struct span mapping_digest(const struct mapping *mapping)
{
    return mapping->digest;
}
