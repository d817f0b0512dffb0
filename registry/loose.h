/* SPDX-License-Identifier: Apache-2.0 */
/* Members of an object from outside, read as loosely as Jackson reads them: scalars become strings, lists and
 * maps keep no order of their own. What cannot be read is told with its place. */
#ifndef REGISTRY_LOOSE_H
#define REGISTRY_LOOSE_H

#include "base/text.h"
#include "registry/identity.h"

/* Who reads: from what, into which memory. */
struct loose {
    struct span whole; /* positions count from its beginning */
    struct arena *arena;
    struct error *err;
};

/* What we wrote ourselves: the reader of a copy of it, and its value. */
MUST_CHECK bool loose_stored(struct span json, struct loose *loose, struct text *value, struct error *err);

/* The member's value; NULL when it is absent or null. */
const struct text *loose_member(const struct text *object, const char *name);

/* Refuses the value for not being `wanted`; returns false. */
bool loose_mistyped(const struct loose *loose, const char *name, const struct text *value,
                    const char *wanted);

/* ptr NULL: absent or null. */
MUST_CHECK bool loose_string(const struct loose *loose, const struct text *object, const char *name,
                             struct span *value);
MUST_CHECK bool loose_truth(const struct loose *loose, const struct text *object, const char *name, bool *has,
                            bool *value);

/* One element of a list. */
MUST_CHECK bool loose_item(const struct loose *loose, const char *name, const struct text *value,
                           struct span *string);

/* Sorted by bytes, each once. */
MUST_CHECK bool loose_set(const struct loose *loose, const char *name, const struct text *value,
                          const struct span **items, size_t *count);

/* Sorted by key; the values are strings, or sets of strings. */
MUST_CHECK bool loose_map(const struct loose *loose, const struct text *object, const char *name,
                          bool of_sets, const struct metadata_entry **entries, size_t *count);

#endif
