/* SPDX-License-Identifier: Apache-2.0 */
/* Removing versions and subjects: in which order a call is refused, and what is left. */
#include "tests/unit/registry/room.h"

#include "base/clock.h"

static void a_version_is_hidden_before_it_is_purged(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_remove(room, "s", 1, false), 40401);
    assert_int_equal(room_remove(room, "s", LATEST_VERSION, true), 40401);
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_remove(room, "s", 2, false), 40402);
    expect_message(room, "Version 2 not found.");
    assert_int_equal(room_remove(room, "s", 1, true), 40407);
    expect_message(room, "Subject 's' Version 1 was not deleted first before being permanently deleted");
    assert_int_equal(room_remove(room, "s", LATEST_VERSION, false), 0);
    assert_string_equal(room_versions(room, "s"), "-1");
    assert_int_equal(room_remove(room, "s", 1, false), 40406);
    expect_message(room, "Subject 's' Version 1 was soft deleted.Set permanent=true to delete permanently");
    assert_int_equal(room_remove(room, "s", LATEST_VERSION, true), 40402);
    expect_message(room, "Version -1 not found.");
    assert_int_equal(room_remove(room, "s", 1, true), 0);
    assert_int_equal(room_remove(room, "s", 1, true), 40401);
    room_close(room);
}

static void a_subject_is_hidden_before_it_is_purged(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_remove_subject(room, "s", false), 40401);
    expect_message(room, "Subject 's' not found.");
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_register(room, "s", "\"long\""), 0);
    assert_int_equal(room_remove(room, "s", 1, false), 0);
    assert_int_equal(room_remove_subject(room, "s", true), 40405);
    expect_message(room, "Subject 's' was not deleted first before being permanently deleted");
    assert_string_equal(room_versions(room, "s"), "-1 2");
    assert_int_equal(room_remove_subject(room, "s", false), 0);
    assert_int_equal(room_remove_subject(room, "s", false), 40404);
    expect_message(room, "Subject 's' was soft deleted.Set permanent=true to delete permanently");
    assert_int_equal(room_remove_subject(room, "s", true), 0);
    assert_int_equal(room_remove_subject(room, "s", true), 40401);
    room_close(room);
}

/* What this call took, ascending. */
static void a_call_tells_what_it_took(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct removal removal = {.subject.subject = SPAN("s")};
    const int *versions;
    size_t count;
    for (int i = 0; i < 3; i++)
        assert_int_equal(room_register(room, "s",
                                       i == 0   ? "\"int\""
                                       : i == 1 ? "\"long\""
                                                : "\"double\""),
                         0);
    assert_int_equal(room_remove(room, "s", 2, false), 0);
    assert_true(
        registry_remove_subject(room->registry, &removal, &versions, &count, room->arena, &room->err));
    assert_int_equal(count, 2);
    assert_int_equal(versions[0], 1);
    assert_int_equal(versions[1], 3);
    removal.permanent = true;
    assert_true(
        registry_remove_subject(room->registry, &removal, &versions, &count, room->arena, &room->err));
    assert_int_equal(count, 3);
    assert_int_equal(versions[1], 2);
    room_close(room);
}

static void a_read_only_subject_keeps_its_versions(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_mode(room, "s", MODE_READONLY), 0);
    assert_int_equal(room_remove(room, "s", 1, false), 42205);
    expect_message(room, "Subject s in context  is in read-only mode");
    assert_int_equal(room_remove(room, "s", 1, true), 42205);
    assert_int_equal(room_remove(room, "s", 2, true), 40402);
    assert_int_equal(room_remove_subject(room, "s", true), 42205);
    assert_int_equal(room_remove_subject(room, "s", false), 42205);
    assert_int_equal(room_mode(room, "s", MODE_READWRITE), 0);
    assert_int_equal(room_remove_subject(room, "s", false), 0);
    assert_int_equal(room_mode(room, "s", MODE_READONLY), 0);
    assert_int_equal(room_remove_subject(room, "s", false), 40404);
    assert_int_equal(room_remove(room, "s", 1, false), 40406);
    room_close(room);
}

/* An id lives as long as a version holds it, and is never given twice. */
static void an_id_goes_with_its_last_holder(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_register(room, "t", "\"int\""), 0);
    assert_int_equal(room_remove_subject(room, "s", false), 0);
    assert_int_equal(room_remove_subject(room, "s", true), 0);
    const struct view *view = registry_view(room->registry);
    assert_non_null(view_record(view, SPAN(""), 1));
    expect_text(view_holder(view, SPAN(""), 1)->subject.subject, "t");
    view_release(view);
    assert_int_equal(room_remove_subject(room, "t", false), 0);
    view = registry_view(room->registry);
    assert_non_null(view_record(view, SPAN(""), 1));
    view_release(view);
    assert_int_equal(room_remove_subject(room, "t", true), 0);
    view = registry_view(room->registry);
    assert_null(view_record(view, SPAN(""), 1));
    assert_null(view_record_of_guid_anywhere(view, room->got.guid));
    assert_int_equal(view_last_id(view, SPAN("")), 1);
    view_release(view);
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room->got.id, 2);
    assert_int_equal(room->got.version, 1);
    room_close(room);
}

static void settings_stay_until_the_last_version_is_purged(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct name name = {.subject = SPAN("s")};
    for (int by_version = 0; by_version <= 1; by_version++) {
        assert_int_equal(room_register(room, "s", "\"int\""), 0);
        assert_int_equal(room_level(room, "s", "FULL"), 0);
        assert_int_equal(room_remove_subject(room, "s", false), 0);
        const struct view *view = registry_view(room->registry);
        assert_true(view_settings_at(view, name).has_config);
        view_release(view);
        assert_int_equal(by_version ? room_remove(room, "s", 1, true) : room_remove_subject(room, "s", true),
                         0);
        view = registry_view(room->registry);
        assert_false(view_settings_at(view, name).has_config);
        view_release(view);
    }
    room_close(room);
}

/* Soft delete of one version rewrites its time, that of a whole subject does not. */
static void only_hiding_one_version_rewrites_its_time(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    clock_set(1000);
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_register(room, "t", "\"int\""), 0);
    clock_set(2000);
    assert_int_equal(room_remove(room, "s", 1, false), 0);
    assert_int_equal(room_remove_subject(room, "t", false), 0);
    assert_int_equal(room_lookup(room, "s", "{\"type\":\"int\"}", true), 0);
    assert_int_equal(room->got.ts, 2000);
    assert_int_equal(room_lookup(room, "t", "{\"type\":\"int\"}", true), 0);
    assert_int_equal(room->got.ts, 1000);
    assert_true(room->got.hidden);
    room_close(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_is_hidden_before_it_is_purged),
        cmocka_unit_test(a_subject_is_hidden_before_it_is_purged),
        cmocka_unit_test(a_call_tells_what_it_took),
        cmocka_unit_test(a_read_only_subject_keeps_its_versions),
        cmocka_unit_test(an_id_goes_with_its_last_holder),
        cmocka_unit_test(settings_stay_until_the_last_version_is_purged),
        cmocka_unit_test(only_hiding_one_version_rewrites_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
