/* SPDX-License-Identifier: Apache-2.0 */
/* Which number a registration gets, and what stands or stood under it. Registry only. */
#ifndef REGISTRY_NUMBER_H
#define REGISTRY_NUMBER_H

#include "registry/commit.h"
#include "registry/submit.h"

/* One more than any that may not be given again, if any is left; what is asked for, else that. */
bool number_left(const struct view *view, const struct registration *wanted);
int number_next(const struct view *view, const struct registration *wanted);
int number_given(const struct view *view, const struct registration *wanted);

/* Where an id is asked for, the record of it; else that of the content. */
const struct record *registration_record(const struct view *view, const struct registration *wanted,
                                         const struct submission *read);

/* The version in whose place an imported one comes; NULL: none is there. */
const struct version *number_overwritten(const struct view *view, const struct registration *wanted);

/* Whether what was purged under that number comes back. */
bool number_restored(const struct view *view, const struct registration *wanted);

/* Whether the number may be given: a kept one only with what it stood for (42205), one that is there only if
 * nothing keeps what stands under it (42291, 42290). */
MUST_CHECK bool number_allowed(struct decision *decision, const struct registration *wanted,
                               const struct submission *read, struct error *err);

#endif
