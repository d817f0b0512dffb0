/* SPDX-License-Identifier: Apache-2.0 */
/* What a version leaves in its row and after it, as JSON and as a view holds it. */
#include "registry/tombs.h"

#include "base/text.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

/* ---- in the row of a version */

static void put_text(struct buffer *out, const char *name, struct span text)
{
    buffer_printf(out, ",\"%s\":", name);
    text_quote(out, text);
}

#define BY_POLICY SPAN("\"policy\":true}")

struct span recycled_write(const struct recycled *recycled, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    buffer_printf(&out, "{\"at\":%lld", (long long)recycled->at);
    put_text(&out, "by", recycled->by);
    if (recycled->why.len)
        put_text(&out, "why", recycled->why);
    buffer_byte(&out, ',');
    buffer_put(&out, recycled->policy ? BY_POLICY : SPAN("\"policy\":false}"));
    return buffer_span(&out);
}

/* It is written above, its last member last: compatibility asks this of every recycled version. */
bool version_by_policy(const struct version_row *row)
{
    struct span json = row->recycled;
    return row->hidden && json.len > BY_POLICY.len &&
           span_equal(span_from(json, json.len - BY_POLICY.len), BY_POLICY);
}

static bool read_object(struct span json, struct text *object, struct arena *arena)
{
    struct text_failure failure;
    return json.len && text_read(json, &text_rules_own, object, &failure, arena);
}

static struct span string_in(const struct text *object, struct span name)
{
    const struct text *value = text_get(object, name);
    return value && value->kind == TEXT_STRING ? value->string : SPAN("");
}

static int64_t number_in(const struct text *object, struct span name, int64_t fallback)
{
    const struct text *value = text_get(object, name);
    int64_t number;
    return value && text_integer(value, &number) ? number : fallback;
}

bool recycled_read(struct span json, struct recycled *recycled, struct arena *arena)
{
    struct text object;
    if (!read_object(json, &object, arena))
        return false;
    const struct text *policy = text_get(&object, SPAN("policy"));
    *recycled = (struct recycled){.at = number_in(&object, SPAN("at"), 0),
                                  .by = string_in(&object, SPAN("by")),
                                  .why = string_in(&object, SPAN("why")),
                                  .policy = policy && policy->truth};
    return true;
}

struct span hold_write(const struct hold *hold, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    buffer_printf(&out, "{\"at\":%lld", (long long)hold->at);
    if (hold->until >= 0)
        buffer_printf(&out, ",\"until\":%lld", (long long)hold->until);
    put_text(&out, "by", hold->by);
    put_text(&out, "reason", hold->reason);
    buffer_byte(&out, '}');
    return buffer_span(&out);
}

bool hold_in_force(const struct version_row *row, int64_t now, struct hold *hold, struct arena *arena)
{
    struct text object;
    if (!read_object(row->hold, &object, arena))
        return false;
    *hold = (struct hold){.at = number_in(&object, SPAN("at"), 0),
                          .until = number_in(&object, SPAN("until"), -1),
                          .by = string_in(&object, SPAN("by")),
                          .reason = string_in(&object, SPAN("reason"))};
    return hold->until < 0 || hold->until > now;
}

struct span origin_text(const struct origin *by, struct arena *arena)
{
    if (!by || !by->agent.len)
        return by ? by->who : SPAN("");
    return arena_printf(arena, "%.*s%s%.*s", SPAN_ARGS(by->who), by->who.len ? " " : "",
                        SPAN_ARGS(by->agent));
}

/* ---- after it */

struct tomb {
    struct tombstone stone;     /* first: a stone is found in its tomb */
    char bytes[];
};

struct kept {
    struct name subject;
    int number;                 /* the highest ever given */
    uint64_t seq;               /* the batch that last purged a version of it */
    char bytes[];
};

int tombs_by_version(const void *a, const void *b)
{
    const struct tombstone *one = a, *other = b;
    int order = name_compare(one->subject, other->subject);
    return order ? order : (one->number > other->number) - (one->number < other->number);
}

int kept_by_subject(const void *a, const void *b)
{
    const struct kept *one = a, *other = b;
    return name_compare(one->subject, other->subject);
}

static void put(struct table *table, void *thing, struct making *making)
{
    const void *before = table_put(table, thing, making);
    if (before)
        making_drop(making, (void *)(uintptr_t)before, free);
}

static void put_stone(struct state *state, const struct change *change, struct making *making)
{
    AUTO_ARENA arena = arena_new();
    struct span by = origin_text(change->by, arena), why = change->by ? change->by->why : SPAN("");
    size_t size = change->context.len + change->subject.len + change->tomb.guid.len + by.len + why.len;
    struct tomb *tomb = making_new(making, sizeof *tomb + size, free);
    char *at = tomb->bytes;
    tomb->stone = (struct tombstone){
        .subject = {span_keep(&at, change->context), span_keep(&at, change->subject)},
        .number = change->version,
        .id = change->id,
        .guid = span_keep(&at, change->tomb.guid),
        .at = change->at,
        .by = span_keep(&at, by),
        .why = span_keep(&at, why),
    };
    put(&state->tombs, &tomb->stone, making);
}

void tombs_put(struct state *state, const struct change *change, struct making *making)
{
    struct name name = {change->context, change->subject};
    const struct kept *before = table_find(&state->kept, &(struct kept){.subject = name});
    int number = before ? before->number : 0;
    uint64_t seq = before ? before->seq : 0;
    struct kept *kept = making_new(making, sizeof *kept + name.context.len + name.subject.len, free);
    char *at = kept->bytes;
    kept->subject = (struct name){span_keep(&at, name.context), span_keep(&at, name.subject)};
    kept->number = change->tomb.highest > number ? change->tomb.highest : number;
    kept->seq = change->seq > seq ? change->seq : seq;
    put(&state->kept, kept, making);
    put_stone(state, change, making);
}

const struct tombstone *view_tombstone(const struct view *view, struct name subject, int number)
{
    return table_find(&view->state.tombs, &(struct tombstone){.subject = subject, .number = number});
}

/* The last one of a subject. */
static const struct tombstone *last_of(const struct view *view, struct name subject)
{
    struct tombstone key = {.subject = subject, .number = INT_MAX};
    struct table_place place = table_seek(&view->state.tombs, &key);
    const struct tombstone *stone = view_tombstone(view, subject, INT_MAX);
    if (!stone)
        stone = table_previous(&place);
    return stone && name_equal(stone->subject, subject) ? stone : NULL;
}

bool view_has_tombstone(const struct view *view, struct name subject)
{
    return last_of(view, subject) != NULL;
}

static const struct kept *kept_of(const struct view *view, struct name subject)
{
    return table_find(&view->state.kept, &(struct kept){.subject = subject});
}

int view_kept_number(const struct view *view, struct name subject)
{
    const struct kept *kept = kept_of(view, subject);
    return kept ? kept->number : 0;
}

uint64_t view_purged_seq(const struct view *view, struct name subject)
{
    const struct kept *kept = kept_of(view, subject);
    return kept ? kept->seq : 0;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

int view_highest_number(const struct view *view, struct name subject)
{
    const struct subject *found = view_subject(view, subject);
    return larger(found ? subject_highest_number(found) : 0, view_kept_number(view, subject));
}

int view_highest_ever(const struct view *view, struct name subject)
{
    const struct tombstone *last = last_of(view, subject);
    return larger(view_highest_number(view, subject), last ? last->number : 0);
}
