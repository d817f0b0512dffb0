/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a mapping: what the files that read its parts share. Every complaint names the line of the file. */
#ifndef PRODUCER_LOAD_H
#define PRODUCER_LOAD_H

#include "producer/rules.h"

struct loader {
    struct span text; /* the file */
    const struct text *root;
    const struct avro_type *record; /* what is to be filled */
    struct mapping *mapping;
    const struct mapping_given *given;
    const struct text *constants; /* given ones, as many as there are */
    const struct lookup *lookups;
    size_t lookup_count;
    const struct schema **shipped; /* the newest of the program's own, once it was asked for */
    bool common; /* what is read now is common to all rules */
    const uint8_t *name_space; /* of UUIDs; NULL: the file names none */
    struct arena *arena;
    struct error *err;
};

/* Fills the error with "line N: …", N being the line of `at`; returns false. */
bool load_fail(const struct loader *loader, const struct text *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The line of the file where the value stands, from 1. */
size_t load_line(const struct loader *loader, const struct text *at);

/* Reads the loader's text as strict JSON. */
MUST_CHECK bool load_json(const struct loader *loader, struct text *root);

/* `value` is an object without members other than those named (a list that ends in NULL). */
MUST_CHECK bool load_object(const struct loader *loader, const struct text *value, const char *what,
                            const char *const *members);

/* Typed members. One that is missing leaves the output as it is; load_needed complains. */
MUST_CHECK bool load_string(const struct loader *loader, const struct text *object, const char *name,
                            struct span *string);
MUST_CHECK bool load_flag(const struct loader *loader, const struct text *object, const char *name,
                          bool *flag);
MUST_CHECK bool load_list(const struct loader *loader, const struct text *object, const char *name,
                          const struct text **list);
MUST_CHECK bool load_needed(const struct loader *loader, const struct text *object, const char *name,
                            const struct text **value);

MUST_CHECK bool load_pointer(const struct loader *loader, const struct text *at, struct span text,
                             struct pointer *pointer);
MUST_CHECK bool load_template(const struct loader *loader, const struct text *at,
                              struct topic_template *parsed);

/* load_forms.c: envelopes and what is skipped. */
MUST_CHECK bool load_envelopes(struct loader *loader);
MUST_CHECK bool load_skips(struct loader *loader);

/* load_tables.c: lookups, and the text of a constant (NULL: there is no such constant). */
MUST_CHECK bool load_lookups(struct loader *loader);
MUST_CHECK bool load_constants(struct loader *loader);
const struct text *load_constant(const struct loader *loader, struct span name);

/* load_expression.c: `type` is that of the field without its null, NULL: not known; `path` names it. */
MUST_CHECK bool load_expression(const struct loader *loader, const struct text *source,
                                const struct avro_type *type, struct span path,
                                struct expression *expression);

/* load_shape.c: the members of `fields`, bound to the record type. A type of NULL: nothing is known of it. */
MUST_CHECK bool load_assignments(const struct loader *loader, const struct text *fields,
                                 const struct avro_type *type, struct span path, struct shape *shape);
/* Is every field set that the type gives no default? */
MUST_CHECK bool load_whole(const struct loader *loader, const struct text *at, const struct avro_type *type,
                           struct span path, const struct shape *shape);

/* load_rules.c */
MUST_CHECK bool load_rules(struct loader *loader);

#endif
