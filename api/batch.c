/* SPDX-License-Identifier: Apache-2.0 */
/* Many requests in one call: read as a list, answered one by one. */
#include "api/batch.h"

bool batch_read(const struct call *call, const struct text **list, struct error *err)
{
    struct loose loose = {call->body, call->arena, err};
    *list = loose_member(call->json, "requests");
    if (!*list || ((*list)->kind == TEXT_ARRAY && !(*list)->count))
        return error_association_invalid(err, "requests", SPAN("cannot be null or empty"));
    if ((*list)->kind != TEXT_ARRAY)
        return loose_mistyped(&loose, "requests", *list, "an array");
    if ((*list)->count > BATCH_MAX)
        return error_association_invalid(err, "requests", arena_printf(call->arena, "exceeds max size of %d",
                                                                       BATCH_MAX));
    for (size_t i = 0; i < (*list)->count; i++)
        if ((*list)->items[i].kind != TEXT_OBJECT)
            return loose_mistyped(&loose, "requests", &(*list)->items[i], "a list of objects");
    return true;
}

struct reply *batch_failed(const struct error *err, struct arena *arena)
{
    struct reply *entry = reply_object(arena), *error = reply_object(arena);
    reply_number(error, "error_code", err->code);
    reply_string(error, "message", err->message);
    reply_member(entry, "error", error);
    return entry;
}

struct reply *batch_done(struct reply *result, struct arena *arena)
{
    struct reply *entry = reply_object(arena);
    reply_member(entry, "result", result);
    return entry;
}

bool batch_answer(struct call *call, struct reply *results, struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    reply_member(reply, "results", results);
    if (!reply_send(call, reply, err))
        return false;
    call->status = 207;
    return true;
}

static bool fits(struct span *given, struct span stored)
{
    if (!given->len)
        *given = stored;
    return span_equal(*given, stored);
}

bool batch_fits(struct associating *resource, const struct association *row)
{
    return fits(&resource->resource_name, row->resource_name) &&
           fits(&resource->resource_namespace, row->resource_namespace) &&
           fits(&resource->resource_id, row->resource_id) &&
           fits(&resource->resource_type, row->resource_type);
}
