/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what is submitted, and the long sentence that a client gets when it cannot be read. */
#include "registry/submit.h"

#include "registry/metadata.h"
#include "registry/references.h"
#include "registry/rules.h"

/* The sentence shows an entity member by member; what is not known is null. */
struct entity {
    struct name subject;
    int version, id;                /* 0: null … */
    bool id_zero;                   /* … but the id, which is shown as 0 of what is imported */
    struct span type, text;
    struct content content;        /* as submitted: its guid is shown */
    const struct version_row *row; /* NULL: not stored */
    bool briefly;                  /* without guid, time and state */
};

static struct span references_text(const struct content *content, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    buffer_byte(&out, '[');
    for (size_t i = 0; i < content->reference_count; i++)
        buffer_printf(&out, "%s%.*s", i ? ", " : "",
                      SPAN_ARGS(reference_text(&content->references[i], arena)));
    buffer_byte(&out, ']');
    return buffer_span(&out);
}

static void put_list(struct buffer *out, const struct span *items, size_t count)
{
    buffer_byte(out, '[');
    for (size_t i = 0; i < count; i++)
        buffer_printf(out, "%s%.*s", i ? ", " : "", SPAN_ARGS(items[i]));
    buffer_byte(out, ']');
}

static struct span metadata_text(const struct metadata *metadata, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    if (!metadata)
        return SPAN("null");
    buffer_put(&out, SPAN("Metadata{tags={"));
    for (size_t i = 0; i < metadata->tag_count; i++) {
        buffer_printf(&out, "%s%.*s=", i ? ", " : "", SPAN_ARGS(metadata->tags[i].key));
        put_list(&out, metadata->tags[i].values, metadata->tags[i].count);
    }
    buffer_put(&out, SPAN("}, properties={"));
    for (size_t i = 0; i < metadata->property_count; i++)
        buffer_printf(&out, "%s%.*s=%.*s", i ? ", " : "", SPAN_ARGS(metadata->properties[i].key),
                      SPAN_ARGS(metadata->properties[i].values[0]));
    buffer_put(&out, SPAN("}, sensitive="));
    put_list(&out, metadata->sensitive, metadata->sensitive_count);
    buffer_byte(&out, '}');
    return buffer_span(&out);
}

static struct span number_text(int number, struct arena *arena)
{
    return number ? arena_printf(arena, "%d", number) : SPAN("null");
}

static struct span stored_text(const struct entity *entity, struct arena *arena)
{
    const struct version_row *row = entity->row;
    if (entity->briefly)
        return SPAN("");
    if (!row)
        return SPAN(",ts=null,deleted=null");
    return arena_printf(arena, ",ts=%lld,deleted=%s", (long long)row->ts, row->hidden ? "true" : "false");
}

static struct span guid_text(const struct entity *entity, struct arena *arena)
{
    if (entity->briefly)
        return SPAN("");
    return arena_printf(arena, ",guid=%.*s", SPAN_ARGS(identity_guid(&entity->content, arena)));
}

static struct span entity_text(const struct entity *entity, struct arena *arena)
{
    return arena_printf(
        arena,
        "Invalid schema {subject=%.*s,version=%.*s,id=%.*s%.*s,schemaType=%.*s,references=%.*s,"
        "metadata=%.*s,ruleSet=null,schema=%.*s,schemaTags=null%.*s}",
        SPAN_ARGS(name_text(entity->subject, arena)), SPAN_ARGS(number_text(entity->version, arena)),
        SPAN_ARGS(entity->id_zero ? SPAN("0") : number_text(entity->id, arena)),
        SPAN_ARGS(guid_text(entity, arena)), SPAN_ARGS(entity->type),
        SPAN_ARGS(references_text(&entity->content, arena)),
        SPAN_ARGS(metadata_text(entity->content.metadata, arena)), SPAN_ARGS(entity->text),
        SPAN_ARGS(stored_text(entity, arena)));
}

/* Two levels: the kind of failure, and the entity with what it refers to. */
static bool parse_failed(const struct entity *entity, struct span cause, struct error *err)
{
    struct arena *arena = err->arena;
    return error_schema_invalid(
        err, arena_printf(arena,
                          "Invalid schema of type %.*s, details: %.*s with refs %.*s of type %.*s, "
                          "details: %.*s",
                          SPAN_ARGS(entity->type), SPAN_ARGS(entity_text(entity, arena)),
                          SPAN_ARGS(references_text(&entity->content, arena)), SPAN_ARGS(entity->type),
                          SPAN_ARGS(cause)));
}

static bool normalize_failed(const struct entity *entity, struct span cause, struct error *err)
{
    return error_schema_invalid(err,
                                arena_printf(err->arena, "%.*s, details: %.*s",
                                             SPAN_ARGS(entity_text(entity, err->arena)), SPAN_ARGS(cause)));
}

bool submission_stored_invalid(const struct view *view, const struct version *version, struct span cause,
                               struct error *err)
{
    const struct record_row *row = &version->record->row;
    return parse_failed(&(struct entity){.subject = version->subject, .version = version->number,
                                         .id = version->record->id, .type = row->type, .text = row->text,
                                         .content = {.text = row->text,
                                                     .references = version->record->references,
                                                     .reference_count = version->record->reference_count},
                                         .row = &version->row,
                                         .briefly = view_customs(view)->short_sentences},
                        cause, err);
}

bool submission_blank(const struct registration *wanted)
{
    for (size_t i = 0; i < wanted->text.len; i++)
        if ((unsigned char)wanted->text.ptr[i] > ' ')
            return false;
    return true;
}

bool submission_normalizes(const struct view *view, const struct registration *wanted,
                           const struct settings *settings)
{
    bool asked = wanted->normalize || settings->normalize == TRUTH_YES;
    bool as_it_is = mode_imports(settings->mode) && !view_customs(view)->imports_normalize;
    return asked && !wanted->plain && !as_it_is;
}

static bool fetch(const struct view *view, const struct registration *wanted, struct reading how,
                  const struct entity *entity, struct fetched *fetched, struct arena *arena,
                  struct error *err)
{
    struct error cause = {.arena = arena};
    struct fetching fetching = {.view = view, .context = wanted->subject.context,
                                .references = wanted->references, .count = wanted->reference_count,
                                .hidden = !how.strict, .bounded = true};
    if (references_fetch(&fetching, fetched, arena, &cause))
        return true;
    return fetched->too_many ? error_pass(err, &cause) : parse_failed(entity, cause.message, err);
}

/* What was brought, as the sentences for clients tell it. */
static bool take(const struct view *view, const struct registration *wanted, const struct schema_type **type,
                 struct entity *entity, struct error *err)
{
    struct span name = wanted->type.len ? wanted->type : SPAN("AVRO");
    *type = schema_type_find(name);
    if (!*type)
        return error_schema_type_unknown(err, name);
    *entity = (struct entity){.subject = wanted->subject, .type = name, .text = wanted->text,
                              .content = {wanted->text, wanted->references, wanted->reference_count,
                                          wanted->metadata, wanted->rules},
                              .briefly = view_customs(view)->short_sentences};
    return true;
}

bool submission_retag(const struct view *view, struct registration *wanted, const struct retagging *changes,
                      size_t count, struct arena *arena, struct error *err)
{
    const struct schema_type *type;
    struct entity entity;
    if (!take(view, wanted, &type, &entity, err))
        return false;
    struct reading lenient = {.strict = false};
    struct error cause = {.arena = arena};
    const struct schema *schema;
    struct fetched fetched;
    if (!fetch(view, wanted, lenient, &entity, &fetched, arena, err))
        return false;
    if (!schema_parse(type, wanted->text, lenient, fetched.dependencies, fetched.count, &schema, arena,
                      &cause))
        return parse_failed(&entity, cause.message, err);
    if (type->retag)
        return type->retag(schema, fetched.dependencies, fetched.count, changes, count, &wanted->text, arena,
                           err);
    return error_tag_path(err, changes[0].path);
}

/* Normalising comes after parsing, and fails in its own words. */
bool submission_read(const struct view *view, const struct registration *wanted, struct reading how,
                     struct submission *read, struct arena *arena, struct error *err)
{
    const struct schema_type *type;
    struct entity entity;
    if (!take(view, wanted, &type, &entity, err))
        return false;
    entity.id_zero = wanted->has_id && mode_imports(view_settings(view, wanted->subject).mode);
    struct content content = entity.content;
    struct reading plain = {.strict = how.strict};
    struct error cause = {.arena = arena};
    struct fetched fetched;
    if (!fetch(view, wanted, how, &entity, &fetched, arena, err))
        return false;
    if (!schema_parse(type, wanted->text, plain, fetched.dependencies, fetched.count, &read->schema, arena,
                      &cause))
        return parse_failed(&entity, cause.message, err);
    if (how.normalize && !schema_parse(type, wanted->text, how, fetched.dependencies, fetched.count,
                                       &read->schema, arena, &cause))
        return normalize_failed(&entity, cause.message, err);
    if (how.normalize)
        references_normalize(fetched.references, &content.reference_count);
    content.text = read->schema->text;
    content.references = fetched.references;
    read->content = content;
    read->guid = identity_guid(&content, arena);
    read->references = references_write(content.references, content.reference_count, arena);
    read->metadata = metadata_write(content.metadata, arena);
    read->rules = rules_write(content.rules, arena);
    read->targets = fetched.subjects;
    read->target_count = fetched.count;
    return true;
}
