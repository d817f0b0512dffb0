/* SPDX-License-Identifier: Apache-2.0 */
/* Tables against a model: an array of what ought to be in them. Old tables are kept and asked again. */
#include "registry/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { KEYS = 3000, STEPS = 60000, KEPT = 8 };

struct item {
    int key, mark;
};

static int order(const void *a, const void *b)
{
    const struct item *one = a, *other = b;
    return (one->key > other->key) - (one->key < other->key);
}

/* What a table ought to hold: by key, or NULL. */
struct model {
    const struct item *items[KEYS];
    size_t count;
};

struct kept {
    struct table table;
    struct model model;
    struct bin dropped; /* what the next one let go */
};

static void expect_walk(const struct table *table, const struct model *model)
{
    struct table_place place = table_seek(table, NULL);
    for (int key = 0; key < KEYS; key++)
        if (model->items[key])
            assert_ptr_equal(table_next(&place), model->items[key]);
    assert_null(table_next(&place));
    assert_null(table_next(&place));
    for (int key = KEYS; key-- > 0;)
        if (model->items[key])
            assert_ptr_equal(table_previous(&place), model->items[key]);
    assert_null(table_previous(&place));
    place = table_end(table);
    assert_null(table_next(&place));
}

static const struct item *model_from(const struct model *model, int key)
{
    for (; key < KEYS; key++)
        if (model->items[key])
            return model->items[key];
    return NULL;
}

static const struct item *model_before(const struct model *model, int key)
{
    while (key-- > 0)
        if (model->items[key])
            return model->items[key];
    return NULL;
}

static void expect_seeks(const struct table *table, const struct model *model)
{
    for (int key = 0; key < KEYS; key += 7) {
        struct item probe = {.key = key};
        struct table_place place = table_seek(table, &probe), other = place;
        assert_ptr_equal(table_find(table, &probe), model->items[key]);
        assert_ptr_equal(table_next(&place), model_from(model, key));
        assert_ptr_equal(table_previous(&other), model_before(model, key));
    }
}

static void expect_same(const struct table *table, const struct model *model)
{
    assert_int_equal(table->count, model->count);
    expect_walk(table, model);
    expect_seeks(table, model);
}

static void step(struct table *table, struct model *model, struct item *item, bool put, struct making *making)
{
    const struct item *before = model->items[item->key];
    if (put) {
        assert_ptr_equal(table_put(table, item, making), before);
        model->items[item->key] = item;
        model->count += !before;
    } else {
        assert_ptr_equal(table_take(table, item, making), before);
        model->items[item->key] = NULL;
        model->count -= before != NULL;
    }
}

/* Grows, shrinks to nothing, grows: each phase leans to one side. */
static void a_table_holds_what_was_put(void **state)
{
    (void)state;
    static struct item items[STEPS];
    static struct kept kept[KEPT];
    struct kept now = {.table.order = order};
    struct making making = {.edit = 1};
    srandom(7);
    for (int i = 0; i < STEPS; i++) {
        bool grows = (i / (STEPS / KEPT)) % 2 == 0;
        items[i] = (struct item){.key = (int)(random() % KEYS), .mark = i};
        step(&now.table, &now.model, &items[i], random() % 10 < (grows ? 8 : 1), &making);
        if (i % (STEPS / KEPT) == STEPS / KEPT - 1) {
            struct kept *slot = &kept[i / (STEPS / KEPT)];
            expect_same(&now.table, &now.model);
            *slot = now;
            slot->dropped = making.dropped;
            bin_forget(&making.made);
            making = (struct making){.edit = making.edit + 1};
        } else if (random() % 40 == 0) {
            making.edit++;
        }
    }
    for (int i = 0; i < KEPT; i++) {
        expect_same(&kept[i].table, &kept[i].model);
        if (i > 0)
            bin_empty(&kept[i].dropped);
    }
    bin_empty(&kept[0].dropped);
    bin_forget(&making.made);
    table_free(&now.table);
}

static void items_in_order_fill_and_empty_it(void **state)
{
    (void)state;
    static struct item items[KEYS];
    static struct model model;
    struct table table = {.order = order};
    struct making making = {.edit = 1};
    for (int i = 0; i < KEYS; i++) {
        items[i].key = i;
        step(&table, &model, &items[i], true, &making);
    }
    expect_same(&table, &model);
    for (int i = 0; i < KEYS; i++)
        step(&table, &model, &items[i], false, &making);
    assert_null(table.root);
    assert_null(table_take(&table, &items[0], &making));
    bin_empty(&making.made);
    bin_forget(&making.dropped);
}

/* What an abandoned edit made is freed, and the table it began with stands. */
static void an_abandoned_edit_leaves_no_trace(void **state)
{
    (void)state;
    static struct item items[KEYS];
    static struct model model, before;
    struct table table = {.order = order};
    struct making making = {.edit = 1};
    for (int i = 0; i < KEYS; i++) {
        items[i].key = i;
        if (i % 3)
            step(&table, &model, &items[i], true, &making);
    }
    bin_forget(&making.made);
    bin_empty(&making.dropped);
    before = model;
    struct table copy = table;
    struct making other = {.edit = 2};
    for (int i = 0; i < KEYS; i++)
        step(&copy, &model, &items[i], i % 5 == 0, &other);
    assert_true(other.allocated > 0);
    bin_empty(&other.made);
    bin_forget(&other.dropped);
    expect_same(&table, &before);
    table_free(&table);
}

static void one_change_copies_one_path(void **state)
{
    (void)state;
    static struct item items[200000];
    struct table table = {.order = order};
    struct making making = {.edit = 1};
    uint64_t small = 0;
    for (int i = 0; i < 200000; i++) {
        items[i].key = i;
        table_put(&table, &items[i], &making);
        if (i + 1 != 100)
            continue;
        struct table copy = table;
        struct making other = {.edit = 1u << 30};
        table_put(&copy, &items[50], &other);
        small = other.allocated;
        bin_empty(&other.made);
        bin_forget(&other.dropped);
    }
    bin_forget(&making.made);
    bin_empty(&making.dropped);
    struct table copy = table;
    struct making other = {.edit = 1u << 30};
    table_put(&copy, &items[777], &other);
    assert_true(other.allocated < 4 * small);
    bin_empty(&other.made);
    bin_forget(&other.dropped);
    table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_holds_what_was_put),
        cmocka_unit_test(items_in_order_fill_and_empty_it),
        cmocka_unit_test(an_abandoned_edit_leaves_no_trace),
        cmocka_unit_test(one_change_copies_one_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
