/* SPDX-License-Identifier: Apache-2.0 */
/* What a schema refers to: read, written, fetched with all that lies behind it; and whether somebody
 * refers to a version. Registry only. */
#ifndef REGISTRY_REFERENCES_H
#define REGISTRY_REFERENCES_H

#include "registry/view.h"

/* A reference that came without a version; one without name or subject has ptr NULL there. */
enum { NO_VERSION = INT32_MIN };

/* From what references_write wrote. False: it is something else. */
MUST_CHECK bool references_stored(struct span json, const struct reference **references, size_t *count,
                                  struct arena *arena);

/* The JSON that is kept and answered; empty for none. */
struct span references_write(const struct reference *references, size_t count, struct arena *arena);

/* The same for a record, with every subject's context said. */
struct span references_qualified(const struct record *record, struct arena *arena);

const struct reference *references_copy(const struct reference *references, size_t count,
                                        struct arena *arena);
bool references_equal(const struct reference *a, size_t a_count, const struct reference *b, size_t b_count);

/* By subject and version, stably, each exact duplicate once; in place. */
void references_normalize(struct reference *references, size_t *count);

/* The version a reference means, seen from a context: a subject that names no context is in the same one. */
struct name reference_target(struct span context, const struct reference *reference);

/* As the sentences for clients show one: what is missing is null. */
struct span reference_text(const struct reference *reference, struct arena *arena);

/* What is fetched. */
struct fetched {
    const struct dependency *dependencies;      /* in reading order: depth first, each name once */
    size_t count;
    struct reference *references;               /* as asked for, -1 replaced by the number that it means */
    const struct name *subjects;                /* all that were looked at, also behind others */
    bool too_many;                              /* why it failed: a bound, not a reference */
};

struct fetching {
    const struct view *view;
    struct span context;
    const struct reference *references;
    size_t count;
    bool hidden;                                /* soft-deleted versions are seen too */
    bool bounded;                               /* in number and bytes, those behind others counted */
};

/* A failure's message is for the envelope of parsing, unless there were too many. */
MUST_CHECK bool references_fetch(const struct fetching *wanted, struct fetched *fetched, struct arena *arena,
                                 struct error *err);

/* Whether a version is referred to; by live versions, or with `hidden` by any. `except`, unless NULL, is a
 * subject that does not count. */
bool version_referred(const struct view *view, const struct version *version, bool hidden,
                      const struct name *except);

#endif
