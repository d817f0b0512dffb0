/* SPDX-License-Identifier: Apache-2.0 */
/* The newest schema that comes with the program: see the header. Each version has every field of those before
 * it, so the newest is enough to know them all. */
#include "producer/shipped.h"

#include "compat/avro.h"

#include "schema_genesys_v4.h"

#include <assert.h>

const struct schema *shipped_newest(struct arena *arena)
{
    const struct span text = {(const char *)schema_genesys_v4, schema_genesys_v4_size};
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
