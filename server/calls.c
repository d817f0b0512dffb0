/* SPDX-License-Identifier: Apache-2.0 */
/* One word, so that "none is left" and "none may begin" are the same instant. */
#include "server/calls.h"

#include <stdatomic.h>

static const uint64_t OVER = UINT64_C(1) << 63;

bool calls_enter(struct calls *calls)
{
    uint64_t state = atomic_load(&calls->state);
    do {
        if (state & OVER)
            return false;
    } while (!atomic_compare_exchange_weak(&calls->state, &state, state + 1));
    return true;
}

void calls_leave(struct calls *calls)
{
    atomic_fetch_sub(&calls->state, 1);
}

bool calls_over(struct calls *calls)
{
    uint64_t state = 0;
    return atomic_compare_exchange_strong(&calls->state, &state, OVER) || state == OVER;
}

size_t calls_end(struct calls *calls)
{
    return (size_t)(atomic_fetch_or(&calls->state, OVER) & ~OVER);
}
