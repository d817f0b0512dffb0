/* SPDX-License-Identifier: Apache-2.0 */
/* A change by name, as a journal entry, and as a copy. How it becomes rows is in row.c. */
#include "storage/change.h"

#include "base/text.h"

#include <assert.h>

static const char *const names[CHANGE_KINDS] = {
    [CHANGE_RECORD] = "RECORD",
    [CHANGE_VERSION] = "VERSION",
    [CHANGE_RESTORE] = "RESTORE",
    [CHANGE_HIDE] = "HIDE",
    [CHANGE_REVIVE] = "REVIVE",
    [CHANGE_HOLD] = "HOLD",
    [CHANGE_PURGE] = "PURGE",
    [CHANGE_FORGET] = "FORGET",
    [CHANGE_SETTINGS] = "SETTINGS",
    [CHANGE_POLICY] = "POLICY",
    [CHANGE_ASSOCIATION] = "ASSOCIATION",
    [CHANGE_CONTEXT] = "CONTEXT",
    [CHANGE_USED] = "USED",
    [CHANGE_REFUSED] = "REFUSED",
    [CHANGE_CLOCK] = "CLOCK",
};

/* Which member of the union a kind uses. */
enum part { PART_RECORD, PART_ROW, PART_TOMB, PART_BODY };

static enum part part_of(enum change_kind kind)
{
    switch (kind) {
    case CHANGE_RECORD:
    case CHANGE_FORGET: return PART_RECORD;
    case CHANGE_VERSION:
    case CHANGE_RESTORE:
    case CHANGE_HIDE:
    case CHANGE_REVIVE:
    case CHANGE_HOLD: return PART_ROW;
    case CHANGE_PURGE: return PART_TOMB;
    case CHANGE_SETTINGS:
    case CHANGE_POLICY:
    case CHANGE_ASSOCIATION:
    case CHANGE_CONTEXT:
    case CHANGE_USED:
    case CHANGE_REFUSED:
    case CHANGE_CLOCK: return PART_BODY;
    case CHANGE_KINDS: break;
    }
    assert(!"a change has a kind");
    __builtin_unreachable();
}

const char *change_kind_name(enum change_kind kind)
{
    assert(kind < CHANGE_KINDS);
    return names[kind];
}

bool change_kind_find(struct span name, enum change_kind *kind)
{
    for (enum change_kind each = 0; each < CHANGE_KINDS; each++) {
        if (span_equal(name, span_of(names[each]))) {
            *kind = each;
            return true;
        }
    }
    return false;
}

static void put_member(struct buffer *out, const char *name, struct span json)
{
    if (json.len)
        buffer_printf(out, ",\"%s\":%.*s", name, SPAN_ARGS(json));
}

static struct span record_journal(const struct record_row *record, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    buffer_put(&out, SPAN("{\"type\":"));
    text_quote(&out, record->type);
    buffer_put(&out, SPAN(",\"guid\":"));
    text_quote(&out, record->guid);
    buffer_byte(&out, '}');
    return buffer_span(&out);
}

static struct span row_journal(const struct version_row *row, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    buffer_printf(&out, "{\"ts\":%lld,\"created\":%lld,\"superseded\":%lld,\"hidden\":%s", (long long)row->ts,
                  (long long)row->created, (long long)row->superseded, row->hidden ? "true" : "false");
    put_member(&out, "recycled", row->recycled);
    put_member(&out, "hold", row->hold);
    buffer_byte(&out, '}');
    return buffer_span(&out);
}

static struct span tomb_journal(const struct tomb_row *tomb, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    buffer_put(&out, SPAN("{\"guid\":"));
    text_quote(&out, tomb->guid);
    buffer_printf(&out, ",\"highest\":%d,\"keepsText\":%s}", tomb->highest,
                  tomb->keeps_text ? "true" : "false");
    return buffer_span(&out);
}

struct span change_journal(const struct change *change, struct arena *arena)
{
    if (change->kind == CHANGE_FORGET)
        return SPAN("");
    switch (part_of(change->kind)) {
    case PART_RECORD: return record_journal(&change->record, arena);
    case PART_ROW: return row_journal(&change->row, arena);
    case PART_TOMB: return tomb_journal(&change->tomb, arena);
    case PART_BODY: return change->body;
    }
    __builtin_unreachable();
}

size_t change_spans(struct change *change, struct span *spans[CHANGE_SPANS_MAX])
{
    size_t count = 0;
    spans[count++] = &change->context;
    spans[count++] = &change->subject;
    switch (part_of(change->kind)) {
    case PART_RECORD:
        spans[count++] = &change->record.type;
        spans[count++] = &change->record.guid;
        spans[count++] = &change->record.text;
        spans[count++] = &change->record.references;
        spans[count++] = &change->record.metadata;
        spans[count++] = &change->record.rules;
        break;
    case PART_ROW:
        spans[count++] = &change->row.recycled;
        spans[count++] = &change->row.hold;
        break;
    case PART_TOMB: spans[count++] = &change->tomb.guid; break;
    case PART_BODY: spans[count++] = &change->body; break;
    }
    return count;
}

static const struct origin *origin_copy(const struct origin *by, struct arena *arena)
{
    if (!by)
        return NULL;
    struct origin *copy = arena_alloc(arena, sizeof *copy);
    copy->who = arena_copy(arena, by->who);
    copy->agent = arena_copy(arena, by->agent);
    copy->why = arena_copy(arena, by->why);
    return copy;
}

struct change change_copy(const struct change *change, struct arena *arena)
{
    struct change copy = *change;
    struct span *spans[CHANGE_SPANS_MAX];
    size_t count = change_spans(&copy, spans);
    for (size_t i = 0; i < count; i++)
        *spans[i] = arena_copy(arena, *spans[i]);
    copy.by = origin_copy(change->by, arena);
    return copy;
}
