/* SPDX-License-Identifier: Apache-2.0 */
/* What a level, and what else a configuration asks, hold against a submission. Registry only. */
#ifndef REGISTRY_COMPATIBLE_H
#define REGISTRY_COMPATIBLE_H

#include "registry/submit.h"

/* Against one version, LATEST_VERSION, or ALL_VERSIONS the level asks for; stops at the first that it breaks.
 * NULL in `complaints`: nothing. `subject` may be NULL. */
MUST_CHECK bool compatible_check(const struct view *view, const struct subject *subject, int version,
                                 const struct settings *settings, const struct submission *read,
                                 const struct complaint **complaints, struct arena *arena, struct error *err);

/* The same of two versions that are kept, as if the newer had come after the older; of two groups they are no
 * matter to each other. */
MUST_CHECK bool compatible_pair(const struct view *view, const struct version *older,
                                const struct version *newer, const struct settings *settings,
                                const struct complaint **complaints, struct arena *arena, struct error *err);

#endif
