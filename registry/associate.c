/* SPDX-License-Identifier: Apache-2.0 */
/* Associating: wishes are planned against the view, each against the row that it meets; schemas are
 * registered; then the wishes are planned again, together with the rows that come of them. */
#include "registry/associate.h"

#include "base/limits.h"
#include "base/random.h"
#include "registry/commit.h"
#include "registry/plan.h"
#include "registry/remove.h"
#include "registry/rows.h"

#include <stdlib.h>

/* ---- writing */

static int by_key(const void *a, const void *b)
{
    return association_compare(*(const struct association *const *)a, *(const struct association *const *)b);
}

/* The row that comes of a wish. A row with its key changes hands and keeps its birthday. */
static const struct association *row_of(const struct decision *decision, const struct associating *wanted,
                                        const struct wish *wish, const struct association_list *there)
{
    struct association *row = arena_alloc(decision->arena, sizeof *row);
    *row = (struct association){
        .resource_name = wanted->resource_name, .resource_namespace = wanted->resource_namespace,
        .resource_id = wanted->resource_id, .resource_type = wanted->resource_type, .part = wish->part,
        .subject = wish->subject, .strong = wish->lifecycle == LIFECYCLE_STRONG,
        .guid = random_uuid(decision->arena), .created = decision->now, .updated = decision->now};
    for (size_t i = 0; i < there->count; i++)
        if (association_compare(there->items[i], row) == 0)
            row->created = there->items[i]->created;
    return row;
}

static bool replaced(const struct association *row, const struct association *const *added, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (association_compare(row, added[i]) == 0)
            return true;
    return false;
}

/* All rows of one subject as they are to be. */
static void write_subject(struct decision *decision, const struct associating *wanted,
                          const struct plan *plans, struct name subject)
{
    struct arena *arena = decision->arena;
    struct association_list there = associations_of_subject(decision->view, subject, arena);
    const struct association **rows = arena_array(arena, there.count + wanted->count, sizeof *rows);
    size_t added = 0, count;
    for (size_t i = 0; i < wanted->count; i++)
        if (plans[i].adds && name_equal(wanted->wishes[i].subject, subject))
            rows[added++] = row_of(decision, wanted, &wanted->wishes[i], &there);
    count = added;
    for (size_t i = 0; i < there.count; i++)
        if (!replaced(there.items[i], rows, added))
            rows[count++] = there.items[i];
    qsort(rows, count, sizeof *rows, by_key);
    decision_change(decision, CHANGE_ASSOCIATION, subject)->body = rows_write(rows, count, arena);
}

static bool is_first(const struct associating *wanted, const struct plan *plans, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (plans[i].adds && name_equal(wanted->wishes[i].subject, wanted->wishes[at].subject))
            return false;
    return true;
}

/* All rows of a subject are written together. */
static bool check_room(const struct decision *decision, struct name subject, struct error *err)
{
    return associations_of_subject(decision->view, subject, decision->arena).count < ASSOCIATIONS_MAX ||
           error_too_many_associations(err, ASSOCIATIONS_MAX);
}

static bool decide(struct decision *decision, void *arg, struct error *err)
{
    struct associating *wanted = arg;
    const struct plan *plans;
    decision_rests_on_associations(decision);
    if (!plan_wishes(decision->view, wanted, &plans, decision->arena, err))
        return false;
    for (size_t i = 0; i < wanted->count; i++) {
        struct name subject = wanted->wishes[i].subject;
        if (!plans[i].adds)
            continue;
        decision_rests_on_subject(decision, subject);
        decision_rests_on_referrers(decision, subject);
        decision_rests_on_rules(decision, subject);
        if (!check_room(decision, subject, err))
            return false;
        if (is_first(wanted, plans, i))
            write_subject(decision, wanted, plans, subject);
    }
    return true;
}

/* ---- the door */

static bool register_schemas(struct registry *registry, const struct associating *wanted, struct arena *arena,
                             struct error *err)
{
    for (size_t i = 0; i < wanted->count; i++) {
        struct wish *wish = &wanted->wishes[i];
        if (!wish->schema || wish->left_out)
            continue;
        if (!registry_register(registry, wish->schema, &wish->got, arena, err))
            return false;
        wish->registered = true;
    }
    return true;
}

bool registry_associate(struct registry *registry, struct associating *wanted, struct arena *arena,
                        struct error *err)
{
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by};
    const struct plan *plans;
    if (!associating_check(wanted, arena, err))
        return false;
    AUTO_VIEW view = registry_view_fresh(registry, err);
    if (!view || !plan_wishes(view, wanted, &plans, arena, err) || !plan_schemas(view, wanted, arena, err))
        return false;
    view_release(view);
    view = NULL;
    return wanted->dry || (register_schemas(registry, wanted, arena, err) &&
                           registry_decide(&decision, decide, wanted, err));
}

/* ---- taking apart */

struct leaving {
    const struct dissociating *wanted;
    struct name *subjects;              /* that go with their rows */
    size_t count;
};

static bool is_meant(const struct dissociating *wanted, const struct association *row, bool *cascade)
{
    *cascade = wanted->cascade;
    if (!span_equal(row->resource_id, wanted->resource_id) ||
        !span_equal(row->resource_type, wanted->resource_type))
        return false;
    for (size_t i = 0; i < wanted->part_count; i++)
        if (span_equal(row->part, wanted->parts[i].part)) {
            *cascade = wanted->parts[i].cascade;
            return true;
        }
    return !wanted->part_count;
}

/* What is meant, each of which may go. */
static bool check_rows(const struct decision *decision, const struct dissociating *wanted,
                       struct association_list list, struct error *err)
{
    size_t found = 0;
    bool cascade;
    for (size_t i = 0; i < list.count; i++) {
        const struct association *row = list.items[i];
        if (!is_meant(wanted, row, &cascade))
            continue;
        found++;
        if (!plan_may_write(decision->view, row->subject, err))
            return false;
        if (row->strong && !cascade)
            return error_association_frozen(err, row->part, name_text(row->subject, decision->arena));
    }
    return found || wanted->silent || error_association_not_found(err, wanted->resource_id);
}

static bool has_change(const struct decision *decision, struct name subject)
{
    for (size_t i = 0; i < decision->change_count; i++)
        if (name_equal((struct name){decision->changes[i].context, decision->changes[i].subject}, subject))
            return true;
    return false;
}

/* What is left of a subject's rows. */
static void take_rows(struct decision *decision, const struct dissociating *wanted, struct name subject)
{
    struct arena *arena = decision->arena;
    struct association_list there = associations_of_subject(decision->view, subject, arena);
    const struct association **rows = arena_array(arena, there.count, sizeof *rows);
    size_t count = 0;
    bool cascade;
    if (has_change(decision, subject))
        return;
    for (size_t i = 0; i < there.count; i++)
        if (!is_meant(wanted, there.items[i], &cascade))
            rows[count++] = there.items[i];
    decision_rests_on_rules(decision, subject);
    decision_change(decision, CHANGE_ASSOCIATION, subject)->body = rows_write(rows, count, arena);
}

/* Whether the row takes its subject along. */
static bool takes_subject(const struct decision *decision, const struct association *row, bool cascade)
{
    return row->strong && cascade && view_settings(decision->view, row->subject).mode != MODE_IMPORT;
}

/* What keeps a version of the subject keeps the row: nothing is written by halves. */
static bool may_go(struct decision *decision, struct name name, struct error *err)
{
    const struct subject *subject = view_subject(decision->view, name);
    const struct version *version;
    if (!subject)
        return true;
    decision_rests_on_policies(decision, name);
    struct cursor cursor = subject_versions(decision->view, subject);
    while ((version = cursor_version(&cursor)))
        if (!removal_allowed(decision, version, NULL, err))
            return false;
    return true;
}

static bool decide_leaving(struct decision *decision, void *arg, struct error *err)
{
    struct leaving *leaving = arg;
    const struct dissociating *wanted = leaving->wanted;
    struct arena *arena = decision->arena;
    struct association_list list = associations_of_resource(decision->view, wanted->resource_id, arena);
    bool cascade;
    decision_rests_on_associations(decision);
    leaving->subjects = arena_array(arena, list.count, sizeof *leaving->subjects);
    leaving->count = 0;
    if (!check_rows(decision, wanted, list, err))
        return false;
    for (size_t i = 0; i < list.count; i++)
        if (is_meant(wanted, list.items[i], &cascade) && takes_subject(decision, list.items[i], cascade) &&
            !may_go(decision, name_copy(list.items[i]->subject, arena), err))
            return false;
    for (size_t i = 0; i < list.count && !wanted->dry; i++) {
        const struct association *row = list.items[i];
        struct name subject = name_copy(row->subject, arena);
        if (!is_meant(wanted, row, &cascade))
            continue;
        take_rows(decision, wanted, subject);
        if (takes_subject(decision, row, cascade))
            leaving->subjects[leaving->count++] = subject;
    }
    return true;
}

/* First hidden, then for good, as a client would do it. */
static bool remove_subject(struct registry *registry, struct name subject, const struct origin *by,
                           struct arena *arena, struct error *err)
{
    struct removal removal = {.subject = subject, .by = *by};
    const int *versions;
    size_t count;
    if (!registry_remove_subject(registry, &removal, &versions, &count, arena, err))
        return false;
    removal.permanent = true;
    return registry_remove_subject(registry, &removal, &versions, &count, arena, err);
}

bool registry_dissociate(struct registry *registry, const struct dissociating *wanted, struct arena *arena,
                         struct error *err)
{
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by, .dry = wanted->dry};
    struct leaving leaving = {.wanted = wanted};
    if (!registry_decide(&decision, decide_leaving, &leaving, err))
        return false;
    for (size_t i = 0; i < leaving.count; i++)
        if (!remove_subject(registry, leaving.subjects[i], &wanted->by, arena, err))
            return false;
    return true;
}
