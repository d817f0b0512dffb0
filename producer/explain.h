/* SPDX-License-Identifier: Apache-2.0 */
/* Why a record looks as it does: which envelope, which rule, and for each field which expression of the file
 * gave it. Gathered while a line is mapped, for `map --explain`; nobody else pays for it. */
#ifndef PRODUCER_EXPLAIN_H
#define PRODUCER_EXPLAIN_H

#include "producer/rules.h"

struct explained_field {
    const struct assignment *assignment;
    const struct expression *by;
    const char *gave; /* "value", "nothing", "refused", "ingest time", "dropped" (the schema lacks it) */
};

struct explanation {
    struct arena *arena;
    const struct envelope *envelope; /* NULL: none fits */
    struct span topic;
    const struct rule *rule; /* NULL: none fits */
    struct explained_field *fields;
    size_t count, room;
    const struct expression *key; /* NULL: not looked for */
    bool key_given;
    bool anonymous; /* the agent got the id that stands for nobody known */
};

/* Notes what was found. An explanation of NULL: nobody asks. */
void explain_envelope(struct explanation *explanation, const struct envelope *envelope,
                      const struct event *event);
void explain_rule(struct explanation *explanation, const struct rule *rule);
void explain_key(const struct evaluation *evaluation, const struct expression *key,
                 const struct value *value);

/* `value` is NULL when the event is refused for this field. Records are told by their members. */
void explain_field(const struct evaluation *evaluation, const struct assignment *assignment,
                   const struct value *value);

/* Appends the member `explain`, with the comma before it. */
void explanation_put(struct buffer *out, const struct explanation *explanation);

/* A JSON value in one line. */
void explain_json(struct buffer *out, const struct text *json);

#endif
