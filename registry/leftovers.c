/* SPDX-License-Identifier: Apache-2.0 */
/* Making room: a context that holds nothing goes; what is hidden in a scope goes before an import. */
#include "registry/references.h"
#include "registry/remove.h"

static bool decide_context(struct decision *decision, void *arg, struct error *err)
{
    struct span name = ((const struct context_removal *)arg)->context;
    const struct context *context = view_context(decision->view, name);
    decision_rests_on_context(decision, name);
    if (!context || context->gone)
        return true;
    if (context->live + context->hidden)
        return error_context_not_empty(err, name);
    decision_change(decision, CHANGE_CONTEXT, (struct name){.context = name})->id = context->last_id;
    return true;
}

bool registry_remove_context(struct registry *registry, const struct context_removal *wanted,
                             struct arena *arena, struct error *err)
{
    struct context_removal removal = *wanted;
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by, .dry = wanted->dry};
    return registry_decide(&decision, decide_context, &removal, err);
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

static bool check_outside(const struct decision *decision, const struct subject *subject, struct name scope,
                          struct error *err)
{
    struct cursor cursor = subject_versions(decision->view, subject);
    const struct version *version;
    while ((version = cursor_version(&cursor)))
        if (referred_from_outside(decision, version, scope))
            return error_reference_exists(err, name_text(subject->name, decision->arena), version->number);
    return true;
}

/* The scope's own settings are who asks' to write, but its policy went with its last version. */
static bool purge_all(struct decision *decision, const struct subject *subject, struct name scope,
                      struct error *err)
{
    struct name name = name_copy(subject->name, decision->arena);
    struct cursor cursor = subject_versions(decision->view, subject);
    const struct version *version;
    remove_rests_on(decision, name);
    while ((version = cursor_version(&cursor))) {
        if (!removal_allowed(decision, version, NULL, err))
            return false;
        remove_purge(decision, version, SPAN("made room for an import"));
    }
    if (name_equal(name, scope))
        remove_policy(decision, name);
    else
        remove_settings(decision, name);
    return true;
}

/* Three times over: what is refused first is refused first wherever it stands. */
bool remove_leftovers(struct decision *decision, struct name scope, struct error *err)
{
    const struct customs *customs = view_customs(decision->view);
    const struct subject *subject;
    decision_rests_on_registry(decision);
    struct cursor cursor = view_subjects(decision->view, SPAN(""));
    while ((subject = cursor_subject(&cursor)))
        if (name_within(subject->name, scope, customs) && subject->live)
            return error_subjects_exist(err);
    cursor = view_subjects(decision->view, SPAN(""));
    while ((subject = cursor_subject(&cursor)))
        if (name_within(subject->name, scope, customs) && !check_outside(decision, subject, scope, err))
            return false;
    cursor = view_subjects(decision->view, SPAN(""));
    while ((subject = cursor_subject(&cursor)))
        if (name_within(subject->name, scope, customs) && !purge_all(decision, subject, scope, err))
            return false;
    return true;
}
