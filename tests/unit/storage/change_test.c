/* SPDX-License-Identifier: Apache-2.0 */
/* A change by name, as a copy, as a journal entry; and the statements that keep it. */
#include "storage/row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_kind_is_found_by_its_name(void **state)
{
    (void)state;
    for (enum change_kind kind = 0; kind < CHANGE_KINDS; kind++) {
        enum change_kind found = CHANGE_KINDS;
        assert_true(change_kind_find(span_of(change_kind_name(kind)), &found));
        assert_int_equal(found, kind);
    }
    enum change_kind found;
    assert_false(change_kind_find(SPAN("record"), &found));
    assert_false(change_kind_find(SPAN(""), &found));
}

static struct change sample(enum change_kind kind, const char *bytes)
{
    static struct origin by;
    by = (struct origin){span_of(bytes), span_of(bytes), span_of(bytes)};
    struct change change = {.kind = kind, .id = 3, .version = 4, .by = &by};
    struct span *spans[CHANGE_SPANS_MAX];
    size_t count = change_spans(&change, spans);
    for (size_t i = 0; i < count; i++)
        *spans[i] = span_of(bytes);
    return change;
}

static void a_copy_shares_no_byte(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (enum change_kind kind = 0; kind < CHANGE_KINDS; kind++) {
        char bytes[] = "before";
        struct change copy = sample(kind, bytes);
        copy = change_copy(&copy, arena);
        strcpy(bytes, "after!");
        struct span *spans[CHANGE_SPANS_MAX];
        size_t count = change_spans(&copy, spans);
        assert_true(count >= 3);
        for (size_t i = 0; i < count; i++)
            assert_true(span_equal(*spans[i], SPAN("before")));
        assert_true(span_equal(copy.by->who, SPAN("before")) && span_equal(copy.by->why, SPAN("before")));
    }
    struct change nobody = {.kind = CHANGE_FORGET};
    assert_null(change_copy(&nobody, arena).by);
}

static void the_journal_has_no_schema_text(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct change change = {.kind = CHANGE_RECORD,
                            .record = {.type = SPAN("AV\"RO"), .guid = SPAN("guid"), .text = SPAN("secret")}};
    assert_true(
        span_equal(change_journal(&change, arena), SPAN("{\"type\":\"AV\\\"RO\",\"guid\":\"guid\"}")));
    change = (struct change){.kind = CHANGE_VERSION, .row = {.ts = INT64_MAX, .created = -1}};
    assert_true(
        span_equal(change_journal(&change, arena),
                   SPAN("{\"ts\":9223372036854775807,\"created\":-1,\"superseded\":0,\"hidden\":false}")));
    change = (struct change){.kind = CHANGE_SETTINGS, .body = SPAN("{\"a\":1}")};
    assert_true(span_equal(change_journal(&change, arena), SPAN("{\"a\":1}")));
}

/* SQLite numbers parameters as they first appear, PostgreSQL by their number. */
static void parameters_appear_in_order(void **state)
{
    (void)state;
    for (enum statement each = 0; each < STATEMENTS; each++) {
        int wanted = 1;
        for (const char *at = statement_text(each); (at = strchr(at, '$')); at++) {
            if (atoi(at + 1) > wanted)
                fail_msg("$%d does not come next in: %s", wanted, statement_text(each));
            wanted += atoi(at + 1) == wanted;
        }
    }
}

static int parameters_of(enum statement statement)
{
    int count = 0;
    for (const char *at = statement_text(statement); (at = strchr(at, '$')); at++)
        count = atoi(at + 1) > count ? atoi(at + 1) : count;
    return count;
}

static void a_row_fills_its_statement(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (enum change_kind kind = 0; kind < CHANGE_KINDS; kind++) {
        for (int empty = 0; empty < 2; empty++) {
            struct change change = sample(kind, empty ? "" : "{}");
            struct row rows[CHANGE_ROWS_MAX];
            size_t count = rows_of_change(&change, (struct place){7, 2}, rows, arena);
            assert_true(count > 0);
            for (size_t i = 0; i < count; i++)
                assert_int_equal(rows[i].count, parameters_of(rows[i].statement));
            bool journaled = rows[count - 1].statement == SQL_PUT_JOURNAL;
            assert_int_equal(journaled, kind != CHANGE_USED && kind != CHANGE_CLOCK);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kind_is_found_by_its_name),    cmocka_unit_test(a_copy_shares_no_byte),
        cmocka_unit_test(the_journal_has_no_schema_text), cmocka_unit_test(parameters_appear_in_order),
        cmocka_unit_test(a_row_fills_its_statement),
    };
    return cmocka_run_group_tests_name("storage change", tests, NULL, NULL);
}
