/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of associations: a resource (a topic) holds a subject, for its keys or its values. A strong row
 * lives and dies with its resource, a weak one only points. Asking for them; changing them is registry.h. */
#ifndef REGISTRY_ASSOCIATION_H
#define REGISTRY_ASSOCIATION_H

#include "registry/view.h"

/* The key is resource name, namespace, type, `part` and subject; the id of the resource is not in it. */
struct association {
    struct span resource_name, resource_namespace, resource_id, resource_type;
    struct span part;                   /* "key" or "value": the type of the association */
    struct name subject;
    bool strong;
    struct span guid;                   /* of the row; no schema's */
    int64_t created, updated;
};

/* Rows of a view, in the order of their keys. */
struct association_list {
    const struct association *const *items;
    size_t count;
};

struct association_list associations_of_subject(const struct view *view, struct name subject,
                                                struct arena *arena);
struct association_list associations_of_resource(const struct view *view, struct span id,
                                                 struct arena *arena);

/* "-" stands for any. */
struct association_list associations_of_name(const struct view *view, struct span name_space,
                                             struct span name, struct arena *arena);

/* Whether any row holds the subject; a strong one. */
bool subject_is_held(const struct view *view, struct name subject);
bool subject_is_held_strongly(const struct view *view, struct name subject);

/* Whether what is referred to may be: a subject that is held strongly belongs to its resource alone
 * (42205). */
MUST_CHECK bool associations_allow(const struct view *view, struct span context,
                                   const struct reference *references, size_t count, struct arena *arena,
                                   struct error *err);

/* The subject that a resource holds strongly: `:.namespace:name-part`. */
struct name association_default_subject(struct span name_space, struct span name, struct span part,
                                        struct arena *arena);

/* Order by key. */
int association_compare(const struct association *a, const struct association *b);

#endif
