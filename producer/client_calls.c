/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the registry, and what its answers say. Knows no HTTP library. */
#include "producer/client_wire.h"

#include "base/limits.h"

enum { ERROR_SHOWN = 300 }; /* bytes of an answer without a message that are shown */

/* ---- what the answer says ---- */

static bool refused(const struct client *client, const struct reply *reply, struct error *err)
{
    int64_t code = reply->status;
    const struct text *given = text_get(&reply->json, SPAN("error_code"));
    const struct text *message = text_get(&reply->json, SPAN("message"));
    if (given && (!text_integer(given, &code) || code < 0 || code > 99999))
        code = reply->status;
    if (message && message->kind == TEXT_STRING)
        return error_set(err, (int)code, "the registry at %.*s answered %d (error %d): %.*s",
                         SPAN_ARGS(client_address(client)), (int)reply->status, (int)code,
                         SPAN_ARGS(message->string));
    struct span shown = span_first(buffer_span(&reply->body), ERROR_SHOWN);
    return error_set(err, (int)reply->status, "the registry at %.*s answered %d without a JSON message%s%.*s",
                     SPAN_ARGS(client_address(client)), (int)reply->status, shown.len ? ": " : "",
                     SPAN_ARGS(text_is_utf8(shown) ? shown : (struct span){0}));
}

static bool garbage(const struct client *client, const struct request *request, const char *what,
                    struct error *err)
{
    struct span address = client_address(client);
    return error_set(err, 0, "the registry at %.*s answered %s %.*s %s", SPAN_ARGS(address), request->method,
                     SPAN_ARGS(request->path), what);
}

/* Asks, and reads the answer as JSON; one that is no success is an error with the registry's message. */
static bool ask(struct client *client, const struct request *request, struct reply *reply,
                struct arena *arena, struct error *err)
{
    struct text_failure failure;
    if (!client_exchange(client, request, reply, arena, err))
        return false;
    bool json = text_read(buffer_span(&reply->body), &text_rules_body, &reply->json, &failure, arena);
    if (!json)
        reply->json = (struct text){0};
    if (reply->status < 200 || reply->status > 299)
        return refused(client, reply, err);
    return json || garbage(client, request, "with something that is not JSON", err);
}

/* ---- paths and bodies ---- */

/* Everything but RFC 3986's unreserved characters is encoded: a subject may hold slashes and colons. */
static void put_encoded(struct buffer *out, struct span name)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < name.len; i++) {
        unsigned char byte = (unsigned char)name.ptr[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || (byte && strchr("-._~", byte));
        if (!plain)
            buffer_byte(out, '%');
        buffer_byte(out, plain ? (char)byte : digits[byte >> 4]);
        if (!plain)
            buffer_byte(out, digits[byte & 15]);
    }
}

static struct span path_of(struct arena *arena, struct span before, struct span subject, struct span after)
{
    struct buffer path = {.arena = arena};
    buffer_put(&path, before);
    put_encoded(&path, subject);
    buffer_put(&path, after);
    return buffer_span(&path);
}

static struct span schema_body(struct arena *arena, struct span schema)
{
    struct buffer body = {.arena = arena};
    buffer_put(&body, SPAN("{\"schema\":"));
    text_quote(&body, schema);
    buffer_put(&body, SPAN(",\"schemaType\":\"AVRO\"}"));
    return buffer_span(&body);
}

/* ---- what can be asked ---- */

bool client_level(struct client *client, struct span subject, struct span *level, struct arena *arena,
                  struct error *err)
{
    struct reply reply;
    struct request request = {"GET", path_of(arena, SPAN("/config/"), subject, SPAN("")), {0}};
    struct error own = {.arena = arena};
    *level = (struct span){0};
    if (!ask(client, &request, &reply, arena, &own)) /* older registries say 40401 of a missing level */
        return own.code == 40408 || own.code == 40401 || error_pass(err, &own);
    const struct text *given = text_get(&reply.json, SPAN("compatibilityLevel"));
    if (!given || given->kind != TEXT_STRING)
        return garbage(client, &request, "without a compatibilityLevel", err);
    *level = given->string;
    return true;
}

bool client_set_level(struct client *client, struct span subject, struct span level, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct reply reply;
    struct buffer body = {.arena = arena};
    buffer_put(&body, SPAN("{\"compatibility\":"));
    text_quote(&body, level);
    buffer_byte(&body, '}');
    struct request request = {"PUT", path_of(arena, SPAN("/config/"), subject, SPAN("")), buffer_span(&body)};
    return ask(client, &request, &reply, arena, err);
}

/* A number of the answer that counts something. */
static bool read_count(const struct text *json, struct span name, int *count)
{
    int64_t number;
    const struct text *given = text_get(json, name);
    if (!given || !text_integer(given, &number) || number < 0 || number > INT32_MAX)
        return false;
    *count = (int)number;
    return true;
}

bool client_register(struct client *client, struct span subject, struct span schema, int *id,
                     struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct reply reply;
    struct request request = {"POST", path_of(arena, SPAN("/subjects/"), subject, SPAN("/versions")),
                              schema_body(arena, schema)};
    if (!ask(client, &request, &reply, arena, err))
        return false;
    return read_count(&reply.json, SPAN("id"), id) || garbage(client, &request, "without a usable id", err);
}

bool client_find(struct client *client, struct span subject, struct span schema, int *id, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct reply reply;
    struct request request = {"POST", path_of(arena, SPAN("/subjects/"), subject, SPAN("")),
                              schema_body(arena, schema)};
    if (!ask(client, &request, &reply, arena, err))
        return false;
    return read_count(&reply.json, SPAN("id"), id) || garbage(client, &request, "without a usable id", err);
}

bool client_version(struct client *client, struct span subject, int version, int *id, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct reply reply;
    struct span after = arena_printf(arena, "/versions/%d", version);
    struct request request = {"GET", path_of(arena, SPAN("/subjects/"), subject, after), {0}};
    if (!ask(client, &request, &reply, arena, err))
        return false;
    return read_count(&reply.json, SPAN("id"), id) || garbage(client, &request, "without a usable id", err);
}

bool client_check(struct client *client, struct span subject, struct span schema, bool *compatible,
                  struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct reply reply;
    struct request request = {
        "POST", path_of(arena, SPAN("/compatibility/subjects/"), subject, SPAN("/versions/latest")),
        schema_body(arena, schema)};
    if (!ask(client, &request, &reply, arena, err))
        return false;
    const struct text *given = text_get(&reply.json, SPAN("is_compatible"));
    if (!given || given->kind != TEXT_BOOLEAN)
        return garbage(client, &request, "without is_compatible", err);
    *compatible = given->truth;
    return true;
}

/* The messages are optional; where there are some, they are strings. */
static bool read_messages(const struct reply *reply, const struct text **messages)
{
    const struct text *given = text_get(&reply->json, SPAN("messages"));
    bool well = !given || given->kind == TEXT_ARRAY || given->kind == TEXT_NULL;
    for (size_t i = 0; well && given && i < given->count; i++)
        well = given->items[i].kind == TEXT_STRING;
    *messages = given && given->kind == TEXT_ARRAY ? given : NULL;
    return well;
}

bool client_compare(struct client *client, struct span subject, struct span schema, bool *compatible,
                    const struct text **messages, struct arena *arena, struct error *err)
{
    struct reply *reply = arena_alloc(arena, sizeof *reply); /* the messages stand in it */
    struct request request = {
        "POST", path_of(arena, SPAN("/compatibility/subjects/"), subject, SPAN("/versions?verbose=true")),
        schema_body(arena, schema)};
    if (!ask(client, &request, reply, arena, err))
        return false;
    const struct text *given = text_get(&reply->json, SPAN("is_compatible"));
    if (!given || given->kind != TEXT_BOOLEAN)
        return garbage(client, &request, "without is_compatible", err);
    *compatible = given->truth;
    return read_messages(reply, messages) || garbage(client, &request, "with messages that are none", err);
}

/* The schema of an answer, when it is one that can be read here. */
static bool read_schema(struct client *client, const struct request *request, const struct reply *reply,
                        struct span name, struct span *schema, struct error *err)
{
    const struct text *text = text_get(&reply->json, SPAN("schema"));
    const struct text *type = text_get(&reply->json, SPAN("schemaType"));
    const struct text *references = text_get(&reply->json, SPAN("references"));
    if (!text || text->kind != TEXT_STRING)
        return garbage(client, request, "without a schema", err);
    if (type && !span_equal(type->string, SPAN("AVRO")))
        return error_set(err, CLIENT_UNFIT, "schema %.*s is of the type %.*s, not AVRO", SPAN_ARGS(name),
                         SPAN_ARGS(type->string));
    if (references && references->count > 0)
        return error_set(err, CLIENT_UNFIT, "schema %.*s refers to other schemas, which is not read here",
                         SPAN_ARGS(name));
    *schema = text->string;
    return true;
}

bool client_latest(struct client *client, struct span subject, int *id, int *version, struct span *schema,
                   struct arena *arena, struct error *err)
{
    struct reply reply;
    struct request request = {"GET", path_of(arena, SPAN("/subjects/"), subject, SPAN("/versions/latest")),
                              {0}};
    if (!ask(client, &request, &reply, arena, err))
        return false;
    if (!read_count(&reply.json, SPAN("id"), id) || !read_count(&reply.json, SPAN("version"), version))
        return garbage(client, &request, "without a usable id and version", err);
    return read_schema(client, &request, &reply, arena_printf(arena, "%d", *id), schema, err);
}

bool client_schema(struct client *client, int id, struct span subject, struct span *schema,
                   struct arena *arena, struct error *err)
{
    struct reply reply;
    struct span path = arena_printf(arena, "/schemas/ids/%d", id);
    if (span_starts(subject, SPAN(":")))
        path = path_of(arena, arena_printf(arena, "%.*s?subject=", SPAN_ARGS(path)), subject, SPAN(""));
    struct request request = {"GET", path, {0}};
    if (!ask(client, &request, &reply, arena, err))
        return false;
    return read_schema(client, &request, &reply, arena_printf(arena, "%d", id), schema, err);
}

bool client_schema_guid(struct client *client, struct span guid, struct span *schema, struct arena *arena,
                        struct error *err)
{
    struct reply reply;
    struct request request = {"GET", path_of(arena, SPAN("/schemas/guids/"), guid, SPAN("")), {0}};
    if (!ask(client, &request, &reply, arena, err))
        return false;
    return read_schema(client, &request, &reply, guid, schema, err);
}
