/* SPDX-License-Identifier: Apache-2.0 */
/* Version retention, whoever asks: policies, holds, the way back, what holds for one version. Its second half
 * is removal, in registry.h. */
#ifndef REGISTRY_RETENTION_H
#define REGISTRY_RETENTION_H

#include "registry/policy.h"
#include "registry/registry.h"

/* A change of the policy stored at a scope. */
struct policy_wish {
    struct name scope;                  /* an empty subject is the context */
    const struct text *patch;           /* RFC 7396; NULL: the policy goes */
    struct origin by;
};

/* `before` and `after` are what is stored at the scope, in the arena; empty: nothing. */
MUST_CHECK bool registry_set_policy(struct registry *registry, const struct policy_wish *wanted,
                                    struct span *before, struct span *after, struct arena *arena,
                                    struct error *err);

#endif
