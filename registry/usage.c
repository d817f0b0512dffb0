/* SPDX-License-Identifier: Apache-2.0 */
/* Making marks and telling them. A reader adds to a count and compares a day; who it is, is noted once a day
 * for each id, in a place of a fixed size that the next writing empties. */
#include "registry/marks.h"

#include "base/clock.h"
#include "base/moment.h"
#include "base/text.h"
#include "registry/state.h"

#include <stdatomic.h>
#include <stdlib.h>

static struct usage_cell *cell_of(const struct record *record)
{
    return &record_cell(record)->usage;
}

void usage_open(struct usage *usage)
{
    pthread_mutex_init(&usage->lock, NULL);
}

void usage_close(struct usage *usage)
{
    pthread_mutex_destroy(&usage->lock);
}

/* Nobody reads the record any more, so nobody notes anything here any more. */
void usage_cell_close(struct usage_cell *cell)
{
    struct usage *usage = cell->usage;
    size_t kept = 0;
    pthread_mutex_lock(&usage->lock);
    for (size_t i = 0; i < usage->noted_count; i++)
        if (usage->noted[i].cell != cell)
            usage->noted[kept++] = usage->noted[i];
    usage->noted_count = kept;
    pthread_mutex_unlock(&usage->lock);
    free(cell->agents);
}

/* ---- marking */

void usage_raise(_Atomic int *day, int to)
{
    int before = atomic_load_explicit(day, memory_order_relaxed);
    while (before < to && !atomic_compare_exchange_weak(day, &before, to))
        ;
}

/* FNV-1a; never 0. */
static uint32_t tag_of(struct span agent, int day)
{
    uint32_t hash = 0x811c9dc5u ^ (uint32_t)day;
    for (size_t i = 0; i < agent.len; i++)
        hash = (hash ^ (unsigned char)agent.ptr[i]) * 0x01000193u;
    return hash ? hash : 1;
}

/* No character is cut in two, and what is no text is not kept. */
static struct agent agent_of(struct span name, int day)
{
    struct agent agent = {.day = day};
    size_t len = name.len < AGENT_MAX ? name.len : AGENT_MAX;
    while (len && len < name.len && ((unsigned char)name.ptr[len] & 0xC0) == 0x80)
        len--;
    if (text_is_utf8(span_first(name, len))) {
        memcpy(agent.name, name.ptr, len);
        agent.len = (unsigned char)len;
    }
    return agent;
}

/* Where somebody else has the lock the next use will note it. */
static void note(struct usage_cell *cell, struct span name, int day)
{
    struct usage *usage = cell->usage;
    uint32_t tag = tag_of(name, day);
    for (size_t i = 0; i < AGENTS_MAX; i++)
        if (atomic_load_explicit(&cell->seen[i], memory_order_relaxed) == tag)
            return;
    if (pthread_mutex_trylock(&usage->lock) != 0)
        return;
    if (usage->noted_count < NOTED_MAX) {
        usage->noted[usage->noted_count++] = (struct noted){cell, agent_of(name, day)};
        atomic_store_explicit(&cell->seen[cell->turn++ % AGENTS_MAX], tag, memory_order_relaxed);
    }
    pthread_mutex_unlock(&usage->lock);
}

/* The order matters: who writes marks down takes `changed` back before looking at the rest. */
void usage_mark(const struct record *record, enum use how, struct span agent)
{
    struct usage_cell *cell = cell_of(record);
    int day = (int)moment_day(clock_now()) + 1;
    if (how == USE_FETCHED)
        atomic_fetch_add(&cell->fetches, 1);
    usage_raise(how == USE_FETCHED ? &cell->fetched : &cell->registered, day);
    if (agent.len)
        note(cell, agent, day);
    if (!atomic_load(&cell->changed)) {
        atomic_store(&cell->changed, true);
        atomic_store(&cell->usage->changed, true);
    }
}

/* ---- agents; all of it under the lock */

static void put_agent(struct usage_cell *cell, const struct agent *agent)
{
    struct agent *place = NULL, *last = cell->agents + cell->agent_count;
    for (struct agent *each = cell->agents; each < last; each++) {
        if (each->len == agent->len && memcmp(each->name, agent->name, agent->len) == 0) {
            each->day = each->day > agent->day ? each->day : agent->day;
            return;
        }
        place = !place || each->day < place->day ? each : place;
    }
    if (cell->agent_count < AGENTS_MAX) {
        struct agent *more = memory_new(cell->agent_count + 1, sizeof *more);
        if (cell->agent_count)
            memcpy(more, cell->agents, cell->agent_count * sizeof *more);
        free(cell->agents);
        cell->agents = more;
        place = &more[cell->agent_count++];
    }
    *place = *agent;
}

static void empty_notes(struct usage *usage)
{
    for (size_t i = 0; i < usage->noted_count; i++)
        if (usage->noted[i].agent.len)
            put_agent(usage->noted[i].cell, &usage->noted[i].agent);
    usage->noted_count = 0;
}

void usage_seen(struct usage_cell *cell, struct span name, int day)
{
    struct agent agent = agent_of(name, day);
    pthread_mutex_lock(&cell->usage->lock);
    put_agent(cell, &agent);
    pthread_mutex_unlock(&cell->usage->lock);
}

static int by_day(const void *a, const void *b)
{
    const struct agent *one = a, *other = b;
    if (one->day != other->day)
        return one->day < other->day ? 1 : -1;
    return span_compare((struct span){one->name, one->len}, (struct span){other->name, other->len});
}

/* A copy, whoever was seen last first. */
static const struct agent *agents_of(struct usage_cell *cell, size_t *count, struct arena *arena)
{
    struct usage *usage = cell->usage;
    pthread_mutex_lock(&usage->lock);
    empty_notes(usage);
    struct agent *agents = arena_array(arena, AGENTS_MAX, sizeof *agents);
    *count = cell->agent_count;
    if (*count)
        memcpy(agents, cell->agents, *count * sizeof *agents);
    pthread_mutex_unlock(&usage->lock);
    qsort(agents, *count, sizeof *agents, by_day);
    return agents;
}

/* Whoever was seen last; an empty name: nobody that is known. */
static struct agent last_agent(struct usage_cell *cell)
{
    struct usage *usage = cell->usage;
    struct agent last = {.day = 0};
    pthread_mutex_lock(&usage->lock);
    empty_notes(usage);
    for (unsigned i = 0; i < cell->agent_count; i++)
        if (!i || by_day(&cell->agents[i], &last) < 0)
            last = cell->agents[i];
    pthread_mutex_unlock(&usage->lock);
    return last;
}

/* ---- telling */

int64_t usage_day(const struct record *record)
{
    struct usage_cell *cell = cell_of(record);
    int fetched = atomic_load(&cell->fetched), registered = atomic_load(&cell->registered);
    int64_t since = atomic_load(&cell->usage->since), made = moment_day(record->created);
    if (fetched || registered)
        return (fetched > registered ? fetched : registered) - 1;
    return made > since ? made : since;
}

struct span usage_detail(const struct record *record, struct arena *arena)
{
    struct usage_cell *cell = cell_of(record);
    int fetched = atomic_load(&cell->fetched), registered = atomic_load(&cell->registered);
    struct span day = moment_day_text(usage_day(record), arena);
    if (!fetched && !registered)
        return arena_printf(arena, "counts as used %.*s", SPAN_ARGS(day));
    const char *how = fetched >= registered ? "fetched" : "registered";
    struct agent last = last_agent(cell);
    if (!last.len)
        return arena_printf(arena, "%s %.*s", how, SPAN_ARGS(day));
    return arena_printf(arena, "%s %.*s by %.*s", how, SPAN_ARGS(day), (int)last.len, last.name);
}

static void put_day(struct buffer *out, const char *name, int day)
{
    if (day)
        buffer_printf(out, "\"%s\":\"%.*s\",", name, SPAN_ARGS(moment_day_text(day - 1, out->arena)));
}

struct span usage_json(const struct record *record, struct arena *arena)
{
    struct usage_cell *cell = cell_of(record);
    struct buffer out = {.arena = arena};
    size_t count;
    const struct agent *agents = agents_of(cell, &count, arena);
    buffer_byte(&out, '{');
    put_day(&out, "lastFetched", atomic_load(&cell->fetched));
    put_day(&out, "lastRegistered", atomic_load(&cell->registered));
    buffer_printf(&out, "\"fetches\":%lld,\"clients\":[", (long long)atomic_load(&cell->fetches));
    for (size_t i = 0; i < count; i++) {
        buffer_put(&out, i ? SPAN(",{\"agent\":") : SPAN("{\"agent\":"));
        text_quote(&out, (struct span){agents[i].name, agents[i].len});
        buffer_printf(&out, ",\"lastSeen\":\"%.*s\"}", SPAN_ARGS(moment_day_text(agents[i].day - 1, arena)));
    }
    buffer_put(&out, SPAN("]}"));
    return buffer_span(&out);
}
