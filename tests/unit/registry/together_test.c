/* SPDX-License-Identifier: Apache-2.0 */
/* Readers and writers at once: every view that is pinned is whole, whatever is published meanwhile. To be run
 * under ThreadSanitizer too. */
#include "tests/unit/registry/crowd.h"
#include "tests/unit/registry/room.h"

#include "base/digest.h"

#include <assert.h>
#include <stdatomic.h>

enum { WRITERS = 4, READERS = 4, ROUNDS = 60, SUBJECTS = 5 };

struct together {
    struct room *room;
    atomic_int writing;
    atomic_int walks;
};

/* Parsed forms met on a walk: they are looked at again at its end. */
struct forms {
    const struct schema *schema[64];
    const struct record *record[64];
    size_t count;
};

static void forms_look(const struct forms *forms)
{
    for (size_t i = 0; i < forms->count; i++)
        assert(span_equal(forms->schema[i]->text, forms->record[i]->row.text));
}

/* asserts, not cmocka's: those must not fail outside the main thread. */
static void expect_version(const struct view *view, const struct version *version, struct forms *forms,
                           struct arena *arena)
{
    struct error err = {.arena = arena};
    const struct record *record = version->record;
    uint8_t digest[MD5_SIZE];
    digest_md5(record->row.text, digest);
    assert(span_equal(digest_uuid(digest, arena), record->row.guid));
    assert(view_record(view, record->context, record->id) == record);
    assert(view_record_of_guid(view, record->context, record->row.guid) == record);
    const struct version *holder = view_holder(view, record->context, record->id);
    assert(holder && holder->record == record && (version->row.hidden || !holder->row.hidden));
    assert(forms->count < 64);
    forms->record[forms->count] = record;
    forms->schema[forms->count] = version_schema(view, version, arena, &err);
    assert(forms->schema[forms->count++]);
}

static void walk(const struct view *view, struct arena *arena)
{
    struct cursor subjects = view_subjects(view, SPAN(""));
    const struct subject *subject;
    struct forms forms = {.count = 0};
    while ((subject = cursor_subject(&subjects))) {
        int live = 0, all = 0, highest = 0, latest = 0;
        struct cursor versions = subject_versions(view, subject);
        const struct version *version;
        while ((version = cursor_version(&versions))) {
            expect_version(view, version, &forms, arena);
            all++;
            live += !version->row.hidden;
            highest = version->number;
            latest = version->row.hidden ? latest : version->number;
        }
        assert(live == subject_live_count(subject) && all == subject_version_count(subject) && all > 0);
        assert(highest == subject_highest_number(subject));
        assert(live ? subject_latest(subject)->number == latest : !subject_latest(subject));
    }
    forms_look(&forms);
}

static void read_on(struct together *together)
{
    while (atomic_load(&together->writing)) {
        AUTO_ARENA arena = arena_new();
        AUTO_VIEW view = registry_view(together->room->registry);
        walk(view, arena);
        walk(view, arena);
        together->walks++;
    }
}

static void write_on(struct together *together, int number)
{
    struct registry *registry = together->room->registry;
    for (int round = 0; round < ROUNDS; round++) {
        AUTO_ARENA arena = arena_new();
        struct error err = {.arena = arena};
        struct registered got;
        struct span name = arena_printf(arena, "s%d", (number + round) % SUBJECTS);
        struct registration wanted = {
            .subject.subject = name,
            .text = arena_printf(arena, "{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d}", round % 7)};
        struct removal removal = {.subject.subject = name, .version = LATEST_VERSION};
        const int *versions;
        size_t count;
        int gone;
        bool done = registry_register(registry, &wanted, &got, arena, &err);
        assert(done);
        if (round % 3 == 0)
            done = registry_remove_version(registry, &removal, &gone, arena, &err);
        removal.permanent = round % 2;
        if (round % 5 == 0)
            done = registry_remove_subject(registry, &removal, &versions, &count, arena, &err);
        assert(done || error_status(err.code) == 404);
    }
    atomic_fetch_sub(&together->writing, 1);
}

static void take_part(void *arg, int number)
{
    if (number < WRITERS)
        write_on(arg, number);
    else
        read_on(arg);
}

static void run_together(size_t parsed_max)
{
    struct together together = {
        .room = room_open_with(":memory:", (struct registry_options){.parsed_max = parsed_max}),
        .writing = WRITERS,
    };
    assert_int_equal(room_level(together.room, "", "NONE"), 0);
    crowd(WRITERS + READERS, take_part, &together);
    assert_true(together.walks > 0);
    AUTO_ARENA arena = arena_new();
    const struct view *view = registry_view(together.room->registry);
    walk(view, arena);
    view_release(view);
    room_close(together.room);
}

static void a_pinned_view_is_whole(void **state)
{
    (void)state;
    run_together(0);
}

/* Forms are dropped under their readers all the time. */
static void a_pinned_view_is_whole_with_little_room_for_parsed_forms(void **state)
{
    (void)state;
    run_together(8000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pinned_view_is_whole),
        cmocka_unit_test(a_pinned_view_is_whole_with_little_room_for_parsed_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
