/* SPDX-License-Identifier: Apache-2.0 */
/* Lines through the mapping, and mappings through their loader. An input is lines; or a mapping, 0x1e, and
 * lines for it. A mapping that loads never fails an event; a record fits its schema and holds UTF-8 only. */
#include "mapping_genesys.h"
#include "producer/fit.h"
#include "schema_genesys.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed);

enum { MAPPING_END = 0x1e };

static const struct schema *schema;
static struct mapping *built_in;

static void prepare(void)
{
    static struct arena *arena;
    if (built_in)
        return;
    arena = arena_new();
    struct error err = {.arena = arena};
    struct span avsc = {(const char *)schema_genesys, schema_genesys_size};
    struct span text = {(const char *)mapping_genesys, mapping_genesys_size};
    assert(schema_parse(&schema_avro, avsc, (struct reading){.strict = true}, NULL, 0, &schema, arena, &err));
    assert(mapping_load(text, schema, &built_in, arena, &err));
}

static void check_value(const struct value *value, const struct avro_type *type);

static const struct avro_type *branch_for(const struct value *value, const struct avro_type *type)
{
    if (type->kind != AVRO_UNION)
        return type;
    for (size_t i = 0; i < type->branch_count; i++)
        if (fit_value(value, type->branches[i]))
            return type->branches[i];
    assert(!"no branch takes the value");
    return NULL;
}

static void check_record(const struct value *record, const struct avro_type *type)
{
    assert(record->kind == VALUE_RECORD && record->count == type->field_count);
    for (size_t i = 0; i < record->count; i++) {
        const struct avro_field *field = &type->fields[i];
        if (record->members[i].kind != VALUE_NULL || !field->fallback || fit_null(field->type))
            check_value(&record->members[i], field->type);
    }
}

static void check_value(const struct value *value, const struct avro_type *type)
{
    type = branch_for(value, type);
    assert(fit_value(value, type));
    if (value->kind == VALUE_STRING)
        assert(text_is_utf8(value->text));
    if (value->kind == VALUE_RECORD)
        check_record(value, type);
}

static void check_line(const struct mapping *mapping, struct span line)
{
    AUTO_ARENA arena = arena_new();
    struct mapped mapped = mapping_apply(mapping, line, 1700000000000, arena);
    if (mapped.outcome != OUTCOME_MAP) {
        assert(mapped.reason && mapped.reason[0]);
        return;
    }
    check_record(&mapped.record, avro_root(schema));
    assert(!mapped.key.ptr || text_is_utf8(mapped.key));
    for (size_t i = 1; i < mapped.warning_count; i++)
        assert(strcmp(mapped.warnings[i - 1], mapped.warnings[i]) < 0);
}

static struct span take(struct span *rest, char end)
{
    const char *at = rest->len ? memchr(rest->ptr, end, rest->len) : NULL;
    struct span part = at ? span_first(*rest, (size_t)(at - rest->ptr)) : *rest;
    *rest = span_from(*rest, part.len + 1);
    return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    prepare();
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct span rest = {(const char *)bytes, size};
    struct mapping *mapping = built_in;
    if (size && memchr(bytes, MAPPING_END, size) &&
        !mapping_load(take(&rest, MAPPING_END), schema, &mapping, arena, &err)) {
        assert(span_starts(err.message, SPAN("line ")) && text_is_utf8(err.message));
        return 0;
    }
    do
        check_line(mapping, take(&rest, '\n'));
    while (rest.len);
    return 0;
}

/* ---- mutations that keep the text JSON: a value for another ---- */

static const char *const values[] = {"null",
                                     "[]",
                                     "{}",
                                     "\"\"",
                                     "0",
                                     "true",
                                     "[{}]",
                                     "1e400",
                                     "-1.5",
                                     "\"x\"",
                                     "\"a.b/c\"",
                                     "[[[]]]",
                                     "\"\\u00e9\"",
                                     "1772352000000",
                                     "\"2026-03-01T08:00:00Z\"",
                                     "{\"first\":[\"/a\"]}"};

/* Where a value that begins at `at` ends; brackets inside strings are not told apart, which does no harm. */
static size_t value_end(const uint8_t *bytes, size_t size, size_t at)
{
    size_t depth = 0;
    if (bytes[at] == '"') {
        for (at++; at < size && bytes[at] != '"'; at++)
            at += bytes[at] == '\\';
        return at + 1 < size ? at + 1 : size;
    }
    for (; at < size; at++) {
        if (bytes[at] == '[' || bytes[at] == '{')
            depth++;
        else if (depth && (bytes[at] == ']' || bytes[at] == '}') && --depth == 0)
            return at + 1;
        else if (!depth && strchr(",]}\n", bytes[at]))
            return at;
    }
    return size;
}

/* The place after the n-th ':', '[' or ','. */
static size_t value_start(const uint8_t *bytes, size_t size, unsigned seed)
{
    size_t count = 0;
    for (size_t i = 0; i + 1 < size; i++)
        count += bytes[i] == ':' || bytes[i] == '[' || bytes[i] == ',';
    size_t wanted = count ? seed % count : 0;
    for (size_t i = 0; i + 1 < size; i++)
        if ((bytes[i] == ':' || bytes[i] == '[' || bytes[i] == ',') && wanted-- == 0)
            return i + 1;
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed)
{
    if (seed % 2 == 0 || size == 0)
        return LLVMFuzzerMutate(bytes, size, most);
    const char *value = values[seed / 2 % (sizeof values / sizeof *values)];
    size_t at = value_start(bytes, size, seed / 64), end = value_end(bytes, size, at), length = strlen(value);
    if (size - (end - at) + length > most)
        return LLVMFuzzerMutate(bytes, size, most);
    memmove(bytes + at + length, bytes + end, size - end);
    memcpy(bytes + at, value, length);
    return size - (end - at) + length;
}
