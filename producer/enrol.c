/* SPDX-License-Identifier: Apache-2.0 */
/* A schema's way into the registry: see the header. */
#include "producer/enrol.h"

#include "base/limits.h"
#include "producer/shipped.h"
#include "producer/whole_file.h"

#include <assert.h>

bool schema_text(const char *name, struct span *text, struct arena *arena, struct error *err)
{
    struct error cause = {.arena = arena};
    if (shipped_text(name ? span_of(name) : SPAN("v1"), text) ||
        whole_file(name, SCHEMA_FILE_MAX, text, arena, &cause))
        return true;
    bool is_path = strpbrk(name, "./") != NULL;
    return error_set(err, 0, "%.*s%s", SPAN_ARGS(cause.message),
                     is_path ? "" : " (the built-in schemas are v1, v2, v3 and v4)");
}

static bool map_with(struct span text, bool strict, const struct mapping_source *rules,
                     const struct schema **schema, struct mapping **mapping, struct arena *arena,
                     struct error *err)
{
    struct error cause = {.arena = arena};
    if (!schema_parse(&schema_avro, text, (struct reading){.strict = strict}, NULL, 0, schema, arena, err))
        return false;
    if (mapping_load_with(rules->text, &rules->given, *schema, mapping, arena, &cause))
        return true;
    return error_set(err, 0, "%s: %.*s", rules->name ? rules->name : "the built-in mapping",
                     SPAN_ARGS(cause.message));
}

bool schema_map(struct span text, const struct mapping_source *rules, const struct schema **schema,
                struct mapping **mapping, struct arena *arena, struct error *err)
{
    return map_with(text, true, rules, schema, mapping, arena, err);
}

/* Whether records can be mapped to the schema. */
static bool rehearse(struct span text, const struct mapping_source *rules, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const struct schema *schema;
    struct mapping *mapping;
    return schema_map(text, rules, &schema, &mapping, arena, err);
}

/* A schema that cannot be used must not be registered. But when the registry would refuse it as well, its
 * words are the better answer; so it is asked without being changed, and told the schema only when it will
 * refuse. */
static bool refuse(struct client *client, struct span subject, struct span text, const struct error *cause,
                   struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct error own = {.arena = arena};
    bool compatible;
    int id;
    bool asked = client_check(client, subject, text, &compatible, &own);
    if (!asked && own.code != 404 && own.code / 100 != 404)
        return error_pass(err, &own);
    if (asked && !compatible && !client_register(client, subject, text, &id, &own))
        return error_pass(err, &own);
    return error_pass(err, cause);
}

static bool set_level(struct client *client, struct span subject, struct enrolled *enrolled,
                      struct arena *arena, struct error *err)
{
    if (!client_level(client, subject, &enrolled->level, arena, err))
        return false;
    enrolled->level_set = enrolled->level.len == 0;
    if (!enrolled->level_set)
        return true;
    enrolled->level = SPAN("BACKWARD");
    return client_set_level(client, subject, enrolled->level, err);
}

/* ---- what becomes of it ---- */

static struct enrolled *begin(void)
{
    struct arena *arena = arena_new();
    struct enrolled *enrolled = arena_alloc(arena, sizeof *enrolled);
    enrolled->arena = arena;
    return enrolled;
}

void enrolled_free(struct enrolled *enrolled)
{
    if (enrolled)
        arena_free(enrolled->arena);
}

bool enrolled_differ(const struct enrolled *a, const struct enrolled *b)
{
    return a->id != b->id || !span_equal(mapping_digest(a->mapping), mapping_digest(b->mapping));
}

static size_t find_timestamp(const struct schema *schema)
{
    const struct avro_type *root = avro_root(schema);
    for (size_t i = 0; i < root->field_count; i++)
        if (span_equal(root->fields[i].name, SPAN("timestamp")) && root->fields[i].type->kind == AVRO_LONG)
            return i;
    return SIZE_MAX;
}

/* A mapping points into its text. */
static struct mapping_source copy_rules(const struct mapping_source *rules, struct arena *arena)
{
    struct mapping_source copy = *rules;
    struct mapping_table *tables = arena_array(arena, rules->given.table_count, sizeof *tables);
    copy.text = arena_copy(arena, rules->text);
    copy.given.tables = tables;
    for (size_t i = 0; i < rules->given.table_count; i++) {
        tables[i] = rules->given.tables[i];
        tables[i].text = arena_copy(arena, tables[i].text);
    }
    return copy;
}

/* All that is there of the registry becomes one that can be written by, or nothing. */
static struct enrolled *finish(struct enrolled *enrolled, bool well, const struct mapping_source *rules,
                               struct error *err)
{
    struct mapping_source own = copy_rules(rules, enrolled->arena);
    if (well && map_with(enrolled->text, false, &own, &enrolled->schema, &enrolled->mapping,
                         enrolled->arena, err)) {
        enrolled->timestamp = find_timestamp(enrolled->schema);
        return enrolled;
    }
    enrolled_free(enrolled);
    return NULL;
}

struct enrolled *enrol(struct client *client, struct span subject, struct span text,
                       const struct mapping_source *rules, struct error *err)
{
    struct error cause = {.arena = err->arena};
    if (!rehearse(text, rules, &cause)) {
        bool refused = refuse(client, subject, text, &cause, err);
        assert(!refused);
        return NULL;
    }
    struct enrolled *made = begin();
    made->given = arena_copy(made->arena, text);
    bool well = set_level(client, subject, made, made->arena, err) &&
                client_register(client, subject, text, &made->id, err) &&
                client_schema(client, made->id, subject, &made->text, made->arena, err);
    return finish(made, well, rules, err);
}

struct enrolled *enrol_latest(struct client *client, struct span subject, const struct mapping_source *rules,
                              struct error *err)
{
    struct enrolled *made = begin();
    bool well = client_level(client, subject, &made->level, made->arena, err) &&
                client_latest(client, subject, &made->id, &made->version, &made->text, made->arena, err);
    return finish(made, well, rules, err);
}

struct enrolled *enrol_found(const struct enrolled *before, int id, int version, struct span text,
                             const struct mapping_source *rules, struct error *err)
{
    struct enrolled *made = begin();
    made->id = id;
    made->version = version;
    made->text = arena_copy(made->arena, text);
    made->level = arena_copy(made->arena, before->level);
    return finish(made, true, rules, err);
}

struct enrolled *enrol_again(const struct enrolled *enrolled, const struct mapping_source *rules,
                             struct error *err)
{
    struct enrolled *made =
        enrol_found(enrolled, enrolled->id, enrolled->version, enrolled->text, rules, err);
    if (made)
        made->given = arena_copy(made->arena, enrolled->given);
    return made;
}
