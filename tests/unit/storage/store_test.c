/* SPDX-License-Identifier: Apache-2.0 */
/* A store by name. */
#include "storage/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_scheme(const char *place, const char *scheme)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct store *store = store_open(span_of(place), &err);
    if (!store)
        fail_msg("%s: %.*s", place, SPAN_ARGS(err.message));
    assert_string_equal(store->type->scheme, scheme);
    store_close(store);
}

static void expect_refusal(struct span place, const char *why)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    assert_null(store_open(place, &err));
    assert_string_equal(arena_copy(arena, err.message).ptr, why);
}

static void a_place_says_which_store(void **state)
{
    (void)state;
    expect_scheme(":memory:", "memory");
    expect_scheme("memory:", "memory");
    expect_scheme("a.db", "sqlite");
    expect_scheme("sqlite:a.db", "sqlite");
    expect_scheme("./a.db", "sqlite");
    assert_int_equal(access("a.db", F_OK), 0);
}

/* SQLite would take these for something else. */
static void a_path_is_a_path(void **state)
{
    (void)state;
    static const char *const paths[] = {"file:b.db?mode=memory", "sqlite::memory:", "memory",
                                        "with space%20.db"};
    static const char *const files[] = {"file:b.db?mode=memory", ":memory:", "memory", "with space%20.db"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        expect_scheme(paths[i], "sqlite");
        assert_int_equal(access(files[i], F_OK), 0);
    }
}

static void what_is_no_place_is_refused(void **state)
{
    (void)state;
    expect_refusal(SPAN("memory:x"), "A database in memory has no place: 'x'");
    expect_refusal(SPAN("mysql://localhost/x"), "This kind of database is not known: 'mysql://localhost/x'");
    expect_refusal(SPAN("a\0b"), "The place of a database has no NUL byte: 'a");
    expect_refusal(SPAN("sqlite:"), "Cannot open the database '': No such file or directory");
    store_close(NULL);
}

static int in_a_folder(void **state)
{
    static char folder[] = "/tmp/schemad-store-XXXXXX";
    *state = mkdtemp(folder);
    return *state ? chdir(*state) : -1;
}

static int without_folder(void **state)
{
    static const char *const names[] = {"a.db", "file:b.db?mode=memory", ":memory:", "memory",
                                        "with space%20.db"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char lock[64] = "";
        strcat(strcat(lock, names[i]), "-lock");
        unlink(names[i]);
        unlink(lock);
    }
    return chdir("/") || rmdir(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_says_which_store),
        cmocka_unit_test(a_path_is_a_path),
        cmocka_unit_test(what_is_no_place_is_refused),
    };
    return cmocka_run_group_tests_name("storage store", tests, in_a_folder, without_folder);
}
