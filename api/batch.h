/* SPDX-License-Identifier: Apache-2.0 */
/* What the two batches of associations share: each request has an answer or an error of its own. */
#ifndef API_BATCH_H
#define API_BATCH_H

#include "api/associations.h"

/* The requests of the body, each an object; none, or too many: 42212. */
MUST_CHECK bool batch_read(const struct call *call, const struct text **list, struct error *err);

/* The answer to one of them. */
struct reply *batch_done(struct reply *result, struct arena *arena);
struct reply *batch_failed(const struct error *err, struct arena *arena);

/* Sets the answer: 207 and the results. */
MUST_CHECK bool batch_answer(struct call *call, struct reply *results, struct error *err);

/* What is not given is taken from the row; what is given must be what the row says. */
bool batch_fits(struct associating *resource, const struct association *row);

/* … and what is said where it is not. */
#define BATCH_DIFFERENT                                                                                     \
    "All associations must have the same resourceName, resourceNamespace, resourceId, and resourceType."

#endif
