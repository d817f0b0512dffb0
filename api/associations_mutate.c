/* SPDX-License-Identifier: Apache-2.0 */
/* /associations:batchMutate: operations on many resources. Of one request, neighbours of one kind stand or
 * fall together, and what came before them stays. */
#include "api/batch.h"
#include "api/handlers.h"

enum operation { OP_CREATE, OP_UPSERT, OP_DELETE, OPERATIONS };

struct mutation {
    struct associating resource;        /* wishes of deletions have a type alone */
    enum operation *operations;
    bool *cascades;
    size_t *told;                       /* bytes of all schemas that are told in the answer */
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
                    err, "associationType",
                    arena_printf(call->arena, "may only appear once per request, but '%.*s' appears more "
                                 "than once", SPAN_ARGS(wish->part)));
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

static struct reply *registered_here(const struct call *call, const struct mutation *mutation,
                                     const struct association *row)
{
    for (size_t i = 0; i < mutation->resource.count; i++) {
        const struct wish *wish = &mutation->resource.wishes[i];
        if (!wish->registered || !span_equal(wish->part, row->part) ||
            !name_equal(wish->subject, row->subject))
            continue;
        *mutation->told += wish->got.text.len + wish->got.references.len + wish->got.metadata.len +
                           wish->got.rules.len;
        return reply_schema(call, &wish->got);
    }
    return NULL;
}

/* All rows that the resource has now. */
static bool tell_rows(const struct call *call, struct mutation *mutation, struct reply **result,
                      struct error *err)
{
    struct associating *resource = &mutation->resource;
    struct reply *rows = reply_array(call->arena);
    AUTO_VIEW view = registry_view(call->registry);
    struct association_list list = associations_of_resource(view, resource->resource_id, call->arena);
    for (size_t i = 0; i < list.count; i++) {
        const struct association *row = list.items[i];
        if (!batch_fits(resource, row))
            return error_associations_put(err, SPAN(BATCH_DIFFERENT));
        reply_add(rows, reply_association(row->subject, row->part, row->strong,
                                          registered_here(call, mutation, row), call->arena));
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
    struct reply *result = NULL;
    if (call_bears(call, *mutation->told, &own) && check_mutation(call, mutation, &own) &&
        mutate_groups(call, mutation, &own) && tell_rows(call, mutation, &result, &own))
        return batch_done(result, call->arena);
    rename_failure(&own);
    return batch_failed(&own, call->arena);
}

/* What one of them took is let go of before the next; what is told of it stays. */
static void mutate_apart(const struct call *call, struct mutation *mutation, struct reply *results)
{
    AUTO_ARENA own = arena_new();
    struct call apart = *call;
    apart.arena = own;
    reply_add(results, mutate(&apart, mutation));
}

bool post_associations_mutate(struct call *call, struct error *err)
{
    const struct text *list;
    if (!batch_read(call, &list, err))
        return false;
    struct mutation *mutations = arena_array(call->arena, list->count, sizeof *mutations);
    size_t told = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!read_mutation(call, &list->items[i], &mutations[i], err))
            return false;
        mutations[i].told = &told;
    }
    struct reply *results = reply_array(call->arena);
    for (size_t i = 0; i < list->count; i++)
        mutate_apart(call, &mutations[i], results);
    return batch_answer(call, results, err);
}
