/* SPDX-License-Identifier: Apache-2.0 */
/* How the Avro files share the work: avro_read.c makes nodes from JSON, avro_link.c ties mentions to what
 * they mention, avro_default.c judges defaults, avro_text.c and its kin print, avro_same.c and avro_diff.c
 * compare. Private to them. */
#ifndef COMPAT_AVRO_MODEL_H
#define COMPAT_AVRO_MODEL_H

#include "compat/avro_index.h"
#include "compat/avro_json.h"
#include "compat/avro_name.h"

/* What schema->model points to. */
struct avro_model {
    const struct avro_type *root;
    const struct avro_name *known; /* the full name of each reference: it is printed as a name */
    size_t known_count;
};

const struct avro_model *avro_model(const struct schema *schema);

/* ---- reading ---- */

/* A type while it is read. Every type of a schema is one. A name that is not defined yet is a placeholder: an
 * empty record of a name of its own, until it is linked. */
struct node {
    struct avro_type type;
    bool placeholder;
    struct avro_name wanted; /* of a placeholder: the name it stands for */
    struct node *target;     /* … and what it was linked to */
    bool of_main;            /* it stands in the text itself, not in a reference */
    bool begun, done;        /* linking has come to it; has left it behind */
};

static inline struct node *node_of(const struct avro_type *type)
{
    return (struct node *)type;
}

/* Judging defaults, with what was found so far: the same object may be asked about along many paths. */
struct verdicts {
    struct pairs objects; /* (record, object) → good or bad */
    size_t steps;
    unsigned depth;
    bool linking; /* records that are not done have no fields yet */
};

enum verdict { VERDICT_GOOD = 1, VERDICT_BAD, VERDICT_UNSET, VERDICT_ENDLESS };

/* Reads texts one after the other; each knows the types of those before it. */
struct reader {
    struct arena *arena;
    struct error *err;
    enum name_rule rule;
    bool strict;
    bool of_main;
    struct index types;  /* by full name */
    struct index spaces; /* namespaces, each kept once */
    struct node **order; /* named types as their definitions ended */
    size_t count, room;
    size_t linked; /* how many of them earlier texts defined … */
    size_t last;   /* … and where those begin of the last text that defined any */
    bool fresh;    /* no text without definitions came since */
    bool again;    /* types of earlier texts are visited once more */
    size_t placeholders;
    unsigned depth;
    struct verdicts verdicts;
};

/* Fills the error with a sentence of Avro's and returns false. */
bool reader_fail(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool reader_fault(struct reader *r, struct span sentence);

/* From JSON to nodes; mentions of what is defined later are placeholders. */
MUST_CHECK bool read_type(struct reader *r, const struct text *json, struct span space, struct node **node);

/* Ties every placeholder below what was read to its definition, and checks what could not be checked yet. */
MUST_CHECK bool link_types(struct reader *r, struct node *root, const struct avro_type **linked);

/* Members of a union: no union, no two of one kind or name. */
MUST_CHECK bool check_union(struct reader *r, const struct avro_type *type);

/* The default of a field, judged when the rules are strict. */
MUST_CHECK bool check_default(struct reader *r, const struct avro_field *field, bool linking);

/* A whole text with its references: what avro_read.c is for. */
MUST_CHECK bool read_schema(struct span text, bool strict, const struct dependency *deps, size_t count,
                            struct avro_model *model, struct arena *arena, struct error *err);

/* Whether the logicalType of a type is one, and fits it. */
bool logical_fits(const struct avro_type *type);

/* The value of a property, or NULL. */
const struct text *property_find(const struct avro_type *type, struct span name);

/* ---- printing ---- */

/* Canonical text. `known` names are not defined again. */
MUST_CHECK bool print_type(const struct avro_type *type, const struct avro_name *known, size_t count,
                           struct span *text, struct arena *arena, struct error *err);

/* The same for a message: whatever there is, with nothing known. While linking, a record that is not done has
 * no fields yet. */
struct span show_type(const struct avro_type *type, bool linking, struct arena *arena);

/* The text that is read again when a schema is normalized. */
MUST_CHECK bool print_normal(const struct avro_model *model, struct span *text, struct arena *arena,
                             struct error *err);

/* ---- comparing ---- */

/* Equal as Avro Java sees it: whatever changes how data is read; docs and aliases do not. */
bool same_type(const struct avro_type *a, const struct avro_type *b);

/* May a reader's record, enum or fixed take a writer's, by their names? */
bool names_meet(const struct avro_type *reader, const struct avro_type *writer);

/* May a reader's leaf take a writer's of another kind? */
bool kind_promotes(enum avro_kind reader, enum avro_kind writer);

bool avro_same(const struct schema *a, const struct schema *b);
uint64_t avro_likeness(const struct schema *schema);
const struct finding *avro_compare(const struct schema *reader, const struct schema *writer,
                                   struct arena *arena);

/* ---- tags ---- */

bool avro_retag(const struct schema *schema, const struct dependency *deps, size_t count,
                const struct retagging *changes, size_t change_count, struct span *text, struct arena *arena,
                struct error *err);
const struct tagged *avro_tagged(const struct schema *schema, size_t *count, struct arena *arena);

#endif
