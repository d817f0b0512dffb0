/* SPDX-License-Identifier: Apache-2.0 */
/* The way back of what was recycled: a version, or all of a subject at once. What comes back fits what is
 * live, as if the versions had come in the order of their numbers. */
#include "registry/compatible.h"
#include "registry/effort.h"
#include "registry/references.h"
#include "registry/remove.h"
#include "registry/retention.h"

struct undeleting {
    const struct undeletion *wanted;
    const struct version **back;        /* what comes back, ascending */
    size_t count;
    int *numbers;
};

bool view_find_version(const struct view *view, struct name name, int number, struct standing_version *found,
                       struct arena *arena, struct error *err)
{
    const struct subject *subject = view_subject(view, name);
    *found = (struct standing_version){NULL, NULL};
    if (subject)
        found->version = number == LATEST_VERSION ? subject_latest(subject)
                                                  : view_version(view, subject, number);
    if (!found->version)
        found->tombstone = view_tombstone(view, name, number);
    if (found->version || found->tombstone)
        return true;
    if (!subject && !view_has_tombstone(view, name))
        return error_subject_not_found(err, name_text(name, arena));
    return error_version_not_found(err, number);
}

/* ---- what it needs */

static bool comes_back(const struct undeleting *undeleting, const struct version *version)
{
    size_t low = 0, high = undeleting->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (undeleting->back[middle]->number < version->number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < undeleting->count && undeleting->back[low] == version;
}

static bool is_there(const struct view *view, const struct undeleting *undeleting, struct name target,
                     int number)
{
    const struct subject *subject = view_subject(view, target);
    const struct version *version = subject ? view_version(view, subject, number) : NULL;
    return version && (!version->row.hidden || comes_back(undeleting, version));
}

static bool check_references(struct decision *decision, const struct undeleting *undeleting,
                             const struct version *version, struct error *err)
{
    struct error cause = {.arena = decision->arena};
    const struct record *record = version->record;
    for (size_t i = 0; i < record->reference_count; i++) {
        struct name target = name_copy(reference_target(record->context, &record->references[i]),
                                       decision->arena);
        int number = record->references[i].version;
        decision_rests_on_subject(decision, target);
        if (is_there(decision->view, undeleting, target, number))
            continue;
        (void)error_reference_missing(&cause, name_text(target, decision->arena), number);
        return submission_stored_invalid(decision->view, version, cause.message, err);
    }
    return true;
}

/* ---- what it must fit */

/* All that will be looked at by the level, ascending. */
static struct history neighbours(const struct decision *decision, const struct undeleting *undeleting,
                                 const struct subject *subject, const struct level *level)
{
    size_t count = (size_t)subject_version_count(subject);
    const struct version **versions = arena_array(decision->arena, count, sizeof *versions), *version;
    struct history history = {.versions = versions};
    struct cursor cursor = subject_versions(decision->view, subject);
    while ((version = cursor_version(&cursor)))
        if (history_counts(version, level) || comes_back(undeleting, version))
            versions[history.count++] = version;
    return history;
}

static bool check_pair(const struct decision *decision, const struct undeleting *undeleting,
                       const struct version *older, const struct version *newer,
                       const struct settings *settings, struct effort *effort, struct error *err)
{
    const struct complaint *complaints;
    struct arena *arena = decision->arena;
    if (!comes_back(undeleting, older) && !comes_back(undeleting, newer))
        return true;
    if (!effort_next(effort, err) ||
        !compatible_pair(decision->view, older, newer, settings, &complaints, effort->arena, err))
        return false;
    return !complaints || error_incompatible(err, name_text(older->subject, arena),
                                             complaints_join(complaints, arena));
}

/* Each with the next, or, where the level is transitive, each with all that come after it. */
static bool check_levels(const struct decision *decision, const struct undeleting *undeleting,
                         const struct subject *subject, struct error *err)
{
    struct settings settings = view_settings(decision->view, undeleting->wanted->subject);
    const struct level *level = settings.level;
    if (undeleting->wanted->force || mode_imports(settings.mode) || !(level->backward || level->forward))
        return true;
    struct history all = neighbours(decision, undeleting, subject, level);
    AUTO_EFFORT effort = {0};
    for (size_t newer = 1; newer < all.count; newer++)
        for (size_t older = newer; older-- > 0;) {
            if (!check_pair(decision, undeleting, all.versions[older], all.versions[newer], &settings,
                            &effort, err))
                return false;
            if (!level->transitive)
                break;
        }
    return true;
}

/* ---- the decision */

static bool choose_one(const struct decision *decision, struct undeleting *undeleting, struct error *err)
{
    const struct undeletion *wanted = undeleting->wanted;
    const struct version *version;
    if (!decision_find_version(decision, wanted->subject, wanted->version, &version, err))
        return false;
    if (!version->row.hidden)
        return error_version_not_deleted(err, name_text(wanted->subject, decision->arena), version->number);
    undeleting->back[undeleting->count++] = version;
    return true;
}

static bool choose_all(const struct decision *decision, const struct subject *subject,
                       struct undeleting *undeleting, struct error *err)
{
    const struct undeletion *wanted = undeleting->wanted;
    const struct version *version;
    if (!subject)
        return error_subject_not_found(err, name_text(wanted->subject, decision->arena));
    if (!decision_may_write(decision, wanted->subject, err))
        return false;
    struct cursor cursor = subject_versions(decision->view, subject);
    while ((version = cursor_version(&cursor)))
        if (version->row.hidden)
            undeleting->back[undeleting->count++] = version;
    return undeleting->count || error_subject_not_deleted(err, name_text(wanted->subject, decision->arena));
}

/* Whoever comes back above the latest supersedes it; below it nobody's clock moves. */
static void revive_all(struct decision *decision, const struct subject *subject,
                       struct undeleting *undeleting)
{
    const struct version *latest = subject_latest(subject);
    for (size_t i = 0; i < undeleting->count; i++) {
        remove_revive(decision, undeleting->back[i]);
        undeleting->numbers[i] = undeleting->back[i]->number;
    }
    if (latest && undeleting->numbers[undeleting->count - 1] > latest->number)
        decision_version(decision, CHANGE_VERSION, latest)->row.superseded = decision->now;
}

static bool decide(struct decision *decision, void *arg, struct error *err)
{
    struct undeleting *undeleting = arg;
    struct name name = undeleting->wanted->subject;
    const struct subject *subject = view_subject(decision->view, name);
    size_t most = subject ? (size_t)subject_version_count(subject) : 0;
    undeleting->count = 0;
    undeleting->back = arena_array(decision->arena, most + 1, sizeof(struct version *));
    undeleting->numbers = arena_array(decision->arena, most + 1, sizeof(int));
    remove_rests_on(decision, name);
    if (undeleting->wanted->version == ALL_VERSIONS ? !choose_all(decision, subject, undeleting, err)
                                                    : !choose_one(decision, undeleting, err))
        return false;
    for (size_t i = 0; i < undeleting->count; i++)
        if (!check_references(decision, undeleting, undeleting->back[i], err))
            return false;
    if (!check_levels(decision, undeleting, subject, err))
        return false;
    revive_all(decision, subject, undeleting);
    return true;
}

bool registry_undelete(struct registry *registry, const struct undeletion *wanted, const int **versions,
                       size_t *count, struct arena *arena, struct error *err)
{
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by};
    struct undeleting undeleting = {.wanted = wanted};
    if (!registry_decide(&decision, decide, &undeleting, err))
        return false;
    *versions = undeleting.numbers;
    *count = undeleting.count;
    return true;
}
