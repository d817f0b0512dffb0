/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a database file: it is ours or empty, nobody else serves it, it can be written, it is migrated.
 * What fails here is one sentence for whoever started us, with the path in it. */
#include "base/limits.h"
#include "storage/migrate.h"
#include "storage/sqlite.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x53434844 };   /* "SCHD", in the header of the file */

/* As C wants it, in the error's arena. */
static const char *plain(struct span text, const struct error *err)
{
    return arena_copy(err->arena, text).ptr;
}

static bool fail_errno(struct error *err)
{
    return error_start(err, span_of(strerror(errno)));
}

/* Makes a missing file, so that errors have the system's words and the path can be resolved. A file that
 * exists is not opened here: closing it would drop the locks that SQLite holds on it in this process. */
static MUST_CHECK bool check_file(const char *path, struct error *err)
{
    struct stat stat_of;
    if (stat(path, &stat_of) == 0) {
        if (S_ISDIR(stat_of.st_mode))
            return error_start(err, SPAN("it is a directory"));
        return S_ISREG(stat_of.st_mode) || error_start(err, SPAN("it is not a regular file"));
    }
    if (errno != ENOENT)
        return fail_errno(err);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0)
        return fail_errno(err);
    close(file);
    return true;
}

/* The lock lies beside the file that the path names in the end, so that two names of it meet. It is never
 * removed: who removes a lock file cannot know who has just opened it. */
static MUST_CHECK bool take_lock(struct sqlite *sqlite, const char *path, struct error *err)
{
    char *real = realpath(path, NULL);
    if (!real)
        return fail_errno(err);
    struct span name = arena_printf(err->arena, "%s-lock", real);
    free(real);
    sqlite->lock = open(plain(name, err), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (sqlite->lock < 0)
        return error_start(err, arena_printf(err->arena, "%s: '%.*s'", strerror(errno), SPAN_ARGS(name)));
    if (flock(sqlite->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    return errno == EWOULDBLOCK ? error_start(err, SPAN("another schemad is using it")) : fail_errno(err);
}

/* SQLite takes some paths for something else (":memory:", "file:…"), none that begins with a dot or slash. */
static MUST_CHECK bool open_database(struct sqlite *sqlite, const char *path, struct error *err)
{
    const char *name = plain(arena_printf(err->arena, "%s%s", path[0] == '/' ? "" : "./", path), err);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(name, &sqlite->db, flags, NULL) != SQLITE_OK)
        return sqlite_fail(sqlite, err);
    sqlite3_busy_timeout(sqlite->db, STORE_BUSY_MS);
    if (sqlite3_db_readonly(sqlite->db, "main"))    /* SQLite falls back to reading without a word */
        return error_start(err, SPAN("the database file cannot be written"));
    return true;
}

static MUST_CHECK bool ask(struct sqlite *sqlite, const char *pragma, struct span *answer, struct error *err)
{
    sqlite3_stmt *statement = NULL;
    bool found = sqlite3_prepare_v2(sqlite->db, pragma, -1, &statement, NULL) == SQLITE_OK &&
                 sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *answer = arena_copy(err->arena, span_of((const char *)sqlite3_column_text(statement, 0)));
    else
        (void)sqlite_fail(sqlite, err);
    sqlite3_finalize(statement);
    return found;
}

/* The record of migrations and the mark in the header come together: half of them would look like somebody
 * else's database at the next start. */
static MUST_CHECK bool claim(struct sqlite *sqlite, struct error *err)
{
    const char *mark = plain(arena_printf(err->arena, "PRAGMA application_id = %d", APPLICATION_ID), err);
    struct row make = {.statement = SQL_MAKE_MIGRATION};
    bool done = sqlite_run(sqlite, "BEGIN IMMEDIATE", err) && sqlite_execute(sqlite, &make, err) &&
                sqlite_run(sqlite, mark, err) && sqlite_run(sqlite, "COMMIT", err);
    sqlite_roll_back(sqlite);
    return done;
}

/* Nothing is written to a database that is not ours, not even its journal mode. */
static MUST_CHECK bool check_owner(struct sqlite *sqlite, bool *fresh, struct error *err)
{
    struct span id, schema;
    if (!ask(sqlite, "PRAGMA application_id", &id, err) ||
        !ask(sqlite, "PRAGMA schema_version", &schema, err))
        return false;
    *fresh = span_equal(id, SPAN("0")) && span_equal(schema, SPAN("0"));
    if (*fresh || span_equal(id, arena_printf(err->arena, "%d", APPLICATION_ID)))
        return true;
    return error_start(err, SPAN("it is a database of another program"));
}

static MUST_CHECK bool configure(struct sqlite *sqlite, struct error *err)
{
    struct span mode;
    if (!ask(sqlite, "PRAGMA journal_mode = WAL", &mode, err))
        return false;
    if (!span_equal(mode, SPAN("wal")))
        return error_start(err, SPAN("the file system cannot hold a write-ahead log"));
    const char *size = plain(arena_printf(err->arena, "PRAGMA journal_size_limit = %d", STORE_LOG_KEPT), err);
    return sqlite_run(sqlite, "PRAGMA synchronous = FULL", err) &&
           sqlite_run(sqlite, "PRAGMA foreign_keys = ON", err) &&
           sqlite_run(sqlite, "PRAGMA cell_size_check = ON", err) &&
           sqlite_run(sqlite, size, err);
}

/* ---- migrations */

struct recorder {
    migration_fn *each;
    void *arg;
};

static bool tell_migration(void *arg, const struct row *row, struct error *err)
{
    (void)err;
    const struct recorder *recorder = arg;
    recorder->each(recorder->arg, (int)row->values[0].number, row->values[1].text);
    return true;
}

static bool recorded(void *database, migration_fn *each, void *arg, struct error *err)
{
    struct row row = {.statement = SQL_GET_MIGRATIONS};
    return sqlite_query(database, &row, tell_migration, &(struct recorder){each, arg}, err);
}

static bool apply(void *database, const struct migration *migration, struct span digest, struct error *err)
{
    struct sqlite *sqlite = database;
    struct row record = {.statement = SQL_PUT_MIGRATION,
                         .count = 3,
                         .values = {{.number = migration->number},
                                    {.is_text = true, .text = span_of(migration->name)},
                                    {.is_text = true, .text = digest}}};
    bool done = sqlite_run(sqlite, "BEGIN IMMEDIATE", err) && sqlite_run(sqlite, migration->text, err) &&
                sqlite_execute(sqlite, &record, err) && sqlite_run(sqlite, "COMMIT", err);
    sqlite_roll_back(sqlite);
    return done;
}

/* ---- the door */

static MUST_CHECK bool open_all(struct sqlite *sqlite, const char *path, struct error *err)
{
    bool fresh = false;
    struct migrator migrator = {sqlite, recorded, apply};
    return check_file(path, err) && take_lock(sqlite, path, err) && open_database(sqlite, path, err) &&
           sqlite_run(sqlite, "PRAGMA trusted_schema = OFF", err) && check_owner(sqlite, &fresh, err) &&
           configure(sqlite, err) && (!fresh || claim(sqlite, err)) &&
           migrate(&migrator, sqlite_migrations, sqlite_migrations_count, err) &&
           sqlite_prepare_all(sqlite, err);
}

void sqlite_close(struct store *store)
{
    struct sqlite *sqlite = (struct sqlite *)store;
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(sqlite->prepared[i]);
    int code = sqlite3_close(sqlite->db);
    assert(code == SQLITE_OK);
    if (sqlite->lock >= 0)
        close(sqlite->lock);
    free(sqlite);
}

struct store *sqlite_open(const char *path, struct error *err)
{
    struct sqlite *sqlite = calloc(1, sizeof *sqlite);
    if (!sqlite)
        abort();
    sqlite->store.type = &store_sqlite;
    sqlite->lock = -1;
    sqlite->ready = open_all(sqlite, path, err);
    if (sqlite->ready)
        return &sqlite->store;
    (void)error_start(err, arena_printf(err->arena, "Cannot open the database '%s': %.*s", path,
                                        SPAN_ARGS(err->message)));
    sqlite_close(&sqlite->store);
    return NULL;
}
