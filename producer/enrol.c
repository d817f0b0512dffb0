/* SPDX-License-Identifier: Apache-2.0 */
/* A schema's way into the registry: see the header. */
#include "producer/enrol.h"

#include "base/limits.h"
#include "producer/encode.h"
#include "producer/shipped.h"

#include "mapping_genesys.h"

#include <errno.h>
#include <stdio.h>

static bool read_all(FILE *file, const char *name, size_t most, struct span *text, struct arena *arena,
                     struct error *err)
{
    struct buffer all = {.arena = arena};
    char chunk[8192];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buffer_put(&all, (struct span){chunk, got});
        if (all.len > most)
            return error_set(err, 0, "the file %s is longer than %zu bytes", name, most);
    }
    *text = buffer_span(&all);
    return !ferror(file) || error_set(err, 0, "cannot read %s: %s", name, strerror(errno));
}

static bool read_file(const char *file, size_t most, struct span *text, struct arena *arena,
                      struct error *err)
{
    FILE *opened = fopen(file, "rb");
    if (!opened)
        return error_set(err, 0, "cannot read %s: %s", file, strerror(errno));
    bool read = read_all(opened, file, most, text, arena, err);
    fclose(opened);
    return read;
}

bool schema_text(const char *name, struct span *text, struct arena *arena, struct error *err)
{
    return shipped_text(name ? span_of(name) : SPAN("v1"), text) ||
           read_file(name, SCHEMA_FILE_MAX, text, arena, err);
}

bool mapping_text(const char *file, struct mapping_source *source, struct arena *arena, struct error *err)
{
    *source = (struct mapping_source){file, {(const char *)mapping_genesys, mapping_genesys_size}};
    return !file || read_file(file, MAPPING_FILE_MAX, &source->text, arena, err);
}

static bool map_with(struct span text, bool strict, const struct mapping_source *rules,
                     const struct schema **schema, struct mapping **mapping, struct arena *arena,
                     struct error *err)
{
    struct error cause = {.arena = arena};
    if (!schema_parse(&schema_avro, text, (struct reading){.strict = strict}, NULL, 0, schema, arena, err))
        return false;
    if (mapping_load(rules->text, *schema, mapping, arena, &cause))
        return true;
    return error_set(err, 0, "%s%s%.*s", rules->name ? rules->name : "", rules->name ? ": " : "",
                     SPAN_ARGS(cause.message));
}

bool schema_map(struct span text, const struct mapping_source *rules, const struct schema **schema,
                struct mapping **mapping, struct arena *arena, struct error *err)
{
    return map_with(text, true, rules, schema, mapping, arena, err);
}

/* Whether records can be mapped to the schema and encoded with it. */
static bool rehearse(struct span text, const struct mapping_source *rules, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const struct schema *schema;
    struct mapping *mapping;
    if (!schema_map(text, rules, &schema, &mapping, arena, err))
        return false;
    struct encoder *encoder = encoder_new(schema, err);
    encoder_free(encoder);
    return encoder;
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

bool enrol(struct client *client, struct span subject, struct span text, const struct mapping_source *rules,
           struct enrolled *enrolled, struct arena *arena, struct error *err)
{
    struct error cause = {.arena = arena};
    *enrolled = (struct enrolled){0};
    if (!rehearse(text, rules, &cause))
        return refuse(client, subject, text, &cause, err);
    if (!set_level(client, subject, enrolled, arena, err) ||
        !client_register(client, subject, text, &enrolled->id, err) ||
        !client_schema(client, enrolled->id, subject, &enrolled->text, arena, err))
        return false;
    return map_with(enrolled->text, false, rules, &enrolled->schema, &enrolled->mapping, arena, err);
}

bool enrol_latest(struct client *client, struct span subject, const struct mapping_source *rules,
                  struct enrolled *enrolled, struct arena *arena, struct error *err)
{
    *enrolled = (struct enrolled){0};
    return client_level(client, subject, &enrolled->level, arena, err) &&
           client_latest(client, subject, &enrolled->id, &enrolled->version, &enrolled->text, arena, err) &&
           map_with(enrolled->text, false, rules, &enrolled->schema, &enrolled->mapping, arena, err);
}
