/* SPDX-License-Identifier: Apache-2.0 */
/* TABLE of what a policy may say; reading it, merging a patch into it, checking the whole. Nothing is
 * coerced: what is not as the table says is refused by its path. */
#include "registry/policy.h"

#include "base/limits.h"
#include "base/moment.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>

enum kind { WHOLE, DAYS, RUN, PERCENT, TRUTH, FALSITY, BASIS };

/* What to call a value of the kind, and its bounds. */
static const struct bounds {
    const char *what;
    double least, most;
    bool whole;
} bounds[] = {
    [WHOLE] = {"a whole number from 0 to 2147483647", 0, INT_MAX, true},
    [DAYS] = {"a number from 0 to 36500", 0, DAYS_MAX, false},
    [RUN] = {"a whole number from 1 to 10000", 1, RUN_MAX, true},
    [PERCENT] = {"a number above 0, at most 100", 0, 100, false},
    [TRUTH] = {"true or false", 0, 0, false},
    [FALSITY] = {"true or false", 0, 0, false},
    [BASIS] = {"\"superseded\" or \"created\"", 0, 0, false},
};

enum { GROUPS = 5 };
static const char *const groups[GROUPS] = {"protect", "prune", "recycle", "purge", "limits"};

#define AT(member) offsetof(struct policy, member)
static const struct clause {
    size_t group;
    const char *name;
    enum kind kind;
    size_t at;
} clauses[] = {
    {0, "minVersions", WHOLE, AT(min_versions)},
    {0, "minAgeDays", DAYS, AT(min_age_days)},
    {0, "ageBasis", BASIS, AT(age_created)},
    {0, "usedWithinDays", DAYS, AT(used_within_days)},
    {1, "enabled", TRUTH, AT(prunes)},
    {1, "keepVersions", WHOLE, AT(keep_versions)},
    {1, "olderThanDays", DAYS, AT(older_than_days)},
    {1, "unusedForDays", DAYS, AT(unused_for_days)},
    {2, "days", DAYS, AT(recycle_days)},
    {3, "enabled", TRUTH, AT(purges)},
    {3, "evenIfTransitive", TRUTH, AT(even_if_transitive)},
    {3, "keepText", FALSITY, AT(drops_text)},
    {4, "maxPerRun", RUN, AT(max_per_run)},
    {4, "maxPercentPerSubject", PERCENT, AT(max_percent)},
};
enum { CLAUSES = sizeof clauses / sizeof *clauses };
#undef AT

/* A policy as it is spelled: which groups there are, and the value of each clause, or NULL. */
struct spelled {
    bool group[GROUPS];
    const struct text *value[CLAUSES];
};

/* ---- one value */

static bool set_number(const struct text *value, const struct bounds *bound, struct given *given)
{
    *given = (struct given){true, 0};
    if (value->kind != TEXT_NUMBER)
        return false;
    given->value = text_double(value->string);
    if (!isfinite(given->value) || (bound->whole && given->value != floor(given->value)))
        return false;
    return given->value >= bound->least && given->value <= bound->most;
}

static bool set_basis(const struct text *value, bool *created)
{
    *created = value->kind == TEXT_STRING && span_equal(value->string, SPAN("created"));
    return *created || (value->kind == TEXT_STRING && span_equal(value->string, SPAN("superseded")));
}

static bool set(const struct text *value, const struct clause *clause, struct policy *policy)
{
    void *at = (char *)policy + clause->at;
    const struct bounds *bound = &bounds[clause->kind];
    switch (clause->kind) {
    case WHOLE:
    case DAYS:
    case RUN: return set_number(value, bound, at);
    case PERCENT: return set_number(value, bound, at) && ((struct given *)at)->value > 0;
    case TRUTH: *(bool *)at = value->truth; return value->kind == TEXT_BOOLEAN;
    case FALSITY: *(bool *)at = !value->truth; return value->kind == TEXT_BOOLEAN;
    case BASIS: return set_basis(value, at);
    }
    __builtin_unreachable();
}

/* ---- the whole */

static bool refuse(struct span path, const char *what, struct error *err)
{
    return error_policy_invalid(err, arena_printf(err->arena, "%.*s %s", SPAN_ARGS(path), what));
}

static size_t group_of(struct span name)
{
    size_t i = 0;
    while (i < GROUPS && !span_equal(name, span_of(groups[i])))
        i++;
    return i;
}

static size_t clause_of(size_t group, struct span name)
{
    size_t i = 0;
    while (i < CLAUSES && (clauses[i].group != group || !span_equal(name, span_of(clauses[i].name))))
        i++;
    return i;
}

static void forget(struct spelled *spelled, size_t group)
{
    spelled->group[group] = false;
    for (size_t i = 0; i < CLAUSES; i++)
        if (clauses[i].group == group)
            spelled->value[i] = NULL;
}

static bool take_group(struct spelled *spelled, size_t group, const struct text *patch, struct error *err)
{
    spelled->group[group] = true;
    for (size_t i = 0; i < patch->count; i++) {
        const struct text_member *member = &patch->members[i];
        size_t clause = clause_of(group, member->name);
        struct span path = arena_printf(err->arena, "%s.%.*s", groups[group], SPAN_ARGS(member->name));
        if (clause == CLAUSES)
            return refuse(path, "is unknown", err);
        spelled->value[clause] = member->value.kind == TEXT_NULL ? NULL : &member->value;
    }
    return true;
}

static bool take(struct spelled *spelled, const struct text *patch, struct error *err)
{
    if (patch->kind != TEXT_OBJECT)
        return refuse(SPAN("the policy"), "must be an object", err);
    for (size_t i = 0; i < patch->count; i++) {
        const struct text_member *member = &patch->members[i];
        size_t group = group_of(member->name);
        if (group == GROUPS)
            return refuse(member->name, "is unknown", err);
        if (member->value.kind == TEXT_NULL)
            forget(spelled, group);
        else if (member->value.kind != TEXT_OBJECT)
            return refuse(member->name, "must be an object", err);
        else if (!take_group(spelled, group, &member->value, err))
            return false;
    }
    return true;
}

static bool check_all(const struct spelled *spelled, struct policy *policy, struct error *err)
{
    *policy = (struct policy){0};
    for (size_t i = 0; i < CLAUSES; i++)
        if (spelled->value[i] && !set(spelled->value[i], &clauses[i], policy))
            return refuse(
                arena_printf(err->arena, "%s.%s must be", groups[clauses[i].group], clauses[i].name),
                bounds[clauses[i].kind].what, err);
    if (policy->prunes && !policy->keep_versions.is && !policy->older_than_days.is)
        return refuse(SPAN("prune.enabled"), "needs keepVersions or olderThanDays", err);
    return true;
}

static void write_value(struct buffer *out, const struct text *value)
{
    if (value->kind == TEXT_STRING)
        text_quote(out, value->string);
    else
        buffer_put(out, value->source);
}

/* In the order of the table, numbers as they were spelled. */
static struct span write(const struct spelled *spelled, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    bool any = false;
    buffer_byte(&out, '{');
    for (size_t group = 0; group < GROUPS; group++) {
        bool first = true;
        if (!spelled->group[group])
            continue;
        buffer_printf(&out, "%s\"%s\":{", any ? "," : "", groups[group]);
        any = true;
        for (size_t i = 0; i < CLAUSES; i++) {
            if (clauses[i].group != group || !spelled->value[i])
                continue;
            buffer_printf(&out, "%s\"%s\":", first ? "" : ",", clauses[i].name);
            write_value(&out, spelled->value[i]);
            first = false;
        }
        buffer_byte(&out, '}');
    }
    buffer_byte(&out, '}');
    return buffer_span(&out);
}

static bool spell(struct span body, struct spelled *spelled, struct arena *arena)
{
    struct text *text = arena_alloc(arena, sizeof *text);
    struct text_failure failure;
    struct error unheard = {.arena = arena};
    *spelled = (struct spelled){.value = {NULL}};
    return !body.len ||
           (text_read(body, &text_rules_own, text, &failure, arena) && take(spelled, text, &unheard));
}

bool policy_read(struct span body, struct policy *policy, struct arena *arena)
{
    struct spelled spelled;
    struct error unheard = {.arena = arena};
    return spell(body, &spelled, arena) && check_all(&spelled, policy, &unheard);
}

bool policy_merge(struct span stored, const struct text *patch, struct span *merged, struct arena *arena,
                  struct error *err)
{
    struct spelled spelled;
    struct policy policy;
    if (!spell(stored, &spelled, arena))
        return error_internal(err);
    if (!take(&spelled, patch, err) || !check_all(&spelled, &policy, err))
        return false;
    *merged = write(&spelled, arena);
    return true;
}

/* ---- what it means */

bool policy_acts(const struct policy *policy)
{
    return policy->min_versions.value > 0 || policy->min_age_days.value > 0 ||
           policy->used_within_days.value > 0 || policy->prunes || policy->purges;
}

int policy_max_per_run(const struct policy *policy)
{
    return policy->max_per_run.is ? (int)policy->max_per_run.value : RUN_DEFAULT;
}

double policy_max_percent(const struct policy *policy)
{
    return policy->max_percent.is ? policy->max_percent.value : PERCENT_DEFAULT;
}

int64_t given_ms(struct given days)
{
    return (int64_t)ceil(days.value * (double)DAY_MS);
}

int64_t given_days(struct given days)
{
    return (int64_t)ceil(days.value);
}

struct span given_text(struct given given, struct arena *arena)
{
    char text[32];
    snprintf(text, sizeof text, "%.12g", given.value);
    return arena_copy(arena, span_of(text));
}

struct span policy_warnings(const struct policy *policy, struct arena *arena)
{
    const struct {
        bool idle;
        const char *text;
    } cases[] = {
        {policy->keep_versions.is && policy->keep_versions.value < policy->min_versions.value,
         "prune.keepVersions is below protect.minVersions, which keeps more"},
        {policy->older_than_days.is && policy->older_than_days.value < policy->min_age_days.value,
         "prune.olderThanDays is below protect.minAgeDays, which keeps longer"},
        {policy->purges && !policy->recycle_days.is,
         "purge.enabled does nothing without recycle.days: nothing expires"},
    };
    struct buffer out = {.arena = arena};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cases[i].idle)
            buffer_printf(&out, "%s\"%s\"", out.len ? "," : "[", cases[i].text);
    if (out.len)
        buffer_byte(&out, ']');
    return buffer_span(&out);
}
