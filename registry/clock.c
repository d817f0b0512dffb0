/* SPDX-License-Identifier: Apache-2.0 */
/* The manual clock, kept in the store, so that a restart goes on where it stood. One may set it at a time. */
#include "base/clock.h"

#include "base/moment.h"
#include "registry/commit.h"

void clock_begin(const struct standing *standing)
{
    clock_set(standing->clock >= 0 ? standing->clock : standing->newest);
}

static bool decide_clock(struct decision *decision, void *arg, struct error *err)
{
    (void)err;
    decision_change(decision, CHANGE_CLOCK, (struct name){.context = SPAN("")})->at = *(const int64_t *)arg;
    return true;
}

static bool set_clock(struct registry *registry, int64_t now, bool allow_back, struct error *err)
{
    int64_t before = clock_now();
    if (now < before && !allow_back)
        return error_clock_back(err, moment_text(before, err->arena), moment_text(now, err->arena));
    struct decision decision = {.registry = registry, .arena = err->arena};
    if (!registry_decide(&decision, decide_clock, &now, err))
        return false;
    clock_set(now);
    return true;
}

bool registry_set_clock(struct registry *registry, int64_t now, bool allow_back, struct error *err)
{
    pthread_mutex_lock(&registry->clock_lock);
    bool set = set_clock(registry, now, allow_back, err);
    pthread_mutex_unlock(&registry->clock_lock);
    return set;
}
