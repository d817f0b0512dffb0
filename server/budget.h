/* SPDX-License-Identifier: Apache-2.0 */
/* What things of one kind may hold together. Shared by all threads. */
#ifndef SERVER_BUDGET_H
#define SERVER_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct budget {
    size_t most;
    _Atomic size_t held;
};

/* False: there is no room for so many bytes more, none was taken. */
static inline bool budget_take(struct budget *budget, size_t bytes)
{
    if (atomic_fetch_add(&budget->held, bytes) + bytes <= budget->most)
        return true;
    atomic_fetch_sub(&budget->held, bytes);
    return false;
}

/* Whatever room there is. */
static inline void budget_take_anyway(struct budget *budget, size_t bytes)
{
    atomic_fetch_add(&budget->held, bytes);
}

static inline void budget_give(struct budget *budget, size_t bytes)
{
    atomic_fetch_sub(&budget->held, bytes);
}

#endif
