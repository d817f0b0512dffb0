/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of older versions is let go of one by one, and has an end. */
#include "tests/unit/registry/room.h"

#include "registry/effort.h"
#include "registry/view.h"

enum { MANY = 40, SYMBOLS = 2000 };

/* An enum of many symbols; `number` makes it another one. */
static const char *text(struct room *room, int number)
{
    struct buffer out = {.arena = room->arena};
    buffer_printf(&out, "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"N%d\"", number);
    for (int i = 0; i < SYMBOLS; i++)
        buffer_printf(&out, ",\"S%d\"", i);
    buffer_printf(&out, "],\"default\":\"S0\"}");
    return buffer_span(&out).ptr;
}

/* The memory that a lookup leaves with the call. */
static size_t lookup_size(struct room *room, const char *schema)
{
    size_t before = arena_size(room->arena);
    assert_int_equal(room_lookup(room, "s", schema, false), 40401);
    return arena_size(room->arena) - before;
}

static void a_lookup_in_many_contexts_holds_one_reading(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    const char *schema = text(room, 1);
    size_t alone = lookup_size(room, schema);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(room_register(room, arena_printf(room->arena, ":.c%d:s", i).ptr, "\"int\""), 0);
    assert_true(lookup_size(room, schema) <= 2 * alone);
    room_close(room);
}

static size_t try_size(struct room *room, const char *schema)
{
    struct span complaints;
    size_t before = arena_size(room->arena);
    assert_int_equal(room_try(room, "s", ALL_VERSIONS, schema, &complaints), 0);
    expect_text(complaints, "");
    return arena_size(room->arena) - before;
}

static void a_trial_against_many_versions_holds_one_of_them(void **state)
{
    (void)state;
    struct room *room = room_open_with(":memory:", (struct registry_options){.parsed_max = 1});
    const char *schema = text(room, MANY + 1);
    size_t alone = try_size(room, schema);
    assert_int_equal(room_level(room, "s", "BACKWARD_TRANSITIVE"), 0);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(room_register(room, "s", text(room, i)), 0);
    assert_true(try_size(room, schema) <= 3 * alone);
    room_close(room);
}

static void effort_has_an_end(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    AUTO_EFFORT effort = {0};
    for (int i = 0; i < EFFORT_GIB; i++) {
        assert_true(effort_next(&effort, &err));
        arena_alloc(effort.arena, (size_t)1 << 30);
    }
    assert_false(effort_next(&effort, &err));
    assert_int_equal(err.code, 42205);
    expect_text(err.message, "Too much to compare with: what is older takes more than 16 GiB to read");
}

static void what_was_kept_outlives_the_effort(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct span kept;
    {
        AUTO_EFFORT effort = {0};
        assert_true(effort_next(&effort, &err));
        kept = arena_copy(effort.arena, SPAN("kept"));
        size_t size = arena_size(effort.arena);
        effort_keep(&effort, arena);
        assert_true(arena_size(arena) >= size);
        assert_true(effort_next(&effort, &err));
    }
    expect_text(kept, "kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lookup_in_many_contexts_holds_one_reading),
        cmocka_unit_test(a_trial_against_many_versions_holds_one_of_them),
        cmocka_unit_test(effort_has_an_end),
        cmocka_unit_test(what_was_kept_outlives_the_effort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
