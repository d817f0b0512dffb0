/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what is to be associated, and telling what was. */
#include "api/alias.h"
#include "api/associations.h"
#include "api/body.h"
#include "registry/rules.h"

static struct loose loose_of(const struct call *call, struct error *err)
{
    return (struct loose){call->body, call->arena, err};
}

bool lifecycle_read(const struct loose *loose, const struct text *json, enum lifecycle *lifecycle)
{
    struct span word;
    *lifecycle = LIFECYCLE_UNSET;
    if (!loose_string(loose, json, "lifecycle", &word))
        return false;
    if (span_equal(word, SPAN("STRONG")))
        *lifecycle = LIFECYCLE_STRONG;
    else if (span_equal(word, SPAN("WEAK")))
        *lifecycle = LIFECYCLE_WEAK;
    else if (word.ptr)
        return loose_mistyped(loose, "lifecycle", loose_member(json, "lifecycle"), "STRONG or WEAK");
    return true;
}

/* A bare name is of the context that the call says; then aliases are followed. */
static struct name meant(const struct call *call, struct span typed)
{
    struct name name = name_parse(typed), around = name_parse(call_query(call, "context"));
    AUTO_VIEW view = registry_view(call->registry);
    if (!span_starts(typed, SPAN(":.")))
        name.context = around.context;
    return name_parse(alias_target(view, name_text(name, call->arena), call->arena));
}

/* A schema that no version can be of fails where schemas are tried, after all that is asked of the wish. */
static void check_schema(const struct call *inner, struct wish *wish)
{
    struct error *fault = &wish->fault;
    fault->arena = inner->arena;
    if (rules_fit(wish->schema->rules, fault) && body_tags(inner, wish->schema, fault) &&
        body_type_named(wish->schema, fault))
        fault->code = 0;
}

/* A registration in place of a body. */
static bool read_schema(const struct call *call, const struct text *json, struct wish *wish,
                        struct error *err)
{
    struct call inner = *call;
    struct loose loose = loose_of(call, err);
    const struct text *schema = loose_member(json, "schema");
    bool has;
    if (!schema)
        return true;
    if (schema->kind != TEXT_OBJECT)
        return loose_mistyped(&loose, "schema", schema, "an object");
    inner.json = schema;
    inner.query_count = 0;
    wish->schema = arena_alloc(call->arena, sizeof *wish->schema);
    if (!body_registration(&inner, (struct name){.subject = SPAN("")}, wish->schema, err) ||
        !body_numbers(&inner, wish->schema, err) ||
        !loose_truth(&loose, json, "normalize", &has, &wish->schema->normalize))
        return false;
    /* The configuration is not asked. */
    wish->schema->plain = !wish->schema->normalize;
    check_schema(&inner, wish);
    return true;
}

bool wish_read(const struct call *call, const struct text *json, struct wish *wish, struct error *err)
{
    struct loose loose = loose_of(call, err);
    bool has, frozen;
    *wish = (struct wish){.schema = NULL};
    if (json->kind != TEXT_OBJECT)
        return loose_mistyped(&loose, "associations", json, "a list of objects");
    if (!loose_string(&loose, json, "subject", &wish->typed) ||
        !loose_string(&loose, json, "associationType", &wish->part) ||
        !lifecycle_read(&loose, json, &wish->lifecycle) ||
        !loose_truth(&loose, json, "frozen", &has, &frozen))
        return false;
    if (has)
        wish->frozen = frozen ? TRUTH_YES : TRUTH_NO;
    if (wish->typed.ptr)
        wish->subject = meant(call, wish->typed);
    return read_schema(call, json, wish, err);
}

bool associating_read(const struct call *call, const struct text *json, struct associating *wanted,
                      struct error *err)
{
    struct loose loose = loose_of(call, err);
    *wanted = (struct associating){.dry = call_query_true(call, "dryRun"), .by = call->origin};
    return loose_string(&loose, json, "resourceName", &wanted->resource_name) &&
           loose_string(&loose, json, "resourceNamespace", &wanted->resource_namespace) &&
           loose_string(&loose, json, "resourceId", &wanted->resource_id) &&
           loose_string(&loose, json, "resourceType", &wanted->resource_type);
}

static void put_known(struct reply *reply, const char *name, struct span value)
{
    if (value.len)
        reply_string(reply, name, value);
}

struct reply *reply_resource(const struct associating *resource, struct arena *arena)
{
    struct reply *reply = reply_object(arena);
    put_known(reply, "resourceName", resource->resource_name);
    put_known(reply, "resourceNamespace", resource->resource_namespace);
    put_known(reply, "resourceId", resource->resource_id);
    put_known(reply, "resourceType", resource->resource_type);
    return reply;
}

struct reply *reply_association(struct name subject, struct span part, bool strong, struct reply *schema,
                                struct arena *arena)
{
    struct reply *reply = reply_object(arena);
    reply_string(reply, "subject", name_text(subject, arena));
    reply_string(reply, "associationType", part);
    reply_string(reply, "lifecycle", strong ? SPAN("STRONG") : SPAN("WEAK"));
    if (schema)
        reply_member(reply, "schema", schema);
    return reply;
}
