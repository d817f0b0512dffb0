/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan rests on, as bytes that say the same on every server: numbers of eight bytes, texts behind
 * their lengths. Subject by subject, so that no more than one is in memory. */
#include "registry/planner.h"

#include "registry/references.h"
#include "registry/usage.h"

static void put_number(struct buffer *out, int64_t number)
{
    char bytes[sizeof number];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)((uint64_t)number >> 8 * i);
    buffer_put(out, (struct span){bytes, sizeof bytes});
}

static void put_text(struct buffer *out, struct span text)
{
    put_number(out, (int64_t)text.len);
    buffer_put(out, text);
}

static void put_name(struct buffer *out, struct name name)
{
    put_text(out, name.context);
    put_text(out, name.subject);
}

void digest_subject(struct planner *planner, const struct governing *governing)
{
    planner->inputs = (struct buffer){.arena = planner->scratch};
    put_text(&planner->inputs, (struct span){(const char *)planner->digest, SHA256_SIZE});
    put_name(&planner->inputs, governing->scope);
    put_text(&planner->inputs, governing->body);
}

/* Who refers to it, and whether they count: whichever schema that is, one more is another plan. */
static void put_referrers(struct buffer *out, const struct judging *judging, const struct version *version)
{
    struct cursor cursor = view_referrers(judging->view, version);
    const struct record *record = cursor_referrer(&cursor);
    if (!record)
        return;
    for (; record; record = cursor_referrer(&cursor)) {
        put_text(out, record->context);
        put_number(out, record->id);
    }
    put_number(out, version_referred(judging->view, version, false, NULL));
    put_number(out, version_referred(judging->view, version, true, NULL));
}

/* A hold is put as it is kept, and not whether its end has passed: that alone is the time of day. */
void digest_version(struct planner *planner, const struct judging *judging, const struct version *version)
{
    struct buffer *out = &planner->inputs;
    const struct policy *policy = judging->policy;
    const struct version_row *row = &version->row;
    put_number(out, version->number);
    put_number(out, version->record->id);
    put_number(out, row->hidden);
    put_number(out, row->created);
    put_number(out, row->superseded);
    put_text(out, row->recycled);
    put_text(out, row->hold);
    if (policy->used_within_days.value > 0 || (policy->prunes && policy->unused_for_days.is))
        put_number(out, usage_day(version->record));
    put_referrers(out, judging, version);
}

void digest_close(struct planner *planner, const struct judging *judging)
{
    struct settings settings = view_settings(judging->view, subject_name(judging->subject));
    put_name(&planner->inputs, subject_name(judging->subject));
    put_number(&planner->inputs, settings.mode);
    put_text(&planner->inputs, span_of(settings.level->name));
    digest_sha256(buffer_span(&planner->inputs), planner->digest);
}

void digest_actions(struct planner *planner)
{
    const struct prune_plan *plan = planner->plan;
    struct buffer out = {.arena = planner->arena};
    put_text(&out, (struct span){(const char *)planner->digest, SHA256_SIZE});
    for (size_t i = 0; i < plan->count; i++) {
        const struct pruned *pruned = &plan->pruned[i];
        if (pruned->by.len)
            continue;
        put_name(&out, pruned->version->subject);
        put_number(&out, pruned->version->number);
        put_number(&out, pruned->version->record->id);
        put_number(&out, pruned->purge);
    }
    digest_sha256(buffer_span(&out), planner->digest);
}
