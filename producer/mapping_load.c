/* SPDX-License-Identifier: Apache-2.0 */
/* The door of the loader: the file as a whole, and its settings. Whatever would fail for every event fails
 * here. */
#include "producer/load.h"

#include "base/digest.h"

bool load_json(const struct loader *loader, struct text *root)
{
    struct text_failure failure;
    if (text_read(loader->text, &text_rules_event, root, &failure, loader->arena))
        return true;
    struct span cause = text_failure_message(&failure, loader->text, loader->arena);
    const struct text at = {.source = {loader->text.ptr + failure.offset, 0}};
    return load_fail(loader, &at, "%.*s", SPAN_ARGS(cause));
}

static bool load_text(struct loader *loader, struct text *root)
{
    static const char *const members[] = {"mapping_version",
                                          "constants",
                                          "uuid5_namespace",
                                          "missing_agent",
                                          "lookups",
                                          "envelopes",
                                          "skip",
                                          "common",
                                          "key",
                                          "rules",
                                          "on_unmapped_topic",
                                          "check_detail_type",
                                          "later_fields",
                                          NULL};
    loader->root = root;
    return load_json(loader, root) && load_object(loader, root, "a mapping", members);
}

static bool load_version(const struct loader *loader)
{
    const struct text *version = text_get(loader->root, SPAN("mapping_version"));
    int64_t number;
    return !version || (text_integer(version, &number) && number == 1) ||
           load_fail(loader, version, "this program reads mappings of version 1");
}

static bool load_name_space(struct loader *loader)
{
    const struct text *name_space = text_get(loader->root, SPAN("uuid5_namespace"));
    if (!name_space)
        return true;
    uint8_t *bytes = arena_alloc(loader->arena, MD5_SIZE);
    loader->name_space = bytes;
    return (name_space->kind == TEXT_STRING && digest_uuid_read(name_space->string, bytes)) ||
           load_fail(loader, name_space, "'uuid5_namespace' is to be a UUID");
}

/* A setting of two words; `is_second` stays as it is when the file does not set it. */
static bool load_choice(const struct loader *loader, const char *name, const char *first, const char *second,
                        bool *is_second)
{
    const struct text *value = text_get(loader->root, span_of(name));
    if (!value)
        return true;
    *is_second = value->kind == TEXT_STRING && span_equal(value->string, span_of(second));
    return *is_second || (value->kind == TEXT_STRING && span_equal(value->string, span_of(first))) ||
           load_fail(loader, value, "'%s' is '%s' or '%s'", name, first, second);
}

static bool load_later(const struct loader *loader)
{
    const struct text none = {0}, *later = &none;
    if (!load_list(loader, loader->root, "later_fields", &later))
        return false;
    for (size_t i = 0; i < later->count; i++)
        if (later->items[i].kind != TEXT_STRING)
            return load_fail(loader, &later->items[i], "'later_fields' is a list of names");
    return true;
}

static bool load_settings(struct loader *loader)
{
    return load_version(loader) && load_constants(loader) && load_name_space(loader) &&
           load_lookups(loader) && load_later(loader) &&
           load_choice(loader, "on_unmapped_topic", "dead_letter", "skip",
                       &loader->mapping->unmapped_skipped) &&
           load_flag(loader, loader->root, "check_detail_type", &loader->mapping->detail_type_checked);
}

static const struct avro_type *find_member(const struct avro_type *record, struct span name,
                                           enum avro_kind kind, size_t *place)
{
    for (size_t i = 0; i < record->field_count; i++) {
        const struct avro_type *type = record->fields[i].type;
        for (size_t b = 0; type->kind == AVRO_UNION && b < type->branch_count; b++)
            if (type->branches[b]->kind != AVRO_NULL)
                type = type->branches[b];
        if (span_equal(record->fields[i].name, name) && type->kind == kind) {
            *place = i;
            return type;
        }
    }
    return NULL;
}

/* An id for agents who are missing wants an agent to carry it. */
static bool load_anonymous(const struct loader *loader)
{
    struct mapping *mapping = loader->mapping;
    bool wanted = false;
    if (!load_choice(loader, "missing_agent", "null", "anonymous", &wanted))
        return false;
    if (!wanted)
        return true;
    const struct text *at = text_get(loader->root, SPAN("missing_agent"));
    const struct text *id = load_constant(loader, SPAN("anonymous_id"));
    if (!id)
        return load_fail(loader, at, "'missing_agent' wants a constant 'anonymous_id'");
    const struct avro_type *agent = find_member(loader->record, SPAN("agent"), AVRO_RECORD, &mapping->agent);
    if (!agent || !find_member(agent, SPAN("id"), AVRO_STRING, &mapping->agent_id))
        return load_fail(loader, at, "the schema has no agent with an id of type string");
    mapping->anonymous = id->string;
    mapping->agent_size = agent->field_count;
    return true;
}

bool mapping_load_with(struct span text, const struct mapping_given *given, const struct schema *schema,
                       struct mapping **mapping, struct arena *arena, struct error *err)
{
    struct text *root = arena_alloc(arena, sizeof *root);
    struct loader loader = {.text = text, .given = given, .record = avro_root(schema), .arena = arena,
                            .err = err};
    loader.shipped = arena_alloc(arena, sizeof *loader.shipped);
    *mapping = loader.mapping = arena_alloc(arena, sizeof **mapping);
    if (loader.record->kind != AVRO_RECORD)
        return error_set(err, 0, "the schema is to be a record");
    uint8_t digest[SHA256_SIZE];
    digest_sha256(text, digest);
    loader.mapping->digest = digest_hex(digest, sizeof digest, arena);
    return load_text(&loader, root) && load_settings(&loader) && load_envelopes(&loader) &&
           load_skips(&loader) && load_rules(&loader) && load_anonymous(&loader);
}

bool mapping_load(struct span text, const struct schema *schema, struct mapping **mapping,
                  struct arena *arena, struct error *err)
{
    static const struct mapping_given nothing;
    return mapping_load_with(text, &nothing, schema, mapping, arena, err);
}
