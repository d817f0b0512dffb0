/* SPDX-License-Identifier: Apache-2.0 */
/* Why a record looks as it does: see the header. Expressions are shown as they stand in the file, in one
 * line. */
#include "producer/explain.h"

/* ---- gathering ---- */

void explain_envelope(struct explanation *explanation, const struct envelope *envelope,
                      const struct event *event)
{
    if (!explanation)
        return;
    explanation->envelope = envelope;
    explanation->topic = event->topic;
}

void explain_rule(struct explanation *explanation, const struct rule *rule)
{
    if (explanation)
        explanation->rule = rule;
}

/* The part of a `first` that was taken, else the whole expression. */
static const struct expression *decisive(const struct evaluation *evaluation,
                                         const struct expression *expression)
{
    return expression->op == OP_FIRST && evaluation->chosen ? evaluation->chosen : expression;
}

void explain_key(const struct evaluation *evaluation, const struct expression *key,
                 const struct value *value)
{
    if (!evaluation->explanation)
        return;
    evaluation->explanation->key_given = value->kind == VALUE_STRING;
    evaluation->explanation->key = value->kind == VALUE_STRING ? decisive(evaluation, key) : key;
}

static const char *what_it_gave(const struct assignment *assignment, const struct value *value, bool stood_in)
{
    if (!value)
        return "refused";
    if (value->kind == VALUE_NULL)
        return "nothing";
    if (assignment->position == NOWHERE)
        return "dropped";
    return stood_in ? "ingest time" : "value";
}

static struct explained_field *add_row(struct explanation *explanation)
{
    if (explanation->count == explanation->room) {
        size_t room = explanation->room ? 2 * explanation->room : 32;
        struct explained_field *rows = arena_array(explanation->arena, room, sizeof *rows);
        if (explanation->count)
            memcpy(rows, explanation->fields, explanation->count * sizeof *rows);
        explanation->fields = rows;
        explanation->room = room;
    }
    return &explanation->fields[explanation->count++];
}

void explain_field(const struct evaluation *evaluation, const struct assignment *assignment,
                   const struct value *value)
{
    const struct expression *expression = &assignment->expression;
    if (!evaluation->explanation || expression->op == OP_RECORD)
        return;
    bool found = value && value->kind != VALUE_NULL;
    bool whole = evaluation->stood_in || (value && !found);
    *add_row(evaluation->explanation) = (struct explained_field){
        .assignment = assignment,
        .by = whole ? expression : decisive(evaluation, expression),
        .gave = what_it_gave(assignment, value, evaluation->stood_in),
    };
}

/* ---- telling ---- */

void explain_json(struct buffer *out, const struct text *json)
{
    switch (json->kind) {
    case TEXT_NULL: buffer_put(out, SPAN("null")); return;
    case TEXT_BOOLEAN: buffer_put(out, json->truth ? SPAN("true") : SPAN("false")); return;
    case TEXT_NUMBER: buffer_put(out, json->string); return;
    case TEXT_STRING: text_quote(out, json->string); return;
    case TEXT_ARRAY:
        buffer_byte(out, '[');
        for (size_t i = 0; i < json->count; i++) {
            buffer_put(out, i ? SPAN(",") : SPAN(""));
            explain_json(out, &json->items[i]);
        }
        buffer_byte(out, ']');
        return;
    case TEXT_OBJECT:
        buffer_byte(out, '{');
        for (size_t i = 0; i < json->count; i++) {
            buffer_put(out, i ? SPAN(",") : SPAN(""));
            text_quote(out, json->members[i].name);
            buffer_byte(out, ':');
            explain_json(out, &json->members[i].value);
        }
        buffer_byte(out, '}');
        return;
    }
}

static void put_expression(struct buffer *out, const struct expression *expression)
{
    buffer_put(out, SPAN("\"expression\":"));
    if (expression->source)
        explain_json(out, expression->source);
    else
        buffer_put(out, SPAN("null"));
}

static void put_rule(struct buffer *out, const struct rule *rule)
{
    buffer_put(out, SPAN("{\"topic\":"));
    text_quote(out, rule->topic.text);
    if (!span_equal(rule->source, rule->topic.text)) {
        buffer_put(out, SPAN(",\"like\":"));
        text_quote(out, rule->source);
    }
    buffer_printf(out, ",\"line\":%zu}", rule->line);
}

static void put_field(struct buffer *out, const struct explained_field *field)
{
    buffer_put(out, SPAN("{\"field\":"));
    text_quote(out, field->assignment->field);
    buffer_printf(out, ",\"set_by\":\"%s\",\"line\":%zu,", field->assignment->common ? "common" : "rule",
                  field->assignment->line);
    put_expression(out, field->by);
    buffer_printf(out, ",\"gave\":\"%s\"}", field->gave);
}

void explanation_put(struct buffer *out, const struct explanation *explanation)
{
    buffer_put(out, SPAN(",\"explain\":{\"envelope\":"));
    if (!explanation->envelope) {
        buffer_put(out, SPAN("null}"));
        return;
    }
    text_quote(out, explanation->envelope->name);
    buffer_put(out, SPAN(",\"topic\":"));
    text_quote(out, explanation->topic);
    buffer_put(out, SPAN(",\"rule\":"));
    if (explanation->rule)
        put_rule(out, explanation->rule);
    else
        buffer_put(out, SPAN("null"));
    if (explanation->key) {
        buffer_put(out, SPAN(",\"key\":{"));
        put_expression(out, explanation->key);
        buffer_printf(out, ",\"gave\":\"%s\"}", explanation->key_given ? "value" : "nothing");
    }
    buffer_put(out, SPAN(",\"fields\":["));
    for (size_t i = 0; i < explanation->count; i++) {
        buffer_put(out, i ? SPAN(",") : SPAN(""));
        put_field(out, &explanation->fields[i]);
    }
    buffer_put(out, explanation->anonymous ? SPAN("],\"missing_agent\":\"anonymous\"}") : SPAN("]}"));
}
