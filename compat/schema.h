/* SPDX-License-Identifier: Apache-2.0 */
/* What a schema is, and whether one can follow another. Knows no registry: references arrive already fetched,
 * histories already chosen. A language is a row of the table of types; no language knows what a level is. */
#ifndef COMPAT_SCHEMA_H
#define COMPAT_SCHEMA_H

#include "base/error.h"

struct schema_type;

/* A parsed schema. It lives in `arena` with everything it points to, and never changes once parsed. */
struct schema {
    const struct schema_type *type;
    struct arena *arena;
    struct span text;  /* before parsing: as given; after: the text we keep */
    const void *model; /* private to the type */
};

/* A text that the schema may name, in the order in which it is to be read. Borrowed while parsing. Several
 * names may have one text, which is then told by its place in memory. */
struct dependency {
    struct span name;
    struct span text;
};

/* strict: a new schema, every rule holds; otherwise a stored one, read as it is. */
struct reading {
    bool strict, normalize;
};

/* One thing a reader cannot read of what a writer wrote; a list, in the order of discovery. */
struct finding {
    const struct finding *next;
    const struct difference *kind; /* a row of the type's own table; NULL: `message` is all there is */
    struct span location;          /* "/fields/1/type" */
    struct span message;           /* additionalInfo, or the whole message */
};

/* What kinds of findings a language has: "%R" and "%W" stand for the reader's and the writer's word ("new",
 * "old"), "%L" for the location, "%M" for the message. */
struct difference {
    const char *name; /* "TYPE_MISMATCH" */
    const char *description;
};

/* A thing inside a schema that can carry tags: a record, or a field of one. */
struct tagged {
    struct span path;           /* "ns.R", "ns.R.f" */
    bool is_field;
    const struct span *tags;    /* each once */
    size_t count;
};

/* What is to happen to the tags of one: added ones first, then removals. */
struct retagging {
    struct span path;
    bool is_field;
    const struct span *add, *remove;
    size_t add_count, remove_count;
    bool optional;              /* where the path leads nowhere, nothing happens */
};

struct schema_type {
    const char *name; /* as the API spells it: "AVRO" */

    /* Fills schema->model from schema->text and replaces the text by the one we keep. The message of a
     * failure is the language's own sentence (code 42201), without the envelope the registry puts around. */
    MUST_CHECK bool (*parse)(struct schema *schema, struct reading how, const struct dependency *deps,
                             size_t count, struct error *err);

    /* Do they mean the same, whatever their texts? Same implies equal likeness; references are resolved. */
    bool (*same)(const struct schema *a, const struct schema *b);
    uint64_t (*likeness)(const struct schema *schema);

    /* Everything `reader` cannot read of what `writer` wrote; NULL when it can read it all. */
    const struct finding *(*compare)(const struct schema *reader, const struct schema *writer,
                                     struct arena *arena);

    /* Optional: whether the schema has a field of that name at its top. */
    bool (*has_field)(const struct schema *schema, struct span name);

    /* Optional: the kept text with other tags. What is read again for it needs the dependencies of the first
     * reading. A path that leads nowhere: 42201, the whole message. */
    MUST_CHECK bool (*retag)(const struct schema *schema, const struct dependency *deps, size_t count,
                             const struct retagging *changes, size_t change_count, struct span *text,
                             struct arena *arena, struct error *err);

    /* Optional: everything that carries tags, in text order. */
    const struct tagged *(*tagged)(const struct schema *schema, size_t *count, struct arena *arena);

    /* Optional: the text in one of the type's own formats ("resolved", …), in the error's arena; the
     * kept text where there is no such format. */
    MUST_CHECK bool (*format)(const struct schema *schema, struct span format, struct span *text,
                              struct error *err);
};

extern const struct schema_type schema_avro;

/* By the API's spelling, which is case-sensitive; NULL: unknown. */
const struct schema_type *schema_type_find(struct span name);

/* A new schema in `arena`, parsed. The text is borrowed for as long as the arena lives. */
MUST_CHECK bool schema_parse(const struct schema_type *type, struct span text, struct reading how,
                             const struct dependency *deps, size_t count, const struct schema **schema,
                             struct arena *arena, struct error *err);

bool schema_same(const struct schema *a, const struct schema *b); /* false for different types */

/* A compatibility level: which directions are compared, and with how many versions. */
struct level {
    const char *name; /* "BACKWARD_TRANSITIVE" */
    bool backward;    /* the new schema reads what the old one wrote */
    bool forward;     /* the old schema reads what the new one wrote */
    bool transitive;  /* against all versions, not the latest alone */
};
extern const struct level levels[];
extern const size_t levels_count;

/* In any case of letters; NULL: unknown. */
const struct level *level_find(struct span name);

/* An earlier version to compare with. */
struct past {
    int version;
    const struct schema *schema;
};

/* The texts a client is shown, in order. */
struct complaint {
    const struct complaint *next;
    struct span text;
};

/* What the new schema breaks against one earlier version at this level (transitive or not), ending in the
 * trailer of that version (spec of messages: docs/compatibility.md). NULL: nothing. */
const struct complaint *schema_check(const struct schema *schema, const struct level *level, struct past past,
                                     struct arena *arena);

/* Appends the closing entry {validateFields: …, compatibility: …} when the list is not empty. */
const struct complaint *complaints_close(const struct complaint *complaints, bool validate_fields,
                                         const struct level *level, struct arena *arena);

/* All texts joined by ", ". */
struct span complaints_join(const struct complaint *complaints, struct arena *arena);

#endif
