/* SPDX-License-Identifier: Apache-2.0 */
/* Changing the policy that is stored at a scope. A read-only scope refuses it, as a
 * configuration. */
#include "registry/retention.h"

#include "registry/commit.h"

struct policy_outcome {
    const struct policy_wish *wanted;
    struct span before, after;
};

static bool decide(struct decision *decision, void *arg, struct error *err)
{
    struct policy_outcome *outcome = arg;
    struct name scope = outcome->wanted->scope;
    decision_rests_on_rules(decision, scope);
    decision_rests_on_policies(decision, scope);
    outcome->before = arena_copy(decision->arena, view_policy_at(decision->view, scope).body);
    outcome->after = (struct span){NULL, 0};
    if (!outcome->wanted->patch && !outcome->before.len)
        return true;
    if (!decision_may_write(decision, scope, err) ||
        (outcome->wanted->patch && !policy_merge(outcome->before, outcome->wanted->patch, &outcome->after,
                                                 decision->arena, err)))
        return false;
    if (!span_equal(outcome->before, outcome->after))
        decision_change(decision, CHANGE_POLICY, scope)->body = outcome->after;
    return true;
}

bool registry_set_policy(struct registry *registry, const struct policy_wish *wanted, struct span *before,
                         struct span *after, struct arena *arena, struct error *err)
{
    struct policy_outcome outcome = {.wanted = wanted};
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by, .dry = wanted->dry};
    if (!registry_decide(&decision, decide, &outcome, err))
        return false;
    *before = outcome.before;
    *after = outcome.after;
    return true;
}
