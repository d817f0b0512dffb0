/* SPDX-License-Identifier: Apache-2.0 */
/* Policies as a view holds them: by the scope they are stored at; and which of them governs a name. */
#include "registry/policies.h"

#include "registry/state.h"

#include <assert.h>
#include <stdlib.h>

int policies_by_scope(const void *a, const void *b)
{
    const struct policy_at *one = a, *other = b;
    return name_compare(one->name, other->name);
}

static struct policy_at *policy_at_new(struct making *making, const struct change *change)
{
    size_t size = change->context.len + change->subject.len + change->body.len;
    struct policy_at *policy = making_new(making, sizeof *policy + size, free);
    char *at = policy->bytes;
    AUTO_ARENA arena = arena_new();
    bool read = policy_read(change->body, &policy->policy, arena);
    assert(read);
    policy->name.context = span_keep(&at, change->context);
    policy->name.subject = span_keep(&at, change->subject);
    policy->body = span_keep(&at, change->body);
    policy->seq = change->seq;
    return policy;
}

void policies_put(struct state *state, const struct change *change, struct making *making)
{
    if (state->rules_seq < change->seq)
        state->rules_seq = change->seq;
    struct policy_at key = {.name = {change->context, change->subject}};
    const void *before = change->body.len ? table_put(&state->policies, policy_at_new(making, change), making)
                                          : table_take(&state->policies, &key, making);
    if (before)
        making_drop(making, (void *)(uintptr_t)before, free);
}

struct governing view_policy_at(const struct view *view, struct name scope)
{
    const struct policy_at *found = table_find(&view->state.policies, &(struct policy_at){.name = scope});
    if (!found)
        return (struct governing){.policy = NULL};
    return (struct governing){&found->policy, found->name, found->body, found->seq};
}

struct governing view_policy(const struct view *view, struct name name)
{
    const struct name scopes[] = {name, {.context = name.context}, {.context = SPAN(".__GLOBAL")}};
    struct governing found = {.policy = NULL};
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes && !found.policy; i++)
        found = view_policy_at(view, scopes[i]);
    return found;
}

bool subject_under_policy(const struct view *view, struct name subject)
{
    struct governing governing = view_policy(view, subject);
    return governing.policy && policy_acts(governing.policy);
}
