/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: what of a writer goes where in a reader, which branch takes what, and what has no plan. */
#include "compat/resolve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct trying {
    struct arena *arena;
    struct error err;
};

static int begin(void **state)
{
    struct trying *trying = calloc(1, sizeof *trying);
    trying->arena = arena_new();
    trying->err = (struct error){.arena = trying->arena};
    *state = trying;
    return 0;
}

static int end(void **state)
{
    struct trying *trying = *state;
    arena_free(trying->arena);
    free(trying);
    return 0;
}

static const struct schema *parse(struct trying *trying, const char *text)
{
    const struct schema *schema;
    assert_true(schema_parse(&schema_avro, span_of(text), (struct reading){0}, NULL, 0, &schema,
                             trying->arena, &trying->err));
    return schema;
}

static const struct plan *resolve(struct trying *trying, const char *reader, const char *writer)
{
    const struct plan *plan = NULL;
    assert_true(avro_resolve(parse(trying, reader), parse(trying, writer), &plan, trying->arena,
                             &trying->err));
    assert_non_null(plan);
    return plan;
}

static void expect_refusal(struct trying *trying, const char *reader, const char *writer, const char *words)
{
    const struct plan *plan;
    assert_false(avro_resolve(parse(trying, reader), parse(trying, writer), &plan, trying->arena,
                              &trying->err));
    struct span message = trying->err.message;
    if (!memmem(message.ptr, message.len, words, strlen(words)))
        fail_msg("\"%.*s\" does not say \"%s\"", SPAN_ARGS(message), words);
}

#define RECORD(fields) "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" fields "]}"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define ENUM(symbols) "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[" symbols "]}"

static void fields_go_by_name_by_alias_and_by_default(void **state)
{
    const struct plan *plan = resolve(
        *state,
        RECORD("{\"name\":\"c\",\"type\":\"int\",\"aliases\":[\"no\",\"b\"]}," FIELD("a", "\"long\"") ","
               "{\"name\":\"d\",\"type\":\"string\",\"default\":\"x\"}"),
        RECORD(FIELD("a", "\"int\"") "," FIELD("x", "\"string\"") "," FIELD("b", "\"int\"")));
    assert_int_equal(plan->kind, PLAN_RECORD);
    assert_int_equal(plan->fields[0].from, 2);
    assert_int_equal(plan->fields[1].from, 0);
    assert_int_equal(plan->fields[2].from, PLAN_DEFAULT);
    assert_null(plan->fields[2].plan);
    assert_int_equal(plan->fields[1].plan->kind, PLAN_LEAF);
    assert_int_equal(plan->fields[1].plan->reader->kind, AVRO_LONG);
    assert_int_equal(plan->fields[1].plan->writer->kind, AVRO_INT);
    assert_int_equal(plan->order_count, 2);
    assert_int_equal(plan->order[0], 1);
    assert_int_equal(plan->order[1], 0);
    assert_false(plan->straight);
}

static void fields_in_the_writers_order_are_straight(void **state)
{
    const char *writer = RECORD(FIELD("a", "\"int\"") "," FIELD("b", "\"int\"") "," FIELD("c", "\"int\""));
    assert_true(resolve(*state, writer, writer)->straight);
    assert_true(resolve(*state, RECORD(FIELD("a", "\"int\"") "," FIELD("c", "\"int\"")), writer)->straight);
    assert_true(resolve(*state, RECORD(""), writer)->straight);
    const char *twice = RECORD("{\"name\":\"x\",\"type\":\"int\",\"aliases\":[\"a\"]},"
                               FIELD("a", "\"int\""));
    assert_false(resolve(*state, twice, writer)->straight);
}

static void symbols_go_by_name_and_else_to_the_default(void **state)
{
    const struct plan *plan =
        resolve(*state,
                "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"C\",\"X\",\"A\"],\"default\":\"X\"}",
                ENUM("\"A\",\"B\",\"C\""));
    assert_int_equal(plan->kind, PLAN_SYMBOL);
    assert_int_equal(plan->symbols[0], 2);
    assert_int_equal(plan->symbols[1], 1);
    assert_int_equal(plan->symbols[2], 0);
    expect_refusal(*state, ENUM("\"A\""), ENUM("\"A\",\"B\""), "MISSING_ENUM_SYMBOLS at /symbols: [B]");
}

static void a_union_of_the_writer_has_a_plan_for_each_branch(void **state)
{
    const struct plan *plan = resolve(*state, "[\"string\",\"double\",\"null\"]", "[\"null\",\"int\"]");
    assert_int_equal(plan->kind, PLAN_BRANCH);
    assert_int_equal(plan->branches[0]->reader->kind, AVRO_NULL);
    assert_int_equal(plan->branches[1]->reader->kind, AVRO_DOUBLE);
    assert_int_equal(plan->branches[1]->writer->kind, AVRO_INT);
    plan = resolve(*state, "\"long\"", "[\"int\",\"long\"]");
    assert_int_equal(plan->branches[0]->reader->kind, AVRO_LONG);
    expect_refusal(*state, "\"long\"", "[\"int\",\"null\"]", "TYPE_MISMATCH at /1");
}

static void a_union_of_the_reader_prefers_the_same_kind(void **state)
{
    assert_int_equal(resolve(*state, "[\"double\",\"long\",\"int\"]", "\"int\"")->reader->kind, AVRO_INT);
    assert_int_equal(resolve(*state, "[\"null\",\"double\",\"long\"]", "\"int\"")->reader->kind, AVRO_DOUBLE);
    const struct plan *plan = resolve(
        *state,
        "[{\"type\":\"record\",\"name\":\"Q\",\"fields\":[]}," RECORD(FIELD("a", "\"long\"")) "]",
        RECORD(FIELD("a", "\"int\"")));
    assert_int_equal(plan->kind, PLAN_RECORD);
    assert_true(span_equal(plan->reader->name.simple, SPAN("R")));
    expect_refusal(*state, "[\"null\",\"int\"]", "\"string\"", "MISSING_UNION_BRANCH at /");
}

static void a_type_that_leads_back_to_itself_has_one_plan(void **state)
{
    const char *list = RECORD(FIELD("v", "\"int\"") "," FIELD("next", "[\"null\",\"R\"]"));
    const struct plan *plan = resolve(*state, list, list);
    assert_ptr_equal(plan->fields[1].plan->branches[1], plan);
}

static void arrays_maps_and_fixed_are_looked_into(void **state)
{
    const struct plan *plan = resolve(*state, "{\"type\":\"array\",\"items\":\"float\"}",
                                      "{\"type\":\"array\",\"items\":\"long\"}");
    assert_int_equal(plan->kind, PLAN_ITEMS);
    assert_int_equal(plan->items->reader->kind, AVRO_FLOAT);
    plan = resolve(*state, "{\"type\":\"map\",\"values\":\"bytes\"}",
                   "{\"type\":\"map\",\"values\":\"string\"}");
    assert_int_equal(plan->items->writer->kind, AVRO_STRING);
    expect_refusal(*state, "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}",
                   "{\"type\":\"fixed\",\"name\":\"F\",\"size\":3}", "FIXED_SIZE_MISMATCH");
    expect_refusal(*state, "{\"type\":\"map\",\"values\":\"int\"}", "{\"type\":\"array\",\"items\":\"int\"}",
                   "TYPE_MISMATCH");
}

static void what_cannot_be_read_is_told_and_not_without_end(void **state)
{
    expect_refusal(*state, RECORD(FIELD("a", "[\"null\",\"int\"]")), RECORD(""),
                   "READER_FIELD_MISSING_DEFAULT_VALUE at /fields/0: a");
    expect_refusal(*state,
                   RECORD("{\"name\":\"z\",\"type\":\"int\",\"aliases\":[\"a\",\"b\"]}"),
                   RECORD(FIELD("a", "\"int\"") "," FIELD("b", "\"int\"")), "matches multiple fields");
    struct trying *trying = *state;
    struct buffer fields = {.arena = trying->arena};
    for (int i = 0; i < 100; i++)
        buffer_printf(&fields, "%s{\"name\":\"f%d\",\"type\":\"int\"}", i ? "," : "", i);
    struct span text = arena_printf(trying->arena, RECORD("%.*s"), SPAN_ARGS(buffer_span(&fields)));
    expect_refusal(trying, arena_copy(trying->arena, text).ptr, RECORD(""), "; …");
    assert_true(trying->err.message.len < 1000);
}

/* A thousand records, each of them in the next, twice: plans are shared, not multiplied. */
static void wide_recursion_ends(void **state)
{
    struct trying *trying = *state;
    struct buffer text = {.arena = trying->arena};
    for (int i = 0; i < 200; i++)
        buffer_printf(&text,
                      "{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[{\"name\":\"a\",\"type\":", i);
    buffer_put(&text, SPAN("\"int\""));
    for (int i = 199; i >= 0; i--) {
        if (i < 199)
            buffer_printf(&text, "},{\"name\":\"b\",\"type\":\"R%d\"", i + 1);
        else
            buffer_put(&text, SPAN("},{\"name\":\"b\",\"type\":\"int\""));
        buffer_put(&text, SPAN("}]}"));
    }
    const char *schema = arena_copy(trying->arena, buffer_span(&text)).ptr;
    const struct plan *plan = resolve(trying, schema, schema);
    assert_ptr_equal(plan->fields[0].plan, plan->fields[1].plan);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(fields_go_by_name_by_alias_and_by_default),
        TEST(fields_in_the_writers_order_are_straight),
        TEST(symbols_go_by_name_and_else_to_the_default),
        TEST(a_union_of_the_writer_has_a_plan_for_each_branch),
        TEST(a_union_of_the_reader_prefers_the_same_kind),
        TEST(a_type_that_leads_back_to_itself_has_one_plan),
        TEST(arrays_maps_and_fixed_are_looked_into),
        TEST(what_cannot_be_read_is_told_and_not_without_end),
        TEST(wide_recursion_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
