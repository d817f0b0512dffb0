/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a version by its meaning among many: what an index tells is what a walk would find, whatever
 * happened to the versions since it was made. */
#include "tests/unit/registry/room.h"

enum { MANY = 200 };

/* Three texts of one meaning; the last is never stored. */
enum wording { STORED, TWIN, ASKED };

static const char *text(struct room *room, int number, enum wording wording)
{
    static const char *const orders[] = {"\"p\":1,\"q\":2,\"r\":3", "\"q\":2,\"p\":1,\"r\":3",
                                         "\"r\":3,\"q\":2,\"p\":1"};
    static const char pattern[] = "{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d,%s}";
    return arena_printf(room->arena, pattern, number, orders[wording]).ptr;
}

static struct room *room_of_many(void)
{
    struct room *room = room_open(":memory:");
    assert_int_equal(room_level(room, "s", "NONE"), 0);
    for (int number = 1; number <= MANY; number++)
        assert_int_equal(room_register(room, "s", text(room, number, STORED)), 0);
    return room;
}

static int found(struct room *room, int number, bool hidden)
{
    int code = room_lookup(room, "s", text(room, number, ASKED), hidden);
    if (!code)
        assert_true(room->got.stored);
    return code ? code : room->got.version;
}

static void each_of_many_versions_is_found_by_its_meaning(void **state)
{
    (void)state;
    struct room *room = room_of_many();
    assert_int_equal(found(room, MANY + 1, true), 40403);
    for (int number = 1; number <= MANY; number++)
        assert_int_equal(found(room, number, false), number);
    room_close(room);
}

static void what_came_after_the_index_is_found_too(void **state)
{
    (void)state;
    struct room *room = room_of_many();
    for (int number = MANY + 1; number <= 2 * MANY; number++) {
        assert_int_equal(found(room, number, false), 40403);
        assert_int_equal(room_register(room, "s", text(room, number, STORED)), 0);
        assert_int_equal(room->got.version, number);
        assert_int_equal(found(room, number, false), number);
        assert_int_equal(found(room, number - MANY, false), number - MANY);
    }
    room_close(room);
}

static void what_was_hidden_or_removed_is_not_found(void **state)
{
    (void)state;
    struct room *room = room_of_many();
    assert_int_equal(found(room, 7, false), 7);
    assert_int_equal(room_remove(room, "s", 7, false), 0);
    assert_int_equal(found(room, 7, false), 40403);
    assert_int_equal(found(room, 7, true), 7);
    assert_int_equal(room_remove(room, "s", 7, true), 0);
    assert_int_equal(found(room, 7, true), 40403);
    room_close(room);
}

static void a_number_that_is_given_again_means_what_it_means_now(void **state)
{
    (void)state;
    struct room *room = room_of_many();
    enum { HALF = MANY / 2 };
    for (int permanent = 0; permanent <= 1; permanent++)
        for (int number = HALF; number <= MANY; number++)
            assert_int_equal(room_remove(room, "s", number, permanent), 0);
    assert_int_equal(room_register(room, "s", text(room, MANY + 1, STORED)), 0);
    assert_int_equal(room->got.version, HALF);
    assert_int_equal(found(room, MANY + 1, false), HALF);
    assert_int_equal(found(room, HALF, true), 40403);
    assert_int_equal(found(room, HALF - 1, false), HALF - 1);
    room_close(room);
}

static void of_equal_meanings_the_newest_is_found(void **state)
{
    (void)state;
    struct room *room = room_of_many();
    struct registration twin = {
        .subject.subject = SPAN("s"), .text = span_of(text(room, 3, TWIN)), .version = MANY + 1};
    assert_true(registry_register(room->registry, &twin, &room->got, room->arena, &room->err));
    assert_int_equal(found(room, 3, false), MANY + 1);
    assert_int_equal(room_remove(room, "s", MANY + 1, false), 0);
    assert_int_equal(found(room, 3, false), 3);
    room_close(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_many_versions_is_found_by_its_meaning),
        cmocka_unit_test(what_came_after_the_index_is_found_too),
        cmocka_unit_test(what_was_hidden_or_removed_is_not_found),
        cmocka_unit_test(a_number_that_is_given_again_means_what_it_means_now),
        cmocka_unit_test(of_equal_meanings_the_newest_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
