/* SPDX-License-Identifier: Apache-2.0 */
/* What is on disk: the same registry after a restart, and two registries on one store. */
#include "tests/unit/registry/crowd.h"
#include "tests/unit/registry/room.h"
#include "tests/unit/registry/shared.h"

#include "base/clock.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct folder {
    char path[64], place[96];
};

static void folder_make(struct folder *folder)
{
    strcpy(folder->path, "/tmp/schemad-test-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->place, sizeof folder->place, "%s/registry.db", folder->path);
}

static void folder_remove(const struct folder *folder)
{
    char path[512];
    const struct dirent *entry;
    DIR *listing = opendir(folder->path);
    while ((entry = readdir(listing))) {
        snprintf(path, sizeof path, "%s/%s", folder->path, entry->d_name);
        unlink(path);
    }
    closedir(listing);
    assert_int_equal(rmdir(folder->path), 0);
}

static void do_some_of_everything(struct room *room)
{
    clock_set(1000);
    assert_int_equal(room_level(room, "", "NONE"), 0);
    assert_int_equal(room_register(room, "a", "\"int\""), 0);
    assert_int_equal(room_register(room, "a", "{\"type\":\"fixed\",\"name\":\"\xc3\xa4\x62\",\"size\":1}"),
                     42201);
    assert_int_equal(
        room_register(room, "a", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":1,\"doc\":\"\xc3\xa4\"}"), 0);
    clock_set(2000);
    assert_int_equal(room_register(room, "b c/d", "\"int\""), 0);
    assert_int_equal(room_register(room, "gone", "\"bytes\""), 0);
    assert_int_equal(room_remove_subject(room, "gone", false), 0);
    assert_int_equal(room_remove_subject(room, "gone", true), 0);
    clock_set(3000);
    assert_int_equal(room_remove(room, "a", 2, false), 0);
    assert_int_equal(room_register(room, "a", "\"double\""), 0);
    assert_int_equal(room_register(room, ":.c:x", "\"double\""), 0);
    assert_int_equal(room_level(room, "a", "FULL"), 0);
    assert_int_equal(room_mode(room, "b c/d", MODE_READONLY), 0);
    assert_int_equal(room_level(room, "t", "FULL"), 0);
    assert_int_equal(room_level(room, "t", NULL), 0);
}

static void a_restart_changes_nothing(void **state)
{
    (void)state;
    struct folder folder;
    folder_make(&folder);
    struct room *room = room_open(folder.place);
    do_some_of_everything(room);
    AUTO_ARENA arena = arena_new();
    struct span before = arena_copy(arena, span_of(room_describe(room)));
    room_close(room);
    room = room_open(folder.place);
    assert_string_equal(room_describe(room), before.ptr);
    assert_int_equal(room_register(room, "b c/d", "\"int\""), 0);
    assert_int_equal(room->got.id, 1);
    assert_int_equal(room_register(room, "b c/d", "\"long\""), 42205);
    assert_int_equal(room_register(room, "new", "\"bytes\""), 0);
    assert_int_equal(room->got.id, 5);
    room_close(room);
    folder_remove(&folder);
}

/* The rooms of two nodes on one store. */
static void open_two(struct room *rooms[2])
{
    struct error err = {.arena = NULL};
    struct shared *shared = shared_new(store_open(SPAN(":memory:"), &err));
    for (int i = 0; i < 2; i++)
        rooms[i] = room_open_on(shared_door(shared), (struct registry_options){.store = NULL});
}

/* What one registry commits, the other learns when it commits. */
static void two_registries_share_a_store(void **state)
{
    (void)state;
    struct room *rooms[2];
    open_two(rooms);
    assert_int_equal(room_register(rooms[0], "s", "\"int\""), 0);
    assert_string_equal(room_versions(rooms[1], "s"), "");
    assert_int_equal(room_register(rooms[1], "s", "\"int\""), 0);
    assert_false(rooms[1]->got.created);
    assert_int_equal(rooms[1]->got.id, 1);
    assert_int_equal(room_register(rooms[1], "t", "\"int\""), 0);
    assert_int_equal(rooms[1]->got.id, 1);
    assert_int_equal(room_register(rooms[0], "t", "\"bytes\""), 40901);
    assert_int_equal(room_register(rooms[0], "t", "\"long\""), 0);
    assert_int_equal(rooms[0]->got.version, 2);
    assert_int_equal(room_remove_subject(rooms[0], "s", false), 0);
    assert_int_equal(room_remove_subject(rooms[0], "s", true), 0);
    assert_int_equal(room_remove(rooms[1], "s", 1, false), 40401);
    assert_string_equal(room_describe(rooms[1]), room_describe(rooms[0]));
    room_close(rooms[0]);
    room_close(rooms[1]);
}

static void a_fresh_view_knows_what_others_committed(void **state)
{
    (void)state;
    struct room *rooms[2];
    open_two(rooms);
    assert_int_equal(room_register(rooms[0], "s", "\"int\""), 0);
    const struct view *view = registry_view_fresh(rooms[1]->registry, &rooms[1]->err);
    assert_non_null(view_subject(view, (struct name){.subject = SPAN("s")}));
    view_release(view);
    room_close(rooms[0]);
    room_close(rooms[1]);
}

enum { RACERS = 12, ROUNDS = 8 };

/* Each of two registries gets half of the threads, all want the same schemas under a few subjects. */
static void race(void *arg, int number)
{
    struct room **rooms = arg;
    for (int round = 0; round < ROUNDS; round++) {
        AUTO_ARENA arena = arena_new();
        struct error err = {.arena = arena};
        struct registered got;
        struct registration wanted = {
            .subject.subject = arena_printf(arena, "s%d", (number + round) % 3),
            .text = arena_printf(arena, "{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d}", round)};
        if (!registry_register(rooms[number % 2]->registry, &wanted, &got, arena, &err) && err.code != 503)
            fail_msg("%.*s", SPAN_ARGS(err.message));
    }
}

static void expect_dense(const struct view *view, struct span subject)
{
    const struct subject *found = view_subject(view, (struct name){.subject = subject});
    assert_int_equal(subject_highest_number(found), subject_version_count(found));
    assert_true(subject_version_count(found) <= ROUNDS);
}

static void racing_registries_agree(void **state)
{
    (void)state;
    struct room *rooms[2];
    open_two(rooms);
    assert_int_equal(room_level(rooms[0], "", "NONE"), 0);
    crowd(RACERS, race, rooms);
    assert_int_equal(room_register(rooms[0], "last", "\"int\""), 0);
    assert_int_equal(room_register(rooms[1], "after", "\"int\""), 0);
    const struct view *fresh = registry_view_fresh(rooms[0]->registry, &rooms[0]->err);
    assert_int_equal(view_last_id(fresh, SPAN("")), ROUNDS + 1);
    expect_dense(fresh, SPAN("s0"));
    expect_dense(fresh, SPAN("s1"));
    expect_dense(fresh, SPAN("s2"));
    view_release(fresh);
    assert_string_equal(room_describe(rooms[1]), room_describe(rooms[0]));
    room_close(rooms[0]);
    room_close(rooms[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restart_changes_nothing),
        cmocka_unit_test(two_registries_share_a_store),
        cmocka_unit_test(a_fresh_view_knows_what_others_committed),
        cmocka_unit_test(racing_registries_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
