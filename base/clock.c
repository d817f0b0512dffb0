/* SPDX-License-Identifier: Apache-2.0 */
/* The system's clock, or the one a test has set. */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t manual = -1;

static int64_t milliseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_real(void)
{
    return milliseconds(CLOCK_REALTIME);
}

int64_t clock_now(void)
{
    int64_t set = atomic_load(&manual);
    return set >= 0 ? set : clock_real();
}

int64_t clock_steady(void)
{
    return milliseconds(CLOCK_MONOTONIC);
}

int64_t clock_steady_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void clock_set(int64_t ms)
{
    atomic_store(&manual, ms < 0 ? -1 : ms);
}

bool clock_is_manual(void)
{
    return atomic_load(&manual) >= 0;
}
