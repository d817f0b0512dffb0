/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluating expressions. What is wrong in an optional field costs the field and a warning, not the event. */
#include "producer/expression.h"

#include "base/digest.h"
#include "producer/explain.h"
#include "producer/fit.h"

#include <assert.h>
#include <stdlib.h>

static const char MISSING[] = "required-field-missing";

static void warn(struct evaluation *evaluation, enum flaw flaw)
{
    evaluation->flaws |= 1u << flaw;
    evaluation->last = flaw;
}

static bool refuse(struct evaluation *evaluation, const char *reason)
{
    evaluation->reason = reason;
    return false;
}

static struct value string_value(struct span text)
{
    return (struct value){.kind = VALUE_STRING, .text = text};
}

/* ---- operations ---- */

/* What the pointer finds; NULL also for a null, which counts as absent. */
static const struct text *find(const struct expression *expression, const struct evaluation *evaluation)
{
    const struct event *event = evaluation->event;
    const struct text *found =
        pointer_find(&expression->pointer, expression->from_root ? &event->root : event->body);
    return found && found->kind != TEXT_NULL ? found : NULL;
}

/* `value` is null before. */
static void get(const struct expression *expression, struct evaluation *evaluation, struct value *value)
{
    const struct text *found = find(expression, evaluation);
    if (!found)
        return;
    /* An empty id is no id. */
    if (expression->as == AS_STRING && found->kind == TEXT_STRING && found->string.len == 0)
        return;
    enum flaw flaw = convert_text(found, expression->as, value, evaluation->arena);
    if (flaw == FLAW_NONE)
        return;
    warn(evaluation, flaw);
    *value = (struct value){0};
}

/* The first part that is there decides: to pass over a wrong one would hide a fault of the source. */
static bool first_strict(const struct expression *first, struct evaluation *evaluation, struct value *value)
{
    for (size_t i = 0; i < first->count; i++) {
        const struct text *found = find(&first->parts[i], evaluation);
        if (!found)
            continue;
        evaluation->chosen = &first->parts[i];
        enum flaw flaw = convert_text(found, first->parts[i].as, value, evaluation->arena);
        return flaw == FLAW_NONE || refuse(evaluation, flaw_name(flaw));
    }
    *value = (struct value){0};
    return !first->required || refuse(evaluation, MISSING);
}

static bool first(const struct expression *first, struct evaluation *evaluation, struct value *value)
{
    if (first->strict)
        return first_strict(first, evaluation, value);
    for (size_t i = 0; i < first->count; i++) {
        if (expression_evaluate(&first->parts[i], evaluation, value) && value->kind == VALUE_NULL)
            continue;
        if (first->parts[i].op != OP_FIRST)
            evaluation->chosen = &first->parts[i];
        return evaluation->reason == NULL;
    }
    *value = (struct value){0};
    if (!first->required)
        return true;
    return refuse(evaluation, evaluation->last == FLAW_NONE ? MISSING : flaw_name(evaluation->last));
}

/* A scalar as it is spelled, whatever its type: an id is made from what was sent. */
static struct span scalar_text(const struct text *value)
{
    switch (value->kind) {
    case TEXT_STRING:
    case TEXT_NUMBER: return value->string;
    case TEXT_BOOLEAN: return value->truth ? SPAN("True") : SPAN("False");
    case TEXT_NULL:
    case TEXT_ARRAY:
    case TEXT_OBJECT: break;
    }
    return SPAN("");
}

static bool uuid5(const struct expression *uuid5, struct evaluation *evaluation, struct value *value)
{
    struct buffer name = {.arena = evaluation->arena};
    for (size_t i = 0; i < uuid5->count; i++) {
        const struct expression *part = &uuid5->parts[i];
        if (i)
            buffer_byte(&name, 0x1f);
        if (part->op == OP_GET) {
            const struct text *found = find(part, evaluation);
            buffer_put(&name, found ? scalar_text(found) : SPAN(""));
            continue;
        }
        if (!expression_evaluate(part, evaluation, value))
            return false;
        buffer_put(&name, value->kind == VALUE_STRING ? value->text : SPAN(""));
    }
    *value = string_value(digest_uuid5(uuid5->name_space, buffer_span(&name), evaluation->arena));
    return true;
}

static struct span piece(struct span text, struct span by, size_t index)
{
    for (;; index--) {
        const char *found = text.len ? memmem(text.ptr, text.len, by.ptr, by.len) : NULL;
        if (index == 0)
            return found ? span_first(text, (size_t)(found - text.ptr)) : text;
        if (!found)
            return SPAN("");
        text = span_from(text, (size_t)(found - text.ptr) + by.len);
    }
}

static bool split(const struct expression *split, struct evaluation *evaluation, struct value *value)
{
    if (!expression_evaluate(split->parts, evaluation, value))
        return false;
    if (value->kind == VALUE_NULL)
        return true;
    struct span found = piece(value->text, split->text, split->index);
    *value = found.len ? string_value(found) : (struct value){0};
    return true;
}

static int compare_key(const void *key, const void *row)
{
    return span_compare(*(const struct span *)key, ((const struct lookup_row *)row)->key);
}

static bool lookup(const struct expression *lookup, struct evaluation *evaluation, struct value *value)
{
    if (!expression_evaluate(lookup->parts, evaluation, value))
        return false;
    const struct lookup_row *row = NULL;
    if (value->kind == VALUE_STRING && lookup->table->count)
        row = bsearch(&value->text, lookup->table->rows, lookup->table->count, sizeof *row, compare_key);
    *value = row ? string_value(row->text) : (struct value){0};
    return true;
}

static struct value raw(const struct expression *raw, const struct evaluation *evaluation)
{
    const struct text *found = find(raw, evaluation);
    return found ? (struct value){.kind = VALUE_BYTES, .text = found->source} : (struct value){0};
}

bool expression_evaluate(const struct expression *expression, struct evaluation *evaluation,
                         struct value *value)
{
    *value = (struct value){0};
    switch (expression->op) {
    case OP_NULL: return true;
    case OP_GET: get(expression, evaluation, value); return true;
    case OP_TEXT: *value = string_value(expression->text); return true;
    case OP_CAPTURE:
        value->text = topic_captured(evaluation->template, evaluation->topic, expression->text);
        value->kind = value->text.ptr ? VALUE_STRING : VALUE_NULL;
        return true;
    case OP_TOPIC: *value = string_value(evaluation->topic->text); return true;
    case OP_TEMPLATE: *value = string_value(evaluation->template->general); return true;
    case OP_FIRST: return first(expression, evaluation, value);
    case OP_UUID5: return uuid5(expression, evaluation, value);
    case OP_SPLIT: return split(expression, evaluation, value);
    case OP_LOOKUP: return lookup(expression, evaluation, value);
    case OP_RAW: *value = raw(expression, evaluation); return true;
    case OP_RECORD: return shape_fill(expression->shape, evaluation, value);
    }
    assert(!"a new operation");
    return false;
}

/* ---- records ---- */

/* For a time that is not there; one that is there and wrong is a fault of the source. */
static bool stand_in(struct evaluation *evaluation, struct value *value)
{
    if (evaluation->last != FLAW_NONE)
        return refuse(evaluation, flaw_name(evaluation->last));
    *value = (struct value){.kind = VALUE_LONG, .number = evaluation->ingest_time};
    evaluation->reason = NULL;
    evaluation->stood_in = true;
    warn(evaluation, FLAW_FROM_INGEST);
    return true;
}

static bool evaluate_field(const struct assignment *assignment, struct evaluation *evaluation,
                           struct value *value)
{
    evaluation->chosen = NULL;
    evaluation->last = FLAW_NONE;
    evaluation->stood_in = false;
    bool good = expression_evaluate(&assignment->expression, evaluation, value);
    bool nothing = good ? value->kind == VALUE_NULL : strcmp(evaluation->reason, MISSING) == 0;
    if (assignment->from_ingest && nothing) {
        good = stand_in(evaluation, value);
        nothing = false;
    }
    if (!good && !evaluation->field.ptr)
        evaluation->field = assignment->field;
    /* An int has a range and an enum its symbols; all else was settled when the mapping was loaded. */
    if (good && !nothing && assignment->type && !fit_value(value, assignment->type)) {
        warn(evaluation, FLAW_TYPE_MISMATCH);
        *value = (struct value){0};
    }
    return good;
}

static bool assign(const struct assignment *assignment, struct evaluation *evaluation, struct value *value)
{
    bool good = evaluate_field(assignment, evaluation, value);
    explain_field(evaluation, assignment, good ? value : NULL);
    return good;
}

bool shape_fill(const struct shape *shape, struct evaluation *evaluation, struct value *record)
{
    struct value *members = arena_array(evaluation->arena, shape->count, sizeof *members);
    bool empty = true;
    for (size_t i = 0; i < shape->assignment_count; i++) {
        const struct assignment *assignment = &shape->assignments[i];
        struct value value;
        if (!assign(assignment, evaluation, &value))
            return false;
        if (value.kind == VALUE_NULL)
            continue;
        empty = false;
        if (assignment->position != NOWHERE)
            members[assignment->position] = value;
    }
    *record = (struct value){0};
    if (empty && shape->null_if_empty)
        return true;
    *record = (struct value){.kind = VALUE_RECORD, .members = members, .count = shape->count};
    for (size_t i = 0; i < shape->assignment_count; i++) {
        const struct assignment *assignment = &shape->assignments[i];
        if (assignment->needed && members[assignment->position].kind == VALUE_NULL) {
            evaluation->field = assignment->field;
            return refuse(evaluation, MISSING);
        }
    }
    return true;
}
