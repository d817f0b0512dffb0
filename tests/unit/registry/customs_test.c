/* SPDX-License-Identifier: Apache-2.0 */
/* Each custom by itself: what it changes, and that nothing else comes with it. */
#include "tests/unit/registry/room.h"

static struct room *room_with(struct customs customs)
{
    return room_open_with(":memory:", (struct registry_options){.customs = customs});
}

/* u, which is made of t's first version. */
static int refer(struct room *room, const char *subject)
{
    static const struct reference to_t = {SPAN("T"), SPAN("t"), 1};
    struct registration wanted = {
        .subject = name_parse(span_of(subject)), .text = SPAN("{\"type\":\"array\",\"items\":\"T\"}"),
        .references = &to_t, .reference_count = 1, .force = true, .by.who = SPAN("me")};
    bool done = registry_register(room->registry, &wanted, &room->got, room->arena, &room->err);
    return done ? 0 : room->err.code;
}

static const char t_text[] = "{\"type\":\"record\",\"name\":\"T\",\"fields\":[]}";

static void a_hidden_referrer_holds_what_it_refers_to_unless_it_is_the_custom(void **state)
{
    (void)state;
    for (int custom = 0; custom <= 1; custom++) {
        struct room *room = room_with((struct customs){.hidden_hold_nothing = custom});
        assert_int_equal(room_register(room, "t", t_text), 0);
        assert_int_equal(refer(room, "u"), 0);
        assert_int_equal(room_remove(room, "t", 1, false), 42206);
        assert_int_equal(room_remove_subject(room, "u", false), 0);
        assert_int_equal(room_remove(room, "t", 1, false), 0);
        assert_int_equal(room_remove(room, "t", 1, true), custom ? 0 : 42206);
        room_close(room);
    }
}

static void a_subject_that_refers_to_itself_goes_whole_unless_it_is_the_custom(void **state)
{
    (void)state;
    for (int custom = 0; custom <= 1; custom++) {
        struct room *room = room_with((struct customs){.own_references_hold = custom});
        assert_int_equal(room_register(room, "t", t_text), 0);
        assert_int_equal(refer(room, "t"), 0);
        assert_int_equal(room_remove_subject(room, "t", false), custom ? 42206 : 0);
        room_close(room);
    }
}

static void a_twin_that_is_referred_to_stays_unless_it_is_the_custom(void **state)
{
    (void)state;
    for (int custom = 0; custom <= 1; custom++) {
        struct room *room = room_with((struct customs){.twins_always_go = custom});
        assert_int_equal(room_register(room, "t", t_text), 0);
        assert_int_equal(refer(room, "u"), 0);
        assert_int_equal(room_remove_subject(room, "u", false), 0);
        assert_int_equal(room_remove_subject(room, "t", false), 0);
        assert_int_equal(room_register(room, "t", t_text), 0);
        assert_string_equal(room_versions(room, "t"), custom ? "2" : "-1 2");
        room_close(room);
    }
}

static bool has_config(struct room *room, const char *scope)
{
    AUTO_VIEW view = registry_view(room->registry);
    return view_settings_at(view, name_parse(span_of(scope))).has_config;
}

static void settings_outlive_the_last_live_version_unless_it_is_the_custom(void **state)
{
    (void)state;
    for (int custom = 0; custom <= 1; custom++) {
        struct room *room = room_with((struct customs){.settings_need_life = custom});
        assert_int_equal(room_register(room, "s", "\"int\""), 0);
        assert_int_equal(room_register(room, "s", "\"long\""), 0);
        assert_int_equal(room_level(room, "s", "NONE"), 0);
        assert_int_equal(room_remove(room, "s", 1, false), 0);
        assert_true(has_config(room, "s"));
        assert_int_equal(room_remove(room, "s", 2, false), 0);
        assert_int_equal(has_config(room, "s"), !custom);
        room_close(room);
    }
}

static struct settings holds(struct room *room, const char *subject)
{
    AUTO_VIEW view = registry_view(room->registry);
    return view_settings(view, name_parse(span_of(subject)));
}

static void every_context_inherits_from_global_unless_it_is_none(void **state)
{
    (void)state;
    for (int custom = 0; custom <= 1; custom++) {
        struct room *room = room_with((struct customs){.no_global_scope = custom});
        assert_int_equal(room_level(room, ":.__GLOBAL:", "NONE"), 0);
        assert_string_equal(holds(room, ":.c:s").level->name, custom ? "BACKWARD" : "NONE");
        assert_string_equal(holds(room, ":.__GLOBAL:s").level->name, "NONE");
        room_close(room);
    }
}

static void a_top_level_override_is_one_mode_among_others_unless_it_reigns(void **state)
{
    (void)state;
    for (int custom = 0; custom <= 1; custom++) {
        struct room *room = room_with((struct customs){.override_reigns = custom});
        assert_int_equal(room_mode(room, "s", MODE_READWRITE), 0);
        assert_int_equal(room_mode(room, "", MODE_READONLY_OVERRIDE), 0);
        assert_int_equal(room_register(room, "s", "\"int\""), custom ? 42205 : 0);
        assert_int_equal(room_register(room, ":.c:s", "\"int\""), custom ? 42205 : 0);
        assert_int_equal(room_mode(room, "", MODE_READONLY), 0);
        assert_int_equal(room_register(room, "s", "\"int\""), 0);
        room_close(room);
    }
}

static void an_entry_takes_from_the_top_level_unless_it_stands_alone(void **state)
{
    (void)state;
    for (int custom = 0; custom <= 1; custom++) {
        struct room *room = room_with((struct customs){.entries_stand_alone = custom});
        struct setting top = {.touched[NORMALIZE] = true, .config.normalize = TRUTH_YES};
        assert_true(registry_set(room->registry, &top, NULL, NULL, room->arena, &room->err));
        assert_int_equal(room_level(room, "s", "NONE"), 0);
        assert_int_equal(holds(room, "s").normalize == TRUTH_YES, !custom);
        assert_int_equal(holds(room, "other").normalize, TRUTH_YES);
        room_close(room);
    }
}

static void new_schemas_are_read_strictly_unless_they_are_not(void **state)
{
    (void)state;
    static const char lax[] = "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                              "{\"name\":\"a\",\"type\":\"int\",\"default\":\"x\"}]}";
    for (int custom = 0; custom <= 1; custom++) {
        struct room *room = room_with((struct customs){.lenient_unless_told = custom});
        assert_int_equal(room_register(room, "s", lax), custom ? 0 : 42201);
        room_close(room);
    }
}

static void messages_name_the_context_unless_they_are_short(void **state)
{
    (void)state;
    for (int custom = 0; custom <= 1; custom++) {
        struct room *room = room_with((struct customs){.short_sentences = custom});
        assert_int_equal(room_mode(room, ":.c:s", MODE_READONLY), 0);
        assert_int_equal(room_register(room, ":.c:s", "\"int\""), 42205);
        expect_message(room, custom ? "Subject :.c:s is in read-only mode"
                                    : "Subject :.c:s in context :.c: is in read-only mode");
        room_close(room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hidden_referrer_holds_what_it_refers_to_unless_it_is_the_custom),
        cmocka_unit_test(a_subject_that_refers_to_itself_goes_whole_unless_it_is_the_custom),
        cmocka_unit_test(a_twin_that_is_referred_to_stays_unless_it_is_the_custom),
        cmocka_unit_test(settings_outlive_the_last_live_version_unless_it_is_the_custom),
        cmocka_unit_test(every_context_inherits_from_global_unless_it_is_none),
        cmocka_unit_test(a_top_level_override_is_one_mode_among_others_unless_it_reigns),
        cmocka_unit_test(an_entry_takes_from_the_top_level_unless_it_stands_alone),
        cmocka_unit_test(new_schemas_are_read_strictly_unless_they_are_not),
        cmocka_unit_test(messages_name_the_context_unless_they_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
