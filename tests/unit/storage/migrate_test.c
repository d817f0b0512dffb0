/* SPDX-License-Identifier: Apache-2.0 */
/* Which migrations are applied, in which order, and what stops the start. */
#include "storage/migrate.h"

#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { RECORDS_MAX = 8 };

struct record {
    int number;
    struct span digest;
};

/* A database that only has its record. */
struct paper {
    struct arena *arena;
    struct record records[RECORDS_MAX];
    size_t count;
    int fails_at; /* this migration does not work */
};

static bool recorded(void *database, migration_fn *each, void *arg, struct error *err)
{
    (void)err;
    struct paper *paper = database;
    for (size_t i = 0; i < paper->count; i++)
        each(arg, paper->records[i].number, paper->records[i].digest);
    return true;
}

static bool apply(void *database, const struct migration *migration, struct span digest, struct error *err)
{
    struct paper *paper = database;
    if (migration->number == paper->fails_at)
        return error_start(err, SPAN("planned"));
    paper->records[paper->count++] = (struct record){migration->number, arena_copy(paper->arena, digest)};
    return true;
}

static const struct migration all[] = {{1, "0001_a", "A"}, {2, "0002_b", "B"}, {3, "0003_c", "C"}};

static bool try_migrate(struct paper *paper, size_t count, struct error *err)
{
    struct migrator migrator = {paper, recorded, apply};
    return migrate(&migrator, all, count, err);
}

static void expect_refusal(struct paper *paper, size_t count, const char *why)
{
    struct error err = {.arena = paper->arena};
    size_t before = paper->count;
    assert_false(try_migrate(paper, count, &err));
    assert_int_equal(paper->count, before);
    assert_string_equal(arena_copy(paper->arena, err.message).ptr, why);
}

static void what_is_missing_is_applied_once_in_order(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct paper paper = {.arena = arena};
    for (size_t count = 1; count <= 3; count++) {
        for (int twice = 0; twice < 2; twice++) {
            assert_true(try_migrate(&paper, count, &err));
            assert_int_equal(paper.count, count);
            assert_int_equal(paper.records[count - 1].number, count);
        }
    }
    assert_true(span_equal(paper.records[0].digest,
                           SPAN("559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd")));
}

static void one_that_fails_stops_and_is_tried_again(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct paper paper = {.arena = arena, .fails_at = 2};
    assert_false(try_migrate(&paper, 3, &err));
    assert_true(span_equal(err.message, SPAN("planned")));
    assert_int_equal(paper.count, 1);
    paper.fails_at = 0;
    assert_true(try_migrate(&paper, 3, &err));
    assert_int_equal(paper.count, 3);
}

static void what_is_not_ours_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct paper paper = {.arena = arena};
    assert_true(try_migrate(&paper, 3, &err));
    expect_refusal(&paper, 2, "it was written by a newer schemad: it has migration 3, this one knows 2");

    struct paper changed = paper;
    changed.records[1].digest = SPAN("x");
    expect_refusal(&changed, 3, "its migration 0002_b is not the one of this schemad, the digests differ");
    changed.count = 2; /* nothing is applied to what is not understood */
    expect_refusal(&changed, 3, "its migration 0002_b is not the one of this schemad, the digests differ");

    struct paper gap = paper;
    gap.records[1] = gap.records[2];
    gap.count = 2;
    expect_refusal(&gap, 3, "it has migration 3 but not 2");
}

static void ours_are_numbered_without_gaps(void **state)
{
    (void)state;
    assert_true(sqlite_migrations_count >= 1);
    for (size_t i = 0; i < sqlite_migrations_count; i++) {
        assert_int_equal(sqlite_migrations[i].number, i + 1);
        assert_int_equal(atoi(sqlite_migrations[i].name), i + 1);
        assert_true(strlen(sqlite_migrations[i].text) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_applied_once_in_order),
        cmocka_unit_test(one_that_fails_stops_and_is_tried_again),
        cmocka_unit_test(what_is_not_ours_is_refused),
        cmocka_unit_test(ours_are_numbered_without_gaps),
    };
    return cmocka_run_group_tests_name("storage migrate", tests, NULL, NULL);
}
