/* SPDX-License-Identifier: Apache-2.0 */
/* Removing a version or a subject, as clients ask for it. Each call fails in the order that clients know, and
 * then takes all it was asked for or nothing. */
#include "registry/association.h"
#include "registry/references.h"
#include "registry/remove.h"

static const struct cause by_hand;

static bool check_referrers(const struct decision *decision, const struct version *version, bool permanent,
                            const struct name *except, struct error *err)
{
    bool hidden_too = permanent && !view_customs(decision->view)->hidden_hold_nothing;
    if (!version_referred(decision->view, version, hidden_too, except))
        return true;
    return error_reference_exists(err, name_text(version->subject, decision->arena), version->number);
}

/* Where settings need life they go with the last live version; the policy never does. */
static void drop_lifeless_settings(struct decision *decision, struct name name)
{
    if (view_customs(decision->view)->settings_need_life)
        remove_configuration(decision, name);
}

struct version_removal {
    const struct removal *wanted;
    struct force *force;
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
    remove_rests_on(decision, wanted->subject);
    if (!find_version(decision, wanted, &version, err) || !decision_may_write(decision, wanted->subject, err))
        return false;
    const struct subject *subject = view_subject(decision->view, wanted->subject);
    removal->number = version->number;
    if (!wanted->permanent && subject_live_count(subject) == 1 &&
        subject_is_held(decision->view, wanted->subject))
        return error_no_live_version(err, name_text(wanted->subject, decision->arena));
    if (!check_referrers(decision, version, wanted->permanent, NULL, err) ||
        !removal_allowed(decision, version, removal->force, err))
        return false;
    if (!wanted->permanent) {
        remove_hide(decision, version, by_hand)->row.ts = decision->now;
        if (subject_live_count(subject) == 1)
            drop_lifeless_settings(decision, wanted->subject);
        return true;
    }
    if (!version->row.hidden)
        return error_version_not_soft_deleted(err, name_text(wanted->subject, decision->arena),
                                              version->number);
    remove_purge(decision, version, SPAN(""));
    if (subject_version_count(subject) == 1)
        remove_settings(decision, wanted->subject);
    return true;
}

bool registry_remove_version(struct registry *registry, const struct removal *wanted, int *number,
                             struct arena *arena, struct error *err)
{
    struct origin by = wanted->by;
    struct force force = {wanted->force, wanted->reason, &by};
    struct decision decision = {.registry = registry, .arena = arena, .by = &by, .dry = wanted->dry};
    struct version_removal removal = {.wanted = wanted, .force = &force};
    if (!registry_decide(&decision, decide_version, &removal, err))
        return false;
    *number = removal.number;
    return true;
}

struct subject_removal {
    const struct removal *wanted;
    struct force *force;
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
static bool remove_each(struct decision *decision, const struct subject_removal *removal,
                        const struct version *version, struct error *err)
{
    bool permanent = removal->wanted->permanent;
    bool alone = view_customs(decision->view)->own_references_hold;
    struct name name = version->subject;
    if (!check_referrers(decision, version, permanent, alone ? NULL : &name, err) ||
        !removal_allowed(decision, version, removal->force, err))
        return false;
    if (!permanent)
        remove_hide(decision, version, by_hand);
    else if (version->row.hidden)
        remove_purge(decision, version, SPAN(""));
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
    remove_rests_on(decision, wanted->subject);
    if (!find_subject(decision, wanted, &subject, err))
        return false;
    removal->count = 0;
    removal->versions = arena_array(decision->arena, (size_t)subject_version_count(subject), sizeof(int));
    struct cursor cursor = subject_versions(decision->view, subject);
    const struct version *version;
    while ((version = cursor_version(&cursor))) {
        if (version->row.hidden && !wanted->permanent)
            continue;
        if (!remove_each(decision, removal, version, err))
            return false;
        removal->versions[removal->count++] = version->number;
    }
    if (wanted->permanent)
        remove_settings(decision, wanted->subject);
    else
        drop_lifeless_settings(decision, wanted->subject);
    return true;
}

bool registry_remove_subject(struct registry *registry, const struct removal *wanted, const int **versions,
                             size_t *count, struct arena *arena, struct error *err)
{
    struct origin by = wanted->by;
    struct force force = {wanted->force, wanted->reason, &by};
    struct decision decision = {.registry = registry, .arena = arena, .by = &by, .dry = wanted->dry};
    struct subject_removal removal = {.wanted = wanted, .force = &force};
    if (!registry_decide(&decision, decide_subject, &removal, err))
        return false;
    *versions = removal.versions;
    *count = removal.count;
    return true;
}
