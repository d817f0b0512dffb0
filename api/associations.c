/* SPDX-License-Identifier: Apache-2.0 */
/* /associations: resources and the subjects they hold, asked for, made, met again, taken apart. */
#include "api/associations.h"

#include "api/handlers.h"

/* ---- asking */

const struct span *query_all(const struct call *call, const char *name, size_t *count)
{
    struct span *all = arena_array(call->arena, call->query_count, sizeof *all);
    *count = 0;
    for (size_t i = 0; i < call->query_count; i++)
        if (span_equal(call->query[i].name, span_of(name)) && call->query[i].value.len)
            all[(*count)++] = call->query[i].value;
    return all;
}

bool asked_read(const struct call *call, bool listing, struct asked *asked, struct error *err)
{
    size_t count;
    const struct span *lifecycles = query_all(call, "lifecycle", &count);
    struct span type = call_query(call, "resourceType");
    *asked = (struct asked){.any = count == 0};
    asked->type = type.len ? type : listing ? (struct span){NULL, 0} : SPAN("topic");
    asked->parts = query_all(call, "associationType", &asked->part_count);
    for (size_t i = 0; i < count; i++) {
        bool none = span_equal(lifecycles[i], SPAN("NONE")) && listing;
        bool weak = span_equal(lifecycles[i], SPAN("WEAK"));
        bool strong = span_equal(lifecycles[i], SPAN("STRONG"));
        if (!none && !weak && !strong)
            return error_no_route(err);
        asked->none |= none;
        asked->weak |= weak;
        asked->strong |= strong;
    }
    return true;
}

bool asked_part(const struct asked *asked, const struct association *row)
{
    bool found = !asked->part_count;
    for (size_t i = 0; i < asked->part_count; i++)
        found |= span_equal(asked->parts[i], row->part);
    return found && (!asked->type.ptr || span_equal(asked->type, row->resource_type));
}

bool asked_lifecycle(const struct asked *asked, const struct association *row)
{
    return asked->any || (row->strong ? asked->strong : asked->weak);
}

static void put_member(struct buffer *out, const char *name, struct span value)
{
    buffer_printf(out, ",\"%s\":", name);
    text_quote(out, value);
}

void association_put(struct buffer *out, const struct association *row)
{
    buffer_put(out, SPAN("{\"subject\":"));
    text_quote(out, name_text(row->subject, out->arena));
    put_member(out, "guid", row->guid);
    put_member(out, "resourceName", row->resource_name);
    put_member(out, "resourceNamespace", row->resource_namespace);
    put_member(out, "resourceId", row->resource_id);
    put_member(out, "resourceType", row->resource_type);
    put_member(out, "associationType", row->part);
    put_member(out, "lifecycle", row->strong ? SPAN("STRONG") : SPAN("WEAK"));
    buffer_printf(out, ",\"createTs\":%lld,\"updateTs\":%lld}", (long long)row->created,
                  (long long)row->updated);
}

static bool answer_list(struct call *call, struct association_list list, const struct asked *asked,
                        struct error *err)
{
    struct page page;
    struct buffer out = {.arena = call->arena};
    if (!call_page(call, PAGE_MAX, &page, err))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        const struct association *row = list.items[i];
        if (!asked_part(asked, row) || !asked_lifecycle(asked, row) || !page_takes(&page))
            continue;
        buffer_byte(&out, out.len ? ',' : '[');
        association_put(&out, row);
    }
    buffer_put(&out, out.len ? SPAN("]") : SPAN("[]"));
    call->status = 200;
    call->reply = buffer_span(&out);
    return true;
}

bool get_associations_of_subject(struct call *call, struct error *err)
{
    struct asked asked;
    struct association_list list;
    list = associations_of_subject(call->view, call_arg_subject(call, 0), call->arena);
    return asked_read(call, false, &asked, err) && answer_list(call, list, &asked, err);
}

bool get_associations_of_resource(struct call *call, struct error *err)
{
    struct asked asked;
    return asked_read(call, false, &asked, err) &&
           answer_list(call, associations_of_resource(call->view, call->arg[0], call->arena), &asked, err);
}

/* Who asks for any name, asks for any type. */
bool get_associations_of_name(struct call *call, struct error *err)
{
    struct asked asked;
    if (!asked_read(call, false, &asked, err))
        return false;
    if (span_equal(call->arg[0], SPAN("-")) || span_equal(call->arg[1], SPAN("-")))
        asked.type = (struct span){NULL, 0};
    struct association_list list = associations_of_name(call->view, call->arg[0], call->arg[1], call->arena);
    return answer_list(call, list, &asked, err);
}

/* ---- writing */

static bool read_wishes(const struct call *call, struct associating *wanted, struct error *err)
{
    const struct text *list = loose_member(call->json, "associations");
    struct loose loose = {call->body, call->arena, err};
    if (!associating_read(call, call->json, wanted, err))
        return false;
    if (list && list->kind != TEXT_ARRAY)
        return loose_mistyped(&loose, "associations", list, "an array");
    wanted->count = list ? list->count : 0;
    wanted->wishes = arena_array(call->arena, wanted->count, sizeof *wanted->wishes);
    for (size_t i = 0; i < wanted->count; i++)
        if (!wish_read(call, &list->items[i], &wanted->wishes[i], err))
            return false;
    return true;
}

/* What stood already as it was asked for is not told again. */
static bool answer_wishes(struct call *call, const struct associating *wanted, struct error *err)
{
    struct reply *reply = reply_resource(wanted, call->arena), *list = reply_array(call->arena);
    bool any = false;
    for (size_t i = 0; i < wanted->count && !wanted->dry; i++) {
        const struct wish *wish = &wanted->wishes[i];
        struct reply *schema = wish->registered ? reply_schema(call, &wish->got) : NULL;
        if (wish->left_out)
            continue;
        bool strong = wish->lifecycle == LIFECYCLE_STRONG;
        reply_add(list, reply_association(wish->subject, wish->part, strong, schema, call->arena));
        any = true;
    }
    if (any)
        reply_member(reply, "associations", list);
    return reply_send(call, reply, err);
}

bool post_associations(struct call *call, struct error *err)
{
    struct associating wanted;
    if (!read_wishes(call, &wanted, err))
        return false;
    wanted.create = true;
    return registry_associate(call->registry, &wanted, call->arena, err) && answer_wishes(call, &wanted, err);
}

bool put_associations(struct call *call, struct error *err)
{
    struct associating wanted;
    if (!read_wishes(call, &wanted, err))
        return false;
    if (wanted.resource_id.len && !span_equal(wanted.resource_id, call->arg[0]))
        return error_association_invalid(err, "resourceId",
                                         SPAN("Resource ID in the path parameter does not match the resource "
                                              "ID in the request body"));
    wanted.resource_id = call->arg[0];
    return registry_associate(call->registry, &wanted, call->arena, err) && answer_wishes(call, &wanted, err);
}

bool delete_associations(struct call *call, struct error *err)
{
    size_t count;
    const struct span *parts = query_all(call, "associationType", &count);
    struct span type = call_query(call, "resourceType");
    struct dissociating wanted = {
        .resource_id = call->arg[0], .resource_type = type.len ? type : SPAN("topic"), .part_count = count,
        .cascade = call_query_true(call, "cascadeLifecycle"), .dry = call_query_true(call, "dryRun"),
        .by = call->origin};
    struct parting *partings = arena_array(call->arena, count, sizeof *partings);
    for (size_t i = 0; i < count; i++)
        partings[i] = (struct parting){parts[i], wanted.cascade};
    wanted.parts = partings;
    if (!registry_dissociate(call->registry, &wanted, call->arena, err))
        return false;
    call->status = 204;
    return true;
}
