/* SPDX-License-Identifier: Apache-2.0 */
/* Composing replies with jansson: the only file that knows it. It builds, it never reads. */
#include "api/reply.h"

#include "api/dialect.h"
#include "base/text.h"

#include <assert.h>
#include <jansson.h>

static json_t *json_of(const struct reply *reply)
{
    return (json_t *)(uintptr_t)reply;
}

static void release(void *json)
{
    json_decref(json);
}

static struct reply *tie(json_t *json, struct arena *arena)
{
    assert(json);       /* out of memory */
    arena_defer(arena, release, json);
    return (struct reply *)json;
}

struct reply *reply_object(struct arena *arena)
{
    return tie(json_object(), arena);
}

struct reply *reply_array(struct arena *arena)
{
    return tie(json_array(), arena);
}

/* What was read from outside is UTF-8; a byte that is not is noticed when the reply is printed. */
static json_t *string_of(struct span value)
{
    return json_stringn_nocheck(value.ptr ? value.ptr : "", value.len);
}

static void put(struct reply *object, const char *name, json_t *value)
{
    int failed = json_object_set_new_nocheck(json_of(object), name, value);
    assert(!failed);
}

static void add(struct reply *array, json_t *value)
{
    int failed = json_array_append_new(json_of(array), value);
    assert(!failed);
}

void reply_string(struct reply *object, const char *name, struct span value)
{
    put(object, name, string_of(value));
}

void reply_number(struct reply *object, const char *name, int64_t value)
{
    put(object, name, json_integer(value));
}

void reply_truth(struct reply *object, const char *name, bool value)
{
    put(object, name, json_boolean(value));
}

void reply_null(struct reply *object, const char *name)
{
    put(object, name, json_null());
}

void reply_member(struct reply *object, const char *name, struct reply *value)
{
    put(object, name, json_incref(json_of(value)));
}

/* What we wrote ourselves is read again by our own reader. */
static json_t *json_of_text(const struct text *text)
{
    json_t *made = NULL;
    switch (text->kind) {
    case TEXT_NULL: return json_null();
    case TEXT_BOOLEAN: return json_boolean(text->truth);
    case TEXT_NUMBER: return json_integer((json_int_t)text_double(text->string));
    case TEXT_STRING: return string_of(text->string);
    case TEXT_ARRAY:
        made = json_array();
        for (size_t i = 0; i < text->count; i++)
            json_array_append_new(made, json_of_text(&text->items[i]));
        return made;
    case TEXT_OBJECT:
        made = json_object();
        for (size_t i = 0; i < text->count; i++) {
            struct span name = text->members[i].name;
            int failed = json_object_setn_new_nocheck(made, name.ptr ? name.ptr : "", name.len,
                                                      json_of_text(&text->members[i].value));
            assert(!failed);
        }
        return made;
    }
    __builtin_unreachable();
}

void reply_ready(struct reply *object, const char *name, struct span json)
{
    AUTO_ARENA arena = arena_new();
    struct text text;
    struct text_failure failure;
    if (!json.len)
        return;
    bool read = text_read(json, &text_rules_own, &text, &failure, arena);
    assert(read);
    put(object, name, json_of_text(&text));
}

static void put_kind(const struct call *call, struct reply *reply, const struct registered *got)
{
    if (call->dialect->tells_guids)
        reply_string(reply, "guid", got->guid);
    if (call->dialect->names_avro || !span_equal(got->type, SPAN("AVRO")))
        reply_string(reply, "schemaType", got->type);
}

/* Only what is told of a stored entry has a time and a state. */
static void put_state(const struct call *call, struct reply *reply, const struct registered *got)
{
    if (!got->stored || !call->dialect->tells_guids)
        return;
    reply_number(reply, "ts", got->ts);
    reply_truth(reply, "deleted", got->hidden);
}

struct reply *reply_schema(const struct call *call, const struct registered *got)
{
    struct reply *reply = reply_object(call->arena);
    reply_string(reply, "subject", name_text(got->subject, call->arena));
    reply_number(reply, "version", got->version);
    reply_number(reply, "id", got->id);
    put_kind(call, reply, got);
    reply_ready(reply, "references", got->references);
    reply_ready(reply, "metadata", got->metadata);
    reply_string(reply, "schema", got->text);
    put_state(call, reply, got);
    reply_ready(reply, "ruleSet", got->rules);
    return reply;
}

void reply_add(struct reply *array, struct reply *value)
{
    add(array, json_incref(json_of(value)));
}

void reply_add_string(struct reply *array, struct span value)
{
    add(array, string_of(value));
}

void reply_add_number(struct reply *array, int64_t value)
{
    add(array, json_integer(value));
}

static int print(const char *bytes, size_t len, void *out)
{
    buffer_put(out, (struct span){bytes, len});
    return 0;
}

bool reply_send(struct call *call, const struct reply *reply, struct error *err)
{
    struct buffer out = {.arena = call->arena};
    if (json_dump_callback(json_of(reply), print, &out, JSON_COMPACT))
        return error_internal(err);
    call->status = 200;
    call->reply = buffer_span(&out);
    return true;
}

bool reply_registered(struct call *call, const struct registered *got, struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    reply_number(reply, "id", got->id);
    if (!call->dialect->tells_registered && !got->completed)
        return reply_send(call, reply, err);
    reply_number(reply, "version", got->version);
    put_kind(call, reply, got);
    reply_ready(reply, "references", got->references);
    reply_ready(reply, "metadata", got->metadata);
    reply_ready(reply, "ruleSet", got->rules);
    reply_string(reply, "schema", got->text);
    put_state(call, reply, got);
    return reply_send(call, reply, err);
}

void reply_next(struct buffer *list)
{
    buffer_byte(list, list->len ? ',' : '[');
}

void reply_send_list(struct call *call, struct buffer *list)
{
    buffer_put(list, list->len ? SPAN("]") : SPAN("[]"));
    call->status = 200;
    call->reply = buffer_span(list);
}

void reply_send_number(struct call *call, int64_t value)
{
    call->status = 200;
    call->reply = arena_printf(call->arena, "%lld", (long long)value);
}

/* By hand, because what is in `more` comes ready-made. */
void reply_error(struct call *call, const struct error *err)
{
    struct buffer out = {.arena = call->arena};
    int code = call->dialect ? dialect_code(call->dialect, err->code) : err->code;
    buffer_printf(&out, "{\"error_code\":%d,\"message\":", code);
    text_quote(&out, err->message);
    if (err->more.len) {
        buffer_byte(&out, ',');
        buffer_put(&out, err->more);
    }
    buffer_byte(&out, '}');
    call->status = error_status(code);
    call->reply = buffer_span(&out);
}
