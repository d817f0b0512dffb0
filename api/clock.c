/* SPDX-License-Identifier: Apache-2.0 */
/* /test/clock: what a test says the time is. Without a manual clock there is no such path. */
#include "base/clock.h"

#include "api/handlers.h"
#include "api/reply.h"
#include "api/strict.h"
#include "base/moment.h"
#include "registry/sweep.h"

bool get_test_clock(struct call *call, struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    reply_string(reply, "now", moment_text(clock_now(), call->arena));
    return reply_send(call, reply, err);
}

bool post_test_clock(struct call *call, struct error *err)
{
    static const struct strict_member members[] = {{"now", TEXT_STRING}, {"allowBack", TEXT_BOOLEAN}};
    int64_t now;
    if (!strict_read(call, members, sizeof members / sizeof *members, err) ||
        !strict_moment(call, "now", &now, err))
        return false;
    if (now < 0)
        return error_retention_request(err, SPAN("'now' is before 1970"));
    const struct text *back = strict_member(call, "allowBack");
    return registry_set_clock(call->registry, now, back && back->truth, err) &&
           registry_sweep(call->registry, err) && registry_write_down(call->registry, err) &&
           get_test_clock(call, err);
}
