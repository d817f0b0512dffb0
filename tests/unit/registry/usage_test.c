/* SPDX-License-Identifier: Apache-2.0 */
/* Marks of use and counted refusals: made by many at once, written once, kept when the store cannot write. */
#include "registry/refusals.h"
#include "registry/usage.h"
#include "tests/unit/registry/crowd.h"
#include "tests/unit/registry/room.h"

#include "base/clock.h"
#include "base/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { READERS = 6, READS = 4000 };

static const struct record *record_of(const struct view *view, int id)
{
    const struct record *record = view_record(view, SPAN(""), id);
    assert_non_null(record);
    return record;
}

static int write_down(struct room *room)
{
    room->err.code = 0;
    bool written = registry_write_down(room->registry, &room->err);
    assert_int_equal(written, room->err.code == 0);
    return room->err.code;
}

static void expect_usage(struct room *room, int id, const char *wanted)
{
    AUTO_VIEW view = registry_view(room->registry);
    expect_text(usage_json(record_of(view, id), room->arena), wanted);
}

static void mark(struct room *room, int id, const char *agent)
{
    AUTO_VIEW view = registry_view(room->registry);
    usage_mark(record_of(view, id), USE_FETCHED, span_of(agent));
}

/* One of them writes down and purges beside the others. */
static void read_or_write(void *arg, int number)
{
    struct room *room = arg;
    char agent[32];
    for (int i = 0; i < READS; i++) {
        snprintf(agent, sizeof agent, "reader %d", number);
        if (number > 0)
            mark(room, 1, agent);
        else if (i % 200 == 0)
            assert_int_equal(write_down(room), 0);
    }
}

static void no_read_is_lost_however_many_read_at_once(void **state)
{
    (void)state;
    struct room *room = room_open("memory:");
    clock_set(DAY_MS);
    assert_int_equal(room_register(room, "a", "\"int\""), 0);
    crowd(READERS, read_or_write, room);
    AUTO_VIEW view = registry_view(room->registry);
    struct span told = usage_json(record_of(view, 1), room->arena);
    assert_true(span_starts(told, SPAN("{\"lastFetched\":\"1970-01-02\",\"fetches\":20000,\"clients\":[")));
    for (int number = 1; number < READERS; number++) {
        struct span name = arena_printf(room->arena, "\"reader %d\",\"lastSeen\":\"1970-01-02\"", number);
        assert_non_null(memmem(told.ptr, told.len, name.ptr, name.len));
    }
    view_release(view);
    view = NULL;
    room_close(room);
}

static void take_away_and_bring_back(struct room *room)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct removal removal = {.subject.subject = SPAN("a"), .by.who = SPAN("me")};
    struct registration again = {.subject.subject = SPAN("a"), .text = SPAN("\"int\"")};
    struct registered got;
    const int *versions;
    size_t count;
    for (int permanent = 0; permanent <= 1; permanent++) {
        removal.permanent = permanent;
        assert_true(registry_remove_subject(room->registry, &removal, &versions, &count, arena, &err));
    }
    assert_true(registry_register(room->registry, &again, &got, arena, &err));
}

static void read_what_is_there(struct room *room)
{
    AUTO_VIEW view = registry_view(room->registry);
    const struct subject *subject = view_subject(view, (struct name){.subject = SPAN("a")});
    if (subject && subject_latest(subject))
        usage_mark(subject_latest(subject)->record, USE_FETCHED, SPAN("reader"));
}

static void churn(void *arg, int number)
{
    struct room *room = arg;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    for (int i = 0; i < 60; i++) {
        if (number == 0)
            take_away_and_bring_back(room);
        else if (number == 1)
            assert_true(registry_write_down(room->registry, &err));
        else
            read_what_is_there(room);
    }
}

static void an_id_may_go_while_it_is_read_and_written_down(void **state)
{
    (void)state;
    struct room *room = room_open("memory:");
    assert_int_equal(room_register(room, "a", "\"int\""), 0);
    crowd(READERS, churn, room);
    room_close(room);
}

static void what_the_store_would_not_take_is_written_the_next_time(void **state)
{
    (void)state;
    struct room *room = room_open("memory:");
    clock_set(3 * (int64_t)DAY_MS);
    assert_int_equal(room_register(room, "a", "\"int\""), 0);
    mark(room, 1, "reader");
    unsigned before = atomic_load(&room->plan.changes);
    room->plan.fail_call = 1;
    assert_int_equal(write_down(room), 50001);
    assert_int_equal(write_down(room), 0);
    assert_int_equal(atomic_load(&room->plan.changes), before + 1);
    assert_int_equal(write_down(room), 0);                  /* and then there is nothing left */
    assert_int_equal(atomic_load(&room->plan.changes), before + 1);
    expect_usage(room, 1, "{\"lastFetched\":\"1970-01-04\",\"fetches\":1,"
                          "\"clients\":[{\"agent\":\"reader\",\"lastSeen\":\"1970-01-04\"}]}");
    room_close(room);
}

static int64_t day_of(struct room *room, int id)
{
    AUTO_VIEW view = registry_view(room->registry);
    return usage_day(record_of(view, id));
}

static void an_id_without_a_mark_was_used_when_it_came_or_when_marks_began(void **state)
{
    (void)state;
    char folder[] = "/tmp/schemad-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char place[64];
    snprintf(place, sizeof place, "%s/r.db", folder);
    clock_set(10 * (int64_t)DAY_MS);
    struct room *room = room_open(place);
    clock_set(20 * (int64_t)DAY_MS);
    assert_int_equal(room_register(room, "a", "\"int\""), 0);
    assert_int_equal(day_of(room, 1), 20);
    room_close(room);
    clock_set(30 * (int64_t)DAY_MS);
    room = room_open(place);
    assert_int_equal(day_of(room, 1), 20);                  /* a restart is no new beginning */
    mark(room, 1, "");
    assert_int_equal(day_of(room, 1), 30);
    assert_int_equal(write_down(room), 0);
    room_close(room);
    room = room_open(place);
    expect_usage(room, 1, "{\"lastFetched\":\"1970-01-31\",\"fetches\":1,\"clients\":[]}");
    room_close(room);
    assert_int_equal(unlink(place), 0);
    strcat(place, "-lock");
    assert_int_equal(unlink(place), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* ---- refusals */

static void refuse(struct room *room, const char *subject, const char *rule, const char *who)
{
    struct refusal refusal = {.subject = name_parse(span_of(subject)), .version = 3, .id = 7, .rule = rule,
                              .who = span_of(who)};
    registry_refused(room->registry, &refusal);
}

struct heard {
    size_t count;
    const char *text;
};

static void hear(void *arg, const struct change *changes, size_t count)
{
    struct room *room = arg;
    struct buffer out = {.arena = room->arena};
    for (size_t i = 0; i < count; i++)
        if (changes[i].kind == CHANGE_REFUSED)
            buffer_printf(&out, "%.*s/%d (%d) %lld %.*s %.*s\n", SPAN_ARGS(changes[i].subject),
                          changes[i].version, changes[i].id, (long long)changes[i].at,
                          SPAN_ARGS(changes[i].by->who), SPAN_ARGS(changes[i].body));
    buffer_byte(&out, 0);
    room->got.text = buffer_span(&out);
}

static void refusals_are_counted_and_written_once(void **state)
{
    (void)state;
    struct room *room = room_open("memory:");
    room->plan.in_commit = hear;
    room->plan.arg = room;
    for (int i = 1; i <= 3; i++) {
        clock_set(i * 1000);
        refuse(room, "a", "minVersions", "me");
    }
    refuse(room, "a", "hold", "me");
    refuse(room, "a", "minVersions", "you");
    room->plan.fail_call = 1;
    assert_int_equal(write_down(room), 50001);
    refuse(room, "a", "minVersions", "me");
    assert_int_equal(write_down(room), 0);
    assert_string_equal(room->got.text.ptr, "a/3 (7) 3000 me {\"rule\":\"minVersions\",\"count\":4}\n"
                                            "a/3 (7) 3000 me {\"rule\":\"hold\",\"count\":1}\n"
                                            "a/3 (7) 3000 you {\"rule\":\"minVersions\",\"count\":1}\n");
    size_t count;
    (void)registry_refusals(room->registry, &count, room->arena);
    assert_int_equal(count, 0);
    struct refused_by rules[RULES_REFUSING_MAX];
    assert_int_equal(registry_refused_by(room->registry, rules), 2);
    assert_int_equal(rules[0].count, 5);
    assert_int_equal(rules[1].count, 1);
    room_close(room);
}

static void past_a_thousand_kinds_they_are_counted_as_those_of_others(void **state)
{
    (void)state;
    struct room *room = room_open("memory:");
    char subject[32];
    for (int i = 0; i < REFUSALS_MAX + 500; i++) {
        snprintf(subject, sizeof subject, "s%d", i);
        refuse(room, subject, i % 2 ? "hold" : "minVersions", "me");
    }
    refuse(room, "s0", "minVersions", "me");
    size_t count;
    const struct counted *counted = registry_refusals(room->registry, &count, room->arena);
    assert_int_equal(count, REFUSALS_MAX + 2);
    assert_int_equal(counted[0].count, 2);
    for (size_t i = REFUSALS_MAX; i < count; i++) {
        expect_text(counted[i].last.who, "others");
        expect_text(counted[i].last.subject.subject, "");
        assert_int_equal(counted[i].last.version, 0);
        assert_int_equal(counted[i].count, 250);
    }
    room_close(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_read_is_lost_however_many_read_at_once),
        cmocka_unit_test(an_id_may_go_while_it_is_read_and_written_down),
        cmocka_unit_test(what_the_store_would_not_take_is_written_the_next_time),
        cmocka_unit_test(an_id_without_a_mark_was_used_when_it_came_or_when_marks_began),
        cmocka_unit_test(refusals_are_counted_and_written_once),
        cmocka_unit_test(past_a_thousand_kinds_they_are_counted_as_those_of_others),
    };
    return cmocka_run_group_tests_name("registry usage", tests, NULL, NULL);
}
