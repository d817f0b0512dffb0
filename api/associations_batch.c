/* SPDX-License-Identifier: Apache-2.0 */
/* /associations:batchGet: the rows of many resources. */
#include "api/batch.h"
#include "api/handlers.h"

static struct reply *latest_of(const struct call *call, struct name name, size_t *told)
{
    const struct subject *subject = view_subject(call->view, name);
    const struct version *version = subject ? subject_latest(subject) : NULL;
    if (!version)
        return NULL;
    const struct record_row *row = &version->record->row;
    *told += row->text.len + row->references.len + row->metadata.len + row->rules.len;
    return reply_schema(call,
                        &(struct registered){.subject = version->subject, .version = version->number,
                                             .id = version->record->id, .guid = row->guid, .type = row->type,
                                             .text = row->text, .references = row->references,
                                             .metadata = row->metadata, .rules = row->rules, .stored = true,
                                             .ts = version->row.ts});
}

struct wanted {
    struct associating resource;
    struct asked asked;
    size_t *told;               /* bytes of all schemas that are told */
};

static bool read_wanted(const struct call *call, const struct text *json, struct wanted *wanted,
                        struct error *err)
{
    struct loose loose = {call->body, call->arena, err};
    enum lifecycle lifecycle;
    *wanted = (struct wanted){.asked.any = true};
    if (!associating_read(call, json, &wanted->resource, err) || !lifecycle_read(&loose, json, &lifecycle) ||
        !loose_set(&loose, "associationTypes", loose_member(json, "associationTypes"), &wanted->asked.parts,
                   &wanted->asked.part_count))
        return false;
    wanted->asked.any = !lifecycle;
    wanted->asked.strong = lifecycle == LIFECYCLE_STRONG;
    wanted->asked.weak = lifecycle == LIFECYCLE_WEAK;
    if (!wanted->resource.resource_type.len)
        wanted->resource.resource_type = SPAN("topic");
    wanted->asked.type = wanted->resource.resource_type;
    return true;
}

static bool get_one(const struct call *call, struct wanted *wanted, struct reply **result, struct error *err)
{
    struct associating *resource = &wanted->resource;
    struct arena *arena = call->arena;
    struct association_list list;
    bool schemas = call_query_true(call, "includeSchemas"), any = false;
    if (!resource->resource_id.len && !resource->resource_name.len)
        return error_associations_get(err, "property: resourceId; detail: either resourceId or "
                                             "resourceName must be specified");
    if (!resource->resource_id.len && !resource->resource_namespace.len)
        return error_associations_get(err, "property: resourceNamespace; detail: resourceNamespace is "
                                             "required when resourceName is specified");
    list = resource->resource_id.len ? associations_of_resource(call->view, resource->resource_id, arena)
                                     : associations_of_name(call->view, resource->resource_namespace,
                                                            resource->resource_name, arena);
    struct reply *rows = reply_array(arena);
    for (size_t i = 0; i < list.count; i++) {
        const struct association *row = list.items[i];
        if (!asked_part(&wanted->asked, row) || !asked_lifecycle(&wanted->asked, row))
            continue;
        if (!batch_fits(resource, row))
            return error_associations_get(err, BATCH_DIFFERENT);
        struct reply *schema = schemas ? latest_of(call, row->subject, wanted->told) : NULL;
        if (!call_bears(call, *wanted->told, err))
            return false;
        reply_add(rows, reply_association(row->subject, row->part, row->strong, schema, arena));
        any = true;
    }
    *result = reply_resource(resource, arena);
    if (any)
        reply_member(*result, "associations", rows);
    return true;
}

bool post_associations_get(struct call *call, struct error *err)
{
    const struct text *list;
    if (!batch_read(call, &list, err))
        return false;
    struct wanted *wanted = arena_array(call->arena, list->count, sizeof *wanted);
    size_t told = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!read_wanted(call, &list->items[i], &wanted[i], err))
            return false;
        wanted[i].told = &told;
    }
    struct reply *results = reply_array(call->arena);
    for (size_t i = 0; i < list->count; i++) {
        struct error own = {.arena = call->arena};
        struct reply *result = NULL;
        reply_add(results, get_one(call, &wanted[i], &result, &own) ? batch_done(result, call->arena)
                                                                    : batch_failed(&own, call->arena));
    }
    return batch_answer(call, results, err);
}
