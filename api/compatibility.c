/* SPDX-License-Identifier: Apache-2.0 */
/* /compatibility: would this schema be accepted, and if not, why? */
#include "api/body.h"
#include "api/handlers.h"
#include "api/reply.h"

static bool is_invalid_schema(const struct error *err)
{
    return err->code == 42201;
}

static bool answer(struct call *call, const struct complaint *complaints, struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    reply_truth(reply, "is_compatible", !complaints);
    if (call_query_true(call, "verbose")) {
        struct reply *messages = reply_array(call->arena);
        for (const struct complaint *each = complaints; each; each = each->next)
            reply_add_string(messages, each->text);
        reply_member(reply, "messages", messages);
    }
    return reply_send(call, reply, err);
}

/* To a client that asks for reasons an invalid schema is one; to any other it is an error. */
static bool try_version(struct call *call, int version, struct error *err)
{
    struct registration wanted;
    const struct complaint *complaints = NULL;
    if (!body_registration(call, call_arg_subject(call, 0), &wanted, err))
        return false;
    if (body_tried(call, &wanted, err) &&
        registry_try(call->view, &wanted, version, &complaints, call->arena, err))
        return answer(call, complaints, err);
    if (!is_invalid_schema(err) || !call_query_true(call, "verbose"))
        return false;
    struct complaint reason = {.text = err->message};
    return answer(call, &reason, err);
}

bool post_compatibility_version(struct call *call, struct error *err)
{
    int version;
    return call_arg_version(call, 1, &version, err) && try_version(call, version, err);
}

bool post_compatibility(struct call *call, struct error *err)
{
    return try_version(call, ALL_VERSIONS, err);
}
