/* SPDX-License-Identifier: Apache-2.0 */
/* Filling calls by hand, as the server does, and looking at the answers. */
#include "tests/unit/api/asking.h"

#include "api/dialect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

void house_open(struct house *house)
{
    house->arena = arena_new();
    struct error err = {.arena = house->arena};
    house->store = store_open(SPAN("memory:"), &err);
    assert_non_null(house->store);
    house->registry = registry_open(&(struct registry_options){.store = house->store}, &err);
    assert_non_null(house->registry);
}

void house_close(struct house *house)
{
    registry_close(house->registry);
    store_close(house->store);
    arena_free(house->arena);
}

struct call *ask_with(struct house *house, const char *method, const char *target,
                      struct call_headers headers, struct span body)
{
    struct call *call = arena_alloc(house->arena, sizeof *call);
    *call = (struct call){
        .registry = house->registry,
        .arena = house->arena,
        .dialect = dialect_find(8),
        .origin = {.who = SPAN("127.0.0.1"), .agent = SPAN("test")},
        .method = span_of(method),
        .target = span_of(target),
        .headers = headers,
        .body = body,
    };
    api_route(call);
    assert_non_null(call->route);
    api_answer(call);
    return call;
}

struct call *ask(struct house *house, const char *method, const char *target, const char *body)
{
    return ask_with(house, method, target, (struct call_headers){0}, span_of(body));
}

static void told(const struct call *call, const char *wanted, const char *file, int line)
{
    print_error("%.*s %.*s\n   wanted: %s\n      got: %d %.*s\n", SPAN_ARGS(call->method),
                SPAN_ARGS(call->target), wanted, call->status, SPAN_ARGS(call->reply));
    _fail(file, line);
}

void expect_at(const struct call *call, int status, const char *reply, const char *file, int line)
{
    if (call->status != status || !span_equal(call->reply, span_of(reply)))
        told(call, reply, file, line);
}

void expect_part_at(const struct call *call, int status, const char *part, const char *file, int line)
{
    AUTO_ARENA arena = arena_new();
    if (call->status != status || !strstr(arena_copy(arena, call->reply).ptr, part))
        told(call, part, file, line);
}

struct span unpacked(const struct call *call)
{
    enum { ROOM = 1 << 20, AS_GZIP = 16 };
    char *out = arena_alloc(call->arena, ROOM);
    z_stream stream = {.next_in = (z_const Bytef *)call->reply.ptr,
                       .avail_in = (uInt)call->reply.len,
                       .next_out = (Bytef *)out,
                       .avail_out = ROOM};
    assert_int_equal(inflateInit2(&stream, 15 + AS_GZIP), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    return (struct span){out, ROOM - stream.avail_out};
}

int test_open(void **state)
{
    struct house *house = malloc(sizeof *house);
    assert_non_null(house);
    house_open(house);
    *state = house;
    return 0;
}

int test_close(void **state)
{
    house_close(*state);
    free(*state);
    return 0;
}
