/* SPDX-License-Identifier: Apache-2.0 */
/* One file, one node: SQLite with a write-ahead log, where a batch is a transaction and a commit an fsync.
 * Knows changes only as rows. */
#include "storage/sqlite.h"

/* ---- replay */

static bool read_standing(void *arg, const struct row *row, struct error *err)
{
    (void)err;
    struct standing *standing = arg;
    standing->seq = (uint64_t)row->values[0].number;
    standing->newest = row->values[1].number;
    standing->clock = row->values[2].number;
    return true;
}

struct listener {
    change_fn *each;
    void *arg;
};

static bool tell_row(void *arg, const struct row *row, struct error *err)
{
    const struct listener *listener = arg;
    struct origin by;
    struct change change = change_of_row(row, &by);
    return listener->each(listener->arg, &change, err);
}

static MUST_CHECK bool tell_all(struct sqlite *sqlite, uint64_t since, struct listener *listener,
                                struct standing *standing, struct error *err)
{
    struct row clock = {.statement = SQL_GET_STANDING};
    if (!sqlite_query(sqlite, &clock, read_standing, standing, err))
        return false;
    for (size_t i = 0; i < replay_statements_count; i++) {
        struct row asked = {.statement = replay_statements[i], .count = 1};
        asked.values[0] = (struct value){.number = (int64_t)since};
        if (asked.statement == SQL_GET_REMOVALS && since == 0)
            continue;
        if (!sqlite_query(sqlite, &asked, tell_row, listener, err))
            return false;
    }
    return true;
}

/* In one read transaction: two statements without it would see two moments, a version before its schema. */
static bool sqlite_replay(struct store *store, uint64_t since, change_fn *each, void *arg,
                          struct standing *standing, struct error *err)
{
    struct sqlite *sqlite = (struct sqlite *)store;
    struct listener listener = {each, arg};
    if (!sqlite_run(sqlite, "BEGIN", err))
        return false;
    bool told = tell_all(sqlite, since, &listener, standing, err);
    sqlite_roll_back(sqlite);
    return told;
}

/* ---- the past */

static bool tell_past(void *arg, const struct row *row, struct error *err)
{
    const struct listener *listener = arg;
    struct origin by;
    struct change change = past_of_row(row, &by);
    return listener->each(listener->arg, &change, err);
}

static bool sqlite_past(struct store *store, const struct past_query *asked, change_fn *each, void *arg,
                        struct error *err)
{
    struct listener listener = {each, arg};
    struct row row;
    row_of_past(asked, &row);
    return sqlite_query((struct sqlite *)store, &row, tell_past, &listener, err);
}

/* ---- commit */

static MUST_CHECK bool write_change(struct sqlite *sqlite, const struct change *change, struct place place,
                                    struct arena *arena, struct error *err)
{
    struct row rows[CHANGE_ROWS_MAX];
    size_t count = rows_of_change(change, place, rows, arena);
    for (size_t i = 0; i < count; i++) {
        if (!sqlite_execute(sqlite, &rows[i], err))
            return false;
    }
    return true;
}

static int64_t newest_of(const struct change *changes, size_t count)
{
    int64_t newest = 0;
    for (size_t i = 0; i < count; i++)
        newest = changes[i].at > newest ? changes[i].at : newest;
    return newest;
}

static enum commit write_batch(struct sqlite *sqlite, uint64_t seq, const struct change *changes,
                               size_t count, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct row advance = {.statement = SQL_ADVANCE, .count = 2};
    advance.values[0].number = newest_of(changes, count);
    advance.values[1].number = (int64_t)seq;
    if (!sqlite_execute(sqlite, &advance, err))
        return COMMIT_FAILED;
    if (sqlite3_changes(sqlite->db) == 0)
        return COMMIT_STALE;
    for (size_t i = 0; i < count; i++) {
        if (!write_change(sqlite, &changes[i], (struct place){seq + 1, i}, arena, err))
            return COMMIT_FAILED;
    }
    return COMMIT_DONE;
}

static enum commit sqlite_commit(struct store *store, uint64_t seq, const struct change *changes,
                                 size_t count, struct error *err)
{
    struct sqlite *sqlite = (struct sqlite *)store;
    if (!sqlite_run(sqlite, "BEGIN IMMEDIATE", err))
        return COMMIT_FAILED;
    enum commit result = write_batch(sqlite, seq, changes, count, err);
    if (result == COMMIT_DONE && !sqlite_run(sqlite, "COMMIT", err))
        result = COMMIT_FAILED;
    if (result != COMMIT_DONE)
        sqlite_roll_back(sqlite);
    return result;
}

const struct store_type store_sqlite = {
    .scheme = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .replay = sqlite_replay,
    .commit = sqlite_commit,
    .past = sqlite_past,
};
