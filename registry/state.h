/* SPDX-License-Identifier: Apache-2.0 */
/* How what a view's tables hold is made and freed: each thing is one block with its texts behind it. For
 * state.c, draft.c and view.c. */
#ifndef REGISTRY_STATE_H
#define REGISTRY_STATE_H

#include "registry/draft.h"
#include "registry/marks.h"

struct record_cell {
    struct record record;       /* first: a record is found in its cell */
    void *references;           /* what the record's point to; NULL: it has none */
    struct parsed_slot parsed;
    struct usage_cell usage;
    char bytes[];
};

struct version_cell {
    struct version version;
    struct slots slots;
    char bytes[];
};

/* Parsed form and marks of use are what changes of a record under its readers. */
static inline struct record_cell *record_cell(const void *record)
{
    return (struct record_cell *)record;
}

struct record *record_new(struct making *making, const struct change *change, const struct state *state);
struct version *version_new(struct making *making, const struct change *change, const struct record *record);
struct context *context_new(struct making *making, struct span name);
struct subject *subject_new(struct making *making, struct name name);
struct scope *scope_new(struct making *making, struct name name, const struct settings *settings);

struct edge *edge_new(struct making *making, const struct record *record, const struct reference *reference);

void record_free(void *record);
void version_free(void *version);
void subject_free(void *subject);

#endif
