/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite on a disk that fails at every step of a commit, of opening, of catching up with its log: what was
 * acknowledged is there, what was refused is not, and the store goes on. */
#include "bad_disk.h"
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BATCHES = 4 };

static int opened(void **state)
{
    *state = kit_open("store.db");
    return 0;
}

static int away(void **state)
{
    bad_disk_mend();
    kit_close(*state);
    return 0;
}

/* Batch `n` makes a schema and a version of it, and changes what batch n - 1 made. */
static size_t make_batch(struct kit *kit, int n, struct change batch[4])
{
    const char *text = arena_copy(kit->arena, arena_printf(kit->arena, "\"schema %d\"", n)).ptr;
    batch[0] = make_record(kit, "", n, text);
    batch[1] = make_version("", "s", n, n);
    batch[2] = make_body(CHANGE_SETTINGS, "", "s", text);
    batch[3] = make_kind(CHANGE_HIDE, make_version("", "s", n - 1, n - 1));
    batch[3].row.hidden = true;
    return n > 1 ? 4 : 3;
}

static enum commit commit_batch(struct kit *kit, int n)
{
    struct change batch[4];
    size_t count = make_batch(kit, n, batch);
    return kit->store->type->commit(kit->store, (uint64_t)n - 1, batch, count, &kit->err);
}

/* What a store tells after the first `n` batches, as the memory store says it. */
static struct heard state_after(struct kit *kit, uint64_t n)
{
    struct store *memory = store_open(SPAN(":memory:"), &kit->err);
    for (int i = 1; i <= (int)n; i++) {
        struct change batch[4];
        size_t count = make_batch(kit, i, batch);
        assert_int_equal(memory->type->commit(memory, (uint64_t)i - 1, batch, count, &kit->err), COMMIT_DONE);
    }
    struct heard heard = store_replay(memory, 0, kit);
    store_close(memory);
    return heard;
}

static void a_commit_is_synced(void **state)
{
    struct kit *kit = *state;
    for (int i = 1; i <= 3; i++) {
        int before = bad_disk_syncs();
        assert_int_equal(commit_batch(kit, i), COMMIT_DONE);
        assert_true(bad_disk_syncs() > before);
    }
}

/* A batch fails at step n; the store is asked, tried again, opened again. False: there is no step n. */
static bool survives(struct kit *kit, enum disk_fault fault, int n)
{
    assert_int_equal(commit_batch(kit, 1), COMMIT_DONE);
    struct heard before = store_replay(kit->store, 0, kit);

    bad_disk_plan(fault, n);
    enum commit result = commit_batch(kit, 2);
    bool reached = bad_disk_mend() == 0;
    assert_int_not_equal(result, COMMIT_STALE);
    assert_true(reached || result == COMMIT_DONE);
    if (result == COMMIT_FAILED) {
        assert_int_equal(kit->err.code, 50001);
        kit_expect_same(store_replay(kit->store, 0, kit), before);
        assert_int_equal(commit_batch(kit, 2), COMMIT_DONE);
    }
    kit_expect_same(store_replay(kit->store, 0, kit), state_after(kit, 2));
    kit_reopen(kit);
    kit_expect_same(store_replay(kit->store, 0, kit), state_after(kit, 2));
    return reached;
}

static void whatever_write_fails_nothing_of_the_batch_is_kept(void **state)
{
    (void)state;
    for (enum disk_fault fault = DISK_FAILS; fault <= DISK_IS_FULL; fault++) {
        int n = 0;
        for (bool reached = true; reached;) {
            struct kit *kit = kit_open("store.db");
            reached = survives(kit, fault, ++n);
            kit_close(kit);
        }
        assert_true(n > 10);
    }
}

static void whatever_write_fails_opening_can_be_tried_again(void **state)
{
    struct kit *kit = *state;
    int n = 0, refused = 0;
    for (bool reached = true; reached;) {
        const char *place = kit_path(kit, "other.db");
        bad_disk_plan(DISK_FAILS, ++n);
        struct store *store = store_open(span_of(place), &kit->err);
        reached = bad_disk_mend() == 0;
        refused += !store;
        assert_true(store || span_starts(kit->err.message, SPAN("Cannot open the database '")));
        store_close(store);
        store = store_open(span_of(place), &kit->err);
        assert_non_null(store);
        assert_int_equal(store_replay(store, 0, kit).count, 0);
        store_close(store);
        unlink(place);
    }
    assert_true(refused > 10);
}

static void commit_until_the_end(struct kit *kit, enum disk_fault fault, int n, int told)
{
    store_close(kit->store);
    kit->store = store_open(span_of(kit->place), &kit->err);
    bad_disk_plan(fault, n);
    for (int i = 1; i <= BATCHES; i++) {
        char batch = (char)i;
        if (commit_batch(kit, i) != COMMIT_DONE || write(told, &batch, 1) != 1)
            _exit(1);
        if (i == BATCHES / 2) { /* so that the log is written back in the middle, too */
            store_close(kit->store);
            kit->store = store_open(span_of(kit->place), &kit->err);
        }
    }
    _exit(0);
}

/* A child commits until it ends at step n. What it told of is there, at most one batch more, each whole. */
static bool outlives(enum disk_fault fault, int n, uint64_t *acknowledged)
{
    struct kit *kit = kit_open("store.db");
    store_close(kit->store);
    kit->store = NULL;
    int told[2];
    assert_int_equal(pipe(told), 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        commit_until_the_end(kit, fault, n, told[1]);
    close(told[1]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == DISK_EXIT || WEXITSTATUS(status) == 0));
    char last = 0;
    while (read(told[0], &last, 1) == 1)
        continue;
    close(told[0]);

    kit->store = store_open(span_of(kit->place), &kit->err);
    assert_non_null(kit->store);
    struct heard heard = store_replay(kit->store, 0, kit);
    assert_in_range(heard.seq, last, last + 1);
    kit_expect_same(heard, state_after(kit, heard.seq));
    kit_close(kit);
    *acknowledged += (uint64_t)last;
    return WEXITSTATUS(status) == DISK_EXIT;
}

static void wherever_it_ends_acknowledged_batches_are_whole(void **state)
{
    (void)state;
    for (enum disk_fault fault = DISK_ENDS; fault <= DISK_LOSES_POWER; fault++) {
        int n = 1, runs = 1, stride = fault == DISK_ENDS ? 5 : 1;
        uint64_t acknowledged = 0;
        for (; outlives(fault, n, &acknowledged); n += stride)
            runs++;
        print_message("%s, %d runs: %d batches were acknowledged, none is missing\n",
                      fault == DISK_ENDS ? "the process ends" : "power is lost", runs, (int)acknowledged);
        assert_true(n > 50);
    }
}

int main(void)
{
    bad_disk_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_commit_is_synced, opened, away),
        cmocka_unit_test(whatever_write_fails_nothing_of_the_batch_is_kept),
        cmocka_unit_test_setup_teardown(whatever_write_fails_opening_can_be_tried_again, opened, away),
        cmocka_unit_test(wherever_it_ends_acknowledged_batches_are_whole),
    };
    return cmocka_run_group_tests_name("store disk", tests, NULL, NULL);
}
