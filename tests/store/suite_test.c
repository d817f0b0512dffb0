/* SPDX-License-Identifier: Apache-2.0 */
/* What a store promises, asked of every store. A new store is a line in main. */
#include "faulty.h"
#include "kit.h"

#include "base/clock.h"

#include <stdlib.h>

static int in_memory(void **state)
{
    *state = kit_open(":memory:");
    return 0;
}

static int in_a_file(void **state)
{
    *state = kit_open("store.db");
    return 0;
}

static int away(void **state)
{
    kit_close(*state);
    return 0;
}

static const struct origin ada = {.who = {"ada", 3}, .agent = {"curl/8", 6},
                                  .why = {"a \"clean\" slate", 15}};

static enum commit try_commit(struct kit *kit, const struct change *changes, size_t count)
{
    return kit->store->type->commit(kit->store, kit->seq, changes, count, &kit->err);
}

/* ---- telling what was committed */

static void a_fresh_store_tells_nothing(void **state)
{
    struct heard heard = kit_replay(*state, 0);
    assert_int_equal(heard.count, 0);
    assert_int_equal(heard.seq, 0);
}

static struct change full_version(void)
{
    struct change version = make_version("", "orders", 1, 1);
    version.row = (struct version_row){.ts = 1, .created = 2, .superseded = 3, .hidden = true,
                                       .recycled = SPAN("{\"at\":3,\"by\":\"ada\"}"),
                                       .hold = SPAN("{\"reason\":\"audit\"}")};
    return version;
}

static void every_kind_comes_back_whole(void **state)
{
    struct kit *kit = *state;
    struct change record = make_record(kit, "", 1, "\"string\"");
    record.record.references = SPAN("[{\"name\":\"a\",\"subject\":\"b\",\"version\":1}]");
    record.record.metadata = SPAN("{\"properties\":{\"k\":\"v\"}}");
    record.record.rules = SPAN("{\"domainRules\":[]}");
    const struct change batch[] = {
        record,
        full_version(),
        make_body(CHANGE_SETTINGS, "", "orders", "{\"compatibilityLevel\":\"FULL\"}"),
        make_body(CHANGE_POLICY, ".other", "", "{\"protect\":{\"minVersions\":10}}"),
        make_body(CHANGE_ASSOCIATION, "", "orders", "[{\"resourceName\":\"t\"}]"),
        make_used("", 1, "{\"fetches\":3}"),
    };
    kit_commit(kit, batch, COUNT(batch));

    struct change wanted[COUNT(batch) + 1] = {make_context("", 1, "{}")};
    memcpy(wanted + 1, batch, sizeof batch);
    struct heard heard = kit_replay(kit, 0);
    kit_expect(heard, wanted, COUNT(wanted));
    for (size_t i = 0; i < heard.count; i++)
        assert_int_equal(heard.changes[i].seq, 1);
}

static void the_row_is_what_hiding_reviving_and_holding_leave(void **state)
{
    struct kit *kit = *state;
    struct change version = make_version("", "s", 1, 1);
    kit_commit(kit, (struct change[]){make_record(kit, "", 1, "1"), version}, 2);
    const enum change_kind kinds[] = {CHANGE_HIDE, CHANGE_HOLD, CHANGE_REVIVE};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct change change = make_kind(kinds[i], version);
        change.row = (struct version_row){.ts = (int64_t)(10 + i), .hidden = kinds[i] != CHANGE_REVIVE,
                                          .hold = kinds[i] == CHANGE_HOLD ? SPAN("{}") : SPAN("")};
        kit_commit(kit, &change, 1);
        struct heard heard = kit_replay(kit, kit->seq - 1);
        struct change wanted = make_kind(CHANGE_VERSION, change);
        kit_expect(heard, &wanted, 1);
    }
}

static void a_replay_is_in_order(void **state)
{
    struct kit *kit = *state;
    const struct change batch[] = {
        make_body(CHANGE_SETTINGS, "", "z", "{}"),     make_record(kit, ".b", 1, "1"),
        make_record(kit, "", 10, "10"),                make_record(kit, "", 9, "9"),
        make_version("", "\xc3\xa9", 1, 9),            make_version("", "a", 10, 10),
        make_version("", "a", 9, 9),                   make_version(".b", "a", 1, 1),
        make_body(CHANGE_SETTINGS, "", "", "{}"),      make_body(CHANGE_POLICY, "", "a", "{}"),
    };
    kit_commit(kit, batch, COUNT(batch));
    const struct change wanted[] = {
        make_context("", 10, "{}"), make_context(".b", 1, "{}"), batch[3], batch[2], batch[1], batch[6],
        batch[5],                   batch[4],                    batch[7], batch[8], batch[0], batch[9],
    };
    kit_expect(kit_replay(kit, 0), wanted, COUNT(wanted));
}

static void any_text_is_kept_to_the_byte(void **state)
{
    struct kit *kit = *state;
    char *large = malloc(1024 * 1024 + 1);
    assert_non_null(large);
    memset(large, 'x', 1024 * 1024);
    large[1024 * 1024] = 0;
    struct change version = make_version("", "", 1, 1);
    version.subject = (struct span){"'; \"\\\0\n\xf0\x9f\x98\x80%s", 13};
    struct change batch[] = {make_record(kit, "", 1, large), version};
    kit_commit(kit, batch, 2);
    const struct change wanted[] = {make_context("", 1, "{}"), batch[0], batch[1]};
    kit_expect(kit_replay(kit, 0), wanted, 3);
    free(large);
}

static void a_thousand_changes_are_one_batch(void **state)
{
    struct kit *kit = *state;
    static struct change batch[1001];
    batch[0] = make_record(kit, "", 1, "1");
    for (int i = 1; i <= 1000; i++)
        batch[i] = make_version("", "s", i, 1);
    kit_commit(kit, batch, COUNT(batch));
    assert_int_equal(kit_replay(kit, 0).count, 1002);
    assert_int_equal(kit->seq, 1);
}

static void a_batch_may_be_empty(void **state)
{
    struct kit *kit = *state;
    kit_commit(kit, NULL, 0);
    assert_int_equal(kit_replay(kit, 0).seq, 1);
}

/* ---- all or none, and stale */

static void a_batch_with_one_bad_change_leaves_nothing(void **state)
{
    struct kit *kit = *state;
    const struct change first[] = {make_record(kit, "", 1, "1"), make_version("", "s", 1, 1),
                                   make_body(CHANGE_SETTINGS, "", "s", "{}"), make_used("", 1, "{}")};
    kit_commit(kit, first, COUNT(first));
    struct heard before = kit_replay(kit, 0);

    struct change hidden = make_kind(CHANGE_HIDE, first[1]);
    hidden.row.hidden = true;
    const struct change bad[] = {
        hidden,
        make_record(kit, ".new", 7, "7"),
        make_version("", "s", 2, 1),
        make_body(CHANGE_SETTINGS, "", "s", ""),
        make_body(CHANGE_POLICY, "", "s", "{}"),
        make_kind(CHANGE_PURGE, make_version("", "s", 1, 1)),
        make_used("", 1, "{\"fetches\":1}"),
        make_version("", "t", 1, 99),
    };
    assert_int_equal(try_commit(kit, bad, COUNT(bad)), COMMIT_FAILED);
    assert_int_equal(kit->err.code, 50001);
    assert_true(kit->err.message.len > strlen("Error in the backend data store: "));
    kit_expect_same(kit_replay(kit, 0), before);
    kit_expect_same(kit_replay(kit, 1), (struct heard){NULL, 0, 1});

    kit_commit(kit, bad, COUNT(bad) - 1);       /* and the store is as good as before */
    assert_int_equal(kit_replay(kit, 1).seq, 2);
}

static void a_schema_that_a_version_needs_does_not_go(void **state)
{
    struct kit *kit = *state;
    const struct change batch[] = {make_record(kit, "", 1, "1"), make_version("", "s", 1, 1),
                                   make_version("", "t", 1, 1)};
    kit_commit(kit, batch, COUNT(batch));
    struct change forget = make_kind(CHANGE_FORGET, batch[0]);
    const struct change one[] = {make_kind(CHANGE_PURGE, batch[1]), forget};
    assert_int_equal(kit->store->type->commit(kit->store, 1, one, 2, &kit->err), COMMIT_FAILED);
    assert_int_equal(kit_replay(kit, 0).count, 4);
    const struct change both[] = {one[0], make_kind(CHANGE_PURGE, batch[2]), forget};
    kit_commit(kit, both, COUNT(both));
    const struct change left[] = {{.kind = CHANGE_CONTEXT, .id = 1, .body = SPAN("{}")}, both[0], both[1]};
    kit_expect(kit_replay(kit, 0), left, COUNT(left));
}

static void a_decision_on_another_moment_is_stale(void **state)
{
    struct kit *kit = *state;
    kit_commit(kit, &(struct change){.kind = CHANGE_SETTINGS, .body = SPAN("{}")}, 1);
    struct heard before = kit_replay(kit, 0);
    struct change change = make_body(CHANGE_SETTINGS, "", "", "{\"other\":1}");
    for (uint64_t seq = 0; seq <= 2; seq += 2)
        assert_int_equal(kit->store->type->commit(kit->store, seq, &change, 1, &kit->err), COMMIT_STALE);
    kit_expect_same(kit_replay(kit, 0), before);
    kit_commit(kit, &change, 1);
}

/* ---- catching up */

static void catching_up_tells_what_changed_and_what_went(void **state)
{
    struct kit *kit = *state;
    const struct change first[] = {
        make_record(kit, "", 1, "1"), make_record(kit, "", 2, "2"), make_version("", "s", 1, 1),
        make_version("", "s", 2, 2),  make_version("", "t", 1, 1),  make_body(CHANGE_SETTINGS, "", "s", "{}"),
        make_body(CHANGE_POLICY, "", "s", "{}"), make_body(CHANGE_ASSOCIATION, "", "s", "[]"),
    };
    kit_commit(kit, first, COUNT(first));
    struct change second[] = {
        make_kind(CHANGE_PURGE, first[3]),       make_kind(CHANGE_FORGET, first[1]),
        make_body(CHANGE_SETTINGS, "", "s", ""), make_body(CHANGE_POLICY, "", "s", ""),
        make_body(CHANGE_ASSOCIATION, "", "s", ""), make_version("", "t", 2, 1),
    };
    for (size_t i = 0; i < COUNT(second); i++)
        second[i].by = &ada;
    kit_commit(kit, second, COUNT(second));

    const struct change now[] = {make_context("", 2, "{}"), first[0],  second[0],
                                 first[2],                  first[4],  second[5]};
    kit_expect(kit_replay(kit, 0), now, COUNT(now));
    struct change since[] = {second[0], second[5], second[1], second[2], second[3], second[4]};
    kit_expect(kit_replay(kit, 1), since, COUNT(since));
    assert_int_equal(kit_replay(kit, 2).count, 0);
}

static void what_went_and_came_back_is_not_taken_away_again(void **state)
{
    struct kit *kit = *state;
    struct change record = make_record(kit, "", 1, "1"), version = make_version("", "s", 1, 1);
    struct change settings = make_body(CHANGE_SETTINGS, "", "s", "{}");
    kit_commit(kit, (struct change[]){record, version, settings}, 3);
    struct change gone[] = {make_kind(CHANGE_PURGE, version), make_kind(CHANGE_FORGET, record),
                            make_body(CHANGE_SETTINGS, "", "s", "")};
    kit_commit(kit, gone, COUNT(gone));
    kit_commit(kit, (struct change[]){record, version, settings}, 3);
    const struct change since[] = {record, gone[0], version, settings};    /* the tombstone stays */
    kit_expect(kit_replay(kit, 1), since, COUNT(since));
}

/* ---- the past */

static bool tell_line(void *arg, const struct change *change, struct error *err)
{
    (void)err;
    buffer_printf(arg, "%s %.*s/%.*s/%d id %d by %.*s %.*s\n", change_kind_name(change->kind),
                  SPAN_ARGS(change->context), SPAN_ARGS(change->subject), change->version, change->id,
                  SPAN_ARGS(change->by ? change->by->who : SPAN("")), SPAN_ARGS(change->body));
    return true;
}

static void expect_past(struct kit *kit, struct past_query asked, const char *wanted)
{
    struct buffer out = {.arena = kit->arena};
    if (!kit->store->type->past(kit->store, &asked, tell_line, &out, &kit->err))
        fail_msg("%.*s", SPAN_ARGS(kit->err.message));
    buffer_byte(&out, 0);
    assert_string_equal(out.ptr, wanted);
}

static void the_past_is_told_newest_first(void **state)
{
    struct kit *kit = *state;
    struct change version = make_version("", "s", 1, 1), hidden = make_kind(CHANGE_HIDE, version);
    struct change other = make_kind(CHANGE_HOLD, make_version(".c", "s", 1, 1));
    other.at = 9000;
    other.row.hold = SPAN("{\"reason\":\"x\"}");
    hidden.by = &ada;
    kit_commit(kit, (struct change[]){make_record(kit, "", 1, "1"), version}, 2);
    struct change elsewhere = make_record(kit, ".c", 1, "1");
    kit_commit(kit, (struct change[]){elsewhere, make_version(".c", "s", 1, 1), other}, 3);
    kit_commit(kit, (struct change[]){hidden, make_kind(CHANGE_PURGE, version)}, 2);

    const char *purged = "PURGE /s/1 id 1 by  {\"guid\":\"guid\",\"highest\":7,\"keepsText\":false}\n";
    const char *hid = arena_printf(kit->arena, "HIDE /s/1 id 1 by %.*s {\"ts\":3001,\"created\":4001,"
                                   "\"superseded\":0,\"hidden\":false}\n", SPAN_ARGS(ada.who)).ptr;
    const char *held = "HOLD .c/s/1 id 1 by  {\"ts\":3001,\"created\":4001,\"superseded\":0,"
                       "\"hidden\":false,\"hold\":{\"reason\":\"x\"}}\n";
    const char *both = arena_printf(kit->arena, "%s%s", purged, hid).ptr;
    expect_past(kit, (struct past_query){.most = 9}, arena_printf(kit->arena, "%s%s", both, held).ptr);
    expect_past(kit, (struct past_query){.most = 2}, both);
    expect_past(kit, (struct past_query){.most = 9, .since = 9000}, held);
    expect_past(kit, (struct past_query){.context = SPAN(""), .most = 9}, both);
    expect_past(kit, (struct past_query){SPAN(".c"), SPAN("s"), 0, 9}, held);
    expect_past(kit, (struct past_query){SPAN(".c"), SPAN("t"), 0, 9}, "");
}

static void ids_never_go_down(void **state)
{
    struct kit *kit = *state;
    struct change record = make_record(kit, ".c", 7, "7");
    kit_commit(kit, &record, 1);
    struct change small = make_record(kit, ".c", 3, "3");
    kit_commit(kit, &small, 1);
    const struct change gone[] = {make_kind(CHANGE_FORGET, record), make_kind(CHANGE_FORGET, small),
                                  make_context(".c", 0, "")};
    kit_commit(kit, gone, COUNT(gone));
    kit_expect(kit_replay(kit, 0), (struct change[]){make_context(".c", 7, "")}, 1);

    kit_commit(kit, &small, 1);     /* the context comes back with its first schema, and goes on counting */
    kit_expect(kit_replay(kit, 0), (struct change[]){make_context(".c", 7, "{}"), small}, 2);
    kit_commit(kit, (struct change[]){make_context(".c", 9, "{}")}, 1);
    kit_expect(kit_replay(kit, 0), (struct change[]){make_context(".c", 9, "{}"), small}, 2);
}

static bool hear_nothing(void *arg, const struct change *change, struct error *err)
{
    (void)arg, (void)change, (void)err;
    return true;
}

static struct standing standing_of(struct kit *kit)
{
    struct standing standing;
    assert_true(kit->store->type->replay(kit->store, 0, hear_nothing, NULL, &standing, &kit->err));
    return standing;
}

static void the_clock_and_the_newest_time_stand_beside_what_is_told(void **state)
{
    struct kit *kit = *state;
    struct standing standing = standing_of(kit);
    assert_int_equal(standing.newest, 0);
    assert_int_equal(standing.clock, -1);
    struct change late = make_context(".c", 1, "{}"), early = make_context(".d", 1, "{}");
    late.at = 9000;
    early.at = 8000;
    kit_commit(kit, &late, 1);
    kit_commit(kit, &early, 1);
    standing = standing_of(kit);
    assert_int_equal(standing.newest, 9000);
    assert_int_equal(standing.clock, -1);
    for (int64_t at = 5000; at >= 0; at -= 5000) {
        struct change clock = {.kind = CHANGE_CLOCK, .at = at};
        kit_commit(kit, &clock, 1);
        standing = standing_of(kit);
        assert_int_equal(standing.newest, 9000);
        assert_int_equal(standing.clock, at);
        assert_int_equal(standing.seq, kit->seq);
    }
    kit_expect(kit_replay(kit, 0), (struct change[]){late, early}, 2);
}

static void a_schema_given_again_keeps_when_it_was_made(void **state)
{
    struct kit *kit = *state;
    struct change record = make_record(kit, "", 1, "1"), again = record;
    again.at = 99;
    kit_commit(kit, &record, 1);
    kit_commit(kit, &again, 1);
    kit_expect(kit_replay(kit, 0), (struct change[]){make_context("", 1, "{}"), record}, 2);
}

static bool refuse_the_second(void *arg, const struct change *change, struct error *err)
{
    (void)change;
    int *left = arg;
    return --*left > 0 || error_internal(err);
}

static void who_listens_can_end_a_replay(void **state)
{
    struct kit *kit = *state;
    struct change record = make_record(kit, "", 1, "1");
    kit_commit(kit, &record, 1);
    int left = 2;
    struct standing standing;
    assert_false(kit->store->type->replay(kit->store, 0, refuse_the_second, &left, &standing, &kit->err));
    assert_int_equal(left, 0);
    assert_true(span_equal(kit->err.message, SPAN("Internal Server Error")));
    kit_commit(kit, (struct change[]){make_version("", "s", 1, 1)}, 1);
    assert_int_equal(kit_replay(kit, 0).count, 3);
}

/* ---- the wrapper that fails */

/* How many changes a replay tells; -1: it failed. */
static int count_told(struct kit *kit)
{
    int enough = 1000, left = enough;
    struct standing standing;
    bool told = kit->store->type->replay(kit->store, 0, refuse_the_second, &left, &standing, &kit->err);
    return told ? enough - left : -1;
}

static void whatever_call_fails_the_store_stands_where_it_stood(void **state)
{
    struct kit *kit = *state;
    struct faulty_plan plan = {0};
    kit->store = faulty_open(kit->store, &plan);
    for (int n = 1; n <= 8; n++) {
        plan.fail_call = n;
        for (int round = 0; round < 4; round++) {
            const char *text = arena_copy(kit->arena, arena_printf(kit->arena, "%d-%d", n, round)).ptr;
            const struct change batch[] = {make_record(kit, "", n * 10 + round, text),
                                           make_used("", 1, "{}")};
            kit->seq += try_commit(kit, batch, COUNT(batch)) == COMMIT_DONE;
            int told = count_told(kit);
            if (told > 0)
                assert_int_equal(told, kit->seq + 2);       /* the records, their context, the mark of use */
            else
                assert_true(span_starts(kit->err.message, SPAN("Error in the backend data store: planned")));
        }
        assert_int_equal(plan.fail_call, 0);
    }
    assert_int_equal(kit->seq, 8 * 4 - 4);          /* of eight failures every other one was a commit's */
    assert_int_equal(plan.commits, kit->seq);
    assert_int_equal(plan.calls, 64);
    assert_int_equal(plan.largest, 2);
}

static void the_wrapper_answers_stale_waits_and_ends_replays(void **state)
{
    struct kit *kit = *state;
    struct faulty_plan plan = {.stale_commits = 1, .fail_change = 2, .sleep_ms = 20};
    kit->store = faulty_open(kit->store, &plan);
    struct change batch[] = {make_record(kit, "", 1, "1")};
    assert_int_equal(try_commit(kit, batch, 1), COMMIT_STALE);
    int64_t begun = clock_steady();
    kit_commit(kit, batch, 1);
    assert_true(clock_steady() - begun >= 20);
    assert_int_equal(count_told(kit), -1);
    assert_int_equal(count_told(kit), 2);
}

/* The suite for one store. */
#define CASE(function) cmocka_unit_test_setup_teardown(function, OPENED, away)
#define SUITE(name)                                                                                          \
    static const struct CMUnitTest name[] = {                                                                \
        CASE(a_fresh_store_tells_nothing),                                                                   \
        CASE(every_kind_comes_back_whole),                                                                   \
        CASE(the_row_is_what_hiding_reviving_and_holding_leave),                                             \
        CASE(a_replay_is_in_order),                                                                          \
        CASE(any_text_is_kept_to_the_byte),                                                                  \
        CASE(a_thousand_changes_are_one_batch),                                                              \
        CASE(a_batch_may_be_empty),                                                                          \
        CASE(a_batch_with_one_bad_change_leaves_nothing),                                                    \
        CASE(a_schema_that_a_version_needs_does_not_go),                                                     \
        CASE(a_decision_on_another_moment_is_stale),                                                         \
        CASE(catching_up_tells_what_changed_and_what_went),                                                  \
        CASE(what_went_and_came_back_is_not_taken_away_again),                                               \
        CASE(the_past_is_told_newest_first),                                                                 \
        CASE(ids_never_go_down),                                                                             \
        CASE(the_clock_and_the_newest_time_stand_beside_what_is_told),                                       \
        CASE(a_schema_given_again_keeps_when_it_was_made),                                                   \
        CASE(who_listens_can_end_a_replay),                                                                  \
        CASE(whatever_call_fails_the_store_stands_where_it_stood),                                           \
        CASE(the_wrapper_answers_stale_waits_and_ends_replays),                                              \
    };

#define OPENED in_memory
SUITE(memory)
#undef OPENED
#define OPENED in_a_file
SUITE(sqlite)
#undef OPENED

int main(void)
{
    int failed = cmocka_run_group_tests_name("store memory", memory, NULL, NULL);
    failed += cmocka_run_group_tests_name("store sqlite", sqlite, NULL, NULL);
    return failed;
}
