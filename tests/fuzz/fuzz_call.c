/* SPDX-License-Identifier: Apache-2.0 */
/* Whole calls without a socket, several per input, on a registry over the memory store; inputs of an odd
 * length at level 7. An input is calls ended by 0x1e: "METHOD target",
 * "content-type|accept|accept-encoding|if-none-match", and the body, each a line. The answer is empty, JSON
 * or said to be text, its status is one we know, and 500 needs a negative offset. */
#include "api/call.h"
#include "api/dialect.h"
#include "base/clock.h"
#include "base/random.h"

#include <assert.h>
#include <stdlib.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { CALLS_MAX = 24, CALL_END = 0x1e, UNPACKED_MAX = 64 * MIB };

static struct span take(struct span *rest, char end)
{
    const char *at = rest->len ? memchr(rest->ptr, end, rest->len) : NULL;
    struct span part = span_first(*rest, at ? (size_t)(at - rest->ptr) : rest->len);
    *rest = span_from(*rest, part.len + 1);
    return part;
}

static struct call *read_call(struct span bytes, const struct dialect *dialect, struct registry *registry,
                              struct arena *arena)
{
    struct call *call = arena_alloc(arena, sizeof *call);
    struct span first = take(&bytes, '\n'), headers = take(&bytes, '\n');
    *call = (struct call){
        .registry = registry,
        .arena = arena,
        .dialect = dialect,
        .method = take(&first, ' '),
        .target = first,
        .headers.content_type = take(&headers, '|'),
        .headers.accept = take(&headers, '|'),
        .headers.accept_encoding = take(&headers, '|'),
        .headers.if_none_match = headers,
        .body = bytes,
    };
    return call;
}

static struct span unpack(struct span packed, struct arena *arena)
{
    enum { AS_GZIP = 16 };
    size_t room = packed.len * 1100 + 64;
    assert(room < UNPACKED_MAX);
    char *out = arena_alloc(arena, room);
    z_stream stream = {.next_in = (z_const Bytef *)packed.ptr,
                       .avail_in = (uInt)packed.len,
                       .next_out = (Bytef *)out,
                       .avail_out = (uInt)room};
    int state = inflateInit2(&stream, 15 + AS_GZIP);
    assert(state == Z_OK);
    state = inflate(&stream, Z_FINISH);
    assert(state == Z_STREAM_END);
    inflateEnd(&stream);
    return (struct span){out, room - stream.avail_out};
}

static bool known(int status)
{
    static const int statuses[] = {200, 204, 207, 304, 400, 404, 405, 406, 409, 415, 422, 500};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i] == status)
            return true;
    return false;
}

static void check_error(const struct call *call, const struct text *reply)
{
    int64_t code;
    const struct text *number = text_get(reply, SPAN("error_code")),
                      *message = text_get(reply, SPAN("message"));
    assert(number && text_integer(number, &code) && error_status((int)code) == call->status);
    assert(message && message->kind == TEXT_STRING && message->string.len);
    assert(call->status != 500 || call_query(call, "offset").len > 1);
}

static void check_answer(const struct call *call)
{
    static const struct text_rules strict = {.depth_max = 0};
    struct text reply;
    struct text_failure failure;
    assert(known(call->status));
    assert((call->shared != NULL) == (call->etag.len != 0));
    if (!call->reply.len) {
        assert(call->status == 304 || call->status == 204 || span_equal(call->method, SPAN("OPTIONS")));
        return;
    }
    struct span plain = call->gzipped ? unpack(call->reply, call->arena) : call->reply;
    if (span_starts(call->media_type, SPAN("text/")))
        return;
    bool is_json = text_read(plain, &strict, &reply, &failure, call->arena);
    assert(is_json);
    assert(call->media_type.len);
    if (call->status >= 400)
        check_error(call, &reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span rest = {(const char *)bytes, size};
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    clock_set(1772400000000);
    random_seed(1);
    struct store *store = store_open(SPAN("memory:"), &err);
    assert(store);
    const struct dialect *dialect = dialect_find(size % 2 ? 7 : 8);
    struct registry_options options = {.store = store, .customs = dialect->customs};
    struct registry *registry = registry_open(&options, &err);
    assert(registry);
    for (int i = 0; i < CALLS_MAX && rest.len; i++) {
        AUTO_ARENA own = arena_new();
        struct call *call = read_call(take(&rest, CALL_END), dialect, registry, own);
        api_route(call);
        assert(call->route && api_access(call) && api_body_max(call, BODY_MAX));
        api_answer(call);
        check_answer(call);
    }
    registry_close(registry);
    store_close(store);
    return 0;
}
