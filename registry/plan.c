/* SPDX-License-Identifier: Apache-2.0 */
/* Wishes against what is there, in the order in which clients are told. The second time, what the first has
 * led to (a schema that was registered) is no objection. */
#include "compat/schema.h"
#include "registry/planning.h"
#include "registry/references.h"
#include "registry/wish.h"

bool plan_may_write(const struct view *view, struct name subject, struct error *err)
{
    struct span context = subject.context.len ? subject.context : SPAN(".");
    return !mode_reads_only(view_settings(view, subject).mode) ||
           error_mode_read_only(err, subject.subject, context);
}

/* Those that are given, and those that a new one has anyway. */
static bool check_modes(const struct planning *planning, struct error *err)
{
    const struct associating *wanted = planning->wanted;
    for (size_t i = 0; i < wanted->count; i++) {
        const struct wish *wish = &wanted->wishes[i];
        struct name subject = wish->subject;
        if (!wish->typed.ptr && !wanted->create)
            continue;
        if (!wish->typed.ptr)
            subject = wish_default_subject(wanted, wish, planning->arena);
        if (!plan_may_write(planning->view, subject, err))
            return false;
    }
    return true;
}

static bool check_once(const struct planning *planning, struct error *err)
{
    const struct associating *wanted = planning->wanted;
    for (size_t i = 0; i < wanted->count; i++)
        for (size_t j = 0; j < i; j++)
            if (span_equal(wanted->wishes[i].part, wanted->wishes[j].part))
                return wish_refused(
                    "associationType",
                    arena_printf(planning->arena, "may only appear once per request, but '%.*s' appears more "
                                 "than once", SPAN_ARGS(wanted->wishes[i].part)), err);
    return true;
}

/* A trial may leave the id out: then the resource of that name that was touched last is meant. */
static struct span resource_meant(const struct planning *planning)
{
    const struct associating *wanted = planning->wanted;
    const struct association *last = NULL;
    if (wanted->resource_id.len)
        return wanted->resource_id;
    struct association_list list = associations_of_name(planning->view, wanted->resource_namespace,
                                                        wanted->resource_name, planning->arena);
    for (size_t i = 0; i < list.count; i++)
        if (!last || list.items[i]->updated > last->updated)
            last = list.items[i];
    return last ? last->resource_id : SPAN("");
}

struct seen {
    struct span part;
    bool strong;
};

static void see(struct seen *seen, size_t *count, struct span part, bool strong)
{
    for (size_t i = 0; i < *count; i++)
        if (span_equal(seen[i].part, part)) {
            seen[i].strong = strong;
            return;
        }
    seen[(*count)++] = (struct seen){part, strong};
}

/* What the resource has, by type, then what it is to have. */
static bool check_uniform(const struct planning *planning, struct error *err)
{
    const struct associating *wanted = planning->wanted;
    struct seen *seen = arena_array(planning->arena, planning->rows.count + wanted->count, sizeof *seen);
    struct buffer out = {.arena = planning->arena};
    static const struct span parts[] = {SPAN("key"), SPAN("value")};
    size_t count = 0, strong = 0;
    for (size_t part = 0; part < 2; part++)
        for (size_t i = 0; i < planning->rows.count; i++)
            if (span_equal(planning->rows.items[i]->part, parts[part]))
                see(seen, &count, parts[part], planning->rows.items[i]->strong);
    for (size_t i = 0; i < wanted->count; i++)
        if (!wanted->wishes[i].left_out)
            see(seen, &count, wanted->wishes[i].part, wanted->wishes[i].lifecycle == LIFECYCLE_STRONG);
    for (size_t i = 0; i < count; i++) {
        strong += seen[i].strong;
        buffer_printf(&out, "%s%.*s=%s", i ? ", " : "", SPAN_ARGS(seen[i].part),
                      seen[i].strong ? "STRONG" : "WEAK");
    }
    if (!strong || strong == count)
        return true;
    return wish_refused("lifecycle",
                        arena_printf(planning->arena, "all associations for a resource must have the same "
                                     "lifecycle, but got %.*s", SPAN_ARGS(buffer_span(&out))), err);
}

static bool refers(const struct registration *schema, struct name subject)
{
    for (size_t i = 0; schema && i < schema->reference_count; i++) {
        struct reference reference = schema->references[i];
        if (!reference.subject.ptr)
            reference.subject = SPAN("");
        if (name_equal(reference_target(schema->subject.context, &reference), subject))
            return true;
    }
    return false;
}

/* By any schema there is, or by one that comes along. */
static bool is_referred(const struct planning *planning, struct name subject)
{
    const struct associating *wanted = planning->wanted;
    const struct subject *found = view_subject(planning->view, subject);
    const struct version *version;
    for (size_t i = 0; i < wanted->count; i++)
        if (refers(wanted->wishes[i].schema, subject))
            return true;
    if (!found)
        return false;
    struct cursor cursor = subject_versions(planning->view, found);
    while ((version = cursor_version(&cursor)))
        if (version_referred(planning->view, version, true, NULL))
            return true;
    return false;
}

static bool check_subject(const struct planning *planning, const struct wish *wish, const struct plan *plan,
                          struct error *err)
{
    bool strong = wish->lifecycle == LIFECYCLE_STRONG;
    struct span subject = planning_text(planning, wish->subject);
    if (wish->schema && planning_imports(planning, wish->subject))
        return wish_refused("schema",
                            arena_printf(planning->arena, "cannot be provided while subject '%.*s' is in "
                                         "IMPORT mode", SPAN_ARGS(subject)), err);
    if (!wish->schema && !planning_live(planning, wish->subject))
        return error_no_live_version(err, subject);
    struct association_list list = associations_of_subject(planning->view, wish->subject, planning->arena);
    for (size_t i = 0; i < list.count; i++) {
        if (list.items[i] == plan->row)
            continue;
        if (strong)
            return error_subject_associated(err, subject);
        if (list.items[i]->strong)
            return error_subject_held_strongly(err, subject);
    }
    return !strong || !is_referred(planning, wish->subject) || error_subject_referenced(err, subject);
}

bool plan_wishes(const struct view *view, struct associating *wanted, const struct plan **plans,
                 struct arena *arena, struct error *err)
{
    struct planning planning = {.view = view, .wanted = wanted, .arena = arena};
    planning.plans = arena_array(arena, wanted->count, sizeof *planning.plans);
    *plans = planning.plans;
    planning.rows = associations_of_resource(view, resource_meant(&planning), arena);
    if (!check_modes(&planning, err) || !check_once(&planning, err))
        return false;
    for (size_t i = 0; i < wanted->count; i++)
        if (!plan_wish(&planning, i, err))
            return false;
    if (!check_uniform(&planning, err))
        return false;
    for (size_t i = 0; i < wanted->count; i++) {
        struct wish *wish = &wanted->wishes[i];
        if (wish->schema)
            wish->schema->subject = wish->subject;
    }
    for (size_t i = 0; i < wanted->count; i++)
        if (!wanted->wishes[i].left_out &&
            !check_subject(&planning, &wanted->wishes[i], &planning.plans[i], err))
            return false;
    return true;
}

bool plan_schemas(const struct view *view, const struct associating *wanted, struct arena *arena,
                  struct error *err)
{
    for (size_t i = 0; i < wanted->count; i++) {
        const struct wish *wish = &wanted->wishes[i];
        const struct complaint *complaints;
        if (!wish->schema || wish->left_out)
            continue;
        if (wish->fault.code)
            return error_pass(err, &wish->fault);
        if (!registry_try(view, wish->schema, ALL_VERSIONS, &complaints, arena, err))
            return false;
        if (complaints)
            return error_association_incompatible(err, complaints_join(complaints, arena));
    }
    return true;
}
