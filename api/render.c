/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of a version, in the member order that clients know, and their compressed twins. A slot is filled
 * by whoever comes first; nothing is ever invalidated, because a version that changes has empty slots. */
#include "api/render.h"

#include "api/dialect.h"
#include "api/media.h"
#include "registry/references.h"
#include "registry/usage.h"

#include <assert.h>
#include <zlib.h>

/* What a form says of a version, beside its schema. */
static const struct shape {
    bool subject, id;           /* subject and version; the id */
    bool schema_late;           /* the schema stands after references and metadata, and rules come last */
} shapes[FORMS] = {
    [FORM_SCHEMA] = {.subject = true, .id = true, .schema_late = true},
    [FORM_SCHEMA_STRING] = {.subject = true},
    [FORM_GUID] = {.subject = false},
};

static void put_string(struct buffer *out, const char *name, struct span value)
{
    if (out->ptr[out->len - 1] != '{')
        buffer_byte(out, ',');
    buffer_printf(out, "\"%s\":", name);
    text_quote(out, value);
}

/* Lists and objects are kept as the JSON they are answered with. */
static void put_ready(struct buffer *out, const char *name, struct span json)
{
    if (json.len)
        buffer_printf(out, ",\"%s\":%.*s", name, SPAN_ARGS(json));
}

void render_into(struct buffer *out, const struct dialect *dialect, const struct version *version,
                 enum form form, const struct variant *variant)
{
    const struct shape *shape = &shapes[form];
    const struct record_row *row = &version->record->row;
    struct span text = variant->text.ptr ? variant->text : row->text;
    buffer_byte(out, '{');
    if (shape->subject && (shape->id || dialect->tells_holder)) {
        put_string(out, "subject", name_text(version->subject, out->arena));
        buffer_printf(out, ",\"version\":%d", version->number);
    }
    if (shape->id)
        buffer_printf(out, ",\"id\":%d", version->record->id);
    if (dialect->tells_guids)
        put_string(out, "guid", row->guid);
    if (dialect->names_avro || !span_equal(row->type, SPAN("AVRO")))
        put_string(out, "schemaType", row->type);
    if (!shape->schema_late)
        put_string(out, "schema", text);
    put_ready(out, "references", variant->references.len ? variant->references : row->references);
    put_ready(out, "metadata", row->metadata);
    if (shape->schema_late)
        put_string(out, "schema", text);
    else
        put_ready(out, "ruleSet", row->rules);
    put_ready(out, "schemaTags", variant->tags);
    if (variant->max_id)
        buffer_printf(out, ",\"maxId\":%d", variant->max_id);
    if (dialect->tells_guids)
        buffer_printf(out, ",\"ts\":%lld,\"deleted\":%s", (long long)version->row.ts,
                      version->row.hidden ? "true" : "false");
    put_ready(out, "aliases", variant->aliases);
    put_ready(out, "associations", variant->associations);
    if (shape->schema_late)
        put_ready(out, "ruleSet", row->rules);
    buffer_byte(out, '}');
}

static struct span make_form(const struct call *call, const struct version *version, enum form form,
                             const struct variant *variant)
{
    if (form == FORM_TEXT)
        return variant->text.ptr ? variant->text : version->record->row.text;
    struct buffer out = {.arena = call->arena};
    render_into(&out, call->dialect, version, form, variant);
    return buffer_span(&out);
}

/* A small reply gets a small window: setting up a large one costs more than the compressing. */
static struct span compress_gzip(struct span bytes, struct arena *arena)
{
    int window = 9;
    while (window < 15 && (size_t)1 << window < bytes.len)
        window++;
    z_stream stream = {0};
    int memory = window > 12 ? 8 : window - 5, as_gzip = 16;
    int state = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window + as_gzip, memory,
                             Z_DEFAULT_STRATEGY);
    assert(state == Z_OK);
    size_t room = deflateBound(&stream, (uLong)bytes.len);
    char *out = arena_alloc(arena, room);
    stream.next_in = (z_const Bytef *)bytes.ptr;
    stream.avail_in = (uInt)bytes.len;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)room;
    state = deflate(&stream, Z_FINISH);
    assert(state == Z_STREAM_END);
    struct span compressed = {out, room - stream.avail_out};
    deflateEnd(&stream);
    return compressed;
}

/* zlib counts what it is given in 32 bits; a reply near that is sent as it is. */
static bool worth_gzip(const struct call *call, size_t len)
{
    return len >= GZIP_LEAST && len < UINT32_MAX / 2 && media_takes_gzip(call->headers.accept_encoding);
}

static struct share *plain_share(const struct call *call, const struct version *version, enum form form)
{
    struct share *_Atomic *slot = &version->slots->plain[form];
    struct share *share = share_peek(slot);
    if (share)
        return share;
    return share_settle(slot, share_new(make_form(call, version, form, &(struct variant){0}), false));
}

static void drop(void *share)
{
    share_drop(share);
}

/* A share held for the call, in the coding that the client takes. */
static struct share *take_share(struct call *call, const struct version *version, enum form form)
{
    struct share *plain = plain_share(call, version, form);
    arena_defer(call->arena, drop, plain);
    if (!worth_gzip(call, plain->len))
        return plain;
    struct share *_Atomic *slot = &version->slots->gzipped[form];
    struct share *share = share_peek(slot);
    if (!share) {
        struct span compressed = compress_gzip((struct span){plain->bytes, plain->len}, call->arena);
        share = share_settle(slot, share_new(compressed, true));
    }
    arena_defer(call->arena, drop, share);
    return share;
}

/* Whoever has the bytes already uses them too. */
static void mark_read(const struct call *call, const struct version *version)
{
    usage_mark(version->record, USE_FETCHED, call->origin.agent);
}

void render_version(struct call *call, const struct version *version, enum form form)
{
    mark_read(call, version);
    struct share *share = take_share(call, version, form);
    call->shared = share;
    call->etag = span_of(share->etag);
    if (media_has_etag(call->headers.if_none_match, call->etag)) {
        call->status = 304;
        return;
    }
    call->status = 200;
    call->gzipped = share->gzipped;
    call->reply = (struct span){share->bytes, share->len};
}

/* A stored text belongs to the view, which is let go before the answer is sent. */
void render_variant(struct call *call, const struct version *version, enum form form,
                    const struct variant *variant)
{
    mark_read(call, version);
    call->status = 200;
    call->reply = make_form(call, version, form, variant);
    if (form == FORM_TEXT)
        call->reply = arena_copy(call->arena, call->reply);
}

bool render_format(const struct call *call, struct span context, const struct record_row *row,
                   struct span *formatted, struct error *err)
{
    *formatted = row->text;
    if (schema_type_find(row->type) != &schema_avro ||
        !span_equal_case(call_query(call, "format"), SPAN("resolved")))
        return true;
    AUTO_VIEW own = call->view ? NULL : registry_view(call->registry);
    const struct schema *schema = view_read(call->view ? call->view : own, context, row, call->arena, err);
    return schema && schema->type->format(schema, SPAN("resolved"), formatted, err);
}

struct span render_references(const struct call *call, const struct record *record)
{
    bool qualified = call->dialect->qualified_references &&
                     span_equal_case(call_query(call, "referenceFormat"), SPAN("qualified"));
    if (!qualified || !record->context.len || !record->reference_count)
        return (struct span){NULL, 0};
    return references_qualified(record, call->arena);
}

void render_gzip(struct call *call)
{
    if (call->shared || call->gzipped || !worth_gzip(call, call->reply.len))
        return;
    call->reply = compress_gzip(call->reply, call->arena);
    call->gzipped = true;
}
