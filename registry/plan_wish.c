/* SPDX-License-Identifier: Apache-2.0 */
/* One wish: the row that it meets, or that it makes. */
#include "registry/planning.h"
#include "registry/wish.h"

struct span planning_text(const struct planning *planning, struct name subject)
{
    return name_text(subject, planning->arena);
}

bool planning_imports(const struct planning *planning, struct name subject)
{
    return view_settings(planning->view, subject).mode == MODE_IMPORT;
}

int planning_live(const struct planning *planning, struct name subject)
{
    const struct subject *found = view_subject(planning->view, subject);
    return found ? subject_live_count(found) : 0;
}

static const struct association *row_met(const struct planning *planning, const struct wish *wish)
{
    for (size_t i = 0; i < planning->rows.count; i++) {
        const struct association *row = planning->rows.items[i];
        if (span_equal(row->resource_type, planning->wanted->resource_type) &&
            span_equal(row->part, wish->part))
            return row;
    }
    return NULL;
}

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

static bool check_update(const struct planning *planning, const struct wish *wish,
                         const struct association *row, struct error *err)
{
    if (!wish->lifecycle && !wish->schema)
        return wish_refused("lifecycle", SPAN("at least lifecycle or schema must be provided for update"),
                            err);
    if (wish->typed.ptr && !name_equal(wish->subject, row->subject))
        return wish_refused("subject",
                            arena_printf(planning->arena, "subject of association cannot be changed from "
                                         "'%.*s' to '%.*s'", SPAN_ARGS(planning_text(planning, row->subject)),
                                         SPAN_ARGS(planning_text(planning, wish->subject))), err);
    if (wish->frozen && (wish->frozen == TRUTH_YES) != row->strong)
        return wish_refused("frozen", SPAN("frozen attribute of association cannot be changed"), err);
    return true;
}

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
        wish->subject = row ? name_copy(row->subject, arena) : own;
    }
    if (!strong && wish->schema)
        return wish_weak_schema(err);
    if (!strong && name_equal(wish->subject, own))
        return wish_weak_subject(planning_text(planning, own), arena, err);
    if (!wish_frozen_fits(strong, frozen, arena, err))
        return false;
    return !strong || name_equal(wish->subject, own) ||
           wish_strong_subject(planning_text(planning, own), arena, err);
}

/* A subject that is to be held strongly belongs to the resource from its first version on. */
static bool check_new_strong(const struct planning *planning, const struct wish *wish, struct error *err)
{
    const struct subject *subject = view_subject(planning->view, wish->subject);
    if (!planning->wanted->create)
        return wish_refused("lifecycle", SPAN("cannot be STRONG when creating an association; STRONG "
                                              "associations must be created with the topic"), err);
    if (!wish->schema)
        return wish_refused("schema", SPAN("schema must be provided when creating a frozen association"),
                            err);
    int live = planning_live(planning, wish->subject);
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
        return wish_refused("schema", SPAN("cannot be provided when adding an association to an existing "
                                           "topic; an association with a schema must be created with the "
                                           "topic"), err);
    if (!fill(planning, wish, NULL, err))
        return false;
    return wish->lifecycle == LIFECYCLE_WEAK || planning_imports(planning, wish->subject) ||
           check_new_strong(planning, wish, err);
}

bool plan_wish(const struct planning *planning, size_t at, struct error *err)
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
