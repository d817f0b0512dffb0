/* SPDX-License-Identifier: Apache-2.0 */
/* What version retention did, read from the journal of the store. Nobody else may be with the store then,
 * so it is read under the gate; whoever asks is in a lane that may wait. */
#include "base/text.h"
#include "registry/commit.h"
#include "registry/retention.h"

#include <stdlib.h>

struct telling {
    const struct history_wish *wanted;
    struct history_entry *entries;
    size_t count;
    struct arena *arena;
};

static bool belongs(const struct history_wish *wanted, const struct refusal *refusal, int64_t at)
{
    const struct name *name = &refusal->subject;
    return at >= wanted->since && (!wanted->context.ptr || span_equal(name->context, wanted->context)) &&
           (!wanted->subject.ptr || span_equal(name->subject, wanted->subject));
}

/* What has happened and not been written yet: refusals, which are counted for a while. */
static void add_unwritten(struct telling *telling, struct registry *registry)
{
    size_t count;
    const struct counted *counted = registry_refusals(registry, &count, telling->arena);
    for (size_t i = 0; i < count && telling->count < telling->wanted->most; i++) {
        const struct refusal *last = &counted[i].last;
        if (belongs(telling->wanted, last, counted[i].at))
            telling->entries[telling->count++] =
                (struct history_entry){counted[i].at, "refused", last->subject, last->version, last->id,
                                       last->who, span_of(last->rule), counted[i].count};
    }
}

static struct span text_in(const struct text *body, struct span name)
{
    const struct text *value = text_get(body, name);
    return value && value->kind == TEXT_STRING ? value->string : SPAN("");
}

/* What a kind of change is called, and what more its body says. */
static void name_entry(struct history_entry *entry, const struct change *change, struct arena *arena)
{
    struct text body = {.kind = TEXT_NULL};
    struct text_failure failure;
    if (change->body.len && !text_read(change->body, &text_rules_own, &body, &failure, arena))
        body.kind = TEXT_NULL;
    const struct text *hold = text_get(&body, SPAN("hold")), *count = text_get(&body, SPAN("count"));
    entry->what = "recycled";
    if (change->kind == CHANGE_HOLD) {
        entry->what = hold ? "held" : "released";
        entry->why = hold ? text_in(hold, SPAN("reason")) : entry->why;
    } else if (change->kind == CHANGE_REFUSED) {
        entry->what = "refused";
        entry->why = text_in(&body, SPAN("rule"));
        if (!count || !text_integer(count, &entry->count))
            entry->count = 1;
    } else if (change->kind == CHANGE_RESTORE) {
        entry->what = "restored";
    } else if (change->kind == CHANGE_PURGE) {
        entry->what = "purged";
    } else if (change->kind == CHANGE_REVIVE) {
        entry->what = "undeleted";
    }
}

static bool add_written(void *arg, const struct change *told, struct error *err)
{
    (void)err;
    struct telling *telling = arg;
    struct arena *arena = telling->arena;
    struct span body = arena_copy(arena, told->body);
    struct change change = *told;
    change.body = body;
    struct history_entry *entry = &telling->entries[telling->count++];
    *entry = (struct history_entry){
        .at = told->at,
        .subject = name_copy((struct name){told->context, told->subject}, arena),
        .version = told->version,
        .id = told->id,
        .by = arena_copy(arena, origin_text(told->by, arena)),
        .why = arena_copy(arena, told->by ? told->by->why : SPAN("")),
    };
    name_entry(entry, &change, arena);
    return true;
}

static bool read_journal(struct telling *telling, struct registry *registry, struct error *err)
{
    const struct history_wish *wanted = telling->wanted;
    struct past_query query = {wanted->context, wanted->subject, wanted->since, wanted->most};
    gate_take(registry);
    bool told = registry->store->type->past(registry->store, &query, add_written, telling, err);
    gate_give(registry);
    return told;
}

/* Refusals are written later than they happened, so what is told is put in order; of one moment what was
 * written last comes first. */
static int newest_first(const void *a, const void *b)
{
    const struct history_entry *one = *(const struct history_entry *const *)a;
    const struct history_entry *other = *(const struct history_entry *const *)b;
    if (one->at != other->at)
        return one->at < other->at ? 1 : -1;
    return one < other ? -1 : 1;
}

static const struct history_entry *in_order(const struct telling *telling)
{
    const struct history_entry **order = arena_array(telling->arena, telling->count + 1, sizeof *order);
    struct history_entry *entries = arena_array(telling->arena, telling->count + 1, sizeof *entries);
    for (size_t i = 0; i < telling->count; i++)
        order[i] = &telling->entries[i];
    qsort(order, telling->count, sizeof *order, newest_first);
    for (size_t i = 0; i < telling->count; i++)
        entries[i] = *order[i];
    return entries;
}

bool registry_history(struct registry *registry, const struct history_wish *wanted,
                      const struct history_entry **entries, size_t *count, struct arena *arena,
                      struct error *err)
{
    struct telling telling = {.wanted = wanted, .arena = arena};
    telling.entries = arena_array(arena, 2 * wanted->most + 1, sizeof *telling.entries);
    add_unwritten(&telling, registry);
    if (!read_journal(&telling, registry, err))
        return false;
    *entries = in_order(&telling);
    *count = telling.count < wanted->most ? telling.count : wanted->most;
    return true;
}
