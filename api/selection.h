/* SPDX-License-Identifier: Apache-2.0 */
/* Which subjects `subjectPrefix` asks for: ":*:x" bare names in every context, ":.c" by the qualified
 * text, "x" in the default context alone. */
#ifndef API_SELECTION_H
#define API_SELECTION_H

#include "api/call.h"

struct selection {
    const struct view *view;
    struct arena *arena;
    struct cursor cursor;
    struct span prefix;         /* how the qualified text begins */
    struct span bare;           /* how the bare name begins */
    bool default_only;
};

/* `fallback` is what a call without the parameter means. */
struct selection selection_of(const struct call *call, struct span fallback);

bool selection_has(const struct selection *selection, struct name name);

/* The next one, by the bytes of the qualified text; NULL: no more. */
const struct subject *selection_next(struct selection *selection);

#endif
