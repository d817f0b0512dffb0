/* SPDX-License-Identifier: Apache-2.0 */
/* Floors, conditions and their moments. An age is compared in milliseconds, use in whole UTC days. */
#include "registry/protect.h"

#include "base/moment.h"
#include "registry/references.h"
#include "registry/usage.h"

#include <math.h>

struct judging judging_begin(const struct view *view, int64_t now, struct name subject)
{
    static const struct policy none;
    struct governing governing = view_policy(view, subject);
    struct settings settings = view_settings(view, subject);
    return (struct judging){.view = view,
                            .now = now,
                            .subject = view_subject(view, subject),
                            .policy = governing.policy ? governing.policy : &none,
                            .transitive = settings.level->transitive &&
                                          (settings.level->backward || settings.level->forward),
                            .read_only = mode_reads_only(settings.mode)};
}

int version_rank(const struct judging *judging, const struct version *version)
{
    struct cursor cursor = subject_versions_down(judging->view, judging->subject);
    const struct version *above;
    double most = fmax(judging->policy->min_versions.value, judging->policy->keep_versions.value);
    int rank = 0;
    while (rank < most && (above = cursor_version(&cursor)) && above->number > version->number)
        rank += !above->row.hidden;
    return rank;
}

static bool is_latest(const struct judging *judging, const struct version *version)
{
    return version == subject_latest(judging->subject);
}

/* The latest is young for as long as it is the latest. */
static bool is_ageless(const struct judging *judging, const struct version *version)
{
    return !judging->policy->age_created && is_latest(judging, version);
}

static int64_t age_begins(const struct judging *judging, const struct version *version)
{
    if (judging->policy->age_created || !version->row.superseded)
        return version->row.created;
    return version->row.superseded;
}

int64_t version_age(const struct judging *judging, const struct version *version)
{
    int64_t begins = age_begins(judging, version);
    return is_ageless(judging, version) || begins > judging->now ? 0 : judging->now - begins;
}

struct span days_ago(const char *what, int64_t ms, struct arena *arena)
{
    int64_t days = ms / DAY_MS;
    return arena_printf(arena, "%s %lld day%s ago", what, (long long)days, days == 1 ? "" : "s");
}

static struct span age_text(const struct judging *judging, const struct version *version, struct arena *arena)
{
    if (is_ageless(judging, version))
        return SPAN("the latest version");
    return days_ago(judging->policy->age_created ? "created" : "superseded", version_age(judging, version),
                    arena);
}

/* ---- floors */

static void add(struct floors *floors, struct floor floor)
{
    floors->items[floors->count++] = floor;
    if (floor.until == NEVER || floors->until == NEVER)
        floors->until = NEVER;
    else if (floor.until > floors->until)
        floors->until = floor.until;
}

static void add_rule(struct floors *floors, const char *rule, struct given given, int64_t until,
                     struct span detail, struct arena *arena)
{
    struct span number = given_text(given, arena), end = SPAN("");
    if (until != NEVER)
        end = arena_printf(arena, " until %.*s", SPAN_ARGS(moment_text(until, arena)));
    struct span said = arena_printf(arena, "%s %.*s%.*s", rule, SPAN_ARGS(number), SPAN_ARGS(end));
    add(floors, (struct floor){rule, detail, said, until});
}

static void add_hold(struct floors *floors, const struct judging *judging, const struct version *version,
                     struct arena *arena)
{
    struct hold hold;
    if (hold_in_force(&version->row, judging->now, &hold, arena))
        add(floors, (struct floor){"hold", hold.reason, hold.reason, hold.until});
}

static void add_count(struct floors *floors, const struct judging *judging, const struct version *version,
                      int rank, struct arena *arena)
{
    struct given most = judging->policy->min_versions;
    if (version->row.hidden || (double)rank >= most.value)
        return;
    struct span detail = arena_printf(arena, "one of the newest %.*s live versions",
                                      SPAN_ARGS(given_text(most, arena)));
    add_rule(floors, "minVersions", most, NEVER, detail, arena);
}

static int64_t young_until(const struct judging *judging, const struct version *version)
{
    return age_begins(judging, version) + given_ms(judging->policy->min_age_days);
}

static int64_t used_until(const struct judging *judging, const struct version *version)
{
    return (usage_day(version->record) + given_days(judging->policy->used_within_days)) * DAY_MS;
}

static void add_age(struct floors *floors, const struct judging *judging, const struct version *version,
                    struct arena *arena)
{
    struct given days = judging->policy->min_age_days;
    if (version_age(judging, version) >= given_ms(days))
        return;
    add_rule(floors, "minAgeDays", days, is_ageless(judging, version) ? NEVER : young_until(judging, version),
             age_text(judging, version, arena), arena);
}

static void add_use(struct floors *floors, const struct judging *judging, const struct version *version,
                    struct arena *arena)
{
    struct given days = judging->policy->used_within_days;
    if (days.value <= 0)
        return;
    if (moment_day(judging->now) - usage_day(version->record) >= given_days(days))
        return;
    add_rule(floors, "usedWithinDays", days, used_until(judging, version),
             usage_detail(version->record, arena), arena);
}

struct floors version_floors(const struct judging *judging, const struct version *version, int rank,
                             struct arena *arena)
{
    struct floors floors = {.count = 0};
    add_hold(&floors, judging, version, arena);
    add_count(&floors, judging, version, rank, arena);
    add_age(&floors, judging, version, arena);
    add_use(&floors, judging, version, arena);
    return floors;
}

bool floors_hold(const struct floors *floors)
{
    return floors->count && strcmp(floors->items[0].rule, "hold") == 0;
}

struct span floors_said(const struct floors *floors, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    for (size_t i = floors_hold(floors); i < floors->count; i++)
        buffer_printf(&out, "%s%.*s", out.len ? ", " : "", SPAN_ARGS(floors->items[i].said));
    return buffer_span(&out);
}

static void put_until(struct buffer *out, int64_t until)
{
    if (until != NEVER)
        buffer_printf(out, ",\"until\":\"%.*s\"", SPAN_ARGS(moment_text(until, out->arena)));
}

struct span floors_write(const struct floors *floors, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    buffer_byte(&out, '[');
    for (size_t i = 0; i < floors->count; i++) {
        const struct floor *floor = &floors->items[i];
        buffer_printf(&out, "%s{\"rule\":\"%s\",\"detail\":", i ? "," : "", floor->rule);
        text_quote(&out, floor->detail);
        put_until(&out, floor->until);
        buffer_byte(&out, '}');
    }
    buffer_byte(&out, ']');
    return buffer_span(&out);
}

struct span floors_refusal(const struct floors *floors, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    buffer_printf(&out, "{\"protectedBy\":%.*s", SPAN_ARGS(floors_write(floors, arena)));
    put_until(&out, floors->until);
    buffer_byte(&out, '}');
    return buffer_span(&out);
}

/* ---- what prune and purge take */

int64_t version_expiry(const struct judging *judging, const struct version *version)
{
    AUTO_ARENA arena = arena_new();
    struct recycled recycled;
    if (!judging->policy->recycle_days.is || !recycled_read(version->row.recycled, &recycled, arena))
        return NEVER;
    return recycled.at + given_ms(judging->policy->recycle_days);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* No days at all are over wherever the clock was set back to. */
static int64_t prune_from(const struct judging *judging, const struct version *version, int rank)
{
    const struct policy *policy = judging->policy;
    int64_t from = 0;
    if (!policy->prunes || (policy->keep_versions.is && (double)rank < policy->keep_versions.value) ||
        (is_ageless(judging, version) && policy->older_than_days.value > 0))
        return NEVER;
    if (policy->older_than_days.value > 0)
        from = later(from, age_begins(judging, version) + given_ms(policy->older_than_days));
    if (policy->unused_for_days.value > 0)
        from = later(from, (usage_day(version->record) + given_days(policy->unused_for_days)) * DAY_MS);
    return from;
}

int64_t version_taken_from(const struct judging *judging, const struct version *version, int rank)
{
    if (!version->row.hidden)
        return prune_from(judging, version, rank);
    return judging->policy->purges ? version_expiry(judging, version) : NEVER;
}

static size_t prune_because(const struct judging *judging, const struct version *version,
                            struct span because[REASONS], struct arena *arena)
{
    const struct policy *policy = judging->policy;
    size_t count = 0;
    if (policy->keep_versions.is)
        because[count++] = arena_printf(arena, "beyond keepVersions %.*s",
                                        SPAN_ARGS(given_text(policy->keep_versions, arena)));
    if (policy->older_than_days.is)
        because[count++] = age_text(judging, version, arena);
    if (policy->unused_for_days.is) {
        long long days = later(moment_day(judging->now) - usage_day(version->record), 0);
        because[count++] = arena_printf(arena, "unused for %lld day%s", days, days == 1 ? "" : "s");
    }
    return count;
}

size_t version_because(const struct judging *judging, const struct version *version,
                       struct span because[REASONS], struct arena *arena)
{
    if (!version->row.hidden)
        return prune_because(judging, version, because, arena);
    int64_t ago = later(judging->now - version_expiry(judging, version), 0);
    because[0] = days_ago("expired", ago, arena);
    return 1;
}

bool version_remembered(const struct judging *judging, const struct version *version)
{
    return judging->transitive && version_by_policy(&version->row);
}

/* Before it was superseded nothing could take it, nor while a rule of days kept it, which may be over by now;
 * a clock that was set back does not keep it. */
static int64_t could_go_from(const struct judging *judging, const struct version *version)
{
    int64_t since = version->row.superseded ? version->row.superseded : version->row.created;
    if (judging->policy->min_age_days.value > 0)
        since = later(since, young_until(judging, version));
    if (judging->policy->used_within_days.value > 0)
        since = later(since, used_until(judging, version));
    return since < judging->now ? since : judging->now;
}

int64_t version_prunable_from(const struct judging *judging, const struct version *version,
                              struct arena *arena)
{
    bool hidden = version->row.hidden;
    int rank = version_rank(judging, version);
    struct floors floors = version_floors(judging, version, rank, arena);
    int64_t from = version_taken_from(judging, version, rank);
    bool kept = judging->read_only || is_latest(judging, version) ||
                version_referred(judging->view, version, hidden, NULL) ||
                (hidden && !judging->policy->even_if_transitive && version_remembered(judging, version));
    if (kept || from == NEVER || floors.until == NEVER)
        return NEVER;
    return later(later(from, floors.until), could_go_from(judging, version));
}
