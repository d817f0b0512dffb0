/* SPDX-License-Identifier: Apache-2.0 */
/* Changes as rows: which statements keep a change, with what bound to them, and what a row that comes back
 * means. Knows no database: a driver only prepares, binds and steps. */
#ifndef STORAGE_ROW_H
#define STORAGE_ROW_H

#include "storage/store.h"

enum statement {
#define STATEMENT(name, text) name,
#include "storage/sql.def"
#undef STATEMENT
    STATEMENTS
};

const char *statement_text(enum statement statement);

struct value {
    bool is_text;
    int64_t number;
    struct span text;
};

enum { ROW_VALUES_MAX = 12, CHANGE_ROWS_MAX = 5 };

/* One execution of a statement, or one row of its answer. */
struct row {
    enum statement statement;
    size_t count;
    struct value values[ROW_VALUES_MAX];
};

/* Where a change stands in history. */
struct place {
    uint64_t seq;
    size_t ord;
};

/* What keeps a change, in the order in which it is to be executed; returns how many rows were filled. */
size_t rows_of_change(const struct change *change, struct place place, struct row rows[CHANGE_ROWS_MAX],
                      struct arena *arena);

/* The statements that give a replay, in order, each asked with the batch after which it begins. */
extern const enum statement replay_statements[];
extern const size_t replay_statements_count;

/* The statement that tells the past; the change of one of its rows. */
void row_of_past(const struct past_query *asked, struct row *row);
struct change past_of_row(const struct row *row, struct origin *by);

/* The change that a row of a replay tells; spans are borrowed from the row. `by` is where its origin goes, if
 * it has one. */
struct change change_of_row(const struct row *row, struct origin *by);

#endif
