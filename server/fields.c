/* SPDX-License-Identifier: Apache-2.0 */
/* Fields are borrowed from the request where they can be, and copied where a NUL has to follow them. */
#include "server/fields.h"

#include <assert.h>

#include "base/random.h"
#include "base/text.h"

static void join_value(struct span *into, struct span value, struct arena *arena)
{
    *into = into->ptr ? arena_printf(arena, "%.*s, %.*s", SPAN_ARGS(*into), SPAN_ARGS(value)) : value;
}

/* An id that can be sent back as it came: not blank, and no control character, which could end a line. */
static bool can_echo(struct span id)
{
    bool blank = true;
    for (size_t i = 0; i < id.len; i++) {
        if ((unsigned char)id.ptr[i] < ' ' || id.ptr[i] == 0x7F)
            return false;
        blank = blank && id.ptr[i] == ' ';
    }
    return !blank;
}

void fields_take(const struct head *head, struct call *call, struct span *request_id)
{
    struct {
        struct span name, *into;
    } const wanted[] = {
        {SPAN("Content-Type"), &call->headers.content_type},
        {SPAN("Accept"), &call->headers.accept},
        {SPAN("Accept-Encoding"), &call->headers.accept_encoding},
        {SPAN("If-None-Match"), &call->headers.if_none_match},
        {SPAN("User-Agent"), &call->origin.agent},
    };
    size_t ids = 0;
    for (size_t i = 0; i < head->count; i++) {
        const struct head_field *field = &head->fields[i];
        for (size_t j = 0; j < sizeof wanted / sizeof *wanted; j++)
            if (span_equal_case(field->name, wanted[j].name))
                join_value(wanted[j].into, field->value, call->arena);
        if (span_equal_case(field->name, SPAN("X-Request-ID")) && ids++ == 0)
            *request_id = field->value;
    }
    /* It is kept and told as text, which a header need not be. */
    call->origin.agent = text_shown(call->origin.agent, call->arena);
    if (ids != 1 || !can_echo(*request_id))
        *request_id = random_uuid(call->arena);
}

struct reply_fields {
    struct reply_field *fields;
    size_t count;
};

static void put(struct reply_fields *into, const char *name, const char *value)
{
    assert(into->count < REPLY_FIELDS_MAX);
    into->fields[into->count++] = (struct reply_field){name, value};
}

static void put_span(struct reply_fields *into, const char *name, struct span value, struct arena *arena)
{
    if (value.len)
        put(into, name, arena_copy(arena, value).ptr);
}

size_t fields_reply(const struct call *call, struct span request_id, bool closing,
                    struct reply_field fields[REPLY_FIELDS_MAX])
{
    struct reply_fields out = {.fields = fields};
    put_span(&out, "Content-Type", call->media_type, call->arena);
    put_span(&out, "Allow", call->allow, call->arena);
    put_span(&out, "ETag", call->etag, call->arena);
    if (call->etag.len)
        put(&out, "Cache-Control", "no-cache");
    /* A reply that may be cached must say what it was chosen by; of the others only the coding matters. */
    if (call->etag.len || call->gzipped)
        put(&out, "Vary", call->etag.len ? "Accept, Accept-Encoding" : "Accept-Encoding");
    if (call->gzipped)
        put(&out, "Content-Encoding", "gzip");
    put_span(&out, "X-Request-ID", request_id, call->arena);
    if (closing)
        put(&out, "Connection", "close");
    return out.count;
}
