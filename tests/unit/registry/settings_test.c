/* SPDX-License-Identifier: Apache-2.0 */
/* Settings: what is merged, what is cleared, what is inherited from where. */
#include "tests/unit/registry/crowd.h"
#include "tests/unit/registry/room.h"

#include "registry/settings.h"

#include <stdatomic.h>
#include <unistd.h>

static struct settings set(struct room *room, struct setting setting)
{
    struct settings after = {0};
    if (!registry_set(room->registry, &setting, NULL, &after, room->arena, &room->err))
        fail_msg("%.*s", SPAN_ARGS(room->err.message));
    return after;
}

static struct settings holds(struct room *room, const char *name)
{
    AUTO_VIEW view = registry_view(room->registry);
    return view_settings(view, name_parse(span_of(name)));
}

static void expect(struct room *room, const char *name, const char *level, bool normalize, enum mode mode)
{
    struct settings settings = holds(room, name);
    assert_string_equal(settings.level->name, level);
    assert_int_equal(settings.normalize == TRUTH_YES, normalize);
    assert_int_equal(settings.mode, mode);
}

static void the_default_holds_where_nothing_is_set(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    expect(room, "s", "BACKWARD", false, MODE_READWRITE);
    room_close(room);
    room = room_open_with(":memory:", (struct registry_options){.level = level_find(SPAN("full"))});
    expect(room, "s", "FULL", false, MODE_READWRITE);
    room_close(room);
}

static void settings_are_merged_and_cleared(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct name s = {.subject = SPAN("s")};
    const struct level *none = level_find(SPAN("NONE"));
    struct settings after = set(room, (struct setting){.scope = s});
    assert_true(after.has_config && !after.level && !after.normalize);
    after = set(room, (struct setting){.scope = s, .touched[LEVEL] = true, .config.level = none});
    assert_true(after.level == none);
    after =
        set(room,
            (struct setting){.scope = s, .touched[NORMALIZE] = true, .config.normalize = TRUTH_YES});
    assert_true(after.level == none && after.normalize == TRUTH_YES);
    after = set(room, (struct setting){.scope = s, .set_mode = true, .mode = MODE_READWRITE});
    assert_true(after.level == none && after.mode == MODE_READWRITE);
    after = set(room, (struct setting){.scope = s, .touched[LEVEL] = true});
    assert_true(!after.level && after.normalize == TRUTH_YES && after.has_config);
    after = set(room, (struct setting){.scope = s, .touched[NORMALIZE] = true});
    assert_true(!after.normalize && after.has_config);
    after = set(room, (struct setting){.scope = s, .drop_config = true});
    assert_true(!after.has_config && after.mode == MODE_READWRITE);
    after = set(room, (struct setting){.scope = s, .set_mode = true, .mode = MODE_UNSET});
    assert_false(after.has_config || after.mode);
    uint64_t seq = registry_figures(room->registry).seq;
    set(room, (struct setting){.scope = s, .drop_config = true});
    assert_int_equal(registry_figures(room->registry).seq, seq);
    room_close(room);
}

/* An entry without a level means the server's level, not the top level's; normalize looks further. */
static void a_subject_entry_stands_for_the_whole_but_normalize(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_level(room, "", "FULL"), 0);
    set(room, (struct setting){.touched[NORMALIZE] = true, .config.normalize = TRUTH_YES});
    expect(room, "s", "FULL", true, MODE_READWRITE);
    set(room, (struct setting){.scope.subject = SPAN("s")});
    expect(room, "s", "BACKWARD", true, MODE_READWRITE);
    set(room, (struct setting){
                  .scope.subject = SPAN("s"), .touched[NORMALIZE] = true, .config.normalize = TRUTH_NO});
    expect(room, "s", "BACKWARD", false, MODE_READWRITE);
    room_close(room);
}

static void named_contexts_skip_the_top_level(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_level(room, ":.__GLOBAL:", "FORWARD"), 0);
    assert_int_equal(room_mode(room, ":.__GLOBAL:", MODE_READONLY), 0);
    expect(room, "s", "FORWARD", false, MODE_READONLY);
    expect(room, ":.c:s", "FORWARD", false, MODE_READONLY);
    assert_int_equal(room_mode(room, "", MODE_READWRITE), 0);
    assert_int_equal(room_level(room, "", "FULL"), 0);
    expect(room, "s", "FULL", false, MODE_READWRITE);
    expect(room, ":.c:s", "FORWARD", false, MODE_READONLY);
    assert_int_equal(room_mode(room, ":.c:", MODE_READWRITE), 0);
    assert_int_equal(room_level(room, ":.c:", "NONE"), 0);
    expect(room, ":.c:s", "NONE", false, MODE_READWRITE);
    room_close(room);
}

static void read_only_blocks_configuration_but_not_the_mode(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    assert_int_equal(room_mode(room, "s", MODE_READONLY), 0);
    assert_int_equal(room_level(room, "s", "FULL"), 42205);
    expect_message(room, "Subject s in context  is in read-only mode");
    assert_int_equal(room_level(room, "t", "FULL"), 0);
    assert_int_equal(room_mode(room, "s", MODE_UNSET), 0);
    assert_int_equal(room_level(room, "s", "FULL"), 0);
    assert_int_equal(room_mode(room, "", MODE_READONLY), 0);
    assert_int_equal(room_level(room, "s", "NONE"), 42205);
    assert_int_equal(room_level(room, "", "NONE"), 42205);
    room_close(room);
}

/* Scopes of other contexts stand between those of the default one: "!" and "s" lie around ":.c:". */
static void clearing_a_context_clears_its_subjects_and_no_others(void **state)
{
    (void)state;
    static const char *const scopes[] = {"", "!", "s", ":.c:", ":.c:s"};
    struct room *room = room_open(":memory:");
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        assert_int_equal(room_mode(room, scopes[i], MODE_READONLY), 0);
    set(room, (struct setting){.set_mode = true, .recursive = true});
    expect(room, "!", "BACKWARD", false, MODE_READWRITE);
    expect(room, "s", "BACKWARD", false, MODE_READWRITE);
    expect(room, ":.c:t", "BACKWARD", false, MODE_READONLY);
    assert_int_equal(room_mode(room, "s", MODE_READONLY), 0);
    set(room, (struct setting){.scope.context = SPAN(".c"), .set_mode = true, .recursive = true});
    expect(room, ":.c:s", "BACKWARD", false, MODE_READWRITE);
    expect(room, ":.c:t", "BACKWARD", false, MODE_READWRITE);
    expect(room, "s", "BACKWARD", false, MODE_READONLY);
    room_close(room);
}

/* A mode that is being written when all are to be cleared. */
struct late {
    struct registry *registry;
    atomic_bool writing;
    int codes[2];
};

static void wait_in_first_commit(void *arg, const struct change *changes, size_t count)
{
    struct late *late = arg;
    (void)changes;
    (void)count;
    if (!atomic_exchange(&late->writing, true))
        usleep(100000);
}

static void set_or_clear(void *arg, int number)
{
    struct late *late = arg;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct setting one = {.scope.subject = SPAN("s"), .set_mode = true, .mode = MODE_READONLY};
    struct setting all = {.set_mode = true, .recursive = true};
    while (number && !late->writing)
        usleep(1000);
    if (!registry_set(late->registry, number ? &all : &one, NULL, NULL, arena, &err))
        late->codes[number] = err.code;
}

/* What was decided while it was not there yet would leave it standing, and it was told of before. */
static void clearing_takes_what_was_written_meanwhile(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    struct late late = {.registry = room->registry};
    assert_int_equal(room_mode(room, "", MODE_READONLY), 0);
    room->plan.in_commit = wait_in_first_commit;
    room->plan.arg = &late;
    crowd(2, set_or_clear, &late);
    assert_int_equal(late.codes[0], 0);
    assert_int_equal(late.codes[1], 0);
    expect(room, "s", "BACKWARD", false, MODE_READWRITE);
    room_close(room);
}

static void normalize_from_the_configuration_holds_for_registration(void **state)
{
    (void)state;
    struct room *room = room_open(":memory:");
    static const char mixed[] = "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4,\"q\":2,\"p\":1}";
    set(room, (struct setting){.touched[NORMALIZE] = true, .config.normalize = TRUTH_YES});
    assert_int_equal(room_register(room, "s", mixed), 0);
    expect_text(room->got.text, "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4,\"p\":1,\"q\":2}");
    assert_int_equal(room_lookup(room, "s", mixed, false), 0);
    assert_false(room->got.stored);
    room_close(room);
}

static void what_is_kept_reads_back(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct settings settings = {.level = level_find(SPAN("NONE")),
                                .normalize = TRUTH_NO,
                                .mode = MODE_READONLY,
                                .has_config = true},
                    read;
    expect_text(settings_write(&settings, arena),
                "{\"config\":{\"normalize\":false,\"compatibilityLevel\":\"NONE\"},\"mode\":\"READONLY\"}");
    assert_true(settings_read(settings_write(&settings, arena), &read, arena));
    assert_true(read.level == settings.level && read.normalize == TRUTH_NO && read.has_config);
    assert_int_equal(read.mode, MODE_READONLY);
    assert_int_equal(settings_write(&(struct settings){0}, arena).len, 0);
    expect_text(settings_write(&(struct settings){.has_config = true}, arena), "{\"config\":{}}");
    static const char *const bad[] = {"", "[]", "{", "{\"mode\":\"NO\"}",
                                      "{\"config\":{\"compatibilityLevel\":1}}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(settings_read(span_of(bad[i]), &read, arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_holds_where_nothing_is_set),
        cmocka_unit_test(settings_are_merged_and_cleared),
        cmocka_unit_test(a_subject_entry_stands_for_the_whole_but_normalize),
        cmocka_unit_test(named_contexts_skip_the_top_level),
        cmocka_unit_test(read_only_blocks_configuration_but_not_the_mode),
        cmocka_unit_test(clearing_a_context_clears_its_subjects_and_no_others),
        cmocka_unit_test(clearing_takes_what_was_written_meanwhile),
        cmocka_unit_test(normalize_from_the_configuration_holds_for_registration),
        cmocka_unit_test(what_is_kept_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
