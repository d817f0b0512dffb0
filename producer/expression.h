/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions: what a mapping says of one field, as a tree that was checked against the schema when it was
 * loaded. Evaluating one cannot fail for want of a name or a type; only an event can be wrong. */
#ifndef PRODUCER_EXPRESSION_H
#define PRODUCER_EXPRESSION_H

#include "producer/convert.h"
#include "producer/pointer.h"
#include "producer/topic.h"

enum operation {
    OP_NULL,     /* nothing */
    OP_GET,      /* what a pointer finds, converted */
    OP_TEXT,     /* a literal or a constant */
    OP_CAPTURE,  /* a segment of the topic */
    OP_TOPIC,    /* the topic as received */
    OP_TEMPLATE, /* the topic with ids written {id} */
    OP_FIRST,    /* the first part that gives something */
    OP_UUID5,    /* a stable id made from the parts */
    OP_SPLIT,    /* one piece of a string */
    OP_LOOKUP,   /* the row of a table */
    OP_RAW,      /* the bytes of what a pointer finds */
    OP_RECORD,   /* a nested record */
};

struct lookup_row {
    struct span key, text;
};

struct lookup {
    struct span name;
    const struct lookup_row *rows; /* sorted by key */
    size_t count;
};

struct expression {
    enum operation op;
    const struct text *source;      /* as it stands in the file */
    enum value_kind kind;           /* what it gives when it gives something; VALUE_NULL: never anything */
    bool from_root;                 /* GET, RAW: from the line's root, not from the body */
    struct pointer pointer;         /* GET, RAW */
    enum conversion as;             /* GET */
    struct span text;               /* TEXT; the name of a CAPTURE; what SPLIT splits by */
    size_t index;                   /* SPLIT */
    const struct expression *parts; /* FIRST, UUID5; the one operand of SPLIT and LOOKUP */
    size_t count;
    bool required;              /* FIRST: nothing found is a dead letter */
    bool strict;                /* FIRST: a value that is there but wrong is a dead letter */
    const uint8_t *name_space;  /* UUID5 */
    const struct lookup *table; /* LOOKUP */
    const struct shape *shape;  /* RECORD */
};

/* The place of a field that the schema does not have: evaluated for its warnings, then dropped. */
static const size_t NOWHERE = SIZE_MAX;

struct assignment {
    struct span field; /* with dots inside records: "agent.id" */
    struct expression expression;
    size_t position;              /* in the record type, or NOWHERE */
    const struct avro_type *type; /* of what is no null; NULL: the schema does not have the field */
    bool needed;                  /* the field holds no null and has no default */
    bool from_ingest;             /* the ingest clock stands in for nothing found */
    bool common;                  /* not the rule's own */
    size_t line;                  /* of the file */
};

/* How a record is filled. */
struct shape {
    size_t count; /* of the record type's fields; what is not assigned is null */
    const struct assignment *assignments;
    size_t assignment_count;
    bool null_if_empty;
};

/* One event under evaluation. */
struct evaluation {
    const struct event *event;
    const struct topic *topic;
    const struct topic_template *template;
    int64_t ingest_time;
    struct arena *arena;
    unsigned flaws;     /* a bit for each that was met */
    enum flaw last;     /* in the field that is evaluated now, or the key */
    const char *reason; /* why the event is refused */
    struct span field;  /* and for which field */
    const struct expression *chosen; /* the part that the last `first` took */
    bool stood_in;                   /* the last field got the ingest clock's time */
    struct explanation *explanation; /* NULL: nobody asks */
};

/* False: the event is refused, see reason and field. */
bool expression_evaluate(const struct expression *expression, struct evaluation *evaluation,
                         struct value *value);
bool shape_fill(const struct shape *shape, struct evaluation *evaluation, struct value *record);

#endif
