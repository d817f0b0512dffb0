/* SPDX-License-Identifier: Apache-2.0 */
/* A schema's way into the registry: level, registration, and back with the registry's own text. */
#ifndef PRODUCER_ENROL_H
#define PRODUCER_ENROL_H

#include "compat/schema.h"
#include "producer/client.h"
#include "producer/mapping_files.h"

/* What records are written by: a schema of the registry, a mapping for it. It never changes; what
 * comes after it is made aside. */
struct enrolled {
    struct arena *arena; /* of all that follows */
    int id;
    int version;      /* of the latest; 0: it was registered, and the registry does not tell */
    struct span text; /* the registry's full text */
    struct span given; /* … and that which was registered; empty: none was */
    bool level_set;   /* the subject had no level: now it is BACKWARD */
    struct span level;
    const struct schema *schema;
    struct mapping *mapping;
    size_t timestamp; /* the place of the field of that name, or SIZE_MAX */
};

/* Whether files that say what they were written by would say something else. */
bool enrolled_differ(const struct enrolled *a, const struct enrolled *b);

void enrolled_free(struct enrolled *enrolled); /* NULL is accepted */

/* A file's text, or that of a shipped schema ("v1" to "v4"); the first of these when the name is NULL. */
MUST_CHECK bool schema_text(const char *name, struct span *text, struct arena *arena, struct error *err);

/* Reads the schema and loads the mapping for it. */
MUST_CHECK bool schema_map(struct span text, const struct mapping_source *rules, const struct schema **schema,
                           struct mapping **mapping, struct arena *arena, struct error *err);

/* Nothing is registered that could not be used: text and mapping are tried first. A refusal is told in the
 * registry's own words. NULL: see err. */
struct enrolled *enrol(struct client *client, struct span subject, struct span text,
                       const struct mapping_source *rules, struct error *err);

/* The same with the subject's latest version: nothing is registered, no level is set. */
struct enrolled *enrol_latest(struct client *client, struct span subject, const struct mapping_source *rules,
                              struct error *err);

/* A version of the subject that was met later. */
struct enrolled *enrol_found(const struct enrolled *before, int id, int version, struct span text,
                             const struct mapping_source *rules, struct error *err);

/* The same schema with other rules. */
struct enrolled *enrol_again(const struct enrolled *enrolled, const struct mapping_source *rules,
                             struct error *err);

#endif
