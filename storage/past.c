/* SPDX-License-Identifier: Apache-2.0 */
/* The past as rows: which statement asks for it, and what a row of its answer means. Read beside sql.def. */
#include "storage/row.h"

#include <assert.h>

static void put_number(struct row *row, int64_t number)
{
    row->values[row->count++] = (struct value){.number = number};
}

static void put_text(struct row *row, struct span text)
{
    row->values[row->count++] = (struct value){.is_text = true, .text = text};
}

void row_of_past(const struct past_query *asked, struct row *row)
{
    row->count = 0;
    row->statement = SQL_GET_PAST;
    put_number(row, asked->since);
    if (asked->context.ptr) {
        row->statement = SQL_GET_PAST_OF_CONTEXT;
        put_text(row, asked->context);
    }
    if (asked->subject.ptr) {
        assert(asked->context.ptr);
        row->statement = SQL_GET_PAST_OF_SUBJECT;
        put_text(row, asked->subject);
    }
    put_number(row, (int64_t)asked->most);
}

struct change past_of_row(const struct row *row, struct origin *by)
{
    const struct value *value = row->values;
    struct change change = {.at = value[0].number,
                            .by = by,
                            .context = value[5].text,
                            .subject = value[6].text,
                            .version = (int)value[7].number,
                            .id = (int)value[8].number,
                            .body = value[9].text};
    bool known = change_kind_find(value[4].text, &change.kind);
    assert(known);
    *by = (struct origin){.who = value[1].text, .agent = value[2].text, .why = value[3].text};
    return change;
}
