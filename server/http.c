/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd 0.9.75, whole: its threads read heads and bodies, answer what only looks something up, and
 * park the rest while a lane works. What it answers by itself stands in http.h. */
#include "server/http.h"

#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/calls.h"
#include "server/exchange.h"

enum { NAP_NS = 2000000 };

struct http {
    struct http_options with;
    struct MHD_Daemon *daemon;
    struct peers *peers;
    struct calls calls;             /* begun and not completed */
    _Atomic bool leaving;           /* replies say Connection: close */
};

/* ---- connections and exchanges come and go ---- */

static struct peer *peer_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http *http = cls;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        peer_close(http->peers, *context);
        return;
    }
    const struct sockaddr *address =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    int64_t due = clock_steady() + http->with.config->idle_timeout + http->with.config->request_timeout;
    int socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    *context = peer_open(http->peers, socket, address, due);
}

/* The library would take the query apart into its pool and, where the pool is full, forget the exchange: so
 * it is shown an empty one. The bytes are its own and it is about to write to them itself. */
static void hide_query(const char *uri)
{
    char *query = strchr((char *)(uintptr_t)uri, '?');
    if (query && query[1])
        query[1] = '\0';
}

/* The request line was read; the library has not yet cut the target at the '?'. */
static void *on_target(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct http *http = cls;
    struct exchange *exchange = exchange_new(&http->with, peer_of(connection), span_of(uri));
    exchange->connection = connection;
    exchange->line = uri;
    hide_query(uri);
    return exchange;
}

/* The last byte was sent, or there is nobody left to send it to. */
static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode how)
{
    struct http *http = cls;
    struct exchange *exchange = *context;
    (void)connection;
    *context = NULL;
    if (!exchange)
        return;
    if (exchange->refused && how == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        peer_linger(http->peers, exchange->peer, (size_t)http->with.config->drain_max);
    bool begun = exchange->begun;
    exchange_free(exchange);
    if (begun)
        calls_leave(&http->calls);
}

/* ---- the head ---- */

static enum MHD_Result on_field(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                const char *value, size_t value_len)
{
    (void)kind;
    exchange_field(cls, (struct span){name, name_len}, (struct span){value, value_len});
    return MHD_YES;
}

static void read_head(struct exchange *exchange, const char *method, const char *version)
{
    struct head *head = &exchange->head;
    head->method = span_of(method);
    head->version = span_of(version);
    head->end =
        method +
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    /* Bytes of the header block: without the request line "METHOD TARGET HTTP/1.1". */
    size_t line = head->method.len + 1 + head->target.len + 1 + head->version.len + 2;
    head->size = (size_t)(head->end - method) > line ? (size_t)(head->end - method) - line : 0;
    /* The version follows the target in the library's buffer; a NUL in the target ends its text sooner. */
    head->cut = (uintptr_t)version != (uintptr_t)exchange->line + head->target.len + 1;
    MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, on_field, exchange);
}

/* ---- the reply ---- */

static void add_fields(struct MHD_Response *response, const struct exchange *exchange,
                       const struct http *http)
{
    struct reply_field fields[REPLY_FIELDS_MAX];
    size_t count =
        fields_reply(&exchange->call, exchange->request_id, atomic_load(&http->leaving), fields);
    for (size_t i = 0; i < count; i++) {
        enum MHD_Result added = MHD_add_response_header(response, fields[i].name, fields[i].value);
        assert(added == MHD_YES);       /* refused are line ends and tabs alone */
    }
}

/* The bytes are sent from where they lie: arena and share live until on_completed. */
static enum MHD_Result send_reply(struct exchange *exchange, const struct http *http)
{
    struct span reply = exchange->call.reply;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply.len, (void *)(uintptr_t)reply.ptr, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    add_fields(response, exchange, http);
    exchange_sending(exchange);
    enum MHD_Result queued =
        MHD_queue_response(exchange->connection, (unsigned)exchange->call.status, response);
    MHD_destroy_response(response);
    return queued;
}

static void run_in_lane(void *thing)
{
    struct exchange *exchange = thing;
    exchange_run(exchange);
    MHD_resume_connection(exchange->connection);
}

static enum MHD_Result answer(struct exchange *exchange, const struct http *http)
{
    struct lane *lane = exchange_lane(exchange);
    if (!lane)
        return send_reply(exchange, http);
    /* The connection sleeps before the lane may have it: a resume that came first would be lost. */
    MHD_suspend_connection(exchange->connection);
    struct exchange *left = lane_put(lane, run_in_lane, exchange, peer_client(exchange->peer));
    if (left) {
        exchange_lane_full(left);
        MHD_resume_connection(left->connection);
    }
    return MHD_YES;
}

static enum MHD_Result begin(struct exchange *exchange, struct http *http, const char *method,
                             const char *version)
{
    if (!calls_enter(&http->calls))
        return MHD_NO;
    read_head(exchange, method, version);
    return exchange_head(exchange) ? MHD_YES : send_reply(exchange, http);
}

/* Asked for the head, for each part of the body, at its end, and after each resume. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes, size_t *size,
                                  void **context)
{
    struct exchange *exchange = *context;
    struct http *http = cls;
    (void)connection, (void)url;
    switch (exchange->stage) {
    case STAGE_HEAD:
        return begin(exchange, http, method, version);
    case STAGE_BODY:
        if (*size == 0)
            return answer(exchange, http);
        if (!upload_take(&exchange->upload, bytes, *size))
            return MHD_NO;
        *size = 0;
        return MHD_YES;
    case STAGE_ANSWERED:
        return send_reply(exchange, http);
    case STAGE_PARKED:
    case STAGE_SENT:
        break;
    }
    return MHD_YES;
}

/* Percent signs stay: api/routes.c splits a path before it decodes it. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls, (void)connection;
    return strlen(text);
}

/* ---- opening and closing ---- */

static struct MHD_Daemon *start_daemon(struct http *http)
{
    const struct config *config = http->with.config;
    /* A head and a target at their bounds, the library's notes on each field, and the reply's head. */
    int64_t pool = config->header_max * 4 > CONNECTION_POOL ? config->header_max * 4 : CONNECTION_POOL;
    unsigned room = listen_room();      /* a quarter of it is for others than whoever has most */
    intptr_t idle = (intptr_t)((config->idle_timeout + 999) / 1000);
    enum MHD_OPTION threads = config->http_threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, http->with.listener->socket, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)pool, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)room, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)(room - room / 4), NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, idle, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, http},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, http},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, http},
        {threads, (intptr_t)config->http_threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, http, MHD_OPTION_ARRAY, options,
                            MHD_OPTION_END);
}

static void http_free(struct http *http)
{
    peers_close(http->peers);
    free(http);
}

struct http *http_open(const struct http_options *options, struct error *err)
{
    struct http *http = calloc(1, sizeof *http);
    if (!http)
        abort();
    http->with = *options;
    http->peers = peers_open(err);
    http->daemon = http->peers ? start_daemon(http) : NULL;
    if (http->daemon)
        return http;
    if (http->peers)
        (void)error_start(err, arena_printf(err->arena, "cannot answer requests: %s", strerror(errno)));
    http_free(http);
    return NULL;
}

int http_fd(const struct http *http)
{
    return peers_fd(http->peers);
}

void http_tick(struct http *http)
{
    if (peers_tick(http->peers, clock_steady()))
        LOG(LOG_DEBUG, "connections cut", {"reason", SPAN("past their deadline")});
}

static void wait_for_calls(struct http *http, int64_t until)
{
    const struct timespec nap = {.tv_nsec = NAP_NS};
    while (!calls_over(&http->calls) && clock_steady() < until) {
        http_tick(http);
        nanosleep(&nap, NULL);
    }
}

/* libmicrohttpd aborts when it is stopped with parked connections and drops the reply of one that was just
 * resumed: so it is stopped when every call begun has had its completion. MHD_quiesce_daemon would race with
 * its own threads for the epoll set, and ends the process when it loses; listen_stop does not. */
size_t http_close(struct http *http, int64_t grace_ms)
{
    if (!http)
        return 0;
    atomic_store(&http->leaving, true);
    listen_stop(http->with.listener);
    wait_for_calls(http, clock_steady() + grace_ms);
    size_t left = calls_end(&http->calls);
    if (left)
        peers_cut_all(http->peers);
    wait_for_calls(http, NEVER);
    /* A lane's thread may still be on its way out of MHD_resume_connection. */
    lane_rest(http->with.lanes->think);
    lane_rest(http->with.lanes->write);
    MHD_stop_daemon(http->daemon);
    http_free(http);
    return left;
}
