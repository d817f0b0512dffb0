/* SPDX-License-Identifier: Apache-2.0 */
/* Preparing, binding, stepping; and what SQLite says when it cannot. Knows rows, not what they mean. */
#include "storage/sqlite.h"

#include <assert.h>

static const char *cause_of(sqlite3 *db)
{
    switch (sqlite3_errcode(db)) {
    case SQLITE_CANTOPEN:
        return sqlite3_system_errno(db) ? strerror(sqlite3_system_errno(db)) : sqlite3_errmsg(db);
    case SQLITE_NOTADB: return "the file is not a database";
    case SQLITE_CORRUPT: return "the database file is damaged";
    case SQLITE_BUSY: return "the database file is locked by another program";
    case SQLITE_READONLY: return "the database file cannot be written";
    default: return sqlite3_errmsg(db);
    }
}

bool sqlite_fail_with(const struct sqlite *sqlite, const char *cause, struct error *err)
{
    return sqlite->ready ? error_store(err, span_of(cause)) : error_start(err, span_of(cause));
}

bool sqlite_fail(const struct sqlite *sqlite, struct error *err)
{
    return sqlite_fail_with(sqlite, cause_of(sqlite->db), err);
}

bool sqlite_run(struct sqlite *sqlite, const char *frame, struct error *err)
{
    return sqlite3_exec(sqlite->db, frame, NULL, NULL, NULL) == SQLITE_OK || sqlite_fail(sqlite, err);
}

void sqlite_roll_back(struct sqlite *sqlite)
{
    if (!sqlite3_get_autocommit(sqlite->db))
        sqlite3_exec(sqlite->db, "ROLLBACK", NULL, NULL, NULL);
    assert(sqlite3_get_autocommit(sqlite->db));
}

static MUST_CHECK bool prepare(struct sqlite *sqlite, enum statement which, struct error *err)
{
    if (sqlite->prepared[which])
        return true;
    int code = sqlite3_prepare_v3(sqlite->db, statement_text(which), -1, SQLITE_PREPARE_PERSISTENT,
                                  &sqlite->prepared[which], NULL);
    return code == SQLITE_OK || sqlite_fail(sqlite, err);
}

bool sqlite_prepare_all(struct sqlite *sqlite, struct error *err)
{
    for (enum statement each = 0; each < STATEMENTS; each++) {
        if (!prepare(sqlite, each, err))
            return false;
    }
    return true;
}

/* An empty span may have no pointer, and that would bind NULL. */
static int bind_value(sqlite3_stmt *statement, int at, const struct value *value)
{
    if (!value->is_text)
        return sqlite3_bind_int64(statement, at, value->number);
    return sqlite3_bind_text64(statement, at, value->text.len ? value->text.ptr : "", value->text.len,
                               SQLITE_STATIC, SQLITE_UTF8);
}

static MUST_CHECK bool bind(struct sqlite *sqlite, const struct row *row, struct error *err)
{
    if (!prepare(sqlite, row->statement, err))
        return false;
    sqlite3_stmt *statement = sqlite->prepared[row->statement];
    assert((int)row->count == sqlite3_bind_parameter_count(statement));
    for (size_t i = 0; i < row->count; i++) {
        if (bind_value(statement, (int)i + 1, &row->values[i]) != SQLITE_OK)
            return sqlite_fail(sqlite, err);
    }
    return true;
}

static void read_row(sqlite3_stmt *statement, struct row *row)
{
    row->count = (size_t)sqlite3_column_count(statement);
    assert(row->count <= ROW_VALUES_MAX);
    for (int i = 0; i < (int)row->count; i++) {
        struct value *value = &row->values[i];
        value->is_text = sqlite3_column_type(statement, i) == SQLITE_TEXT;
        value->number = value->is_text ? 0 : sqlite3_column_int64(statement, i);
        value->text = (struct span){"", 0};
        if (value->is_text) {   /* the text before its length: asking for it may convert it */
            value->text.ptr = (const char *)sqlite3_column_text(statement, i);
            value->text.len = (size_t)sqlite3_column_bytes(statement, i);
        }
    }
}

bool sqlite_query(struct sqlite *sqlite, const struct row *asked, sqlite_row_fn *each, void *arg,
                  struct error *err)
{
    bool done = bind(sqlite, asked, err);
    sqlite3_stmt *statement = sqlite->prepared[asked->statement];
    struct row row = {.statement = asked->statement};
    int code = SQLITE_ROW;
    while (done && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        read_row(statement, &row);
        done = each(arg, &row, err);
    }
    if (done && code != SQLITE_DONE)
        done = sqlite_fail(sqlite, err);
    sqlite3_reset(statement);
    return done;
}

static bool no_row(void *arg, const struct row *row, struct error *err)
{
    (void)arg;
    (void)row;
    (void)err;
    assert(!"a statement that writes answers nothing");
    __builtin_unreachable();
}

bool sqlite_execute(struct sqlite *sqlite, const struct row *row, struct error *err)
{
    return sqlite_query(sqlite, row, no_row, NULL, err);
}
