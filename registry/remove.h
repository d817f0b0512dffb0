/* SPDX-License-Identifier: Apache-2.0 */
/* What other decisions let go of: every removal is built in remove.c. Registry only. */
#ifndef REGISTRY_REMOVE_H
#define REGISTRY_REMOVE_H

#include "registry/commit.h"

/* Purges the subject's hidden versions of a schema that is being registered again, under another number. */
void remove_hidden_twins(struct decision *decision, const struct subject *subject,
                         const struct record *record, int number);

/* Purges what is hidden in a scope that is to be imported into: a subject, a context, or, of the top level
 * and `:.__GLOBAL:`, all contexts. Refused while something there is live, or referred to from elsewhere. */
MUST_CHECK bool remove_leftovers(struct decision *decision, struct name scope, struct error *err);

#endif
