/* SPDX-License-Identifier: Apache-2.0 */
/* What other decisions let go of: every removal is built in remove.c. Registry only. */
#ifndef REGISTRY_REMOVE_H
#define REGISTRY_REMOVE_H

#include "registry/commit.h"

/* Purges the subject's hidden versions of a schema that is being registered again. */
void remove_hidden_twins(struct decision *decision, const struct subject *subject,
                         const struct record *record);

#endif
