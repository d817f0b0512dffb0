/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes of rows. The order of the values is the order of the parameters and columns in sql.def: the two
 * files are read side by side. */
#include "storage/row.h"

#include <assert.h>

const char *statement_text(enum statement statement)
{
    static const char *const texts[] = {
#define STATEMENT(name, text) text,
#include "storage/sql.def"
#undef STATEMENT
    };
    assert(statement < STATEMENTS);
    return texts[statement];
}

static void put_number(struct row *row, int64_t number)
{
    assert(row->count < ROW_VALUES_MAX);
    row->values[row->count++] = (struct value){.number = number};
}

static void put_text(struct row *row, struct span text)
{
    assert(row->count < ROW_VALUES_MAX);
    row->values[row->count++] = (struct value){.is_text = true, .text = text};
}

static struct row *begin(struct row *rows, size_t *count, enum statement statement)
{
    assert(*count < CHANGE_ROWS_MAX);
    struct row *row = &rows[(*count)++];
    row->statement = statement;
    row->count = 0;
    return row;
}

static const struct origin *origin_of(const struct change *change)
{
    static const struct origin nobody;
    return change->by ? change->by : &nobody;
}

static void keep_record(struct row *rows, size_t *count, const struct change *change, uint64_t seq)
{
    struct row *content = begin(rows, count, SQL_PUT_CONTENT);
    put_text(content, change->record.guid);
    put_text(content, change->record.text);
    put_text(content, change->record.references);
    put_text(content, change->record.metadata);
    put_text(content, change->record.rules);

    struct row *context = begin(rows, count, SQL_RAISE_CONTEXT);
    put_text(context, change->context);
    put_number(context, change->id);
    put_number(context, (int64_t)seq);

    struct row *schema = begin(rows, count, SQL_PUT_SCHEMA);
    put_text(schema, change->context);
    put_number(schema, change->id);
    put_text(schema, change->record.type);
    put_text(schema, change->record.guid);
    put_number(schema, change->at);
    put_number(schema, (int64_t)seq);
}

static void keep_version(struct row *rows, size_t *count, const struct change *change, uint64_t seq)
{
    struct row *version = begin(rows, count, SQL_PUT_VERSION);
    put_text(version, change->context);
    put_text(version, change->subject);
    put_number(version, change->version);
    put_number(version, change->id);
    put_number(version, change->row.ts);
    put_number(version, change->row.created);
    put_number(version, change->row.superseded);
    put_number(version, change->row.hidden);
    put_text(version, change->row.recycled);
    put_text(version, change->row.hold);
    put_number(version, (int64_t)seq);
}

static void keep_removal(struct row *rows, size_t *count, const struct change *change, struct place place)
{
    struct row *removal = begin(rows, count, SQL_PUT_REMOVAL);
    put_number(removal, (int64_t)place.seq);
    put_number(removal, (int64_t)place.ord);
    put_text(removal, span_of(change_kind_name(change->kind)));
    put_text(removal, change->context);
    put_text(removal, change->subject);
    put_number(removal, change->version);
    put_number(removal, change->id);
    put_number(removal, change->at);
    put_text(removal, origin_of(change)->who);
    put_text(removal, origin_of(change)->why);
}

static void purge_version(struct row *rows, size_t *count, const struct change *change, uint64_t seq)
{
    struct row *version = begin(rows, count, SQL_DROP_VERSION);
    put_text(version, change->context);
    put_text(version, change->subject);
    put_number(version, change->version);

    struct row *tomb = begin(rows, count, SQL_PUT_TOMBSTONE);
    put_text(tomb, change->context);
    put_text(tomb, change->subject);
    put_number(tomb, change->version);
    put_number(tomb, change->id);
    put_text(tomb, change->tomb.guid);
    put_number(tomb, change->tomb.highest);
    put_number(tomb, change->at);
    put_text(tomb, origin_of(change)->who);
    put_text(tomb, origin_of(change)->agent);
    put_text(tomb, origin_of(change)->why);
    put_number(tomb, (int64_t)seq);
}

static void drop_content(struct row *rows, size_t *count, struct span guid)
{
    put_text(begin(rows, count, SQL_DROP_CONTENT), guid);
}

static void drop_id(struct row *rows, size_t *count, const struct change *change, enum statement statement)
{
    struct row *row = begin(rows, count, statement);
    put_text(row, change->context);
    put_number(row, change->id);
}

static void keep_context(struct row *rows, size_t *count, const struct change *change, uint64_t seq)
{
    struct row *context = begin(rows, count, SQL_PUT_CONTEXT);
    put_text(context, change->context);
    put_number(context, change->id);
    put_text(context, change->body);
    put_number(context, (int64_t)seq);
}

static void keep_clock(struct row *rows, size_t *count, const struct change *change)
{
    put_number(begin(rows, count, SQL_SET_CLOCK), change->at);
}

static void keep_used(struct row *rows, size_t *count, const struct change *change, uint64_t seq)
{
    if (!change->body.len) {
        drop_id(rows, count, change, SQL_DROP_USED);
        return;
    }
    struct row *used = begin(rows, count, SQL_PUT_USED);
    put_text(used, change->context);
    put_number(used, change->id);
    put_text(used, change->body);
    put_number(used, (int64_t)seq);
}

/* A JSON body of a scope; an empty one takes the row away. */
static void keep_body(struct row *rows, size_t *count, const struct change *change, struct place place,
                      enum statement put, enum statement drop)
{
    struct row *row = begin(rows, count, change->body.len ? put : drop);
    put_text(row, change->context);
    put_text(row, change->subject);
    if (change->body.len) {
        put_text(row, change->body);
        put_number(row, (int64_t)place.seq);
    } else {
        keep_removal(rows, count, change, place);
    }
}

static void keep_journal(struct row *rows, size_t *count, const struct change *change, struct place place,
                         struct arena *arena)
{
    struct row *entry = begin(rows, count, SQL_PUT_JOURNAL);
    put_number(entry, (int64_t)place.seq);
    put_number(entry, (int64_t)place.ord);
    put_number(entry, change->at);
    put_text(entry, origin_of(change)->who);
    put_text(entry, origin_of(change)->agent);
    put_text(entry, origin_of(change)->why);
    put_text(entry, span_of(change_kind_name(change->kind)));
    put_text(entry, change->context);
    put_text(entry, change->subject);
    put_number(entry, change->version);
    put_number(entry, change->id);
    put_text(entry, change_journal(change, arena));
}

size_t rows_of_change(const struct change *change, struct place place, struct row rows[CHANGE_ROWS_MAX],
                      struct arena *arena)
{
    size_t count = 0;
    switch (change->kind) {
    case CHANGE_RECORD: keep_record(rows, &count, change, place.seq); break;
    case CHANGE_VERSION:
    case CHANGE_RESTORE:
    case CHANGE_HIDE:
    case CHANGE_REVIVE:
    case CHANGE_HOLD: keep_version(rows, &count, change, place.seq); break;
    case CHANGE_PURGE:
        purge_version(rows, &count, change, place.seq);
        break;
    case CHANGE_FORGET:
        drop_id(rows, &count, change, SQL_DROP_USED);
        drop_id(rows, &count, change, SQL_DROP_SCHEMA);
        if (change->record.guid.len)
            drop_content(rows, &count, change->record.guid);
        keep_removal(rows, &count, change, place);
        break;
    case CHANGE_SETTINGS: keep_body(rows, &count, change, place, SQL_PUT_SETTINGS, SQL_DROP_SETTINGS); break;
    case CHANGE_POLICY: keep_body(rows, &count, change, place, SQL_PUT_POLICY, SQL_DROP_POLICY); break;
    case CHANGE_ASSOCIATION:
        keep_body(rows, &count, change, place, SQL_PUT_ASSOCIATION, SQL_DROP_ASSOCIATION);
        break;
    case CHANGE_CONTEXT: keep_context(rows, &count, change, place.seq); break;
    case CHANGE_USED: keep_used(rows, &count, change, place.seq); break;
    case CHANGE_REFUSED: break;
    case CHANGE_CLOCK: keep_clock(rows, &count, change); break;
    case CHANGE_KINDS: assert(!"a change has a kind");
    }
    if (change->kind != CHANGE_USED && change->kind != CHANGE_CLOCK)
        keep_journal(rows, &count, change, place, arena);
    return count;
}

const enum statement replay_statements[] = {
    SQL_GET_CONTEXTS, SQL_GET_RECORDS,  SQL_GET_TOMBSTONES,   SQL_GET_VERSIONS,
    SQL_GET_SETTINGS, SQL_GET_POLICIES, SQL_GET_ASSOCIATIONS, SQL_GET_USED, SQL_GET_REMOVALS};
const size_t replay_statements_count = sizeof replay_statements / sizeof *replay_statements;

static struct change body_change(enum change_kind kind, const struct value *value)
{
    return (struct change){.kind = kind, .context = value[0].text, .subject = value[1].text,
                           .body = value[2].text, .seq = (uint64_t)value[3].number};
}

static struct change id_change(enum change_kind kind, const struct value *value)
{
    return (struct change){.kind = kind, .context = value[0].text, .id = (int)value[1].number,
                           .body = value[2].text, .seq = (uint64_t)value[3].number};
}

static struct change record_change(const struct value *value)
{
    return (struct change){.kind = CHANGE_RECORD, .context = value[0].text, .id = (int)value[1].number,
                           .record = {.type = value[2].text, .guid = value[3].text, .text = value[4].text,
                                      .references = value[5].text, .metadata = value[6].text,
                                      .rules = value[7].text},
                           .at = value[8].number, .seq = (uint64_t)value[9].number};
}

static struct change version_change(const struct value *value)
{
    return (struct change){.kind = CHANGE_VERSION, .context = value[0].text, .subject = value[1].text,
                           .version = (int)value[2].number, .id = (int)value[3].number,
                           .row = {.ts = value[4].number, .created = value[5].number,
                                   .superseded = value[6].number, .hidden = value[7].number != 0,
                                   .recycled = value[8].text, .hold = value[9].text},
                           .seq = (uint64_t)value[10].number};
}

static struct change tombstone_change(const struct value *value, struct origin *by)
{
    *by = (struct origin){.who = value[7].text, .agent = value[8].text, .why = value[9].text};
    return (struct change){.kind = CHANGE_PURGE, .context = value[0].text, .subject = value[1].text,
                           .version = (int)value[2].number, .id = (int)value[3].number,
                           .tomb = {.guid = value[4].text, .highest = (int)value[5].number},
                           .at = value[6].number, .by = by, .seq = (uint64_t)value[10].number};
}

static struct change removal_change(const struct value *value, struct origin *by)
{
    struct change change = {.context = value[1].text, .subject = value[2].text,
                            .version = (int)value[3].number, .id = (int)value[4].number,
                            .at = value[5].number, .by = by, .seq = (uint64_t)value[8].number};
    bool known = change_kind_find(value[0].text, &change.kind);
    assert(known);
    *by = (struct origin){.who = value[6].text, .why = value[7].text};
    return change;
}

struct change change_of_row(const struct row *row, struct origin *by)
{
    switch (row->statement) {
    case SQL_GET_CONTEXTS: return id_change(CHANGE_CONTEXT, row->values);
    case SQL_GET_RECORDS: return record_change(row->values);
    case SQL_GET_VERSIONS: return version_change(row->values);
    case SQL_GET_SETTINGS: return body_change(CHANGE_SETTINGS, row->values);
    case SQL_GET_POLICIES: return body_change(CHANGE_POLICY, row->values);
    case SQL_GET_ASSOCIATIONS: return body_change(CHANGE_ASSOCIATION, row->values);
    case SQL_GET_USED: return id_change(CHANGE_USED, row->values);
    case SQL_GET_TOMBSTONES: return tombstone_change(row->values, by);
    case SQL_GET_REMOVALS: return removal_change(row->values, by);
    default: assert(!"no statement of a replay"); __builtin_unreachable();
    }
}
