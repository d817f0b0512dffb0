/* SPDX-License-Identifier: Apache-2.0 */
/* A schema's way into the registry: level, registration, and back with the registry's own text. */
#ifndef PRODUCER_ENROL_H
#define PRODUCER_ENROL_H

#include "compat/schema.h"
#include "producer/client.h"
#include "producer/mapping.h"

/* Everything that is needed before the first record. Lives in the arena. */
struct enrolled {
    int id;
    int version;      /* of the latest; 0: it was registered, and the registry does not tell */
    struct span text; /* the registry's full text */
    bool level_set;   /* the subject had no level: now it is BACKWARD */
    struct span level;
    const struct schema *schema;
    struct mapping *mapping;
};

/* A file's text, or that of a shipped schema ("v1" to "v4"); the first of these when the name is NULL. */
MUST_CHECK bool schema_text(const char *name, struct span *text, struct arena *arena, struct error *err);

/* A mapping as it was given: the built-in one when the name is NULL. */
struct mapping_source {
    const char *name;
    struct span text;
};
MUST_CHECK bool mapping_text(const char *file, struct mapping_source *source, struct arena *arena,
                             struct error *err);

/* Reads the schema and loads the mapping for it. */
MUST_CHECK bool schema_map(struct span text, const struct mapping_source *rules, const struct schema **schema,
                           struct mapping **mapping, struct arena *arena, struct error *err);

/* Nothing is registered that could not be used: text and mapping are tried first. A refusal is told in the
 * registry's own words. */
MUST_CHECK bool enrol(struct client *client, struct span subject, struct span text,
                      const struct mapping_source *rules, struct enrolled *enrolled, struct arena *arena,
                      struct error *err);

/* The same with the subject's latest version: nothing is registered, no level is set. */
MUST_CHECK bool enrol_latest(struct client *client, struct span subject, const struct mapping_source *rules,
                             struct enrolled *enrolled, struct arena *arena, struct error *err);

#endif
