/* SPDX-License-Identifier: Apache-2.0 */
/* Which subjects a prefix asks for: ":*:x" bare names in every context, ":.c" by the qualified text, "x" in
 * the default context alone. */
#ifndef REGISTRY_SELECTION_H
#define REGISTRY_SELECTION_H

#include "registry/view.h"

struct selection {
    const struct view *view;
    struct arena *arena;
    struct cursor cursor;
    struct span prefix;         /* how the qualified text begins */
    struct span bare;           /* how the bare name begins */
    bool default_only;
};

struct selection selection_begin(const struct view *view, struct span prefix, struct arena *arena);

bool selection_has(const struct selection *selection, struct name name);

/* The next one, by the bytes of the qualified text; NULL: no more. */
const struct subject *selection_next(struct selection *selection);

#endif
