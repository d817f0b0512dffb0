/* SPDX-License-Identifier: Apache-2.0 */
/* Where more could go than a limit lets, the longest superseded or recycled go first, then by subject and
 * number; the rest waits for the next plan. */
#include "registry/planner.h"

#include <stdlib.h>

static bool goes(const struct pruned *pruned)
{
    return !pruned->by.len;
}

/* Policies are told apart by where they lie. What is pruned stands by subject and number. */
static int by_turn(const void *a, const void *b)
{
    const struct pruned *one = *(struct pruned *const *)a, *other = *(struct pruned *const *)b;
    if (one->policy != other->policy)
        return one->policy < other->policy ? -1 : 1;
    if (one->since != other->since)
        return one->since < other->since ? -1 : 1;
    return one < other ? -1 : one > other;
}

static void postpone(struct planner *planner, struct pruned *pruned, struct span detail)
{
    pruned->by = arena_printf(planner->arena, "[{\"rule\":\"limits\",\"detail\":\"%.*s\"}]",
                              SPAN_ARGS(detail));
}

void cap(struct planner *planner, size_t first, bool purge, size_t most, struct span detail)
{
    struct prune_plan *plan = planner->plan;
    struct pruned **turn = arena_array(planner->scratch, plan->count - first + 1, sizeof *turn);
    size_t count = 0;
    for (size_t i = first; i < plan->count; i++)
        if (goes(&plan->pruned[i]) && plan->pruned[i].purge == purge)
            turn[count++] = &plan->pruned[i];
    if (count <= most)
        return;
    qsort(turn, count, sizeof *turn, by_turn);
    for (size_t i = most; i < count; i++)
        postpone(planner, turn[i], detail);
}

void cap_policies(struct planner *planner)
{
    struct prune_plan *plan = planner->plan;
    struct pruned **turn = arena_array(planner->arena, plan->count + 1, sizeof *turn);
    size_t count = 0, of_policy = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (goes(&plan->pruned[i]))
            turn[count++] = &plan->pruned[i];
    qsort(turn, count, sizeof *turn, by_turn);
    for (size_t i = 0; i < count; i++) {
        int most = policy_max_per_run(turn[i]->policy);
        of_policy = i && turn[i]->policy == turn[i - 1]->policy ? of_policy + 1 : 1;
        if (of_policy > (size_t)most)
            postpone(planner, turn[i], arena_printf(planner->arena, "maxPerRun %d", most));
    }
}
