/* SPDX-License-Identifier: Apache-2.0 */
/* What a client submits, read: its parsed form and its identity, or the sentence that says why not. Registry
 * only. */
#ifndef REGISTRY_SUBMIT_H
#define REGISTRY_SUBMIT_H

#include "registry/registry.h"

/* A submitted schema. Everything lives in the call's arena. */
struct submission {
    const struct schema *schema;    /* its text is the canonical one */
    struct content content;         /* with the canonical text, and a number in each reference */
    struct span guid;               /* of that content */
    struct span references, metadata, rules;    /* as JSON; empty: none */
    const struct name *targets;     /* subjects that were looked at */
    size_t target_count;
};

/* No text, or nothing but white space. */
bool submission_blank(const struct registration *wanted);

/* Whether it is to be normalized: what is imported is taken as it is, where that is the custom. */
bool submission_normalizes(const struct view *view, const struct registration *wanted,
                           const struct settings *settings);

MUST_CHECK bool submission_read(const struct view *view, const struct registration *wanted,
                                struct reading how, struct submission *read, struct arena *arena,
                                struct error *err);

/* The text with other tags, in place of the one that was submitted. */
MUST_CHECK bool submission_retag(const struct view *view, struct registration *wanted,
                                 const struct retagging *changes, size_t count, struct arena *arena,
                                 struct error *err);

/* The same sentence for a stored version whose text does not parse; `cause` is the language's own. */
bool submission_stored_invalid(const struct view *view, const struct version *version, struct span cause,
                               struct error *err);

#endif
