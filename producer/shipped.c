/* SPDX-License-Identifier: Apache-2.0 */
/* TABLE of the schemas that come with the program: see the header. Each version has every field of those
 * before it, so the newest is enough to know them all. */
#include "producer/shipped.h"

#include "compat/avro.h"

#include "schema_genesys.h"
#include "schema_genesys_v2.h"
#include "schema_genesys_v3.h"
#include "schema_genesys_v4.h"

#include <assert.h>

static const struct {
    struct span name;
    const unsigned char *text;
    const size_t *size;
} shipped[] = {
    {SPAN("v1"), schema_genesys, &schema_genesys_size},
    {SPAN("v2"), schema_genesys_v2, &schema_genesys_v2_size},
    {SPAN("v3"), schema_genesys_v3, &schema_genesys_v3_size},
    {SPAN("v4"), schema_genesys_v4, &schema_genesys_v4_size},
};

bool shipped_text(struct span name, struct span *text)
{
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
        if (!span_equal(name, shipped[i].name))
            continue;
        *text = (struct span){(const char *)shipped[i].text, *shipped[i].size};
        return true;
    }
    return false;
}

const struct schema *shipped_newest(struct arena *arena)
{
    struct span text = {(const char *)schema_genesys_v4, schema_genesys_v4_size};
    struct error err = {.arena = arena};
    const struct schema *schema;
    bool read =
        schema_parse(&schema_avro, text, (struct reading){.strict = true}, NULL, 0, &schema, arena, &err);
    assert(read);
    return schema;
}

static const struct avro_type *record_in(const struct avro_type *type)
{
    for (size_t i = 0; type->kind == AVRO_UNION && i < type->branch_count; i++)
        if (type->branches[i]->kind == AVRO_RECORD)
            return type->branches[i];
    return type;
}

static const struct avro_type *member(const struct avro_type *type, struct span name)
{
    for (size_t i = 0; type->kind == AVRO_RECORD && i < type->field_count; i++)
        if (span_equal(type->fields[i].name, name))
            return record_in(type->fields[i].type);
    return NULL;
}

bool shipped_has(const struct schema *newest, struct span path)
{
    const struct avro_type *type = avro_root(newest);
    while (type) {
        const char *dot = memchr(path.ptr, '.', path.len);
        type = member(type, dot ? span_first(path, (size_t)(dot - path.ptr)) : path);
        if (!dot)
            break;
        path = span_from(path, (size_t)(dot - path.ptr) + 1);
    }
    return type != NULL;
}
