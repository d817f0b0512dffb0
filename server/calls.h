/* SPDX-License-Identifier: Apache-2.0 */
/* How many calls were begun and not completed, and the end of it: once none is left, none begins any more.
 * Safe from any thread. */
#ifndef SERVER_CALLS_H
#define SERVER_CALLS_H

#include "base/span.h"

struct calls {
    _Atomic uint64_t state;     /* the count, and a bit that says that it is over */
};

/* False: it is over, the call may not begin. */
bool calls_enter(struct calls *calls);
void calls_leave(struct calls *calls);

/* True when none is left; from then on none begins. */
bool calls_over(struct calls *calls);

/* None begins any more; returns how many are left. */
size_t calls_end(struct calls *calls);

#endif
