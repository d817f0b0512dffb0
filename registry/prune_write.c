/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as JSON, printed by hand: it may name a hundred thousand versions. */
#include "registry/pruning.h"

#include "base/text.h"

static void put_version(struct buffer *out, const struct version *version)
{
    struct name name = version->subject;
    buffer_put(out, SPAN("{\"subject\":"));
    text_quote(out, name_text(name, out->arena));
    buffer_printf(out, ",\"version\":%d,\"id\":%d", version->number, version->record->id);
}

static void put_action(struct buffer *out, const struct pruned *pruned)
{
    put_version(out, pruned->version);
    buffer_printf(out, ",\"action\":\"%s\",\"because\":[", pruned->purge ? "purge" : "recycle");
    for (size_t i = 0; i < pruned->because_count; i++) {
        buffer_put(out, i ? SPAN(",") : SPAN(""));
        text_quote(out, pruned->because[i]);
    }
    buffer_printf(out, "],\"weakensTransitive\":%s}", pruned->weakens ? "true" : "false");
}

static void put_kept(struct buffer *out, const struct pruned *pruned)
{
    put_version(out, pruned->version);
    buffer_put(out, SPAN(",\"by\":"));
    buffer_put(out, pruned->by);
    buffer_byte(out, '}');
}

static void put_list(struct buffer *out, const struct prune_plan *plan, bool kept)
{
    bool any = false;
    for (size_t i = 0; i < plan->count; i++) {
        if ((plan->pruned[i].by.len != 0) != kept)
            continue;
        buffer_put(out, any ? SPAN(",") : SPAN(""));
        (kept ? put_kept : put_action)(out, &plan->pruned[i]);
        any = true;
    }
}

struct span prune_plan_write(const struct prune_plan *plan, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    size_t kept = plan->evaluated - plan->recycles - plan->purges;
    buffer_printf(&out, "{\"digest\":\"%.*s\",\"policyAt\":%lld,\"summary\":{", SPAN_ARGS(plan->digest),
                  (long long)plan->policy_seq);
    buffer_printf(&out, "\"evaluated\":%zu,\"recycle\":%zu,\"purge\":%zu,\"kept\":%zu},\"actions\":[",
                  plan->evaluated, plan->recycles, plan->purges, kept);
    put_list(&out, plan, false);
    buffer_put(&out, SPAN("],\"kept\":["));
    put_list(&out, plan, true);
    buffer_put(&out, SPAN("]}"));
    return buffer_span(&out);
}
