/* SPDX-License-Identifier: Apache-2.0 */
/* What time it is: milliseconds since 1970. A test, or `clock = manual`, sets it. Safe from any thread. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum clock_kind { CLOCK_SYSTEM, CLOCK_MANUAL };

int64_t clock_now(void);

/* The machine's own time. Never manual: for lines of the log. */
int64_t clock_real(void);

/* Milliseconds that only go forward: for deadlines. Never manual. And the same in microseconds. */
int64_t clock_steady(void);
int64_t clock_steady_us(void);

/* Stops the clock at `ms`; a negative value goes back to the system's. */
void clock_set(int64_t ms);
bool clock_is_manual(void);

#endif
