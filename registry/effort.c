/* SPDX-License-Identifier: Apache-2.0 */
/* Effort is counted in the memory that reading and comparing took: it grows with their time, and is the same
 * on every machine. */
#include "registry/effort.h"

#include "base/limits.h"

enum { STEP = 4 * KIB };    /* what the least of versions counts as */

static bool add(struct effort *effort, size_t bytes, struct error *err)
{
    effort->spent += STEP + bytes;
    return effort->spent <= (uint64_t)EFFORT_GIB << 30 || error_too_much_older(err, EFFORT_GIB);
}

bool effort_next(struct effort *effort, struct error *err)
{
    if (!effort->arena)
        effort->arena = arena_new();
    size_t taken = arena_size(effort->arena) - effort->kept;
    arena_clear(effort->arena);
    effort->kept = arena_size(effort->arena);
    return add(effort, taken, err);
}

void effort_keep(struct effort *effort, struct arena *arena)
{
    arena_adopt(arena, effort->arena);
    effort->arena = NULL;
    effort->kept = 0;
}
