/* SPDX-License-Identifier: Apache-2.0 */
/* Which versions of a subject may mean the same as a schema: those of its likeness, a number that equal
 * meanings share. Few versions are walked; of many an index is made, for all who ask. Registry only. */
#ifndef REGISTRY_ALIKE_H
#define REGISTRY_ALIKE_H

#include "registry/draft.h"

/* Newest first. Versions whose likeness is not known come too; hidden ones as well. */
struct alikes {
    const struct view *view;
    const struct subject *subject;
    struct cursor newer;                            /* what came after the index, first */
    bool indexed;                                   /* it was walked */
    const struct alike_index *index;                /* NULL: none */
    size_t unknown, unknown_end, alike, alike_end;  /* what is left of it */
};
struct alikes alikes_of(const struct view *view, const struct subject *subject, uint64_t likeness);
const struct version *alikes_next(struct alikes *alikes);

/* The index goes on to the subject's next state, unless too much came after it, … */
void alike_inherit(struct subject *subject, const struct subject *before);

/* … and is given up where a number gets another schema. */
void alike_changes(struct subject *subject, int number);

void alike_drop(struct subject *subject);

#endif
