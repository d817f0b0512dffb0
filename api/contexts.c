/* SPDX-License-Identifier: Apache-2.0 */
/* /contexts: which there are. One comes with its first registration and goes when it is asked to, once it is
 * empty; the default context is always there. */
#include "api/dialect.h"
#include "api/handlers.h"
#include "api/prefix.h"
#include "api/reply.h"

bool get_contexts(struct call *call, struct error *err)
{
    struct page page;
    if (!call_page(call, 0, &page, err))
        return false;
    struct span prefix = SPAN(""), context = SPAN(".");
    if (call->dialect->context_prefix)
        prefix = call_query(call, "contextPrefix");
    struct reply *list = reply_array(call->arena);
    struct cursor cursor = view_contexts(call->view);
    do {
        if (span_starts(context, prefix) && page_takes(&page))
            reply_add_string(list, context);
    } while (page.most && cursor_context(&cursor, &context));
    return reply_send(call, list, err);
}

bool delete_context(struct call *call, struct error *err)
{
    struct context_removal wanted = {.dry = call_query_true(call, "dryRun"), .by = call->origin};
    if (!prefix_context(call->arg[0], &wanted.context, call->arena))
        return error_context_name(err, wanted.context);
    if (!registry_remove_context(call->registry, &wanted, call->arena, err))
        return false;
    call->status = 204;
    return true;
}
