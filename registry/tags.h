/* SPDX-License-Identifier: Apache-2.0 */
/* Tags that a registration asks for: put into its text, taken out of it, or taken over from the latest
 * version. Registry only. */
#ifndef REGISTRY_TAGS_H
#define REGISTRY_TAGS_H

#include "registry/submit.h"

/* Whether it is not the text alone that says what is wanted. */
bool tags_wanted(const struct registration *wanted);

/* What the request itself says; the text is read as leniently as a stored one. */
MUST_CHECK bool tags_apply(const struct view *view, struct registration *wanted, struct arena *arena,
                           struct error *err);

/* Those of the subject's latest version, as far as their paths lead somewhere. */
MUST_CHECK bool tags_propagate(const struct view *view, const struct subject *subject,
                               struct registration *wanted, struct arena *arena, struct error *err);

#endif
