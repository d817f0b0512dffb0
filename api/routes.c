/* SPDX-License-Identifier: Apache-2.0 */
/* From a target to its row, and from a row to the answer: the one place where the order of checks is written
 * down, and the only one where an error becomes JSON. */
#include "api/alias.h"
#include "api/body.h"
#include "api/dialect.h"
#include "api/handlers.h"
#include "api/media.h"
#include "api/prefix.h"
#include "api/render.h"
#include "api/reply.h"
#include "base/clock.h"

#include <assert.h>

const struct route routes[] = {
#define ROUTE(method, path, handler, access, body_argument) {method, path, handler, access, body_argument},
#include "api/routes.def"
#undef ROUTE
};
const size_t routes_count = sizeof routes / sizeof *routes;

/* Rows that no method names: what is refused before, or answered without, the checks of the others. */
static bool answer_bad_path(struct call *call, struct error *err)
{
    (void)call;
    return error_bad_path(err);
}

static bool answer_no_route(struct call *call, struct error *err)
{
    (void)call;
    return error_no_route(err);
}

static bool answer_method_not_allowed(struct call *call, struct error *err)
{
    (void)call;
    return error_method_not_allowed(err);
}

static bool answer_bad_context(struct call *call, struct error *err)
{
    return error_context_name(err, call->arg[0]);
}

static bool answer_options(struct call *call, struct error *err)
{
    (void)err;
    call->status = 200;
    return true;
}

static const struct route bad_path = {NULL, "", answer_bad_path, READS, NULL};
static const struct route no_route = {NULL, "", answer_no_route, READS, NULL};
static const struct route method_not_allowed = {NULL, "", answer_method_not_allowed, READS, NULL};
static const struct route bad_context = {NULL, "", answer_bad_context, READS, NULL};
static const struct route options = {NULL, "", answer_options, READS, NULL};

/* Whether the segments fit the row's path; the arguments stand in `arg` if they do. */
static bool fits(const char *pattern, const struct path *path, struct span arg[PATH_ARGS_MAX])
{
    size_t at = 0, args = 0;
    while (pattern[0] == '/' && pattern[1]) {
        size_t len = strcspn(++pattern, "/");
        if (at == path->count)
            return false;
        struct span segment = path->segment[at++];
        if (pattern[0] == '{')
            arg[args++] = segment;
        else if (!span_equal(segment, (struct span){pattern, len}))
            return false;
        pattern += len;
    }
    return at == path->count;
}

/* Whether the row is there for this client. */
static bool is_spoken(const struct dialect *dialect, const struct route *route)
{
    return (dialect->guid_routes || !(route->access & BY_GUID)) &&
           (dialect->removes_contexts || !(route->access & REMOVING)) &&
           (dialect->associations || !(route->access & ASSOCIATING)) &&
           (clock_is_manual() || !(route->access & IN_TESTS));
}

enum { METHODS = 4 };
static const char *const methods[METHODS] = {"GET", "POST", "PUT", "DELETE"};

/* The row of that method and path, or NULL; `there`: which methods the path knows. */
static const struct route *find(const struct dialect *dialect, struct span method, const struct path *path,
                                struct span arg[PATH_ARGS_MAX], bool there[METHODS])
{
    if (path->count > PATH_SEGMENTS_MAX)
        return NULL;
    const char *literal = NULL;         /* a path without arguments is nobody's argument */
    for (size_t i = 0; i < routes_count; i++) {
        struct span found[PATH_ARGS_MAX] = {0};
        if ((literal && strcmp(literal, routes[i].path) != 0) || !is_spoken(dialect, &routes[i]) ||
            !fits(routes[i].path, path, found))
            continue;
        if (!strchr(routes[i].path, '{'))
            literal = routes[i].path;
        memcpy(arg, found, sizeof found);
        if (span_equal(method, span_of(routes[i].method)))
            return &routes[i];
        for (size_t m = 0; m < METHODS; m++)
            there[m] |= strcmp(routes[i].method, methods[m]) == 0;
    }
    return NULL;
}

static struct span allowed(const bool there[METHODS], struct arena *arena)
{
    struct buffer list = {.arena = arena};
    for (size_t m = 0; m < METHODS; m++)
        if (there[m])
            buffer_printf(&list, m ? "%s, " : "%s, HEAD, ", methods[m]);
    buffer_put(&list, SPAN("OPTIONS"));
    return buffer_span(&list);
}

static const struct route *route_of(struct call *call, struct path *path)
{
    struct span context;
    if (!prefix_rewrite(call, path, &context)) {
        call->arg[0] = context;
        return &bad_context;
    }
    bool there[METHODS] = {false}, any = false;
    struct span method = call->head ? SPAN("GET") : call->method;
    const struct route *route = find(call->dialect, method, path, call->arg, there);
    if (route)
        return route;
    for (size_t m = 0; m < METHODS; m++)
        any |= there[m];
    if (!any)
        return &no_route;
    if (!span_equal(call->method, SPAN("OPTIONS")))
        return &method_not_allowed;
    call->allow = allowed(there, call->arena);
    return &options;
}

void api_route(struct call *call)
{
    struct path path;
    struct span query;
    call->head = span_equal(call->method, SPAN("HEAD"));
    if (!path_split(call->target, &path, &query, call->arena) ||
        !query_split(query, &call->query, &call->query_count, call->arena))
        call->route = &bad_path;
    else
        call->route = route_of(call, &path);
}

/* {id:int} in the path holds a number. */
static bool check_arguments(const struct call *call, struct error *err)
{
    size_t arg = 0;
    int number;
    for (const char *at = strchr(call->route->path, '{'); at; at = strchr(at + 1, '{'), arg++)
        if (memcmp(strchr(at, '}') - 4, ":int", 4) == 0 && !call_number(call->arg[arg], &number))
            return error_no_route(err);
    return true;
}

static bool check(struct call *call, struct error *err)
{
    if (!media_readable(call->headers.content_type)) {
        call->media_type = media_of_refusal(call->headers.accept);
        return error_media_type(err);
    }
    struct span type;
    bool chosen = media_choose(call->headers.accept, &type);
    if (!chosen && !(call->route->access & PLAIN_TEXT))
        return error_not_acceptable(err);
    if (chosen)
        call->media_type = type;
    return check_arguments(call, err) && (!call->route->body_argument || body_read(call, err));
}

/* A write looks at views of its own. */
static bool handle_write(struct call *call, struct error *err)
{
    if (call->route->access & ALIASED) {
        AUTO_VIEW view = registry_view(call->registry);
        alias_follow(call, view);
    }
    return call->route->handle(call, err);
}

static bool handle(struct call *call, struct error *err)
{
    const struct route *route = call->route;
    if (route->access & WRITES)
        return handle_write(call, err);
    AUTO_VIEW view = route->access & FRESH ? registry_view_fresh(call->registry, err)
                                           : registry_view(call->registry);
    if (!view)
        return false;
    if (route->access & ALIASED)
        alias_follow(call, view);
    call->view = view;
    bool done = route->handle(call, err);
    call->view = NULL;
    return done;
}

void api_answer(struct call *call)
{
    struct error err = {.arena = call->arena};
    const struct route *route = call->route;
    call->media_type = media_plain_json;
    bool done = route->method ? check(call, &err) && handle(call, &err) : route->handle(call, &err);
    if (!done) {
        if (!err.code)
            error_internal(&err);
        reply_error(call, &err);
    }
    if (!call->reply.len)
        call->media_type = (struct span){NULL, 0};
    render_gzip(call);
}

void api_refuse(struct call *call, const struct error *err)
{
    call->head = span_equal(call->method, SPAN("HEAD"));
    call->media_type = media_plain_json;
    reply_error(call, err);
}
