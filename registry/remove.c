/* SPDX-License-Identifier: Apache-2.0 */
/* Hiding and purging: the only file that makes these changes. Each call fails in the order that clients know,
 * and then takes all it was asked for or nothing. */
#include "registry/remove.h"

#include "base/text.h"
#include "registry/association.h"
#include "registry/references.h"

#include <assert.h>

/* Kept with a hidden version: when, by whom, why, and that it was done by hand. */
static struct span by_hand(const struct decision *decision)
{
    struct buffer out = {.arena = decision->arena};
    buffer_printf(&out, "{\"at\":%lld,\"by\":", (long long)decision->now);
    text_quote(&out, decision->by->who);
    if (decision->by->why.len) {
        buffer_put(&out, SPAN(",\"why\":"));
        text_quote(&out, decision->by->why);
    }
    buffer_put(&out, SPAN(",\"policy\":false}"));
    return buffer_span(&out);
}

static struct change *hide(struct decision *decision, const struct subject *subject,
                           const struct version *version)
{
    struct change *change = decision_version(decision, CHANGE_HIDE, version);
    change->row.hidden = true;
    change->row.recycled = by_hand(decision);
    if (version == subject_latest(subject))
        change->row.superseded = decision->now;
    return change;
}

static void purge(struct decision *decision, const struct version *version)
{
    assert(version->row.hidden);
    decision_version(decision, CHANGE_PURGE, version);
}

void remove_hidden_twins(struct decision *decision, const struct subject *subject,
                         const struct record *record, int number)
{
    struct cursor cursor = subject_versions(decision->view, subject);
    const struct version *version;
    bool all = view_customs(decision->view)->twins_always_go;
    decision_rests_on_referrers(decision, subject_name(subject));
    while ((version = cursor_version(&cursor)))
        if (version->row.hidden && version->record == record && version->number != number &&
            (all || !version_referred(decision->view, version, true, NULL)))
            purge(decision, version);
}

static bool check_referrers(const struct decision *decision, const struct version *version, bool permanent,
                            const struct name *except, struct error *err)
{
    bool hidden_too = permanent && !view_customs(decision->view)->hidden_hold_nothing;
    if (!version_referred(decision->view, version, hidden_too, except))
        return true;
    return error_reference_exists(err, name_text(version->subject, decision->arena), version->number);
}

/* Configuration and mode go with the last version. */
static void drop_settings(struct decision *decision, struct name name)
{
    if (name.subject.len && view_scope(decision->view, name))
        decision_change(decision, CHANGE_SETTINGS, name);
}

/* … or, where they need life, with the last live one. */
static void drop_lifeless_settings(struct decision *decision, struct name name)
{
    if (view_customs(decision->view)->settings_need_life)
        drop_settings(decision, name);
}

static void rest_on(struct decision *decision, struct name name)
{
    decision_rests_on_subject(decision, name);
    decision_rests_on_referrers(decision, name);
    decision_rests_on_rules(decision, name);
}

struct version_removal {
    const struct removal *wanted;
    int number;
};

/* The version a client means. A hidden one is only met when it is to go for good. */
static bool find_version(const struct decision *decision, const struct removal *wanted,
                         const struct version **found, struct error *err)
{
    const struct view *view = decision->view;
    const struct subject *subject = view_subject(view, wanted->subject);
    struct span text = name_text(wanted->subject, decision->arena);
    if (!subject)
        return error_subject_not_found(err, text);
    bool latest = wanted->version == LATEST_VERSION;
    *found = latest ? subject_latest(subject) : view_version(view, subject, wanted->version);
    if (!*found)
        return error_version_not_found(err, wanted->version);
    if ((*found)->row.hidden && !wanted->permanent)
        return error_version_soft_deleted(err, text, wanted->version);
    return true;
}

static bool decide_version(struct decision *decision, void *arg, struct error *err)
{
    struct version_removal *removal = arg;
    const struct removal *wanted = removal->wanted;
    const struct version *version = NULL;
    rest_on(decision, wanted->subject);
    if (!find_version(decision, wanted, &version, err) || !decision_may_write(decision, wanted->subject, err))
        return false;
    const struct subject *subject = view_subject(decision->view, wanted->subject);
    removal->number = version->number;
    if (!wanted->permanent && subject_live_count(subject) == 1 &&
        subject_is_held(decision->view, wanted->subject))
        return error_no_live_version(err, name_text(wanted->subject, decision->arena));
    if (!check_referrers(decision, version, wanted->permanent, NULL, err))
        return false;
    if (!wanted->permanent) {
        hide(decision, subject, version)->row.ts = decision->now;
        if (subject_live_count(subject) == 1)
            drop_lifeless_settings(decision, wanted->subject);
        return true;
    }
    if (!version->row.hidden)
        return error_version_not_soft_deleted(err, name_text(wanted->subject, decision->arena),
                                              version->number);
    purge(decision, version);
    if (subject_version_count(subject) == 1)
        drop_settings(decision, wanted->subject);
    return true;
}

bool registry_remove_version(struct registry *registry, const struct removal *wanted, int *number,
                             struct arena *arena, struct error *err)
{
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by};
    struct version_removal removal = {.wanted = wanted};
    if (!registry_decide(&decision, decide_version, &removal, err))
        return false;
    *number = removal.number;
    return true;
}

struct subject_removal {
    const struct removal *wanted;
    int *versions;
    size_t count;
};

static bool find_subject(const struct decision *decision, const struct removal *wanted,
                         const struct subject **found, struct error *err)
{
    struct span text = name_text(wanted->subject, decision->arena);
    *found = view_subject(decision->view, wanted->subject);
    if (!*found)
        return error_subject_not_found(err, text);
    if (!wanted->permanent && !subject_live_count(*found))
        return error_subject_soft_deleted(err, text);
    if (!decision_may_write(decision, wanted->subject, err))
        return false;
    return !subject_is_held(decision->view, wanted->subject) || error_subject_associated(err, text);
}

/* What refers to itself goes with itself, where that is the custom. */
static bool remove_each(struct decision *decision, const struct subject *subject,
                        const struct version *version, bool permanent, struct error *err)
{
    struct name name = subject_name(subject);
    bool alone = view_customs(decision->view)->own_references_hold;
    if (!check_referrers(decision, version, permanent, alone ? NULL : &name, err))
        return false;
    if (!permanent)
        hide(decision, subject, version);
    else if (version->row.hidden)
        purge(decision, version);
    else
        return error_subject_not_soft_deleted(err, name_text(name, decision->arena));
    return true;
}

/* Hiding a whole subject leaves the times of its versions as they are. */
static bool decide_subject(struct decision *decision, void *arg, struct error *err)
{
    struct subject_removal *removal = arg;
    const struct removal *wanted = removal->wanted;
    const struct subject *subject = NULL;
    rest_on(decision, wanted->subject);
    if (!find_subject(decision, wanted, &subject, err))
        return false;
    removal->count = 0;
    removal->versions = arena_array(decision->arena, (size_t)subject_version_count(subject), sizeof(int));
    struct cursor cursor = subject_versions(decision->view, subject);
    const struct version *version;
    while ((version = cursor_version(&cursor))) {
        if (version->row.hidden && !wanted->permanent)
            continue;
        if (!remove_each(decision, subject, version, wanted->permanent, err))
            return false;
        removal->versions[removal->count++] = version->number;
    }
    if (wanted->permanent)
        drop_settings(decision, wanted->subject);
    else
        drop_lifeless_settings(decision, wanted->subject);
    return true;
}

bool registry_remove_subject(struct registry *registry, const struct removal *wanted, const int **versions,
                             size_t *count, struct arena *arena, struct error *err)
{
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by};
    struct subject_removal removal = {.wanted = wanted};
    if (!registry_decide(&decision, decide_subject, &removal, err))
        return false;
    *versions = removal.versions;
    *count = removal.count;
    return true;
}

static bool decide_context(struct decision *decision, void *arg, struct error *err)
{
    struct span name = *(const struct span *)arg;
    const struct context *context = view_context(decision->view, name);
    decision_rests_on_context(decision, name);
    if (!context || context->gone)
        return true;
    if (context->live + context->hidden)
        return error_context_not_empty(err, name);
    decision_change(decision, CHANGE_CONTEXT, (struct name){.context = name})->id = context->last_id;
    return true;
}

bool registry_remove_context(struct registry *registry, struct span context, const struct origin *by,
                             struct arena *arena, struct error *err)
{
    struct decision decision = {.registry = registry, .arena = arena, .by = by};
    return registry_decide(&decision, decide_context, &context, err);
}

/* Whether somebody out of the scope refers to it; whoever is in it goes too. */
static bool referred_from_outside(const struct decision *decision, const struct version *version,
                                  struct name scope)
{
    const struct customs *customs = view_customs(decision->view);
    bool everything = name_always_set(scope, customs);
    struct cursor referrers = view_referrers(decision->view, version);
    const struct record *record;
    while (!everything && (record = cursor_referrer(&referrers))) {
        struct cursor holders = view_holders(decision->view, record->context, record->id);
        const struct version *holder;
        while ((holder = cursor_version(&holders)))
            if (!name_within(holder->subject, scope, customs) &&
                !(holder->row.hidden && customs->hidden_hold_nothing))
                return true;
    }
    return false;
}

static bool purge_leftovers(struct decision *decision, const struct subject *subject, struct name scope,
                            struct error *err)
{
    struct name name = {arena_copy(decision->arena, subject->name.context),
                        arena_copy(decision->arena, subject->name.subject)};
    struct cursor cursor = subject_versions(decision->view, subject);
    const struct version *version;
    rest_on(decision, name);
    while ((version = cursor_version(&cursor))) {
        if (referred_from_outside(decision, version, scope))
            return error_reference_exists(err, name_text(name, decision->arena), version->number);
        purge(decision, version);
    }
    if (!name_equal(name, scope))
        drop_settings(decision, name);
    return true;
}

bool remove_leftovers(struct decision *decision, struct name scope, struct error *err)
{
    const struct customs *customs = view_customs(decision->view);
    struct cursor cursor = view_subjects(decision->view, SPAN(""));
    const struct subject *subject;
    decision_rests_on_registry(decision);
    while ((subject = cursor_subject(&cursor)))
        if (name_within(subject->name, scope, customs) && subject->live)
            return error_subjects_exist(err);
    cursor = view_subjects(decision->view, SPAN(""));
    while ((subject = cursor_subject(&cursor)))
        if (name_within(subject->name, scope, customs) && !purge_leftovers(decision, subject, scope, err))
            return false;
    return true;
}
