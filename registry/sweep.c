/* SPDX-License-Identifier: Apache-2.0 */
/* A sweep plans without holding anybody up, and then decides on those subjects that the plan changes. */
#include "registry/sweep.h"

#include "base/clock.h"
#include "registry/applying.h"

/* The subjects that a plan changes, each once. */
static void name_subjects(const struct prune_plan *plan, struct prune_wish *wanted, struct arena *arena)
{
    struct name *names = arena_array(arena, plan->count + 1, sizeof *names);
    for (size_t i = 0; i < plan->count; i++) {
        struct name name = plan->pruned[i].version->subject;
        bool known = wanted->name_count && name_equal(names[wanted->name_count - 1], name);
        if (!plan->pruned[i].by.len && !known)
            names[wanted->name_count++] = name_copy(name, arena);
    }
    wanted->names = names;
}

static bool look(struct registry *registry, struct prune_wish *wanted, struct sweep_run *run,
                 struct arena *arena, struct error *err)
{
    AUTO_VIEW view = registry_view(registry);
    struct prune_plan plan;
    if (!prune_plan(view, wanted, run->at, &plan, arena, err))
        return false;
    run->evaluated = plan.evaluated;
    run->kept = plan.count - plan.recycles - plan.purges;
    run->expiring = plan.expiring;
    name_subjects(&plan, wanted, arena);
    return true;
}

static bool apply(struct registry *registry, const struct prune_wish *wanted, struct sweep_run *run,
                  struct arena *arena, struct error *err)
{
    static const struct origin sweeper = {.who = SPAN("sweeper")};
    struct applying applying = {.wanted = wanted};
    struct decision decision = {.registry = registry, .arena = arena, .by = &sweeper};
    if (!registry_decide(&decision, decide_plan, &applying, err))
        return false;
    run->recycled = applying.plan.recycles;
    run->purged = applying.plan.purges;
    return true;
}

static void tell(struct registry *registry, struct sweep_run *run)
{
    pthread_mutex_lock(&registry->run_lock);
    run->number = registry->run.number + 1;
    run->all_recycled = registry->run.all_recycled + run->recycled;
    run->all_purged = registry->run.all_purged + run->purged;
    registry->run = *run;
    pthread_mutex_unlock(&registry->run_lock);
    if (registry->swept)
        registry->swept(run);
}

static bool sweep(struct registry *registry, int64_t now, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct prune_wish wanted = {.prefix = SPAN(":*:"), .recycles = true, .purges = true, .due = true};
    struct sweep_run run = {.at = now};
    int64_t begun = clock_steady_us();
    if (!look(registry, &wanted, &run, arena, err) ||
        (wanted.name_count && !apply(registry, &wanted, &run, arena, err)))
        return false;
    run.us = clock_steady_us() - begun;
    tell(registry, &run);
    return true;
}

/* A clock that went back begins its interval anew. */
static bool is_due(struct registry *registry, int64_t now)
{
    if (registry->swept_at > now)
        registry->swept_at = now;
    return registry->sweep_interval && now - registry->swept_at >= registry->sweep_interval;
}

bool registry_sweep(struct registry *registry, struct error *err)
{
    pthread_mutex_lock(&registry->sweep_lock);
    int64_t now = clock_now();
    bool due = is_due(registry, now), done = !due || sweep(registry, now, err);
    if (due && done)
        registry->swept_at = now;
    pthread_mutex_unlock(&registry->sweep_lock);
    return done;
}

struct sweep_run registry_sweep_run(struct registry *registry)
{
    pthread_mutex_lock(&registry->run_lock);
    struct sweep_run run = registry->run;
    pthread_mutex_unlock(&registry->run_lock);
    return run;
}
