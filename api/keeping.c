/* SPDX-License-Identifier: Apache-2.0 */
/* What version retention says of one version and lets clients do to it: explained, held, brought back. */
#include "api/handlers.h"
#include "api/reply.h"
#include "api/strict.h"
#include "base/clock.h"
#include "base/moment.h"
#include "registry/retention.h"

static void put_moment(struct reply *reply, const char *name, int64_t ms, struct arena *arena)
{
    if (ms != NEVER)
        reply_string(reply, name, moment_text(ms, arena));
}

/* ---- explained */

/* When, by whom and why it came to be as it is. */
static struct reply *reply_event(int64_t at, struct span by, struct span why, struct arena *arena)
{
    struct reply *reply = reply_object(arena);
    put_moment(reply, "at", at, arena);
    reply_string(reply, "by", by);
    if (why.len)
        reply_string(reply, "why", why);
    return reply;
}

static struct reply *begin(const struct call *call, int number, int id, const char *state)
{
    struct reply *reply = reply_object(call->arena);
    reply_string(reply, "subject", name_text(call_arg_subject(call, 0), call->arena));
    reply_number(reply, "version", number);
    reply_number(reply, "id", id);
    reply_string(reply, "state", span_of(state));
    return reply;
}

static struct reply *explain_tombstone(const struct call *call, const struct tombstone *stone)
{
    struct reply *reply = begin(call, stone->number, stone->id, "purged");
    reply_truth(reply, "protected", false);
    reply_member(reply, "by", reply_array(call->arena));
    reply_member(reply, "purged", reply_event(stone->at, stone->by, stone->why, call->arena));
    return reply;
}

static void put_recycled(struct reply *reply, const struct version *version, struct arena *arena)
{
    struct recycled recycled;
    if (!version->row.hidden || !recycled_read(version->row.recycled, &recycled, arena))
        return;
    struct reply *event = reply_event(recycled.at, recycled.by, recycled.why, arena);
    reply_truth(event, "policy", recycled.policy);
    reply_member(reply, "recycled", event);
}

static struct reply *explain_version(const struct call *call, const struct version *version)
{
    struct arena *arena = call->arena;
    struct judging judging = judging_begin(call->view, clock_now(), version->subject);
    struct floors floors = version_floors(&judging, version, version_rank(&judging, version), arena);
    struct reply *reply = begin(call, version->number, version->record->id,
                                version->row.hidden ? "recycled" : "live");
    reply_truth(reply, "protected", floors.count > 0);
    reply_ready(reply, "by", floors_write(&floors, arena));
    put_moment(reply, "prunableFrom", version_prunable_from(&judging, version, arena), arena);
    put_moment(reply, "expiresAt", version->row.hidden ? version_expiry(&judging, version) : NEVER, arena);
    put_recycled(reply, version, arena);
    return reply;
}

bool get_subject_version_retention(struct call *call, struct error *err)
{
    int number;
    struct standing_version found;
    if (!call_arg_version(call, 1, &number, err) ||
        !view_find_version(call->view, call_arg_subject(call, 0), number, &found, call->arena, err))
        return false;
    return reply_send(call, found.version ? explain_version(call, found.version)
                                          : explain_tombstone(call, found.tombstone), err);
}

/* ---- held */

static bool answer_hold(struct call *call, const struct hold *hold, struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    reply_string(reply, "reason", hold->reason);
    put_moment(reply, "until", hold->until, call->arena);
    put_moment(reply, "at", hold->at, call->arena);
    reply_string(reply, "by", hold->by);
    return reply_send(call, reply, err);
}

/* The end of a hold; one before 1970 is as good as its beginning. */
static bool read_until(const struct call *call, struct holding *wanted, struct error *err)
{
    const struct text *until = strict_member(call, "until");
    wanted->until = NEVER;
    if (!until)
        return true;
    wanted->until_text = until->string;
    if (!strict_moment(call, "until", &wanted->until, err))
        return false;
    if (wanted->until < 0)
        wanted->until = 0;
    return true;
}

static bool is_missing(const struct text *reason)
{
    return !reason || reason->kind == TEXT_NULL || (reason->kind == TEXT_STRING && !reason->string.len);
}

/* What is wrong with it is kept until the version is found. A body that is no JSON is told at once. */
static bool read_holding(struct call *call, struct holding *wanted, struct error *fault)
{
    static const struct strict_member members[] = {{"reason", TEXT_STRING}, {"until", TEXT_STRING}};
    bool read = strict_read(call, members, 2, fault);
    const struct text *reason = strict_member(call, "reason");
    if (fault->code == 400)
        return false;
    if (call->json->kind == TEXT_OBJECT && is_missing(reason))
        return error_reason_missing(fault);
    if (!read)
        return false;
    wanted->reason = reason->string;
    if (reason->string.len > REASON_MAX)
        return error_retention_request(fault, arena_printf(call->arena, "'reason' has more than %d bytes",
                                                           REASON_MAX));
    return read_until(call, wanted, fault);
}

bool put_subject_version_hold(struct call *call, struct error *err)
{
    struct holding wanted = {.subject = call_arg_subject(call, 0), .by = call->origin};
    struct error fault = {.arena = call->arena};
    struct hold hold;
    if (!call_arg_version(call, 1, &wanted.version, err))
        return false;
    if (!read_holding(call, &wanted, &fault)) {
        if (fault.code == 400)
            return error_pass(err, &fault);
        wanted.fault = &fault;
    }
    return registry_hold(call->registry, &wanted, &hold, call->arena, err) && answer_hold(call, &hold, err);
}

bool delete_subject_version_hold(struct call *call, struct error *err)
{
    struct holding wanted = {.subject = call_arg_subject(call, 0), .release = true,
                             .dry = call_query_true(call, "dryRun"), .by = call->origin};
    struct hold hold;
    return call_arg_version(call, 1, &wanted.version, err) &&
           registry_hold(call->registry, &wanted, &hold, call->arena, err) && answer_hold(call, &hold, err);
}

/* ---- brought back */

static struct undeletion read_undeletion(const struct call *call)
{
    return (struct undeletion){.subject = call_arg_subject(call, 0),
                               .force = call_query_true(call, "force"), .by = call->origin};
}

bool post_subject_undelete(struct call *call, struct error *err)
{
    struct undeletion wanted = read_undeletion(call);
    const int *versions;
    size_t count;
    wanted.version = ALL_VERSIONS;
    if (!registry_undelete(call->registry, &wanted, &versions, &count, call->arena, err))
        return false;
    struct reply *list = reply_array(call->arena);
    for (size_t i = 0; i < count; i++)
        reply_add_number(list, versions[i]);
    return reply_send(call, list, err);
}

bool post_subject_version_undelete(struct call *call, struct error *err)
{
    struct undeletion wanted = read_undeletion(call);
    const int *versions;
    size_t count;
    if (!call_arg_version(call, 1, &wanted.version, err) ||
        !registry_undelete(call->registry, &wanted, &versions, &count, call->arena, err))
        return false;
    reply_send_number(call, versions[0]);
    return true;
}
