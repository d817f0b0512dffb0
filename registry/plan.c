/* SPDX-License-Identifier: Apache-2.0 */
/* Wishes against what is there, in the order in which clients are told. The second time, what the first has
 * led to (a schema that was registered) is no objection. */
#include "registry/plan.h"

#include "registry/references.h"
#include "registry/wish.h"

#include "compat/schema.h"

struct planning {
    const struct view *view;
    struct associating *wanted;
    struct plan *plans;
    struct association_list rows;       /* of the resource */
    struct arena *arena;
};

static struct span text(const struct planning *planning, struct name subject)
{
    return name_text(subject, planning->arena);
}

static bool is_importing(const struct planning *planning, struct name subject)
{
    return view_settings(planning->view, subject).mode == MODE_IMPORT;
}

static int live_count(const struct planning *planning, struct name subject)
{
    const struct subject *found = view_subject(planning->view, subject);
    return found ? subject_live_count(found) : 0;
}

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
                return wish_refused("associationType",
                                    arena_printf(planning->arena, "may only appear once per request, but '%.*s' "
                                                 "appears more than once", SPAN_ARGS(wanted->wishes[i].part)),
                                    err);
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

static const struct association *row_met(const struct planning *planning, const struct wish *wish)
{
    for (size_t i = 0; i < planning->rows.count; i++) {
        const struct association *row = planning->rows.items[i];
        if (span_equal(row->resource_type, planning->wanted->resource_type) && span_equal(row->part, wish->part))
            return row;
    }
    return NULL;
}

/* ---- one wish that meets a row */

static bool is_equivalent(const struct wish *wish, const struct association *row)
{
    return (!wish->typed.ptr || name_equal(wish->subject, row->subject)) &&
           (!wish->lifecycle || (wish->lifecycle == LIFECYCLE_STRONG) == row->strong) &&
           (!wish->frozen || (wish->frozen == TRUTH_YES) == row->strong);
}

/* The live version that a schema is; 0: none. */
static int version_of(const struct planning *planning, const struct wish *wish, struct name subject)
{
    struct registration wanted = *wish->schema;
    struct registered got;
    struct error unheard = {.arena = planning->arena};
    wanted.subject = subject;
    return registry_lookup(planning->view, &wanted, false, &got, planning->arena, &unheard) ? got.version : 0;
}

static bool meet_again(const struct planning *planning, struct wish *wish, const struct association *row,
                       struct error *err)
{
    wish->left_out = is_equivalent(wish, row) && (!wish->schema || version_of(planning, wish, row->subject));
    return wish->left_out || error_resource_associated(err, row->part, row->resource_name);
}

static bool check_update(const struct planning *planning, const struct wish *wish, const struct association *row,
                         struct error *err)
{
    if (!wish->lifecycle && !wish->schema)
        return wish_refused("lifecycle", SPAN("at least lifecycle or schema must be provided for update"), err);
    if (wish->typed.ptr && !name_equal(wish->subject, row->subject))
        return wish_refused("subject",
                            arena_printf(planning->arena, "subject of association cannot be changed from '%.*s' "
                                         "to '%.*s'", SPAN_ARGS(text(planning, row->subject)),
                                         SPAN_ARGS(text(planning, wish->subject))), err);
    if (wish->frozen && (wish->frozen == TRUTH_YES) != row->strong)
        return wish_refused("frozen", SPAN("frozen attribute of association cannot be changed"), err);
    return true;
}

/* ---- what holds for any wish that is not left out */

/* Fills subject and lifecycle, and holds them against each other. */
static bool fill(const struct planning *planning, struct wish *wish, const struct association *row,
                 struct error *err)
{
    struct arena *arena = planning->arena;
    struct name own = wish_default_subject(planning->wanted, wish, arena);
    if (!wish->lifecycle)
        wish->lifecycle = row && row->strong ? LIFECYCLE_STRONG : LIFECYCLE_WEAK;
    bool strong = wish->lifecycle == LIFECYCLE_STRONG;
    enum truth frozen = wish->frozen;
    if (row && !frozen)
        frozen = row->strong ? TRUTH_YES : TRUTH_NO;
    if (!wish->typed.ptr) {
        if (!row && !strong)
            return wish_without_subject(err);
        wish->subject = row ? (struct name){arena_copy(arena, row->subject.context),
                                            arena_copy(arena, row->subject.subject)} : own;
    }
    if (!strong && wish->schema)
        return wish_weak_schema(err);
    if (!strong && name_equal(wish->subject, own))
        return wish_weak_subject(text(planning, own), arena, err);
    if (!wish_frozen_fits(strong, frozen, arena, err))
        return false;
    return !strong || name_equal(wish->subject, own) || wish_strong_subject(text(planning, own), arena, err);
}

/* A subject that is to be held strongly belongs to the resource from its first version on. */
static bool check_new_strong(const struct planning *planning, const struct wish *wish, struct error *err)
{
    const struct subject *subject = view_subject(planning->view, wish->subject);
    if (!planning->wanted->create)
        return wish_refused("lifecycle", SPAN("cannot be STRONG when creating an association; STRONG associations "
                                              "must be created with the topic"), err);
    if (!wish->schema)
        return wish_refused("schema", SPAN("schema must be provided when creating a frozen association"), err);
    int live = live_count(planning, wish->subject);
    if (!live || wish->registered)
        return true;
    if (live == 1 && subject_latest(subject)->number == 1 && version_of(planning, wish, wish->subject) == 1)
        return true;
    return wish_refused("frozen", SPAN("cannot create a frozen association when schemas already exist in the "
                                       "subject"), err);
}

static bool plan_new(const struct planning *planning, struct wish *wish, struct error *err)
{
    if (!planning->wanted->create && wish->schema)
        return wish_refused("schema", SPAN("cannot be provided when adding an association to an existing topic; an "
                                           "association with a schema must be created with the topic"), err);
    if (!fill(planning, wish, NULL, err))
        return false;
    return wish->lifecycle == LIFECYCLE_WEAK || is_importing(planning, wish->subject) ||
           check_new_strong(planning, wish, err);
}

static bool plan_wish(const struct planning *planning, size_t at, struct error *err)
{
    struct wish *wish = &planning->wanted->wishes[at];
    struct plan *plan = &planning->plans[at];
    const struct association *row = row_met(planning, wish);
    *plan = (struct plan){.row = row, .adds = !row};
    wish->left_out = false;
    if (!row)
        return plan_new(planning, wish, err);
    if (planning->wanted->create)
        return meet_again(planning, wish, row, err);
    if (is_equivalent(wish, row))
        wish->left_out = !wish->schema;
    else if (!check_update(planning, wish, row, err))
        return false;
    return wish->left_out || fill(planning, wish, row, err);
}

/* ---- the wishes together */

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
        buffer_printf(&out, "%s%.*s=%s", i ? ", " : "", SPAN_ARGS(seen[i].part), seen[i].strong ? "STRONG" : "WEAK");
    }
    if (!strong || strong == count)
        return true;
    return wish_refused("lifecycle",
                        arena_printf(planning->arena, "all associations for a resource must have the same "
                                     "lifecycle, but got %.*s", SPAN_ARGS(buffer_span(&out))), err);
}

/* ---- each wish against the subject */

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
    struct span subject = text(planning, wish->subject);
    if (wish->schema && is_importing(planning, wish->subject))
        return wish_refused("schema", arena_printf(planning->arena, "cannot be provided while subject '%.*s' is in "
                                                   "IMPORT mode", SPAN_ARGS(subject)), err);
    if (!wish->schema && !live_count(planning, wish->subject))
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
        if (!registry_try(view, wish->schema, ALL_VERSIONS, &complaints, arena, err))
            return false;
        if (complaints)
            return error_association_incompatible(err, complaints_join(complaints, arena));
    }
    return true;
}
