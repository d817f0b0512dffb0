/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of a request: admitted, routed, read, answered here or in a lane. Its memory is one arena and
 * one body, which live until the reply has left; what the answer takes to be made goes before, if it is
 * much. */
#include "server/exchange.h"

#include "base/clock.h"
#include "base/log.h"

enum { FIRST_FIELDS = 16 };

static void due_in(const struct exchange *exchange, int64_t ms)
{
    peer_due(exchange->peer, clock_steady() + ms);
}

struct exchange *exchange_new(const struct http_options *with, struct peer *peer, struct span target)
{
    struct arena *arena = arena_new();
    struct exchange *exchange = arena_alloc(arena, sizeof *exchange);
    exchange->arena = arena;
    exchange->with = with;
    exchange->peer = peer;
    exchange->since = clock_steady_us();
    exchange->call = (struct call){
        .registry = with->registry,
        .dialect = with->dialect,
        .metrics = with->metrics,
        .reply_max = (size_t)with->config->replies_max,
        .arena = arena,
        .target = arena_copy(arena, target),
        .origin.who = peer_address(peer),
    };
    exchange->head.target = exchange->call.target;
    due_in(exchange, with->config->request_timeout);
    return exchange;
}

static void count_and_log(const struct exchange *exchange)
{
    const struct call *call = &exchange->call;
    long long us = clock_steady_us() - exchange->since, ms = us / 1000;
    metrics_end(exchange->with->metrics, call, us);
    LOG(LOG_DEBUG, "request", {"method", call->method}, {"target", call->target},
        {"status", arena_printf(exchange->arena, "%d", call->status)},
        {"bytes", arena_printf(exchange->arena, "%zu", call->reply.len)},
        {"ms", arena_printf(exchange->arena, "%lld", ms)},
        {"from", call->origin.who}, {"agent", call->origin.agent}, {"id", exchange->request_id});
}

void exchange_free(struct exchange *exchange)
{
    const struct config *config = exchange->with->config;
    if (exchange->begun)
        count_and_log(exchange);
    due_in(exchange, config->idle_timeout + config->request_timeout);
    upload_free(&exchange->upload);
    budget_give(exchange->with->replies, exchange->held);
    arena_free(exchange->arena);
}

static void refuse(struct exchange *exchange, const struct error *err)
{
    api_refuse(&exchange->call, err);
    exchange->stage = STAGE_ANSWERED;
}

void exchange_field(struct exchange *exchange, struct span name, struct span value)
{
    struct head *head = &exchange->head;
    if (head->count == exchange->field_room) {
        struct head_field *larger;
        exchange->field_room = head->count ? head->count * 2 : FIRST_FIELDS;
        larger = arena_array(exchange->arena, exchange->field_room, sizeof *larger);
        if (head->count)
            memcpy(larger, head->fields, head->count * sizeof *larger);
        head->fields = larger;
    }
    head->fields[head->count++] = (struct head_field){name, value};
}

bool exchange_head(struct exchange *exchange)
{
    const struct head *head = &exchange->head;
    const struct config *config = exchange->with->config;
    const struct head_limits limits = {(size_t)config->header_max, (size_t)config->header_max, HEADERS_MAX};
    struct error err = {.arena = exchange->arena};
    struct framing framing;
    exchange->begun = true;
    metrics_begin(exchange->with->metrics);
    exchange->stage = STAGE_BODY;
    exchange->call.method = head->method;
    fields_take(head, &exchange->call, &exchange->request_id);
    bool good = admit_head(head, &limits, &framing, &err);
    if (good) {
        api_route(&exchange->call);
        exchange->upload.all = exchange->with->uploads;
        exchange->upload.most = api_body_max(&exchange->call, (size_t)config->body_max);
        exchange->upload.drain = (uint64_t)config->drain_max;
        good = admit_body(&framing, exchange->upload.most, &err);
    }
    exchange->refused = !good;
    if (!good)
        refuse(exchange, &err);
    return good;
}

static void drop(void *share)
{
    share_drop(share);
}

/* The reply without what was used to make it. Its client may take a minute, and others ask meanwhile. */
static bool keep_reply(struct exchange *exchange)
{
    struct call *call = &exchange->call;
    struct arena *arena = exchange->arena;
    size_t len = call->shared ? 0 : call->reply.len;
    if (!budget_take(exchange->with->replies, len))
        return false;
    exchange->held = len;
    if (call->shared)
        arena_defer(arena, drop, share_take(call->shared));
    else
        call->reply = arena_copy(arena, call->reply);
    call->allow = arena_copy(arena, call->allow);
    return true;
}

static void refuse_reply(struct exchange *exchange)
{
    struct error err = {.arena = exchange->arena};
    struct call *call = &exchange->call;
    (void)error_no_room(&err);
    call->allow = call->etag = (struct span){0};
    call->shared = NULL;
    call->gzipped = false;
    refuse(exchange, &err);
}

void exchange_run(struct exchange *exchange)
{
    struct call *call = &exchange->call;
    struct arena *work = arena_new();
    call->arena = work;
    api_answer(call);
    exchange->stage = STAGE_ANSWERED;
    call->arena = exchange->arena;
    if (arena_size(work) <= REPLY_SMALL) {
        arena_adopt(exchange->arena, work);
        return;
    }
    bool kept = keep_reply(exchange);
    if (!kept)
        refuse_reply(exchange);
    arena_free(work);
}

static bool is_kept(const struct upload *upload, struct error *err)
{
    if (upload_too_large(upload))
        return error_body_too_large(err);
    return !upload->crowded || error_no_room(err);
}

struct lane *exchange_lane(struct exchange *exchange)
{
    const struct lanes *lanes = exchange->with->lanes;
    struct error err = {.arena = exchange->arena};
    if (!is_kept(&exchange->upload, &err)) {
        refuse(exchange, &err);
        return NULL;
    }
    exchange->call.body = upload_span(&exchange->upload);
    unsigned access = api_access(&exchange->call);
    if (access & (THINKS | WRITES)) {
        /* How long a decision takes is ours to answer for, not the client's. */
        peer_due(exchange->peer, NEVER);
        exchange->stage = STAGE_PARKED;
        return access & WRITES ? lanes->write : lanes->think;
    }
    exchange_run(exchange);
    return NULL;
}

void exchange_lane_full(struct exchange *exchange)
{
    struct error err = {.arena = exchange->arena};
    (void)error_no_room(&err);
    refuse(exchange, &err);
}

void exchange_sending(struct exchange *exchange)
{
    exchange->stage = STAGE_SENT;
    due_in(exchange, exchange->with->config->send_timeout);
}
