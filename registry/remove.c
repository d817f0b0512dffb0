/* SPDX-License-Identifier: Apache-2.0 */
/* Hiding, purging and the way back: the only file that makes these changes, and the one place that is asked
 * whether a version may go. */
#include "registry/remove.h"

#include "registry/references.h"

#include <assert.h>

/* Whoever has given no reason of his own is given this one. */
static const struct origin *because(struct decision *decision, struct span why)
{
    if (!why.len || decision->by->why.len)
        return decision->by;
    struct origin *by = arena_alloc(decision->arena, sizeof *by);
    *by = *decision->by;
    by->why = arena_copy(decision->arena, why);
    return by;
}

struct change *remove_hide(struct decision *decision, const struct version *version, struct cause cause)
{
    const struct subject *subject = view_subject(decision->view, version->subject);
    struct change *change = decision_version(decision, CHANGE_HIDE, version);
    change->by = because(decision, cause.why);
    struct recycled recycled = {decision->now, origin_text(decision->by, decision->arena), change->by->why,
                                cause.policy};
    change->row.hidden = true;
    change->row.recycled = recycled_write(&recycled, decision->arena);
    if (version == subject_latest(subject))
        change->row.superseded = decision->now;
    return change;
}

struct change *remove_revive(struct decision *decision, const struct version *version)
{
    assert(version->row.hidden);
    struct change *change = decision_version(decision, CHANGE_REVIVE, version);
    change->row.hidden = false;
    change->row.recycled = SPAN("");
    change->row.ts = decision->now;
    return change;
}

/* Under a policy that says anything the numbers of a subject are kept for ever, and the text as it says.
 * `given` is a number that the same decision gives, or 0. */
static void purge(struct decision *decision, const struct version *version, int given, struct span why)
{
    int highest = view_highest_ever(decision->view, version->subject);
    const struct policy *policy = view_policy(decision->view, version->subject).policy;
    bool acts = policy && policy_acts(policy);
    struct change *change = decision_version(decision, CHANGE_PURGE, version);
    change->by = because(decision, why);
    change->tomb = (struct tomb_row){
        .guid = arena_copy(decision->arena, version->record->row.guid),
        .highest = !acts ? view_kept_number(decision->view, version->subject)
                         : given > highest ? given : highest,
        .keeps_text = acts && !policy->drops_text,
    };
}

void remove_purge(struct decision *decision, const struct version *version, struct span why)
{
    assert(version->row.hidden);
    purge(decision, version, 0, why);
}

void remove_replaced(struct decision *decision, const struct version *version)
{
    purge(decision, version, 0, SPAN("another schema was imported in its place"));
}

/* ---- who may go */

static struct floors floors_of(const struct decision *decision, const struct version *version)
{
    struct judging judging = judging_begin(decision->view, decision->now, version->subject);
    return version_floors(&judging, version, version_rank(&judging, version), decision->arena);
}

static bool refuse(struct decision *decision, const struct version *version, const struct floors *floors,
                   struct error *err)
{
    for (size_t i = 0; i < floors->count; i++)
        decision->refused[decision->refused_count++] =
            (struct refusal){name_copy(version->subject, decision->arena), version->number,
                             version->record->id, floors->items[i].rule,
                             origin_text(decision->by, decision->arena)};
    struct span name = name_text(version->subject, err->arena);
    bool held = floors_hold(floors);
    struct span said = held ? floors->items[0].detail : floors_said(floors, err->arena);
    bool refused = held ? error_version_held(err, name, version->number, said)
                        : error_version_protected(err, name, version->number, said);
    err->more = arena_printf(err->arena, "\"retention\":%.*s",
                             SPAN_ARGS(floors_refusal(floors, err->arena)));
    return refused;
}

/* Whoever forces says why, and that is kept with what he does. Nothing passes a hold. */
static bool pass(struct force *force, struct error *err)
{
    if (!force->reason.len)
        return error_reason_missing(err);
    if (force->reason.len > REASON_MAX)
        return error_retention_request(err, arena_printf(err->arena, "'reason' has more than %d bytes",
                                                         REASON_MAX));
    force->by->why = force->reason;
    return true;
}

bool removal_allowed(struct decision *decision, const struct version *version, struct force *force,
                     struct error *err)
{
    struct floors floors = floors_of(decision, version);
    if (!floors.count)
        return true;
    if (force && force->forced && !floors_hold(&floors))
        return pass(force, err);
    return refuse(decision, version, &floors, err);
}

/* ---- what goes along */

void remove_hidden_twins(struct decision *decision, const struct subject *subject,
                         const struct record *record, int number)
{
    struct cursor cursor = subject_versions(decision->view, subject);
    const struct version *version;
    bool all = view_customs(decision->view)->twins_always_go;
    decision_rests_on_referrers(decision, subject_name(subject));
    decision_rests_on_policies(decision, subject_name(subject));
    while ((version = cursor_version(&cursor)))
        if (version->row.hidden && version->record == record && version->number < number &&
            (all || !version_referred(decision->view, version, true, NULL)) &&
            !floors_of(decision, version).count)
            purge(decision, version, number,
                  arena_printf(decision->arena, "registered again as version %d", number));
}

void remove_configuration(struct decision *decision, struct name name)
{
    if (name.subject.len && view_scope(decision->view, name))
        decision_change(decision, CHANGE_SETTINGS, name);
}

void remove_settings(struct decision *decision, struct name name)
{
    remove_configuration(decision, name);
    remove_policy(decision, name);
}

void remove_policy(struct decision *decision, struct name name)
{
    if (name.subject.len && view_policy_at(decision->view, name).policy)
        decision_change(decision, CHANGE_POLICY, name);
}

void remove_rests_on(struct decision *decision, struct name name)
{
    decision_rests_on_subject(decision, name);
    decision_rests_on_referrers(decision, name);
    decision_rests_on_rules(decision, name);
    decision_rests_on_policies(decision, name);
}

/* ---- by the policy */

void recycle_by_policy(struct decision *decision, const struct version *version, struct span why)
{
    remove_hide(decision, version, (struct cause){.policy = true, .why = why})->row.ts = decision->now;
}

void purge_by_policy(struct decision *decision, const struct subject *subject,
                     const struct version *const *versions, const struct span *whys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        remove_purge(decision, versions[i], whys[i]);
    if ((size_t)subject_version_count(subject) == count)
        remove_settings(decision, name_copy(subject_name(subject), decision->arena));
}
