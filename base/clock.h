/* SPDX-License-Identifier: Apache-2.0 */
/* What time it is: milliseconds since 1970. A test, or `clock = manual`, sets it. Safe from any thread. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_now(void);

/* Milliseconds that only go forward: for deadlines. Never manual. */
int64_t clock_steady(void);

/* Stops the clock at `ms`; a negative value goes back to the system's. */
void clock_set(int64_t ms);

#endif
