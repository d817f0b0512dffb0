/* SPDX-License-Identifier: Apache-2.0 */
/* Carrying out a plan: one decision, which makes the plan again on the newest view and rests on all that it
 * looked at. The sweeper's is the same without a digest, for nobody has seen it. */
#include "registry/applying.h"

#include "registry/remove.h"

static struct span why_of(const struct pruned *pruned, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    for (size_t i = 0; i < pruned->because_count; i++)
        buffer_printf(&out, "%s%.*s", i ? ", " : "", SPAN_ARGS(pruned->because[i]));
    return buffer_span(&out);
}

/* What of one subject is purged; from `first` to `end` are its versions in the plan. */
static void purge_subject(struct decision *decision, const struct prune_plan *plan, size_t first, size_t end)
{
    const struct version **versions = arena_array(decision->arena, end - first, sizeof *versions);
    struct span *whys = arena_array(decision->arena, end - first, sizeof *whys);
    size_t count = 0;
    for (size_t i = first; i < end; i++) {
        const struct pruned *pruned = &plan->pruned[i];
        if (pruned->by.len || !pruned->purge)
            continue;
        versions[count] = pruned->version;
        whys[count++] = why_of(pruned, decision->arena);
    }
    if (count)
        purge_by_policy(decision, view_subject(decision->view, versions[0]->subject), versions, whys, count);
}

static void carry_out(struct decision *decision, const struct prune_plan *plan)
{
    size_t first = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct pruned *pruned = &plan->pruned[i];
        if (!pruned->by.len && !pruned->purge)
            recycle_by_policy(decision, pruned->version, why_of(pruned, decision->arena));
        bool last = i + 1 == plan->count || !name_equal(pruned->version->subject,
                                                        plan->pruned[i + 1].version->subject);
        if (!last)
            continue;
        purge_subject(decision, plan, first, i + 1);
        first = i + 1;
    }
}

static bool refuse_stale(const struct applying *applying, struct error *err)
{
    bool refused = error_plan_stale(err);
    err->more = arena_printf(err->arena, "\"plan\":%.*s", SPAN_ARGS(applying->told));
    return refused;
}

static bool check_modes(const struct decision *decision, const struct prune_plan *plan, struct error *err)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->pruned[i].frozen && !decision_may_write(decision, plan->pruned[i].version->subject, err))
            return false;
    return true;
}

static bool check_plan(const struct decision *decision, struct applying *applying, struct error *err)
{
    applying->told = prune_plan_write(&applying->plan, decision->arena);
    if (!span_equal(applying->digest, applying->plan.digest))
        return refuse_stale(applying, err);
    return check_modes(decision, &applying->plan, err);
}

bool decide_plan(struct decision *decision, void *arg, struct error *err)
{
    struct applying *applying = arg;
    const struct prune_plan *plan = &applying->plan;
    decision_rests_on_registry(decision);
    decision_rests_on_all_rules(decision);
    if (!prune_plan(decision->view, applying->wanted, decision->now, &applying->plan, decision->arena, err))
        return false;
    if (applying->digest.ptr && !check_plan(decision, applying, err))
        return false;
    carry_out(decision, plan);
    return true;
}

bool registry_apply(struct registry *registry, const struct prune_wish *wanted, struct span digest,
                    const struct origin *by, struct span *told, struct arena *arena, struct error *err)
{
    struct applying applying = {.wanted = wanted, .digest = digest};
    struct decision decision = {.registry = registry, .arena = arena, .by = by};
    if (!registry_decide(&decision, decide_plan, &applying, err))
        return false;
    *told = applying.told;
    return true;
}
