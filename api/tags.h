/* SPDX-License-Identifier: Apache-2.0 */
/* Tags inside schemas, as the interface speaks of them. */
#ifndef API_TAGS_H
#define API_TAGS_H

#include "api/call.h"

/* The two lists of the body that say what is to be done to tags; either may be absent. Mistyped: 400. */
MUST_CHECK bool tags_typed(const struct call *call, const char *add, const char *remove, struct error *err);

/* Of lists that are typed rightly: whether they are short enough, else 42201. */
MUST_CHECK bool tags_few(const struct call *call, const char *add, const char *remove, struct error *err);

/* Fills what is to be done from such lists. Too many tags, or one that is incomplete: 42201. */
MUST_CHECK bool tags_read(const struct call *call, const char *add, const char *remove,
                          struct registration *wanted, struct error *err);

/* What `findTags` asks to see of a version, as JSON; empty: nothing. */
MUST_CHECK bool tags_find(const struct call *call, const struct version *version, struct span *json,
                          struct error *err);

#endif
