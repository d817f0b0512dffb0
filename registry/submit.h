/* SPDX-License-Identifier: Apache-2.0 */
/* What a client submits, read: its parsed form and its identity, or the sentence that says why not. Registry
 * only. */
#ifndef REGISTRY_SUBMIT_H
#define REGISTRY_SUBMIT_H

#include "registry/registry.h"

/* A submitted schema. Everything lives in the call's arena. */
struct submission {
    const struct schema *schema; /* its text is the canonical one */
    struct span guid;            /* of the canonical text and all that goes with it */
};

/* No text, or nothing but white space. */
bool submission_blank(const struct registration *wanted);

MUST_CHECK bool submission_read(const struct registration *wanted, struct reading how,
                                struct submission *read, struct arena *arena, struct error *err);

/* The same sentence for a stored version whose text does not parse; `cause` is the language's own. */
bool submission_stored_invalid(const struct version *version, struct span cause, struct error *err);

#endif
