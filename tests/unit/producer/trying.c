/* SPDX-License-Identifier: Apache-2.0 */
/* A mapping under test: see the header. */
#include "trying.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct span trying_quoted(const struct trying *trying, const char *text)
{
    struct buffer out = {.arena = trying->arena};
    for (; *text; text++)
        buffer_byte(&out, *text == '\'' ? '"' : *text);
    return buffer_span(&out);
}

bool trying_load(struct trying *trying, const char *schema, const char *mapping)
{
    *trying = (struct trying){.arena = arena_new()};
    trying->err.arena = trying->arena;
    struct span text = trying_quoted(trying, schema);
    if (!schema_parse(&schema_avro, text, (struct reading){.strict = true}, NULL, 0, &trying->schema,
                      trying->arena, &trying->err))
        return false;
    return mapping_load(trying_quoted(trying, mapping), trying->schema, &trying->mapping, trying->arena,
                        &trying->err);
}

void trying_end(struct trying *trying)
{
    arena_free(trying->arena);
}

struct mapped trying_line(const struct trying *trying, const char *line)
{
    return mapping_apply(trying->mapping, trying_quoted(trying, line), TRYING_INGEST, trying->arena);
}

void expect_refused(const char *schema, const char *mapping, const char *message)
{
    struct trying trying;
    assert_false(trying_load(&trying, schema, mapping));
    assert_string_equal(arena_copy(trying.arena, trying.err.message).ptr, message);
    trying_end(&trying);
}

void expect_text(const struct mapped *mapped, size_t member, const char *text)
{
    assert_int_equal(mapped->outcome, OUTCOME_MAP);
    const struct value *value = &mapped->record.members[member];
    assert_int_equal(value->kind, text ? VALUE_STRING : VALUE_NULL);
    if (!text)
        return;
    assert_int_equal(value->text.len, strlen(text));
    assert_memory_equal(value->text.ptr, text, value->text.len);
}
