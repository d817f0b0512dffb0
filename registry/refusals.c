/* SPDX-License-Identifier: Apache-2.0 */
/* A book of refusals, short enough to be looked through; what was written is taken off it afterwards, so that
 * nothing is lost when the store cannot write. */
#include "registry/refusals.h"

#include "base/clock.h"
#include "base/text.h"
#include "registry/commit.h"

#include <assert.h>
#include <stdlib.h>

static bool same(const struct refusal *a, const struct refusal *b)
{
    return strcmp(a->rule, b->rule) == 0 && name_equal(a->subject, b->subject) && span_equal(a->who, b->who);
}

static struct counted *find(struct refusal_book *book, const struct refusal *refusal)
{
    for (size_t i = 0; i < book->count; i++)
        if (same(&book->counted[i].last, refusal))
            return &book->counted[i];
    return NULL;
}

/* The texts are in one block that begins at the context. */
static struct counted *add(struct refusal_book *book, struct refusal refusal)
{
    char *at = memory_new(1, refusal.subject.context.len + refusal.subject.subject.len + refusal.who.len + 1);
    refusal.subject.context = span_keep(&at, refusal.subject.context);
    refusal.subject.subject = span_keep(&at, refusal.subject.subject);
    refusal.who = span_keep(&at, refusal.who);
    book->counted[book->count] = (struct counted){.last = refusal};
    return &book->counted[book->count++];
}

static struct counted *place(struct refusal_book *book, const struct refusal *refusal)
{
    struct refusal others = {.rule = refusal->rule, .who = SPAN("others")};
    struct counted *counted = find(book, refusal);
    if (!counted && book->count < REFUSALS_MAX)
        return add(book, *refusal);
    if (!counted)
        counted = find(book, &others);
    return counted ? counted : add(book, others);
}

static void count_rule(struct refusal_book *book, const char *rule)
{
    size_t i = 0;
    while (i < book->rule_count && strcmp(book->rules[i].rule, rule) != 0)
        i++;
    assert(i < RULES_REFUSING_MAX);
    if (i == book->rule_count)
        book->rules[book->rule_count++].rule = rule;
    book->rules[i].count++;
}

void registry_refused(struct registry *registry, const struct refusal *refusal)
{
    struct refusal_book *book = &registry->refusals;
    pthread_mutex_lock(&book->lock);
    struct counted *counted = place(book, refusal);
    counted->at = clock_now();
    counted->count++;
    if (counted->last.subject.subject.len) {
        counted->last.version = refusal->version;
        counted->last.id = refusal->id;
    }
    count_rule(book, refusal->rule);
    pthread_mutex_unlock(&book->lock);
}

const struct counted *registry_refusals(struct registry *registry, size_t *count, struct arena *arena)
{
    struct refusal_book *book = &registry->refusals;
    pthread_mutex_lock(&book->lock);
    struct counted *copies = arena_array(arena, book->count + 1, sizeof *copies);
    for (size_t i = 0; i < book->count; i++) {
        struct refusal *last = &copies[i].last;
        copies[i] = book->counted[i];
        last->subject.context = arena_copy(arena, last->subject.context);
        last->subject.subject = arena_copy(arena, last->subject.subject);
        last->who = arena_copy(arena, last->who);
    }
    *count = book->count;
    pthread_mutex_unlock(&book->lock);
    return copies;
}

size_t registry_refused_by(struct registry *registry, struct refused_by rules[RULES_REFUSING_MAX])
{
    struct refusal_book *book = &registry->refusals;
    pthread_mutex_lock(&book->lock);
    size_t count = book->rule_count;
    memcpy(rules, book->rules, sizeof book->rules);
    pthread_mutex_unlock(&book->lock);
    return count;
}

/* ---- to the store */

struct writing {
    const struct counted *counted;
    size_t count;
};

static bool decide(struct decision *decision, void *arg, struct error *err)
{
    const struct writing *writing = arg;
    (void)err;
    for (size_t i = 0; i < writing->count; i++) {
        const struct counted *counted = &writing->counted[i];
        struct change *change = decision_change(decision, CHANGE_REFUSED, counted->last.subject);
        struct origin *by = arena_alloc(decision->arena, sizeof *by);
        struct buffer body = {.arena = decision->arena};
        by->who = counted->last.who;
        change->by = by;
        change->at = counted->at;
        change->version = counted->last.version;
        change->id = counted->last.id;
        buffer_printf(&body, "{\"rule\":\"%s\",\"count\":%lld}", counted->last.rule,
                      (long long)counted->count);
        change->body = buffer_span(&body);
    }
    return true;
}

static void take_off(struct refusal_book *book, const struct writing *writing)
{
    size_t kept = 0;
    pthread_mutex_lock(&book->lock);
    for (size_t i = 0; i < writing->count; i++)
        find(book, &writing->counted[i].last)->count -= writing->counted[i].count;
    for (size_t i = 0; i < book->count; i++) {
        if (book->counted[i].count)
            book->counted[kept++] = book->counted[i];
        else
            free((char *)(uintptr_t)book->counted[i].last.subject.context.ptr);
    }
    book->count = kept;
    pthread_mutex_unlock(&book->lock);
}

bool refusals_write(struct registry *registry, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct decision decision = {.registry = registry, .arena = arena};
    struct writing writing;
    writing.counted = registry_refusals(registry, &writing.count, arena);
    if (!writing.count)
        return true;
    if (!registry_decide(&decision, decide, &writing, err))
        return false;
    take_off(&registry->refusals, &writing);
    return true;
}

void refusals_open(struct refusal_book *book)
{
    pthread_mutex_init(&book->lock, NULL);
}

void refusals_close(struct refusal_book *book)
{
    for (size_t i = 0; i < book->count; i++)
        free((char *)(uintptr_t)book->counted[i].last.subject.context.ptr);
    pthread_mutex_destroy(&book->lock);
}
