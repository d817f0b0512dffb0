/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of associations, for those who make views: the three tables they stand in and the JSON they come as.
 * Registry only. */
#ifndef REGISTRY_ROWS_H
#define REGISTRY_ROWS_H

#include "registry/association.h"
#include "registry/draft.h"

/* The orders of the tables. */
int rows_by_key(const void *a, const void *b);
int rows_by_subject(const void *a, const void *b);
int rows_by_resource(const void *a, const void *b);

/* All rows of one subject, from and as the body of a change; empty for none. False: it is something else. */
MUST_CHECK bool rows_read(struct span json, struct name subject, struct association **rows, size_t *count,
                          struct arena *arena);
struct span rows_write(const struct association *const *rows, size_t count, struct arena *arena);

/* From now on these are all rows of the subject. */
void rows_put(struct state *state, struct name subject, const struct association *rows, size_t count,
              struct making *making);

#endif
