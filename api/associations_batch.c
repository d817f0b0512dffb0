/* SPDX-License-Identifier: Apache-2.0 */
/* /associations:batchGet and :batchMutate: many resources in one call, each with an answer or an error of its
 * own. */
#include "api/associations.h"
#include "api/handlers.h"

/* ---- what both share */

#define DIFFERENT "All associations must have the same resourceName, resourceNamespace, resourceId, and resourceType."

static bool read_requests(const struct call *call, const struct text **list, struct error *err)
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

static struct reply *failed(const struct error *err, struct arena *arena)
{
    struct reply *entry = reply_object(arena), *error = reply_object(arena);
    reply_number(error, "error_code", err->code);
    reply_string(error, "message", err->message);
    reply_member(entry, "error", error);
    return entry;
}

static struct reply *done(struct reply *result, struct arena *arena)
{
    struct reply *entry = reply_object(arena);
    reply_member(entry, "result", result);
    return entry;
}

static bool answer_each(struct call *call, struct reply *results, struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    reply_member(reply, "results", results);
    if (!reply_send(call, reply, err))
        return false;
    call->status = 207;
    return true;
}

/* What is not given is taken from the row; what is given must be what the row says. */
static bool fits(struct span *given, struct span stored)
{
    if (!given->len)
        *given = stored;
    return span_equal(*given, stored);
}

static bool fits_row(struct associating *resource, const struct association *row)
{
    return fits(&resource->resource_name, row->resource_name) &&
           fits(&resource->resource_namespace, row->resource_namespace) &&
           fits(&resource->resource_id, row->resource_id) && fits(&resource->resource_type, row->resource_type);
}

static struct reply *latest_of(const struct view *view, struct name name, struct arena *arena)
{
    const struct subject *subject = view_subject(view, name);
    const struct version *version = subject ? subject_latest(subject) : NULL;
    if (!version)
        return NULL;
    const struct record_row *row = &version->record->row;
    return reply_schema(&(struct registered){.subject = version->subject, .version = version->number,
                                             .id = version->record->id, .guid = row->guid, .type = row->type,
                                             .text = row->text, .references = row->references,
                                             .metadata = row->metadata, .rules = row->rules, .stored = true,
                                             .ts = version->row.ts},
                        arena);
}

/* ---- getting */

struct wanted {
    struct associating resource;
    struct asked asked;
};

static bool read_wanted(const struct call *call, const struct text *json, struct wanted *wanted, struct error *err)
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
        return error_associations_get(err, "property: resourceId; detail: either resourceId or resourceName must "
                                           "be specified");
    if (!resource->resource_id.len && !resource->resource_namespace.len)
        return error_associations_get(err, "property: resourceNamespace; detail: resourceNamespace is required "
                                           "when resourceName is specified");
    list = resource->resource_id.len ? associations_of_resource(call->view, resource->resource_id, arena)
                                     : associations_of_name(call->view, resource->resource_namespace,
                                                            resource->resource_name, arena);
    struct reply *rows = reply_array(arena);
    for (size_t i = 0; i < list.count; i++) {
        const struct association *row = list.items[i];
        if (!asked_part(&wanted->asked, row) || !asked_lifecycle(&wanted->asked, row))
            continue;
        if (!fits_row(resource, row))
            return error_associations_get(err, DIFFERENT);
        reply_add(rows, reply_association(row->subject, row->part, row->strong,
                                          schemas ? latest_of(call->view, row->subject, arena) : NULL, arena));
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
    if (!read_requests(call, &list, err))
        return false;
    struct wanted *wanted = arena_array(call->arena, list->count, sizeof *wanted);
    for (size_t i = 0; i < list->count; i++)
        if (!read_wanted(call, &list->items[i], &wanted[i], err))
            return false;
    struct reply *results = reply_array(call->arena);
    for (size_t i = 0; i < list->count; i++) {
        struct error own = {.arena = call->arena};
        struct reply *result;
        reply_add(results, get_one(call, &wanted[i], &result, &own) ? done(result, call->arena)
                                                                    : failed(&own, call->arena));
    }
    return answer_each(call, results, err);
}

/* ---- mutating */

enum operation { OP_CREATE, OP_UPSERT, OP_DELETE, OPERATIONS };

struct mutation {
    struct associating resource;        /* wishes of deletions have a type alone */
    enum operation *operations;
    bool *cascades;
};

static bool read_operation(const struct loose *loose, const struct text *json, enum operation *operation)
{
    static const char *const words[OPERATIONS] = {"CREATE", "UPSERT", "DELETE"};
    struct span word;
    if (json->kind != TEXT_OBJECT)
        return loose_mistyped(loose, "associations", json, "a list of objects");
    if (!loose_string(loose, json, "opType", &word))
        return false;
    for (*operation = 0; *operation < OPERATIONS; (*operation)++)
        if (span_equal(word, span_of(words[*operation])))
            return true;
    const struct text *found = loose_member(json, "opType");
    return loose_mistyped(loose, "opType", found ? found : json, "CREATE, UPSERT or DELETE");
}

static bool read_mutation(const struct call *call, const struct text *json, struct mutation *mutation,
                          struct error *err)
{
    struct loose loose = {call->body, call->arena, err};
    const struct text *list = loose_member(json, "associations");
    struct associating *resource = &mutation->resource;
    bool has;
    if (!associating_read(call, json, resource, err))
        return false;
    if (list && list->kind != TEXT_ARRAY)
        return loose_mistyped(&loose, "associations", list, "an array");
    resource->count = list ? list->count : 0;
    resource->wishes = arena_array(call->arena, resource->count, sizeof *resource->wishes);
    mutation->operations = arena_array(call->arena, resource->count, sizeof *mutation->operations);
    mutation->cascades = arena_array(call->arena, resource->count, sizeof *mutation->cascades);
    for (size_t i = 0; i < resource->count; i++)
        if (!read_operation(&loose, &list->items[i], &mutation->operations[i]) ||
            !wish_read(call, &list->items[i], &resource->wishes[i], err) ||
            !loose_truth(&loose, &list->items[i], "cascadeLifecycle", &has, &mutation->cascades[i]))
            return false;
    return true;
}

/* A type may occur once. */
static bool check_mutation(const struct call *call, struct mutation *mutation, struct error *err)
{
    struct associating *resource = &mutation->resource;
    if (!associating_names(resource, call->arena, err))
        return false;
    if (!resource->count)
        return error_association_invalid(err, "associations", SPAN("cannot be null or empty"));
    for (size_t i = 0; i < resource->count; i++) {
        struct wish *wish = &resource->wishes[i];
        if (!wish->part.ptr)
            wish->part = SPAN("value");
        for (size_t j = 0; j < i; j++)
            if (span_equal(wish->part, resource->wishes[j].part))
                return error_association_invalid(
                    err, "associationType", arena_printf(call->arena, "may only appear once per request, but '%.*s' "
                                                         "appears more than once", SPAN_ARGS(wish->part)));
    }
    return true;
}

static bool remove_group(const struct call *call, const struct mutation *mutation, size_t from, size_t count,
                         struct error *err)
{
    const struct associating *resource = &mutation->resource;
    struct parting *partings = arena_array(call->arena, count, sizeof *partings);
    struct dissociating wanted = {
        .resource_id = resource->resource_id, .resource_type = resource->resource_type, .parts = partings,
        .part_count = count, .dry = resource->dry, .silent = true, .by = call->origin};
    for (size_t i = 0; i < count; i++)
        partings[i] = (struct parting){resource->wishes[from + i].part, mutation->cascades[from + i]};
    return registry_dissociate(call->registry, &wanted, call->arena, err);
}

/* Neighbours of one kind are checked and written together. */
static bool mutate_groups(const struct call *call, const struct mutation *mutation, struct error *err)
{
    const struct associating *resource = &mutation->resource;
    for (size_t from = 0, next; from < resource->count; from = next) {
        enum operation operation = mutation->operations[from];
        for (next = from; next < resource->count && mutation->operations[next] == operation; next++)
            ;
        struct associating group = *resource;
        group.create = operation == OP_CREATE;
        group.wishes += from;
        group.count = next - from;
        bool written = operation == OP_DELETE ? remove_group(call, mutation, from, group.count, err)
                                              : registry_associate(call->registry, &group, call->arena, err);
        if (!written)
            return false;
    }
    return true;
}

static struct reply *registered_here(const struct mutation *mutation, const struct association *row,
                                     struct arena *arena)
{
    for (size_t i = 0; i < mutation->resource.count; i++) {
        const struct wish *wish = &mutation->resource.wishes[i];
        if (wish->registered && span_equal(wish->part, row->part) && name_equal(wish->subject, row->subject))
            return reply_schema(&wish->got, arena);
    }
    return NULL;
}

/* All rows that the resource has now. */
static bool tell_rows(const struct call *call, struct mutation *mutation, struct reply **result, struct error *err)
{
    struct associating *resource = &mutation->resource;
    struct reply *rows = reply_array(call->arena);
    AUTO_VIEW view = registry_view(call->registry);
    struct association_list list = associations_of_resource(view, resource->resource_id, call->arena);
    for (size_t i = 0; i < list.count; i++) {
        const struct association *row = list.items[i];
        if (!fits_row(resource, row))
            return error_associations_put(err, SPAN(DIFFERENT));
        reply_add(rows, reply_association(row->subject, row->part, row->strong,
                                          registered_here(mutation, row, call->arena), call->arena));
    }
    *result = reply_resource(resource, call->arena);
    if (list.count && !resource->dry)
        reply_member(*result, "associations", rows);
    return true;
}

/* Failures in the words of a batch. */
static void rename_failure(struct error *err)
{
    static const int told[] = {42212, 40901, 40903, 40904, 40905, 40907, 40908, 42206};
    struct span message = err->message;
    const struct span ready = SPAN("Error while creating association: ");
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (err->code == told[i])
            return;
    if (span_starts(message, ready))
        return;
    if (err->code == 42201)
        err->code = 42212;
    else if (err->code == 42209)
        (void)error_write_too_large(err);
    else
        (void)error_associations_put(err, message);
}

static struct reply *mutate(const struct call *call, struct mutation *mutation)
{
    struct error own = {.arena = call->arena};
    struct reply *result;
    if (check_mutation(call, mutation, &own) && mutate_groups(call, mutation, &own) &&
        tell_rows(call, mutation, &result, &own))
        return done(result, call->arena);
    rename_failure(&own);
    return failed(&own, call->arena);
}

bool post_associations_mutate(struct call *call, struct error *err)
{
    const struct text *list;
    if (!read_requests(call, &list, err))
        return false;
    struct mutation *mutations = arena_array(call->arena, list->count, sizeof *mutations);
    for (size_t i = 0; i < list->count; i++)
        if (!read_mutation(call, &list->items[i], &mutations[i], err))
            return false;
    struct reply *results = reply_array(call->arena);
    for (size_t i = 0; i < list->count; i++)
        reply_add(results, mutate(call, &mutations[i]));
    return answer_each(call, results, err);
}
