/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of a schema as values: for the fields that the mapping leaves unset and that cannot be null.
 * avro-c knows no defaults. */
#include "producer/avro_c.h"

static bool bad_default(struct error *err)
{
    return error_set(err, 0, "a default of the schema does not fit its type");
}

static bool default_blob(avro_value_t *to, const struct avro_type *type, struct span text,
                         struct arena *arena, struct error *err)
{
    struct span bytes;
    if (!fit_bytes(type, text, &bytes, arena))
        return bad_default(err);
    return avro_c_blob(to, type, bytes, err);
}

static bool default_number(avro_value_t *to, const struct avro_type *type, const struct text *json,
                           struct error *err)
{
    int64_t number;
    if (json->kind != TEXT_NUMBER)
        return bad_default(err);
    if (type->kind == AVRO_FLOAT || type->kind == AVRO_DOUBLE)
        return avro_c_real(to, type, text_double(json->string), err);
    return text_integer(json, &number) && fit_long(number, type) ? avro_c_integer(to, type, number, err)
                                                                 : bad_default(err);
}

static bool default_items(avro_value_t *to, const struct avro_type *type, const struct text *json,
                          struct arena *arena, struct error *err)
{
    if (json->kind != TEXT_ARRAY)
        return bad_default(err);
    for (size_t i = 0; i < json->count; i++) {
        avro_value_t item;
        if (!avro_c_done(avro_value_append(to, &item, NULL), "grow an array", err) ||
            !avro_c_default(&item, type->items, &json->items[i], arena, err))
            return false;
    }
    return true;
}

static bool default_entries(avro_value_t *to, const struct avro_type *type, const struct text *json,
                            struct arena *arena, struct error *err)
{
    if (json->kind != TEXT_OBJECT)
        return bad_default(err);
    for (size_t i = 0; i < json->count; i++) {
        avro_value_t entry;
        struct span name = arena_copy(arena, json->members[i].name);
        if (memchr(name.ptr, 0, name.len)) /* avro-c takes keys as C strings */
            return bad_default(err);
        if (!avro_c_done(avro_value_add(to, name.ptr, &entry, NULL, NULL), "grow a map", err) ||
            !avro_c_default(&entry, type->items, &json->members[i].value, arena, err))
            return false;
    }
    return true;
}

static bool default_record(avro_value_t *to, const struct avro_type *type, const struct text *json,
                           struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < type->field_count; i++) {
        avro_value_t member;
        const struct text *given = text_get(json, type->fields[i].name);
        given = given ? given : type->fields[i].fallback;
        if (!given)
            return bad_default(err);
        if (!avro_c_done(avro_value_get_by_index(to, i, &member, NULL), "find a field", err) ||
            !avro_c_default(&member, type->fields[i].type, given, arena, err))
            return false;
    }
    return true;
}

static bool default_branch(avro_value_t *to, const struct avro_type *type, const struct text *json,
                           struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < type->branch_count; i++) {
        avro_value_t branch;
        if (!fit_default(json, type->branches[i]))
            continue;
        return avro_c_done(avro_value_set_branch(to, (int)i, &branch), "choose a branch", err) &&
               avro_c_default(&branch, type->branches[i], json, arena, err);
    }
    return bad_default(err);
}

bool avro_c_default(avro_value_t *to, const struct avro_type *type, const struct text *json,
                    struct arena *arena, struct error *err)
{
    if (type->kind != AVRO_UNION && !fit_default(json, type))
        return bad_default(err);
    switch (type->kind) {
    case AVRO_NULL: return avro_c_done(avro_value_set_null(to), "take a null", err);
    case AVRO_BOOLEAN: return avro_c_done(avro_value_set_boolean(to, json->truth), "take a boolean", err);
    case AVRO_INT:
    case AVRO_LONG:
    case AVRO_FLOAT:
    case AVRO_DOUBLE: return default_number(to, type, json, err);
    case AVRO_BYTES:
    case AVRO_FIXED: return default_blob(to, type, json->string, arena, err);
    case AVRO_STRING:
    case AVRO_ENUM: return avro_c_text(to, type, json->string, arena, err);
    case AVRO_ARRAY: return default_items(to, type, json, arena, err);
    case AVRO_MAP: return default_entries(to, type, json, arena, err);
    case AVRO_RECORD: return default_record(to, type, json, arena, err);
    case AVRO_UNION: return default_branch(to, type, json, arena, err);
    }
    return bad_default(err);
}
