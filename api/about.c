/* SPDX-License-Identifier: Apache-2.0 */
/* The root: monitors and load balancers ask it whether anybody is there. */
#include "api/handlers.h"
#include "api/reply.h"

bool get_root(struct call *call, struct error *err)
{
    return reply_send(call, reply_object(call->arena), err);
}

bool post_root(struct call *call, struct error *err)
{
    return get_root(call, err);
}
