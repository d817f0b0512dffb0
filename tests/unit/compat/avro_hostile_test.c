/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas that were made to hurt: deep, wide, doubling, endless. Each is answered, and soon. */
#include "compat/avro.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct made {
    struct arena *arena;
    struct error err;
    const struct schema *schema; /* NULL: refused, see err */
};

static void make(struct made *made, struct span text, struct reading how)
{
    made->err = (struct error){.arena = made->arena};
    made->schema = NULL;
    if (!schema_parse(&schema_avro, text, how, NULL, 0, &made->schema, made->arena, &made->err))
        made->schema = NULL;
}

static const struct schema *made_of(struct arena *arena, struct buffer *text)
{
    struct made made = {.arena = arena};
    make(&made, buffer_span(text), (struct reading){.strict = true});
    if (!made.schema)
        print_message("%.*s\n", SPAN_ARGS(span_first(made.err.message, 200)));
    assert_non_null(made.schema);
    return made.schema;
}

static void assert_refused(struct arena *arena, struct buffer *text, const char *why)
{
    struct made made = {.arena = arena};
    make(&made, buffer_span(text), (struct reading){.strict = true});
    assert_null(made.schema);
    if (!span_starts(made.err.message, span_of(why)))
        print_message("%.*s\n", SPAN_ARGS(span_first(made.err.message, 200)));
    assert_true(span_starts(made.err.message, span_of(why)));
}

/* Everything that can be done with one schema. */
static void use(const struct schema *schema)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct span text;
    struct made again = {.arena = arena};
    make(&again, schema->text, (struct reading){.strict = true});
    assert_non_null(again.schema);
    assert_true(span_equal(again.schema->text, schema->text));
    assert_true(schema_same(schema, again.schema));
    assert_true(schema_avro.likeness(schema) == schema_avro.likeness(again.schema));
    assert_null(schema_avro.compare(schema, again.schema, arena));
    assert_true(schema_avro.format(schema, SPAN("resolved"), &text, &err));
    assert_true(avro_parsing_form(schema, arena).len > 0);
    make(&again, schema->text, (struct reading){.strict = true, .normalize = true});
    assert_non_null(again.schema);
}

static struct span compared(const struct schema *reader, const struct schema *writer, struct arena *arena,
                            size_t *count)
{
    const struct finding *finding = schema_avro.compare(reader, writer, arena);
    struct span last = {NULL, 0};
    for (*count = 0; finding; finding = finding->next, ++*count)
        last = finding->message;
    return last;
}

/* ---- depth ---- */

static void put_times(struct buffer *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buffer_put(out, span_of(text));
}

static void put_arrays(struct buffer *out, size_t depth)
{
    put_times(out, "{\"type\":\"array\",\"items\":", depth);
    buffer_put(out, SPAN("\"int\""));
    put_times(out, "}", depth);
}

static void a_thousand_arrays_are_the_most(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer most = {.arena = arena}, more = {.arena = arena};
    put_arrays(&most, 1000);
    use(made_of(arena, &most));
    put_arrays(&more, 1001);
    assert_refused(arena, &more, "Malformed JSON");
}

/* Each record is defined behind the one that mentions it; the last holds an int. */
static void put_chain(struct buffer *out, size_t count, const char *before, const char *after)
{
    for (size_t i = 0; i < count; i++) {
        buffer_printf(out, "%s{\"type\":\"record\",\"name\":\"R%zu\",\"fields\":[{\"name\":\"f\",\"type\":",
                      i ? "," : "[", i);
        if (i + 1 < count)
            buffer_printf(out, "%s\"R%zu\"%s", before, i + 1, after);
        else
            buffer_put(out, SPAN("\"int\""));
        buffer_put(out, SPAN("}]}"));
    }
    buffer_byte(out, ']');
}

static void a_chain_of_later_definitions_has_a_bound(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer plain = {.arena = arena}, unions = {.arena = arena}, more = {.arena = arena};
    put_chain(&plain, 330, "", ""); /* printed inside each other, three containers each */
    use(made_of(arena, &plain));
    put_chain(&unions, 240, "[\"null\",", "]");
    use(made_of(arena, &unions));
    put_chain(&more, 340, "", ""); /* its own text could not be read again */
    assert_refused(arena, &more, "Types are nested too deeply");
    more.len = 0;
    put_chain(&more, 20000, "", "");
    assert_refused(arena, &more, "Types are nested more than");
}

static void definitions_that_stand_before_their_mentions_make_no_depth(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    for (size_t i = 0; i < 5000; i++) {
        buffer_printf(&out, "%s{\"type\":\"record\",\"name\":\"R%zu\",\"fields\":[{\"name\":\"f\",\"type\":",
                      i ? "," : "[", i);
        if (i)
            buffer_printf(&out, "\"R%zu\"}]}", i - 1);
        else
            buffer_put(&out, SPAN("\"int\"}]}"));
    }
    buffer_byte(&out, ']');
    struct made made = {.arena = arena};
    make(&made, buffer_span(&out), (struct reading){.strict = true});
    assert_non_null(made.schema);
}

/* ---- doubling ---- */

/* R0 holds the innermost; each next one mentions the one before it twice. */
static void put_doubling(struct buffer *out, size_t count, const char *innermost, const char *fallback)
{
    for (size_t i = 0; i < count; i++) {
        buffer_printf(out, "%s{\"type\":\"record\",\"name\":\"R%zu\",\"fields\":[", i ? "," : "[", i);
        if (i)
            buffer_printf(out, "{\"name\":\"a\",\"type\":\"R%zu\"%s},{\"name\":\"b\",\"type\":\"R%zu\"%s}]}",
                          i - 1, fallback, i - 1, fallback);
        else
            buffer_printf(out, "%s]}", innermost);
    }
    buffer_byte(out, ']');
}

static void findings_that_double_with_each_type_are_cut(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer old = {.arena = arena}, new = {.arena = arena};
    put_doubling(&old, 60, "{\"name\":\"x\",\"type\":\"int\"}", "");
    put_doubling(&new, 60, "{\"name\":\"x\",\"type\":\"string\"}", "");
    /* Compared as types, not as branches, which would tell one finding each. */
    struct buffer old_type = {.arena = arena}, new_type = {.arena = arena};
    buffer_printf(
        &old_type,
        "{\"type\":\"record\",\"name\":\"T\",\"fields\":[{\"name\":\"u\",\"type\":%.*s,\"default\":{}},",
        SPAN_ARGS(buffer_span(&old)));
    buffer_put(&old_type, SPAN("{\"name\":\"v\",\"type\":\"R59\"}]}"));
    buffer_printf(
        &new_type,
        "{\"type\":\"record\",\"name\":\"T\",\"fields\":[{\"name\":\"w\",\"type\":%.*s,\"default\":{}},",
        SPAN_ARGS(buffer_span(&new)));
    buffer_put(&new_type, SPAN("{\"name\":\"v\",\"type\":\"R59\"}]}"));
    struct made made = {.arena = arena};
    make(&made, buffer_span(&old_type), (struct reading){0});
    const struct schema *writer = made.schema;
    make(&made, buffer_span(&new_type), (struct reading){0});
    assert_non_null(writer);
    assert_non_null(made.schema);
    size_t count;
    struct span last = compared(made.schema, writer, arena, &count);
    assert_in_range(count, 1000, FINDINGS_MAX + 1);
    assert_true(span_starts(last, SPAN("{more: ")));
}

static void defaults_that_lead_to_each_other_are_judged_once(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena}, bad = {.arena = arena};
    put_doubling(&out, 100, "{\"name\":\"x\",\"type\":\"int\",\"default\":1}", ",\"default\":{}");
    use(made_of(arena, &out));
    put_doubling(&bad, 100, "{\"name\":\"x\",\"type\":\"int\"}", ",\"default\":{}");
    assert_refused(arena, &bad, "Invalid default for field a: {} not a ");
}

/* ---- endless ---- */

/* Records in a ring: one pair of them leads to every other. */
static void put_ring(struct buffer *out, size_t count)
{
    buffer_put(out, SPAN("{\"type\":\"record\",\"name\":\"Q\",\"fields\":["));
    for (size_t i = 0; i < count; i++)
        buffer_printf(out,
                      "%s{\"name\":\"f%zu\",\"default\":null,\"type\":"
                      "[\"null\",{\"type\":\"record\",\"name\":\"n%zu.R\","
                      "\"fields\":[{\"name\":\"n\",\"type\":[\"null\",\"n%zu.R\"]}]}]}",
                      i ? "," : "", i, i, (i + 1) % count);
    buffer_put(out, SPAN("]}"));
}

static void rings_of_different_length_are_compared_or_given_up(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer small = {.arena = arena}, next = {.arena = arena};
    struct buffer big = {.arena = arena}, bigger = {.arena = arena};
    size_t count;
    put_ring(&small, 31);
    put_ring(&next, 37);
    assert_null(compared(made_of(arena, &small), made_of(arena, &next), arena, &count).ptr);
    put_ring(&big, 211);
    put_ring(&bigger, 223);
    struct span last = compared(made_of(arena, &big), made_of(arena, &bigger), arena, &count);
    assert_int_equal(count, 1);
    assert_true(
        span_starts(last, SPAN("Unexpected exception during compatibility check: the schemas are too")));
}

static void a_record_that_holds_itself_is_kept(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer self = {.arena = arena};
    buffer_put(
        &self,
        SPAN("[\"null\",{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\",\"type\":\"R\"}]}]"));
    use(made_of(arena, &self));
}

/* ---- width ---- */

static void put_records(struct buffer *out, const char *prefix, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_printf(out, "%s{\"type\":\"record\",\"name\":\"%s%zu\",\"fields\":[]}", i ? "," : "[", prefix,
                      i);
    buffer_byte(out, ']');
}

static void huge_unions_are_compared_or_given_up(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer few[2] = {{.arena = arena}, {.arena = arena}},
                  many[2] = {{.arena = arena}, {.arena = arena}};
    size_t count;
    put_records(&few[0], "A", 400);
    put_records(&few[1], "B", 400);
    compared(made_of(arena, &few[0]), made_of(arena, &few[1]), arena, &count);
    assert_int_equal(count, 400);
    put_records(&many[0], "A", 20000);
    put_records(&many[1], "B", 20000);
    struct span last = compared(made_of(arena, &many[0]), made_of(arena, &many[1]), arena, &count);
    assert_int_equal(count, 1);
    assert_true(
        span_starts(last, SPAN("Unexpected exception during compatibility check: the schemas are too")));
    use(made_of(arena, &few[0]));
}

static void short_references_to_a_long_name_do_not_grow_without_end(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    buffer_put(&out, SPAN("{\"type\":\"record\",\"name\":\"R\",\"namespace\":\""));
    put_times(&out, "n", 100000);
    buffer_put(
        &out,
        SPAN("\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":\"fixed\",\"name\":\"record\",\"size\":1}}"));
    for (size_t i = 0; i < 20000; i++)
        buffer_printf(&out, ",{\"name\":\"f%zu\",\"type\":\"record\"}", i);
    buffer_put(&out, SPAN("]}"));
    assert_refused(arena, &out, "Register operation failed because schema is too large");
}

static void fifty_thousand_of_everything_take_no_square_of_it(void **state)
{
    (void)state;
    enum { MANY = 50000 };
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena}, other = {.arena = arena};
    buffer_put(&out, SPAN("{\"type\":\"record\",\"name\":\"R\",\"aliases\":["));
    for (size_t i = 0; i < MANY; i++)
        buffer_printf(&out, "%s\"A%zu\"", i ? "," : "", i);
    buffer_put(
        &out, SPAN("],\"fields\":[{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":["));
    for (size_t i = 0; i < MANY; i++)
        buffer_printf(&out, "%s\"S%zu\"", i ? "," : "", i);
    buffer_put(&out, SPAN("],\"p\":{"));
    for (size_t i = 0; i < MANY; i++)
        buffer_printf(&out, "%s\"k%zu\":%zu.5", i ? "," : "", i, i);
    buffer_put(&out, SPAN("}}}"));
    for (size_t i = 0; i < MANY; i++)
        buffer_printf(&out, ",{\"name\":\"f%zu\",\"type\":\"int\"}", i);
    buffer_put(&out, SPAN("],\"d\":0}"));
    use(made_of(arena, &out));
    buffer_put(&other, SPAN("{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}"));
    size_t count;
    compared(made_of(arena, &out), made_of(arena, &other), arena, &count);
    assert_int_equal(count, FINDINGS_MAX + 1);
}

static void an_object_is_judged_by_few_of_very_many_branches(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    buffer_put(&out, SPAN("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":"));
    for (size_t i = 0; i < 5000; i++)
        buffer_printf(
            &out, "%s{\"type\":\"record\",\"name\":\"A%zu\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}",
            i ? "," : "[", i);
    buffer_put(&out, SPAN("],\"default\":{\"k\":0"));
    for (size_t i = 0; i < 20000; i++)
        buffer_printf(&out, ",\"k%zu\":0", i);
    buffer_put(&out, SPAN("}}]}"));
    assert_refused(arena, &out, "The default of field a takes too long to check");
}

static void the_message_of_a_default_that_nobody_can_check_is_short(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    buffer_put(&out, SPAN("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":"
                          "{\"type\":\"array\",\"items\":"));
    put_records(&out, "A", 4000);
    buffer_put(&out, SPAN("},\"default\":[0"));
    put_times(&out, ",0", 4000);
    buffer_put(&out, SPAN("]}]}"));
    assert_refused(arena, &out, "Invalid default for field a: [0,0");
    struct buffer slow = {.arena = arena};
    buffer_put(&slow, SPAN("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":"
                           "{\"type\":\"array\",\"items\":"));
    put_records(&slow, "A", 4000);
    slow.len--;
    buffer_put(&slow, SPAN(",\"int\"]},\"default\":[0"));
    put_times(&slow, ",0", 4000);
    buffer_put(&slow, SPAN("]}]}"));
    assert_refused(arena, &slow, "The default of field a takes too long to check");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_arrays_are_the_most),
        cmocka_unit_test(a_chain_of_later_definitions_has_a_bound),
        cmocka_unit_test(definitions_that_stand_before_their_mentions_make_no_depth),
        cmocka_unit_test(findings_that_double_with_each_type_are_cut),
        cmocka_unit_test(defaults_that_lead_to_each_other_are_judged_once),
        cmocka_unit_test(rings_of_different_length_are_compared_or_given_up),
        cmocka_unit_test(a_record_that_holds_itself_is_kept),
        cmocka_unit_test(huge_unions_are_compared_or_given_up),
        cmocka_unit_test(short_references_to_a_long_name_do_not_grow_without_end),
        cmocka_unit_test(fifty_thousand_of_everything_take_no_square_of_it),
        cmocka_unit_test(an_object_is_judged_by_few_of_very_many_branches),
        cmocka_unit_test(the_message_of_a_default_that_nobody_can_check_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
