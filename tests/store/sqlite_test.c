/* SPDX-License-Identifier: Apache-2.0 */
/* The database file as an operator meets it: opened again, opened twice, copied, newer, damaged, somebody
 * else's; and its history. */
#include "kit.h"

#include "base/text.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int opened(void **state)
{
    *state = kit_open("store.db");
    return 0;
}

static int away(void **state)
{
    kit_close(*state);
    return 0;
}

static const struct origin ada = {.who = {"ada", 3}, .agent = {"curl/8", 6}, .why = {"a reason", 8}};

/* A few batches with something of everything. */
static void fill(struct kit *kit)
{
    struct change first[] = {make_record(kit, "", 1, "\"one\""), make_version("", "s", 1, 1),
                             make_body(CHANGE_SETTINGS, "", "s", "{\"mode\":\"READONLY\"}")};
    first[0].record.metadata = SPAN("{\"properties\":{}}");
    first[1].by = &ada;
    kit_commit(kit, first, COUNT(first));
    struct change hidden = make_kind(CHANGE_HIDE, first[1]);
    hidden.row = (struct version_row){.ts = 9,
                                      .created = 8,
                                      .superseded = 7,
                                      .hidden = true,
                                      .recycled = SPAN("{\"at\":9}"),
                                      .hold = SPAN("{\"reason\":\"x\"}")};
    const struct change second[] = {make_record(kit, ".c", 5, "\"five\""), make_version(".c", "s", 1, 5),
                                    hidden, make_body(CHANGE_POLICY, "", "", "{}"),
                                    make_used("", 1, "{\"fetches\":1}")};
    kit_commit(kit, second, COUNT(second));
    const struct change third[] = {make_kind(CHANGE_PURGE, make_version("", "s", 1, 1)),
                                   make_kind(CHANGE_FORGET, make_record(kit, "", 1, "\"one\"")),
                                   make_body(CHANGE_SETTINGS, "", "s", ""),
                                   make_body(CHANGE_ASSOCIATION, ".c", "s", "[1]"),
                                   make_context(".d", 0, "{}")};
    kit_commit(kit, third, COUNT(third));
}

/* Another program at the same file. */
static void tell_sqlite(const char *path, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}

typedef void row_fn(void *arg, sqlite3_stmt *row);

static void ask_sqlite(const char *path, const char *sql, row_fn *each, void *arg)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW)
        each(arg, statement);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    sqlite3_close(db);
}

static void keep_line(void *arg, sqlite3_stmt *row)
{
    struct buffer *lines = arg;
    for (int i = 0; i < sqlite3_column_count(row); i++)
        buffer_printf(lines, "%s%s", i ? "|" : "", (const char *)sqlite3_column_text(row, i));
    buffer_byte(lines, '\n');
}

static const char *lines_of(struct kit *kit, const char *sql)
{
    struct buffer lines = {.arena = kit->arena};
    ask_sqlite(kit->place, sql, keep_line, &lines);
    return lines.len ? lines.ptr : "";
}

/* ---- opened again */

static void everything_is_there_after_opening_again(void **state)
{
    struct kit *kit = *state;
    fill(kit);
    struct heard all = kit_replay(kit, 0), later = kit_replay(kit, 1);
    assert_true(all.count > 5 && later.count > 5);
    for (int i = 0; i < 2; i++) {
        kit_reopen(kit);
        kit_expect_same(kit_replay(kit, 0), all);
        kit_expect_same(kit_replay(kit, 1), later);
    }
}

static void a_batch_on_an_older_moment_is_stale_after_opening_again(void **state)
{
    struct kit *kit = *state;
    fill(kit);
    kit_reopen(kit);
    struct change change = make_body(CHANGE_POLICY, "", "", "{}");
    assert_int_equal(kit->store->type->commit(kit->store, 2, &change, 1, &kit->err), COMMIT_STALE);
    kit_commit(kit, &change, 1);
}

static void the_file_is_marked_and_logs_ahead(void **state)
{
    struct kit *kit = *state;
    assert_string_equal(lines_of(kit, "PRAGMA application_id"), "1396918340\n");
    assert_string_equal(lines_of(kit, "PRAGMA journal_mode"), "wal\n");
    assert_string_equal(lines_of(kit, "PRAGMA integrity_check"), "ok\n");
    assert_string_equal(lines_of(kit, "SELECT number, name, length(digest) FROM migration"),
                        "1|0001_registry|64\n2|0002_two_ids|64\n3|0003_clock|64\n"
                        "4|0004_tombstones|64\n");
}

static void another_program_can_read_and_copy_while_it_is_served(void **state)
{
    struct kit *kit = *state;
    fill(kit);
    assert_string_equal(lines_of(kit, "SELECT context, subject, version, id FROM versions"), ".c|s|1|5\n");
    const char *copy = kit_path(kit, "copy.db");
    char *into = sqlite3_mprintf("VACUUM INTO %Q", copy);
    tell_sqlite(kit->place, into);
    sqlite3_free(into);
    kit_commit(kit, &(struct change){.kind = CHANGE_POLICY, .body = SPAN("{\"later\":1}")}, 1);

    struct store *store = store_open(span_of(copy), &kit->err);
    assert_non_null(store);
    struct heard copied = store_replay(store, 0, kit);
    store_close(store);
    assert_int_equal(copied.seq, 3);
    assert_int_equal(copied.count, kit_replay(kit, 0).count);
}

static void a_short_lock_of_another_program_is_waited_for(void **state)
{
    struct kit *kit = *state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        sqlite3 *db;
        bool locked = sqlite3_open(kit->place, &db) == SQLITE_OK &&
                      sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
        if (!locked || write(ready[1], "x", 1) != 1)
            _exit(1);
        usleep(200000);
        _exit(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL));
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    kit_commit(kit, &(struct change){.kind = CHANGE_POLICY, .body = SPAN("{}")}, 1);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(ready[0]);
    close(ready[1]);
}

struct witness {
    const char *place;
    size_t told;
};

/* While the first change is told, somebody takes all versions away. */
static bool interfere(void *arg, const struct change *change, struct error *err)
{
    (void)change;
    (void)err;
    struct witness *witness = arg;
    if (witness->told++ == 0)
        tell_sqlite(witness->place, "DELETE FROM versions");
    return true;
}

static void a_replay_sees_one_moment(void **state)
{
    struct kit *kit = *state;
    kit_commit(kit, (struct change[]){make_record(kit, "", 1, "1"), make_version("", "s", 1, 1)}, 2);
    struct witness witness = {.place = kit->place};
    struct standing standing;
    assert_true(kit->store->type->replay(kit->store, 0, interfere, &witness, &standing, &kit->err));
    assert_int_equal(witness.told, 3);
    assert_int_equal(kit_replay(kit, 0).count, 2);
}

static void a_second_text_under_a_guid_is_refused_not_lost(void **state)
{
    struct kit *kit = *state;
    struct change one = make_record(kit, "", 1, "\"one\""), two = make_record(kit, ".c", 1, "\"two\"");
    two.record.guid = one.record.guid;
    kit_commit(kit, &one, 1);
    assert_int_equal(kit->store->type->commit(kit->store, 1, &two, 1, &kit->err), COMMIT_FAILED);
    struct change same = one;
    same.context = SPAN(".c");
    kit_commit(kit, &same, 1);
}

static void a_content_may_have_two_ids_in_a_context(void **state)
{
    struct kit *kit = *state;
    struct change two[] = {make_record(kit, "", 1, "\"one\""), make_record(kit, "", 2, "\"one\"")};
    kit_commit(kit, two, COUNT(two));
    kit_reopen(kit);
    struct heard heard = kit_replay(kit, 0);
    size_t records = 0;
    for (size_t i = 0; i < heard.count; i++)
        records += heard.changes[i].kind == CHANGE_RECORD;
    assert_int_equal(records, 2);
}

/* ---- history */

static void the_journal_tells_who_did_what_in_order(void **state)
{
    struct kit *kit = *state;
    fill(kit);
    assert_string_equal(
        lines_of(kit,
                 "SELECT seq, ord, kind, context, subject, version, id, at, who, agent, why FROM journal "
                 "ORDER BY seq, ord"),
        "1|0|RECORD|||0|1|1001|||\n"
        "1|1|VERSION||s|1|1|2000|ada|curl/8|a reason\n"
        "1|2|SETTINGS||s|0|0|5000|||\n"
        "2|0|RECORD|.c||0|5|1005|||\n"
        "2|1|VERSION|.c|s|1|5|2000|||\n"
        "2|2|HIDE||s|1|1|2000|ada|curl/8|a reason\n"
        "2|3|POLICY|||0|0|5000|||\n"
        "3|0|PURGE||s|1|1|2000|||\n"
        "3|1|FORGET|||0|1|1001|||\n"
        "3|2|SETTINGS||s|0|0|5000|||\n"
        "3|3|ASSOCIATION|.c|s|0|0|5000|||\n"
        "3|4|CONTEXT|.d||0|0|6000|||\n");
    assert_string_equal(lines_of(kit, "SELECT body FROM journal WHERE seq = 2 AND kind = 'HIDE'"),
                        "{\"ts\":9,\"created\":8,\"superseded\":7,\"hidden\":true,\"recycled\":{\"at\":9},"
                        "\"hold\":{\"reason\":\"x\"}}\n");
    assert_string_equal(
        lines_of(kit, "SELECT json(body) = body FROM journal WHERE body <> '' AND kind = 'RECORD'"),
        "1\n1\n");
    assert_string_equal(lines_of(kit, "SELECT text FROM contents ORDER BY text"), "\"five\"\n\"one\"\n");
}

/* Rebuilding: a journal entry, with the contents its guid names, is the change again. */

struct rebuild {
    struct kit *kit;
    struct store *store;
    struct change batch[16];
    size_t count;
    uint64_t seq;
};

static struct span column(struct kit *kit, sqlite3_stmt *row, int at)
{
    return arena_copy(kit->arena, span_of((const char *)sqlite3_column_text(row, at)));
}

static int64_t number_in(const struct text *object, const char *name)
{
    int64_t number;
    const struct text *value = text_get(object, span_of(name));
    assert_true(value && text_integer(value, &number));
    return number;
}

static struct span source_in(const struct text *object, const char *name)
{
    const struct text *value = text_get(object, span_of(name));
    return value ? value->source : SPAN("");
}

static void read_body(struct kit *kit, sqlite3_stmt *row, struct change *change)
{
    struct text body;
    struct text_failure failure;
    struct span source = column(kit, row, 7);
    if (change->kind == CHANGE_RECORD) {
        assert_true(text_read(source, &text_rules_event, &body, &failure, kit->arena));
        change->record = (struct record_row){.type = text_get(&body, SPAN("type"))->string,
                                             .guid = text_get(&body, SPAN("guid"))->string,
                                             .text = column(kit, row, 8),
                                             .references = column(kit, row, 9),
                                             .metadata = column(kit, row, 10),
                                             .rules = column(kit, row, 11)};
    } else if (change->kind == CHANGE_PURGE) {
        assert_true(text_read(source, &text_rules_event, &body, &failure, kit->arena));
        change->tomb = (struct tomb_row){.guid = text_get(&body, SPAN("guid"))->string,
                                         .highest = (int)number_in(&body, "highest")};
    } else if (change->kind == CHANGE_FORGET) {
        change->record = (struct record_row){.guid = SPAN("")};
    } else if (change->version) {
        assert_true(text_read(source, &text_rules_event, &body, &failure, kit->arena));
        change->row = (struct version_row){.ts = number_in(&body, "ts"),
                                           .created = number_in(&body, "created"),
                                           .superseded = number_in(&body, "superseded"),
                                           .hidden = text_get(&body, SPAN("hidden"))->truth,
                                           .recycled = source_in(&body, "recycled"),
                                           .hold = source_in(&body, "hold")};
    } else {
        change->body = source;
    }
}

static void flush_batch(struct rebuild *rebuild)
{
    struct error err = {.arena = rebuild->kit->arena};
    enum commit result =
        rebuild->store->type->commit(rebuild->store, rebuild->seq - 1, rebuild->batch, rebuild->count, &err);
    assert_int_equal(result, COMMIT_DONE);
    rebuild->count = 0;
}

static void read_entry(void *arg, sqlite3_stmt *row)
{
    struct rebuild *rebuild = arg;
    uint64_t seq = (uint64_t)sqlite3_column_int64(row, 0);
    if (seq != rebuild->seq && rebuild->count)
        flush_batch(rebuild);
    rebuild->seq = seq;
    struct change *change = &rebuild->batch[rebuild->count++];
    *change = (struct change){.at = sqlite3_column_int64(row, 1),
                              .context = column(rebuild->kit, row, 3),
                              .subject = column(rebuild->kit, row, 4),
                              .version = sqlite3_column_int(row, 5),
                              .id = sqlite3_column_int(row, 6)};
    struct origin *by = arena_alloc(rebuild->kit->arena, sizeof *by);
    *by = (struct origin){.who = column(rebuild->kit, row, 12),
                          .agent = column(rebuild->kit, row, 13),
                          .why = column(rebuild->kit, row, 14)};
    change->by = by;
    assert_true(change_kind_find(column(rebuild->kit, row, 2), &change->kind));
    read_body(rebuild->kit, row, change);
}

static struct heard rebuilt(struct kit *kit, uint64_t until)
{
    struct rebuild rebuild = {.kit = kit, .store = store_open(SPAN(":memory:"), &kit->err)};
    struct span sql =
        arena_printf(kit->arena,
                     "SELECT j.seq, j.at, j.kind, j.context, j.subject, j.version, j.id, j.body, "
                     "c.text, c.refs, c.metadata, c.rules, j.who, j.agent, j.why "
                     "FROM journal j LEFT JOIN contents c "
                     "ON c.guid = CASE j.kind WHEN 'RECORD' THEN json_extract(j.body, '$.guid') END "
                     "WHERE j.seq <= %d ORDER BY j.seq, j.ord",
                     (int)until);
    ask_sqlite(kit->place, arena_copy(kit->arena, sql).ptr, read_entry, &rebuild);
    flush_batch(&rebuild);
    struct heard heard = store_replay(rebuild.store, 0, kit);
    store_close(rebuild.store);
    return heard;
}

/* Marks of use are no history: they are left out. */
static struct heard without_use(struct kit *kit, struct heard heard)
{
    struct change *kept = arena_array(kit->arena, heard.count, sizeof *kept);
    size_t count = 0;
    for (size_t i = 0; i < heard.count; i++) {
        if (heard.changes[i].kind != CHANGE_USED)
            kept[count++] = heard.changes[i];
    }
    return (struct heard){kept, count, heard.seq};
}

static void the_journal_suffices_to_rebuild_any_moment(void **state)
{
    struct kit *kit = *state;
    struct heard then[4] = {{0}};
    struct kit *mirror = kit_open(":memory:");
    fill(kit);
    fill(mirror);
    then[3] = without_use(kit, kit_replay(kit, 0));
    kit_expect_same(rebuilt(kit, 3), then[3]);
    kit_expect_same(without_use(kit, kit_replay(mirror, 0)), then[3]);
    kit_close(mirror);

    struct kit *shorter = kit_open("shorter.db");
    const struct change batches[] = {make_record(kit, "", 1, "1"), make_version("", "s", 1, 1),
                                     make_kind(CHANGE_PURGE, make_version("", "s", 1, 1))};
    for (size_t i = 0; i < COUNT(batches); i++) {
        kit_commit(shorter, &batches[i], 1);
        then[i + 1] = kit_replay(shorter, 0);
    }
    for (uint64_t seq = 1; seq <= COUNT(batches); seq++)
        kit_expect_same(rebuilt(shorter, seq), then[seq]);
    kit_close(shorter);
}

/* ---- opened twice */

static void a_second_one_does_not_start(void **state)
{
    struct kit *kit = *state;
    const char *said = kit_refusal(kit, kit->place);
    assert_string_equal(strstr(said, "': ") + 3, "another schemad is using it");
    assert_non_null(strstr(said, kit->place));

    const char *other = kit_path(kit, "other.db"); /* the same file by another name */
    assert_int_equal(symlink(kit->place, other), 0);
    assert_non_null(strstr(kit_refusal(kit, other), "another schemad is using it"));
    fill(kit); /* the first one has not noticed */
    kit_reopen(kit);
    assert_int_equal(kit_replay(kit, 0).seq, 3);
}

static void one_that_was_killed_leaves_the_way_free(void **state)
{
    struct kit *kit = *state;
    store_close(kit->store);
    kit->store = NULL;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        kit->store = store_open(span_of(kit->place), &kit->err);
        fill(kit);
        if (write(ready[1], "x", 1) == 1)
            sleep(20); /* it is killed at once; a test that failed does not leave it behind for long */
        _exit(1);
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_non_null(strstr(kit_refusal(kit, kit->place), "another schemad is using it"));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    kit->store = store_open(span_of(kit->place), &kit->err);
    assert_non_null(kit->store);
    assert_int_equal(store_replay(kit->store, 0, kit).seq, 3);
    close(ready[0]);
    close(ready[1]);
}

/* ---- what is not opened */

static void expect_refusal(struct kit *kit, const char *place, const char *why)
{
    const char *said = kit_refusal(kit, place);
    const char *wanted =
        arena_copy(kit->arena, arena_printf(kit->arena, "Cannot open the database '%s': %s", place, why)).ptr;
    assert_string_equal(said, wanted);
}

static const char *copy_of(struct kit *kit, const char *name, const char *sql)
{
    const char *path = kit_path(kit, name);
    struct store *store = store_open(span_of(path), &kit->err);
    assert_non_null(store);
    store_close(store);
    tell_sqlite(path, sql);
    return path;
}

static void a_database_of_another_version_is_refused(void **state)
{
    struct kit *kit = *state;
    const char *newer = copy_of(kit, "newer.db", "INSERT INTO migration VALUES (5, '0005_more', 'x')");
    expect_refusal(kit, newer, "it was written by a newer schemad: it has migration 5, this one knows 4");
    expect_refusal(kit, newer, "it was written by a newer schemad: it has migration 5, this one knows 4");
    const char *changed = copy_of(kit, "changed.db", "UPDATE migration SET digest = 'x'");
    expect_refusal(kit, changed,
                   "its migration 0001_registry is not the one of this schemad, the digests differ");
    const char *gap = copy_of(kit, "gap.db", "UPDATE migration SET number = 0 WHERE number = 1");
    expect_refusal(kit, gap, "it has migration 0 but not 1");
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void what_is_no_database_of_ours_is_refused_and_not_touched(void **state)
{
    struct kit *kit = *state;
    const char *letter = kit_path(kit, "letter.txt");
    write_file(letter,
               "Dear Sir or Madam,\nthis is no database, though it is long enough to be mistaken for one.\n"
               "Yours sincerely\n");
    expect_refusal(kit, letter, "the file is not a database");

    const char *foreign = kit_path(kit, "foreign.db");
    tell_sqlite(foreign, "CREATE TABLE theirs (a)");
    expect_refusal(kit, foreign, "it is a database of another program");
    struct buffer mode = {.arena = kit->arena};
    ask_sqlite(foreign, "PRAGMA journal_mode", keep_line, &mode);
    assert_string_equal(mode.ptr, "delete\n");

    const char *marked = kit_path(kit, "marked.db");
    tell_sqlite(marked, "PRAGMA application_id = 7");
    expect_refusal(kit, marked, "it is a database of another program");

    const char *empty = kit_path(kit, "empty.db"); /* but an empty file is as good as none */
    write_file(empty, "");
    struct store *store = store_open(span_of(empty), &kit->err);
    assert_non_null(store);
    store_close(store);
}

static void a_path_that_leads_nowhere_is_refused(void **state)
{
    struct kit *kit = *state;
    expect_refusal(kit, kit->folder, "it is a directory");
    expect_refusal(kit, "/dev/null", "it is not a regular file");
    expect_refusal(kit, kit_path(kit, "missing/store.db"), "No such file or directory");
    expect_refusal(kit, kit_path(kit, "store.db/store.db"), "Not a directory");
    expect_refusal(kit, "", "No such file or directory");
}

/* In a child without the rights of root. */
static void expect_refusal_of_nobody(struct kit *kit, const char *place, const char *why)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        struct store *store = store_open(span_of(place), &kit->err);
        bool as_wanted = !store && memmem(kit->err.message.ptr, kit->err.message.len, why, strlen(why)) &&
                         span_starts(kit->err.message, SPAN("Cannot open the database '"));
        if (!as_wanted)
            fprintf(stderr, "%.*s\n", SPAN_ARGS(kit->err.message));
        _exit(as_wanted ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_file_without_the_right_to_it_is_refused(void **state)
{
    struct kit *kit = *state;
    const char *file = copy_of(kit, "right.db", "SELECT 1"), *lock = kit_path(kit, "right.db-lock");
    assert_int_equal(chmod(kit->folder, 0777), 0);
    assert_int_equal(chmod(lock, 0666), 0);
    assert_int_equal(chmod(file, 0), 0);
    expect_refusal_of_nobody(kit, file, "': Permission denied");
    assert_int_equal(chmod(file, 0444), 0);
    expect_refusal_of_nobody(kit, file, "': the database file cannot be written");
    assert_int_equal(chmod(file, 0666), 0);
    assert_int_equal(chmod(lock, 0), 0);
    expect_refusal_of_nobody(kit, file, "': Permission denied: '");
    assert_int_equal(chmod(kit->folder, 0555), 0);
    expect_refusal_of_nobody(kit, kit_path(kit, "new.db"), "': Permission denied");
    assert_int_equal(chmod(lock, 0666), 0);
    expect_refusal_of_nobody(kit, file, "': ");
    assert_int_equal(chmod(kit->folder, 0700), 0);
}

static bool hear(void *arg, const struct change *change, struct error *err)
{
    (void)arg;
    (void)change;
    (void)err;
    return true;
}

/* Each page damaged in turn: whoever opens or replays is told, or nothing that matters was on it. */
static void a_damaged_file_is_told_not_served(void **state)
{
    struct kit *kit = *state;
    fill(kit);
    struct heard whole = kit_replay(kit, 0);
    store_close(kit->store);
    kit->store = NULL;
    int file = open(kit->place, O_RDWR);
    off_t size = lseek(file, 0, SEEK_END);
    char page[4096], noise[4096];
    memset(noise, 0xa5, sizeof noise);
    int told = 0;
    for (off_t at = 0; at < size; at += (off_t)sizeof page) {
        assert_int_equal(pread(file, page, sizeof page, at), sizeof page);
        assert_int_equal(pwrite(file, noise, sizeof noise, at), sizeof noise);
        struct store *store = store_open(span_of(kit->place), &kit->err);
        struct standing standing;
        bool replayed = store && store->type->replay(store, 0, hear, NULL, &standing, &kit->err);
        if (replayed)
            kit_expect_same(store_replay(store, 0, kit), whole);
        else
            assert_true(span_starts(kit->err.message, store ? SPAN("Error in the backend data store: the ")
                                                            : SPAN("Cannot open the database '")));
        told += !replayed;
        store_close(store);
        assert_int_equal(pwrite(file, page, sizeof page, at), sizeof page);
    }
    close(file);
    assert_true(told >= 8);
    kit->store = store_open(span_of(kit->place), &kit->err);
    kit_expect_same(kit_replay(kit, 0), whole);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, opened, away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(everything_is_there_after_opening_again),
        CASE(a_batch_on_an_older_moment_is_stale_after_opening_again),
        CASE(the_file_is_marked_and_logs_ahead),
        CASE(another_program_can_read_and_copy_while_it_is_served),
        CASE(a_short_lock_of_another_program_is_waited_for),
        CASE(a_replay_sees_one_moment),
        CASE(a_second_text_under_a_guid_is_refused_not_lost),
        CASE(a_content_may_have_two_ids_in_a_context),
        CASE(the_journal_tells_who_did_what_in_order),
        CASE(the_journal_suffices_to_rebuild_any_moment),
        CASE(a_second_one_does_not_start),
        CASE(one_that_was_killed_leaves_the_way_free),
        CASE(a_database_of_another_version_is_refused),
        CASE(what_is_no_database_of_ours_is_refused_and_not_touched),
        CASE(a_path_that_leads_nowhere_is_refused),
        CASE(a_file_without_the_right_to_it_is_refused),
        CASE(a_damaged_file_is_told_not_served),
    };
    return cmocka_run_group_tests_name("store sqlite file", tests, NULL, NULL);
}
