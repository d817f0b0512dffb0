/* SPDX-License-Identifier: Apache-2.0 */
/* TABLE: what a configuration may hold, in the order in which it is shown. Rows are read and written alike
 * wherever a configuration is: in a store, in a body, in an answer. */
#ifndef REGISTRY_FACET_H
#define REGISTRY_FACET_H

#include "registry/view.h"

enum facet_kind { FACET_TEXT, FACET_TRUTH, FACET_LEVEL, FACET_POLICY, FACET_METADATA, FACET_RULES };

struct facet {
    const char *name; /* as it is shown; the level is asked for as "compatibility" */
    enum facet_kind kind;
    size_t at;     /* in struct settings: a span, an enum truth, a level; spans hold JSON as such */
    bool from_top; /* a subject's own configuration takes it from the top level where it is unset */
};

enum { FACETS = 13 };
extern const struct facet facets[FACETS];

static inline struct span *facet_span(const struct settings *settings, const struct facet *member)
{
    return (struct span *)(uintptr_t)((const char *)settings + member->at);
}

static inline enum truth *facet_truth(const struct settings *settings, const struct facet *member)
{
    return (enum truth *)(uintptr_t)((const char *)settings + member->at);
}

bool facet_is_set(const struct settings *settings, const struct facet *member);
void facet_copy(struct settings *to, const struct settings *from, const struct facet *member);

/* Fills what the entry leaves to the top level. */
void facets_fill(struct settings *settings, const struct settings *top);

/* Copies every span of it. */
struct settings settings_copy(const struct settings *settings, struct arena *arena);

/* The spelling of a policy; ptr NULL: unknown. */
struct span facet_policy(struct span name);

#endif
