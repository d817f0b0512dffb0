/* SPDX-License-Identifier: Apache-2.0 */
/* Resources and the subjects they hold. Nothing can be associated yet, so every listing is empty; serializers
 * ask it before their first record and take an empty list for "named as ever". */
#include "api/handlers.h"
#include "api/reply.h"

static bool check_lifecycle(const struct call *call, struct error *err)
{
    struct span lifecycle = call_query(call, "lifecycle");
    return !lifecycle.len || span_equal(lifecycle, SPAN("STRONG")) || span_equal(lifecycle, SPAN("WEAK")) ||
           error_no_route(err);
}

bool get_associations_of_name(struct call *call, struct error *err)
{
    struct page page;
    return check_lifecycle(call, err) && call_page(call, PAGE_MAX, &page, err) &&
           reply_send(call, reply_array(call->arena), err);
}
