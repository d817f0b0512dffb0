/* SPDX-License-Identifier: Apache-2.0 */
/* Views: they never change, cost what a change touches, and tell names, holders and contexts in order. */
#include "tests/unit/registry/room.h"

#include <stdio.h>

static void a_view_stays_as_it_was(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    const struct view *old = registry_view(room->registry), *older = registry_view(room->registry);
    const struct subject *subject = view_subject(old, (struct name){.subject = SPAN("s")});
    assert_int_equal(room_register(room, "s", "\"long\""), 0);
    assert_int_equal(room_remove_subject(room, "s", false), 0);
    assert_int_equal(room_remove_subject(room, "s", true), 0);
    view_release(older);
    assert_int_equal(subject_latest(subject)->number, 1);
    assert_int_equal(subject_live_count(subject), 1);
    expect_text(view_holder(old, SPAN(""), 1)->record->row.text, "\"int\"");
    struct error err = {.arena = room->arena};
    assert_non_null(version_schema(old, subject_latest(subject), room->arena, &err));
    view_release(old);
    const struct view *now = registry_view(room->registry);
    assert_null(view_subject(now, (struct name){.subject = SPAN("s")}));
    view_release(now);
    room_close(room);
}

static const char *subjects(struct room *room, const char *prefix)
{
    struct buffer out = {.arena = room->arena};
    AUTO_VIEW view = registry_view(room->registry);
    struct cursor cursor = view_subjects(view, span_of(prefix));
    const struct subject *subject;
    while ((subject = cursor_subject(&cursor)))
        buffer_printf(&out, "%.*s ", SPAN_ARGS(name_text(subject_name(subject), room->arena)));
    assert_null(cursor_subject(&cursor));
    buffer_byte(&out, 0);
    return out.ptr;
}

static void subjects_are_told_in_order_from_a_prefix_on(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    static const char *const names[] = {"b", "a", ":.c:x", "ab", ":.cd:y", ":.c:a", "9", ";"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(room_register(room, names[i], "\"int\""), 0);
    assert_int_equal(room_remove(room, "ab", 1, false), 0);
    assert_string_equal(subjects(room, ""), "9 :.c:a :.c:x :.cd:y ; a ab b ");
    assert_string_equal(subjects(room, "a"), "a ab ");
    assert_string_equal(subjects(room, ":.c"), ":.c:a :.c:x :.cd:y ");
    assert_string_equal(subjects(room, ":.c:"), ":.c:a :.c:x ");
    assert_string_equal(subjects(room, "zz"), "");
    room_close(room);
}

static void contexts_are_told_in_order_without_the_default_one(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct span context;
    assert_int_equal(room_level(room, ":.b:s", "NONE"), 0);
    assert_int_equal(room_register(room, "s", "\"int\""), 0);
    assert_int_equal(room_register(room, ":.d:s", "\"string\""), 0);
    assert_int_equal(room_register(room, ":.c:s", "\"int\""), 0);
    assert_int_equal(room->got.id, 1);
    AUTO_VIEW view = registry_view(room->registry);
    struct cursor cursor = view_contexts(view);
    assert_true(cursor_context(&cursor, &context));
    expect_text(context, ".c");
    assert_true(cursor_context(&cursor, &context));
    expect_text(context, ".d");
    assert_false(cursor_context(&cursor, &context));
    expect_text(view_record_of_guid_anywhere(view, room->got.guid)->context, "");
    assert_null(view_record_of_guid(view, SPAN(".d"), room->got.guid));
    view_release(view);
    view = NULL;
    room_close(room);
}

static const char *holders(struct room *room, int id)
{
    struct buffer out = {.arena = room->arena};
    AUTO_VIEW view = registry_view(room->registry);
    struct cursor cursor = view_holders(view, SPAN(""), id);
    const struct version *version;
    while ((version = cursor_version(&cursor)))
        buffer_printf(&out, "%.*s/%s%d ", SPAN_ARGS(version->subject.subject), version->row.hidden ? "-" : "",
                      version->number);
    buffer_byte(&out, 0);
    return out.ptr;
}

static void an_id_names_its_first_live_holder(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_register(room, "b", "\"int\""), 0);
    assert_int_equal(room_register(room, "a", "\"string\""), 0);
    assert_int_equal(room_level(room, "", "NONE"), 0);
    assert_int_equal(room_register(room, "a", "\"int\""), 0);
    assert_int_equal(room_register(room, "c", "\"int\""), 0);
    assert_string_equal(holders(room, 1), "a/2 b/1 c/1 ");
    assert_string_equal(holders(room, 2), "a/1 ");
    assert_string_equal(holders(room, 3), "");
    assert_string_equal(holders(room, 0), "");
    assert_int_equal(room_remove(room, "a", 2, false), 0);
    assert_string_equal(holders(room, 1), "b/1 c/1 a/-2 ");
    AUTO_VIEW view = registry_view(room->registry);
    const struct subject *a = view_subject(view, (struct name){.subject = SPAN("a")});
    expect_text(view_holder(view, SPAN(""), 1)->subject.subject, "b");
    assert_int_equal(view_holder_in(view, a, 1)->number, 2);
    assert_int_equal(view_holder_in(view, a, 2)->number, 1);
    assert_null(view_holder_in(view, a, 3));
    assert_null(view_holder(view, SPAN(""), 3));
    view_release(view);
    view = NULL;
    room_close(room);
}

/* What a level compares with, newest first, hidden ones left out. */
static void a_history_is_what_the_level_asks_for(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_level(room, "", "NONE"), 0);
    static const char *const texts[] = {"\"int\"", "\"long\"", "\"float\"", "\"double\""};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(room_register(room, "s", texts[i]), 0);
    assert_int_equal(room_remove(room, "s", 2, false), 0);
    AUTO_VIEW view = registry_view(room->registry);
    const struct subject *subject = view_subject(view, (struct name){.subject = SPAN("s")});
    struct history all = subject_history(view, subject, level_find(SPAN("FULL_TRANSITIVE")), room->arena);
    assert_int_equal(all.count, 3);
    assert_int_equal(all.versions[0]->number, 4);
    assert_int_equal(all.versions[1]->number, 3);
    assert_int_equal(all.versions[2]->number, 1);
    assert_int_equal(subject_history(view, subject, level_find(SPAN("FORWARD")), room->arena).count, 1);
    assert_int_equal(subject_history(view, subject, level_find(SPAN("NONE")), room->arena).count, 0);
    view_release(view);
    view = NULL;
    room_close(room);
}

/* Parsed forms past the bound live for the call; those nobody used lately make room. */
static void parsed_forms_stay_within_their_bound(void **state)
{
    (void)state;
    struct room *room = room_open_with(":memory:", (struct registry_options){.parsed_max = 20000});
    char subject[16], text[64];
    struct error err = {.arena = room->arena};
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 40; i++) {
            snprintf(subject, sizeof subject, "s%d", i);
            snprintf(text, sizeof text, "{\"type\":\"fixed\",\"name\":\"F%d\",\"size\":%d}", i, round + 1);
            assert_int_equal(room_level(room, subject, "NONE"), 0);
            assert_int_equal(room_register(room, subject, text), 0);
            AUTO_VIEW view = registry_view(room->registry);
            const struct subject *found = view_subject(view, name_parse(span_of(subject)));
            const struct schema *schema = version_schema(view, subject_latest(found), room->arena, &err);
            expect_text(schema->text, text);
            size_t kept = registry_figures(room->registry).parsed;
            assert_true(kept > 0 && kept <= 20000);
        }
    }
    room_close(room);
}

/* Publishes one change beside `count` subjects: bytes allocated for it. */
static uint64_t cost_beside(int count)
{
    struct room *room = room_open("memory:");
    registry_close(room->registry);
    AUTO_ARENA arena = arena_new();
    struct change *changes = arena_array(arena, (size_t)count * 2, sizeof *changes);
    for (int i = 0; i < count; i++) {
        struct span text = arena_printf(arena, "{\"type\":\"fixed\",\"name\":\"F%d\",\"size\":1}", i);
        struct content content = {.text = text};
        changes[i] = (struct change){
            .kind = CHANGE_RECORD,
            .id = i + 1,
            .record = {.type = SPAN("AVRO"), .guid = identity_guid(&content, arena), .text = text}};
        changes[count + i] = (struct change){.kind = CHANGE_VERSION,
                                             .id = i + 1,
                                             .version = 1,
                                             .subject = arena_printf(arena, "subject-%d", 1000000 + i)};
    }
    struct store *store = room->store;
    assert_int_equal(store->type->commit(store, 0, changes, (size_t)count * 2, &room->err), COMMIT_DONE);
    room->registry = registry_open(&room->options, &room->err);
    assert_non_null(room->registry);
    assert_int_equal(registry_figures(room->registry).allocated, 0);
    assert_int_equal(
        room_register(room, "subject-1000050", "{\"type\":\"fixed\",\"name\":\"F50\",\"size\":2}"), 40901);
    assert_int_equal(room_level(room, "subject-1000050", "NONE"), 0);
    uint64_t before = registry_figures(room->registry).allocated;
    assert_int_equal(
        room_register(room, "subject-1000050", "{\"type\":\"fixed\",\"name\":\"F50\",\"size\":2}"), 0);
    uint64_t cost = registry_figures(room->registry).allocated - before;
    room_close(room);
    return cost;
}

static void one_change_costs_what_it_touches(void **state)
{
    (void)state;
    uint64_t few = cost_beside(100), many = cost_beside(100000);
    print_message("one change: %llu bytes beside 100 subjects, %llu beside 100,000\n",
                  (unsigned long long)few, (unsigned long long)many);
    assert_true(few > 0 && many < 4 * few);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_stays_as_it_was),
        cmocka_unit_test(subjects_are_told_in_order_from_a_prefix_on),
        cmocka_unit_test(contexts_are_told_in_order_without_the_default_one),
        cmocka_unit_test(an_id_names_its_first_live_holder),
        cmocka_unit_test(a_history_is_what_the_level_asks_for),
        cmocka_unit_test(parsed_forms_stay_within_their_bound),
        cmocka_unit_test(one_change_costs_what_it_touches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
