/* SPDX-License-Identifier: Apache-2.0 */
/* An empty prefix is one; an absent one is not. */
#include "api/selection.h"

struct selection selection_of(const struct call *call, struct span fallback)
{
    struct span prefix = call_query(call, "subjectPrefix");
    return selection_begin(call->view, prefix.ptr ? prefix : fallback, call->arena);
}
