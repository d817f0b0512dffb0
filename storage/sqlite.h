/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the SQLite store: the connection, and talking to it in rows. */
#ifndef STORAGE_SQLITE_H
#define STORAGE_SQLITE_H

#include "storage/row.h"
#include "storage/store.h"

#include <sqlite3.h>

struct sqlite {
    struct store store;
    sqlite3 *db;
    sqlite3_stmt *prepared[STATEMENTS];
    int lock;                   /* the lock file, held while it is open; -1: not yet */
    bool ready;                 /* opened: what fails now is told to clients, not to who started us */
};

/* sqlite_open.c */
struct store *sqlite_open(const char *path, struct error *err);
void sqlite_close(struct store *store);

/* sqlite_talk.c. Both fill the error and return false: with what SQLite says, or with a cause of ours. */
bool sqlite_fail(const struct sqlite *sqlite, struct error *err);
bool sqlite_fail_with(const struct sqlite *sqlite, const char *cause, struct error *err);

/* A frame: BEGIN, COMMIT, a pragma, a migration. */
MUST_CHECK bool sqlite_run(struct sqlite *sqlite, const char *frame, struct error *err);

/* Ends whatever transaction there is; one that failed may be over already. */
void sqlite_roll_back(struct sqlite *sqlite);

/* Executes a statement that answers nothing. */
MUST_CHECK bool sqlite_execute(struct sqlite *sqlite, const struct row *row, struct error *err);

/* Executes one that answers, and tells each row, borrowed for the call, until `each` returns false: with the
 * error filled. */
typedef bool sqlite_row_fn(void *arg, const struct row *row, struct error *err);
MUST_CHECK bool sqlite_query(struct sqlite *sqlite, const struct row *asked, sqlite_row_fn *each, void *arg,
                             struct error *err);

/* Prepares every statement, so that none is found wanting later. */
MUST_CHECK bool sqlite_prepare_all(struct sqlite *sqlite, struct error *err);

#endif
