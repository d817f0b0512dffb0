/* SPDX-License-Identifier: Apache-2.0 */
/* Tags inside schemas, as the interface speaks of them. */
#ifndef API_TAGS_H
#define API_TAGS_H

#include "api/call.h"

/* Fills what is to be done to tags from two lists of the body; either may be absent. Too many: 42201. */
MUST_CHECK bool tags_read(const struct call *call, const char *add, const char *remove,
                          struct registration *wanted, struct error *err);

/* What `findTags` asks to see of a version, as JSON; empty: nothing. */
MUST_CHECK bool tags_find(const struct call *call, const struct version *version, struct span *json,
                          struct error *err);

#endif
