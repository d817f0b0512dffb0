/* SPDX-License-Identifier: Apache-2.0 */
/* The rule set of a schema: read, checked, written, united. Written, equal rule sets are equal text; NULL is
 * none, which is not the same as empty. */
#ifndef REGISTRY_RULES_H
#define REGISTRY_RULES_H

#include "registry/loose.h"

/* From a client's JSON; kind, mode and disabled get their defaults. What is mistyped is refused (400). */
MUST_CHECK bool rules_read(const struct loose *loose, const char *name, const struct text *json,
                           const struct rule_set **rules);

/* Whether anything may be done with them: they are not too many and none is null (42210). NULL is fine. */
MUST_CHECK bool rules_fit(const struct rule_set *rules, struct error *err);

/* Whether, moreover, a client may set them (42210). NULL is fine. */
MUST_CHECK bool rules_check(const struct rule_set *rules, struct error *err);

/* Whether what a store kept is what rules_write wrote. */
bool rules_readable(struct span json);

/* From what rules_write wrote; empty: NULL. */
const struct rule_set *rules_stored(struct span json, struct arena *arena);

/* "{}" when all is empty; empty for NULL. */
struct span rules_write(const struct rule_set *rules, struct arena *arena);

/* The first, and the second over it: a rule replaced goes to the end of its list. */
const struct rule_set *rules_unite(const struct rule_set *under, const struct rule_set *over,
                                   struct arena *arena);

/* Without the rules of these names, in whatever list they stand. */
const struct rule_set *rules_without(const struct rule_set *rules, const struct span *names, size_t count,
                                     struct arena *arena);

#endif
