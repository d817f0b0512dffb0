/* SPDX-License-Identifier: Apache-2.0 */
/* Marks of use on their way to the store and back: the JSON that the interface tells is what is kept. */
#include "registry/marks.h"

#include "base/clock.h"
#include "base/moment.h"
#include "base/text.h"
#include "registry/commit.h"
#include "registry/state.h"

#include <stdatomic.h>

/* ---- from the store */

/* What a body says; days count from 1. */
struct told {
    int since, fetched, registered;
    int64_t fetches;
    const struct text *clients;
};

static bool read_day(const struct text *value, int *day)
{
    int64_t found;
    if (!value)
        return true;
    if (value->kind != TEXT_STRING || !moment_day_read(value->string, &found))
        return false;
    *day = (int)found + 1;
    return true;
}

static bool read_clients(const struct text *clients)
{
    int day;
    if (clients->kind != TEXT_ARRAY)
        return false;
    for (size_t i = 0; i < clients->count; i++) {
        const struct text *agent = text_get(&clients->items[i], SPAN("agent"));
        const struct text *seen = text_get(&clients->items[i], SPAN("lastSeen"));
        if (!agent || agent->kind != TEXT_STRING || !seen || !read_day(seen, &day))
            return false;
    }
    return true;
}

static bool read_mark(struct span body, struct told *mark, struct arena *arena)
{
    struct text json;
    struct text_failure failure;
    *mark = (struct told){.since = 0};
    if (!text_read(body, &text_rules_own, &json, &failure, arena) || json.kind != TEXT_OBJECT)
        return false;
    const struct text *fetches = text_get(&json, SPAN("fetches"));
    mark->clients = text_get(&json, SPAN("clients"));
    return read_day(text_get(&json, SPAN("since")), &mark->since) &&
           read_day(text_get(&json, SPAN("lastFetched")), &mark->fetched) &&
           read_day(text_get(&json, SPAN("lastRegistered")), &mark->registered) &&
           (!fetches || text_integer(fetches, &mark->fetches)) &&
           (!mark->clients || read_clients(mark->clients));
}

bool usage_readable(struct span body)
{
    AUTO_ARENA arena = arena_new();
    struct told mark;
    return read_mark(body, &mark, arena);
}

static void learn_since(struct usage *usage, const struct told *mark)
{
    atomic_store(&usage->since, mark->since - 1);
    atomic_store(&usage->since_kept, true);
}

static void learn_clients(struct usage_cell *cell, const struct text *clients)
{
    for (size_t i = clients ? clients->count : 0; i-- > 0;) {
        int day = 0;
        bool read = read_day(text_get(&clients->items[i], SPAN("lastSeen")), &day);
        if (read)
            usage_seen(cell, text_get(&clients->items[i], SPAN("agent"))->string, day);
    }
}

void usage_learn(struct usage *usage, const struct view *view, const struct change *change)
{
    AUTO_ARENA arena = arena_new();
    struct told mark;
    const struct record *record = view_record(view, change->context, change->id);
    if (!read_mark(change->body, &mark, arena))
        return;
    if (!change->id)
        learn_since(usage, &mark);
    if (!record)
        return;
    struct usage_cell *cell = &record_cell(record)->usage;
    usage_raise(&cell->fetched, mark.fetched);
    usage_raise(&cell->registered, mark.registered);
    if (atomic_load(&cell->fetches) < (uint64_t)mark.fetches)
        atomic_store(&cell->fetches, (uint64_t)mark.fetches);
    learn_clients(cell, mark.clients);
}

void usage_begin(struct usage *usage)
{
    if (!atomic_load(&usage->since_kept))
        atomic_store(&usage->since, moment_day(clock_now()));
}

/* ---- to the store */

struct change usage_since(const struct usage *usage, int64_t at, struct arena *arena)
{
    struct span day = moment_day_text(atomic_load(&usage->since), arena);
    return (struct change){.kind = CHANGE_USED, .at = at,
                           .body = arena_printf(arena, "{\"since\":\"%.*s\"}", SPAN_ARGS(day))};
}

/* All marks since the last writing, each of them as a change; they count as written. */
static void take_all(const struct view *view, struct decision *marks)
{
    struct table_place place = table_seek(&view->state.records, NULL);
    const struct record *record;
    while ((record = table_next(&place))) {
        if (!atomic_exchange(&record_cell(record)->usage.changed, false))
            continue;
        struct name name = {.context = arena_copy(marks->arena, record->context)};
        struct change *change = decision_change(marks, CHANGE_USED, name);
        change->id = record->id;
        change->body = usage_json(record, marks->arena);
    }
}

static void give_back(struct registry *registry, const struct decision *marks)
{
    AUTO_VIEW view = registry_view(registry);
    for (size_t i = 0; i < marks->change_count; i++) {
        const struct change *change = &marks->changes[i];
        const struct record *record = view_record(view, change->context, change->id);
        if (record)
            atomic_store(&record_cell(record)->usage.changed, true);
    }
    atomic_store(&registry->usage.changed, true);
}

static bool decide_marks(struct decision *decision, void *arg, struct error *err)
{
    const struct decision *marks = arg;
    (void)err;
    for (size_t i = 0; i < marks->change_count; i++) {
        const struct change *mark = &marks->changes[i];
        struct name name = {.context = mark->context};
        struct change *change = decision_change(decision, CHANGE_USED, name);
        change->id = mark->id;
        change->body = mark->body;
    }
    return true;
}

bool usage_write(struct registry *registry, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct decision marks = {.arena = arena}, decision = {.registry = registry, .arena = arena};
    if (!atomic_exchange(&registry->usage.changed, false))
        return true;
    const struct view *view = registry_view(registry);
    take_all(view, &marks);
    view_release(view);
    if (registry_decide(&decision, decide_marks, &marks, err))
        return true;
    give_back(registry, &marks);
    return false;
}
