/* SPDX-License-Identifier: Apache-2.0 */
/* Levels, and what a client is told when one is broken. A language of the test's own stands in where it does
 * not matter which. */
#include "compat/schema.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A language whose reader reads what is not longer than itself. */
static bool toy_parse(struct schema *schema, struct reading how, const struct dependency *deps, size_t count,
                      struct error *err)
{
    (void)how, (void)deps, (void)count;
    return schema->text.len ? true : error_schema_empty(err);
}

static bool toy_same(const struct schema *a, const struct schema *b)
{
    return span_equal(a->text, b->text);
}

static uint64_t toy_likeness(const struct schema *schema)
{
    return schema->text.len;
}

static const struct difference too_long = {"TOO_LONG", "100%% %M at '%L': %R is shorter than %W"};

static const struct finding *toy_compare(const struct schema *reader, const struct schema *writer,
                                         struct arena *arena)
{
    if (writer->text.len <= reader->text.len)
        return NULL;
    struct finding *finding = arena_alloc(arena, sizeof *finding);
    *finding = (struct finding){.kind = &too_long, .location = SPAN("/%R"), .message = writer->text};
    return finding;
}

static const struct schema_type toy = {"TOY", toy_parse, toy_same, toy_likeness, toy_compare,
                                       NULL,  NULL,      NULL,     NULL};

static struct schema toy_of(const char *text)
{
    return (struct schema){.type = &toy, .text = span_of(text)};
}

static void assert_text(const struct complaint *complaint, const char *wanted)
{
    assert_non_null(complaint);
    if (!span_equal(complaint->text, span_of(wanted)))
        print_message("got %.*s\n", SPAN_ARGS(complaint->text));
    assert_true(span_equal(complaint->text, span_of(wanted)));
}

static const struct complaint *check(const char *level, const struct schema *new_one,
                                     const struct schema *old, struct arena *arena)
{
    const struct level *found = level_find(span_of(level));
    assert_non_null(found);
    return schema_check(new_one, found, (struct past){7, old}, arena);
}

static void levels_are_found_in_any_case_of_letters(void **state)
{
    (void)state;
    assert_int_equal(levels_count, 7);
    assert_string_equal(level_find(SPAN("full_Transitive"))->name, "FULL_TRANSITIVE");
    assert_true(level_find(SPAN("FORWARD"))->forward && !level_find(SPAN("FORWARD"))->backward);
    assert_true(level_find(SPAN("BACKWARD_TRANSITIVE"))->transitive);
    assert_null(level_find(SPAN("BACKWARDS")));
    assert_null(level_find(SPAN("")));
}

static void types_are_found_by_their_exact_name(void **state)
{
    (void)state;
    assert_ptr_equal(schema_type_find(SPAN("AVRO")), &schema_avro);
    assert_null(schema_type_find(SPAN("avro")));
    assert_null(schema_type_find(SPAN("")));
}

static void each_level_compares_its_directions(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct schema longer = toy_of("longer"), brief = toy_of("short");
    assert_null(check("NONE", &brief, &longer, arena));
    assert_null(check("FORWARD", &brief, &longer, arena));
    assert_non_null(check("BACKWARD", &brief, &longer, arena));
    assert_null(check("BACKWARD_TRANSITIVE", &longer, &brief, arena));
    assert_non_null(check("FORWARD_TRANSITIVE", &longer, &brief, arena));
    assert_non_null(check("FULL", &longer, &brief, arena));
    assert_non_null(check("FULL_TRANSITIVE", &brief, &longer, arena));
    assert_null(check("FULL", &brief, &brief, arena));
}

static void what_the_new_cannot_read_ends_with_the_old_schema(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct schema longer = toy_of("lo'%M"), brief = toy_of("s");
    const struct complaint *list = check("BACKWARD", &brief, &longer, arena);
    assert_text(list, "{errorType:'TOO_LONG', description:'100% lo'%M at '/%R': new is shorter than old', "
                      "additionalInfo:'lo'%M'}");
    assert_text(list->next, "{oldSchemaVersion: 7}");
    assert_text(list->next->next, "{oldSchema: 'lo'%M'}");
    assert_null(list->next->next->next);
    const struct level *level = level_find(SPAN("BACKWARD"));
    const struct complaint *closed = complaints_close(list, true, level, arena);
    assert_text(closed->next->next->next, "{validateFields: 'true', compatibility: 'BACKWARD'}");
    assert_null(closed->next->next->next->next);
    assert_null(list->next->next->next);
    assert_null(complaints_close(NULL, true, level, arena));
    struct span joined = complaints_join(list->next, arena);
    assert_true(span_equal(joined, SPAN("{oldSchemaVersion: 7}, {oldSchema: 'lo'%M'}")));
}

static void what_the_old_cannot_read_has_a_trailer_only_where_it_is_all_that_was_asked(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct schema longer = toy_of("longer"), brief = toy_of("short");
    const struct complaint *list = check("FORWARD", &longer, &brief, arena);
    assert_text(list, "{errorType:'TOO_LONG', description:'100% longer at '/%R': old is shorter than new', "
                      "additionalInfo:'longer'}");
    assert_text(list->next, "{oldSchemaVersion: 7}");
    assert_null(check("FULL", &longer, &brief, arena)->next);
}

static void a_long_old_schema_is_shown_to_its_bound(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer text = {.arena = arena}, wanted = {.arena = arena};
    for (size_t i = 0; i < OLD_SCHEMA_SHOWN; i++)
        buffer_put(&text, SPAN("\u00e9"));
    buffer_printf(&wanted, "{oldSchema: '%.*s'}", SPAN_ARGS(buffer_span(&text)));
    struct schema brief = toy_of("s"), old = {.type = &toy, .text = buffer_span(&text)};
    const struct complaint *list = check("BACKWARD", &brief, &old, arena);
    assert_true(span_equal(list->next->next->text, buffer_span(&wanted)));
    wanted.len = 0;
    buffer_printf(&wanted, "{oldSchema: <truncated> '%.*s...'}", SPAN_ARGS(buffer_span(&text)));
    buffer_byte(&text, 'x');
    old.text = buffer_span(&text);
    list = check("BACKWARD", &brief, &old, arena);
    assert_true(span_equal(list->next->next->text, buffer_span(&wanted)));
}

static void another_type_is_one_short_complaint(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    const struct schema *avro;
    struct schema other = toy_of("x");
    assert_true(
        schema_parse(&schema_avro, SPAN("\"int\""), (struct reading){0}, NULL, 0, &avro, arena, &err));
    const struct complaint *list = check("FULL", avro, &other, arena);
    assert_text(list, "Incompatible because of different schema type");
    assert_null(list->next);
    assert_null(check("NONE", avro, &other, arena));
    assert_false(schema_same(avro, &other));
}

static void a_text_that_does_not_parse_leaves_no_schema(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    const struct schema *schema = NULL;
    assert_false(schema_parse(&toy, SPAN(""), (struct reading){0}, NULL, 0, &schema, arena, &err));
    assert_null(schema);
    assert_int_equal(err.code, 42201);
    assert_true(schema_parse(&toy, SPAN("x"), (struct reading){0}, NULL, 0, &schema, arena, &err));
    assert_true(span_equal(schema->text, SPAN("x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_found_in_any_case_of_letters),
        cmocka_unit_test(types_are_found_by_their_exact_name),
        cmocka_unit_test(each_level_compares_its_directions),
        cmocka_unit_test(what_the_new_cannot_read_ends_with_the_old_schema),
        cmocka_unit_test(what_the_old_cannot_read_has_a_trailer_only_where_it_is_all_that_was_asked),
        cmocka_unit_test(a_long_old_schema_is_shown_to_its_bound),
        cmocka_unit_test(another_type_is_one_short_complaint),
        cmocka_unit_test(a_text_that_does_not_parse_leaves_no_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
