/* SPDX-License-Identifier: Apache-2.0 */
/* A mapping as it is kept in memory: private to those who load it and to mapping.c, which applies it. */
#ifndef PRODUCER_RULES_H
#define PRODUCER_RULES_H

#include "producer/expression.h"

enum condition_test { CONDITION_KIND, CONDITION_TEXT, CONDITION_PREFIX };

/* Something must stand where the pointer leads from the root: of that kind, or a string that is or begins
 * with the text. */
struct condition {
    struct pointer at;
    enum condition_test test;
    enum text_kind kind;
    struct span text;
};

struct conditions {
    const struct condition *items;
    size_t count;
};

/* A form in which events come. */
struct envelope {
    struct span name;
    struct conditions when;
    struct span topic; /* a fixed one; ptr NULL: a pointer leads to it */
    struct pointer topic_at, body_at;
};

/* What is not meant to become a record: told by conditions, or by its topic when there are none. */
struct skip {
    struct conditions when;
    struct topic_template topic;
    const char *reason;
    bool alert; /* somebody should know at once */
};

struct rule {
    struct topic_template topic;
    struct shape record;
    struct expression key;
    bool sets_agent;
    struct span source; /* the topic of the rule that is followed */
    size_t line;        /* of the file, of that rule */
};

struct mapping {
    struct span digest;
    const struct envelope *envelopes;
    const struct skip *skips;
    struct rule *rules;
    size_t envelope_count, skip_count, rule_count;
    bool unmapped_skipped;
    bool detail_type_checked;
    struct span anonymous;              /* the id of an agent who is missing; ptr NULL: there stays null */
    size_t agent, agent_id, agent_size; /* places in the record, in the agent; how many members it has */
};

#endif
