/* SPDX-License-Identifier: Apache-2.0 */
/* What one answer may take of what is older: versions are read one after another, each is let go of before
 * the next, and all of them together have an end. Registry only. */
#ifndef REGISTRY_EFFORT_H
#define REGISTRY_EFFORT_H

#include "base/arena.h"
#include "base/error.h"

struct effort {
    struct arena *arena;    /* of the version at hand; NULL: there was none yet */
    size_t kept;            /* what that arena holds while it is empty */
    uint64_t spent;         /* bytes, on all before */
};

/* Lets go of what was read last, and asks for the next; false: it was too much. */
MUST_CHECK bool effort_next(struct effort *effort, struct error *err);

/* What was read last stays as long as the other arena. */
void effort_keep(struct effort *effort, struct arena *arena);

/* `AUTO_EFFORT effort = {0};` lets go of its memory when its scope ends. */
static inline void effort_auto(struct effort *effort)
{
    arena_free(effort->arena);
}
#define AUTO_EFFORT __attribute__((cleanup(effort_auto))) struct effort

#endif
