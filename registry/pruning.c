/* SPDX-License-Identifier: Apache-2.0 */
/* Making a plan: each selected subject is judged by itself, then the limits choose who waits for the next.
 * What is put into the digest is everything this file and protect.c look at, but the time of day. */
#include "registry/planner.h"

#include "base/digest.h"
#include "base/moment.h"
#include "base/text.h"
#include "registry/association.h"
#include "registry/references.h"

#include <math.h>
#include <stdlib.h>

/* ---- one version */

static struct pruned *add(struct planner *planner, const struct version *version)
{
    struct prune_plan *plan = planner->plan;
    if (plan->count == plan->room) {
        plan->room = plan->room ? 2 * plan->room : 64;
        struct pruned *larger = arena_array(planner->arena, plan->room, sizeof *larger);
        if (plan->count)
            memcpy(larger, plan->pruned, plan->count * sizeof *larger);
        plan->pruned = larger;
    }
    plan->pruned[plan->count] = (struct pruned){.version = version};
    return &plan->pruned[plan->count++];
}

/* What stops a version, in the order in which it is told. */
struct stops {
    struct buffer out;
    size_t count;
};

static void stop(struct stops *stops, const char *rule, struct span detail)
{
    buffer_printf(&stops->out, "%s{\"rule\":\"%s\",\"detail\":", stops->count++ ? "," : "[", rule);
    text_quote(&stops->out, detail);
    buffer_byte(&stops->out, '}');
}

/* A subject that a resource holds has a live version, or keeps what it has. */
static bool is_needed(const struct judging *judging, const struct version *version)
{
    return version_referred(judging->view, version, version->row.hidden, NULL) ||
           (!subject_live_count(judging->subject) &&
            subject_is_held(judging->view, subject_name(judging->subject)));
}

static void find_stops(const struct judging *judging, struct pruned *pruned, int rank, struct stops *stops)
{
    const struct version *version = pruned->version;
    struct floors floors = version_floors(judging, version, rank, stops->out.arena);
    struct span written = floors_write(&floors, stops->out.arena);
    if (floors.count)
        buffer_put(&stops->out, span_first(written, written.len - 1));
    stops->count = floors.count;
    if (!pruned->purge && version == subject_latest(judging->subject))
        stop(stops, "latest", SPAN("the latest version is never recycled"));
    if (is_needed(judging, version))
        stop(stops, "reference", pruned->purge ? SPAN("a version that is not purged refers to it")
                                               : SPAN("a live version refers to it"));
    if (pruned->weakens && !judging->policy->even_if_transitive)
        stop(stops, "transitive", SPAN("a transitive level still compares with it"));
    pruned->frozen = judging->read_only && !stops->count;
    if (judging->read_only)
        stop(stops, "mode", SPAN("the subject is read-only"));
}

static int64_t since_of(const struct version *version, struct arena *arena)
{
    const struct version_row *row = &version->row;
    struct recycled recycled;
    if (row->hidden)
        return recycled_read(row->recycled, &recycled, arena) ? recycled.at : 0;
    return row->superseded ? row->superseded : row->created;
}

static void take(struct planner *planner, const struct judging *judging, const struct version *version,
                 int rank)
{
    struct pruned *pruned = add(planner, version);
    struct stops stops = {.out.arena = planner->scratch};
    pruned->purge = version->row.hidden;
    pruned->policy = judging->policy;
    pruned->since = since_of(version, planner->scratch);
    pruned->weakens = pruned->purge && version_remembered(judging, version);
    find_stops(judging, pruned, rank, &stops);
    if (stops.count) {
        buffer_byte(&stops.out, ']');
        pruned->by = arena_copy(planner->arena, buffer_span(&stops.out));
    }
}

static bool expires_soon(const struct judging *judging, const struct version *version)
{
    int64_t expiry = judging->policy->purges ? version_expiry(judging, version) : NEVER;
    return expiry != NEVER && expiry <= judging->now + EXPIRING_MS;
}

static void look_at(struct planner *planner, const struct judging *judging, const struct version *version,
                    int rank)
{
    bool hidden = version->row.hidden, wanted = hidden ? planner->wanted->purges : planner->wanted->recycles;
    int64_t from = wanted ? version_taken_from(judging, version, rank) : NEVER;
    if (from != NEVER && from <= judging->now)
        take(planner, judging, version, rank);
    planner->plan->expiring += hidden && expires_soon(judging, version);
}

/* ---- one subject */

/* So many of a subject's versions may go at once. */
static size_t share_of(double percent, int versions)
{
    double share = floor((double)versions * percent / 100);
    return share < 1 ? 1 : (size_t)share;
}

static void cap_subject(struct planner *planner, const struct judging *judging, size_t first)
{
    double percent = policy_max_percent(judging->policy);
    const struct given given = {true, percent};
    int live = subject_live_count(judging->subject);
    int hidden = subject_version_count(judging->subject) - live;
    if (percent >= 100)
        return;
    struct span detail = arena_printf(planner->arena, "maxPercentPerSubject %.*s",
                                      SPAN_ARGS(given_text(given, planner->scratch)));
    cap(planner, first, false, share_of(percent, live), detail);
    cap(planner, first, true, share_of(percent, hidden), detail);
}

static void judge_versions(struct planner *planner, const struct judging *judging)
{
    struct cursor cursor = subject_versions(judging->view, judging->subject);
    const struct version *version;
    int above = subject_live_count(judging->subject);
    size_t first = planner->plan->count;
    while ((version = cursor_version(&cursor))) {
        above -= !version->row.hidden;
        planner->plan->evaluated++;
        look_at(planner, judging, version, above);
        digest_version(planner, judging, version);
    }
    cap_subject(planner, judging, first);
}

static void judge_subject(struct planner *planner, const struct subject *subject)
{
    struct name name = subject_name(subject);
    struct governing governing = view_policy(planner->view, name);
    if (planner->wanted->within.ptr && !span_equal(name.context, planner->wanted->within))
        return;
    if (planner->wanted->due &&
        !(governing.policy && (governing.policy->prunes || governing.policy->purges)))
        return;
    AUTO_ARENA scratch = arena_new();
    struct judging judging = judging_begin(planner->view, planner->now, name);
    planner->scratch = scratch;
    if (governing.policy && planner->plan->policy_seq < governing.seq)
        planner->plan->policy_seq = governing.seq;
    digest_subject(planner, &governing);
    judge_versions(planner, &judging);
    digest_close(planner, &judging);
}

/* ---- the whole */

static bool judge_named(struct planner *planner, struct error *err)
{
    const struct prune_wish *wanted = planner->wanted;
    for (size_t i = 0; i < wanted->name_count; i++) {
        struct name name = wanted->names[i];
        const struct subject *subject = view_subject(planner->view, name);
        bool seen = !wanted->within.ptr || span_equal(name.context, wanted->within);
        if (!subject && wanted->due)    /* it went since the sweeper saw it */
            continue;
        if (!subject || !seen)
            return error_subject_not_found(err, name_text(name, planner->arena));
        judge_subject(planner, subject);
    }
    return true;
}

static void judge_selected(struct planner *planner)
{
    struct selection selection = selection_begin(planner->view, planner->wanted->prefix, planner->arena);
    const struct subject *subject;
    while ((subject = selection_next(&selection)))
        judge_subject(planner, subject);
}

/* Only what goes needs words for it: most of a plan is what does not. */
static void tell_actions(struct planner *planner)
{
    struct prune_plan *plan = planner->plan;
    for (size_t i = 0; i < plan->count; i++) {
        struct pruned *pruned = &plan->pruned[i];
        if (pruned->by.len)
            continue;
        struct judging judging = judging_begin(planner->view, planner->now, pruned->version->subject);
        pruned->because_count = version_because(&judging, pruned->version, pruned->because, planner->arena);
        plan->recycles += !pruned->purge;
        plan->purges += pruned->purge;
    }
}

bool prune_plan(const struct view *view, const struct prune_wish *wanted, int64_t now,
                struct prune_plan *plan, struct arena *arena, struct error *err)
{
    struct planner planner = {.view = view, .wanted = wanted, .now = now, .plan = plan, .arena = arena};
    *plan = (struct prune_plan){.count = 0};
    if (!wanted->names)
        judge_selected(&planner);
    else if (!judge_named(&planner, err))
        return false;
    cap_policies(&planner);
    tell_actions(&planner);
    digest_actions(&planner);
    plan->digest = digest_hex(planner.digest, SHA256_SIZE, arena);
    return true;
}
