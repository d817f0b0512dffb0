/* SPDX-License-Identifier: Apache-2.0 */
/* /retention: the policy of a subject, of a context, of every context. What is stored is
 * answered as it is. */
#include "registry/retention.h"

#include "api/body.h"
#include "api/handlers.h"

#include <assert.h>

static bool answer(struct call *call, struct span json)
{
    call->status = 200;
    call->reply = json.len ? arena_copy(call->arena, json) : SPAN("{}");
    return true;
}

/* A policy that is not there is no error at the default context. */
static bool is_named(struct name scope)
{
    return scope.context.len || scope.subject.len;
}

static bool get_scope(struct call *call, struct name scope, struct error *err)
{
    struct governing found = view_policy_at(call->view, scope);
    bool inherits = call_query_true(call, "defaultToGlobal");
    if (inherits)
        found = view_policy(call->view, scope);
    if (!found.policy && !inherits && is_named(scope))
        return error_no_policy(err, name_text(scope, call->arena));
    return answer(call, found.body);
}

/* What was stored, and what of it cannot act. */
static bool answer_stored(struct call *call, struct span json)
{
    struct buffer out = {.arena = call->arena};
    struct policy policy;
    bool read = policy_read(json, &policy, call->arena);
    assert(read);
    struct span warnings = policy_warnings(&policy, call->arena);
    if (!warnings.len)
        return answer(call, json);
    buffer_put(&out, span_first(json, json.len - 1));
    buffer_printf(&out, "%s\"warnings\":%.*s}", json.len > 2 ? "," : "", SPAN_ARGS(warnings));
    return answer(call, buffer_span(&out));
}

static bool put_scope(struct call *call, struct name scope, struct error *err)
{
    struct policy_wish wanted = {.scope = scope, .patch = call->json, .by = call->origin};
    struct span before, after;
    if (!name_valid_scope(scope))
        return error_subject_invalid(err, call->arg[0]);
    return registry_set_policy(call->registry, &wanted, &before, &after, call->arena, err) &&
           answer_stored(call, after);
}

static bool delete_scope(struct call *call, struct name scope, struct error *err)
{
    struct policy_wish wanted = {.scope = scope, .dry = call_query_true(call, "dryRun"), .by = call->origin};
    struct span before, after;
    if (!registry_set_policy(call->registry, &wanted, &before, &after, call->arena, err))
        return false;
    if (!before.len && is_named(scope))
        return error_no_policy(err, name_text(scope, call->arena));
    return answer(call, before);
}

bool get_retention(struct call *call, struct error *err)
{
    return get_scope(call, (struct name){0}, err);
}

bool put_retention(struct call *call, struct error *err)
{
    return put_scope(call, (struct name){0}, err);
}

bool delete_retention(struct call *call, struct error *err)
{
    return delete_scope(call, (struct name){0}, err);
}

bool get_subject_retention(struct call *call, struct error *err)
{
    return get_scope(call, call_arg_subject(call, 0), err);
}

bool put_subject_retention(struct call *call, struct error *err)
{
    return put_scope(call, call_arg_subject(call, 0), err);
}

bool delete_subject_retention(struct call *call, struct error *err)
{
    return delete_scope(call, call_arg_subject(call, 0), err);
}
