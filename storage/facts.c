/* SPDX-License-Identifier: Apache-2.0 */
/* Facts under keys: a hash table, because batches put single facts, and only a replay asks for an order. */
#include "storage/facts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_ROOM = 64 };

static void *memory_or_end(void *memory)
{
    if (!memory) {
        fputs("schemad: out of memory\n", stderr);
        abort();
    }
    return memory;
}

/* FNV-1a. */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ at[i]) * 0x100000001b3;
    return hash;
}

static uint64_t hash_key(enum group group, struct span context, struct span subject, int number)
{
    uint64_t hash = hash_bytes(0xcbf29ce484222325, &group, sizeof group);
    hash = hash_bytes(hash, context.ptr, context.len);
    hash = hash_bytes(hash, ":", 1);
    hash = hash_bytes(hash, subject.ptr, subject.len);
    hash = hash_bytes(hash, &number, sizeof number);
    return hash ^ hash >> 32;
}

static bool same_key(const struct fact *a, const struct fact *b)
{
    return a->hash == b->hash && a->group == b->group && a->number == b->number &&
           span_equal(a->change.context, b->change.context) &&
           span_equal(a->change.subject, b->change.subject);
}

/* What points to the fact of that key, or to the end of its bucket. */
static struct fact **place_of(const struct facts *facts, const struct fact *key)
{
    struct fact **at = &facts->buckets[key->hash & (facts->room - 1)];
    while (*at && !same_key(*at, key))
        at = &(*at)->next;
    return at;
}

struct fact *facts_find_like(const struct facts *facts, const struct fact *fact)
{
    return facts->room ? *place_of(facts, fact) : NULL;
}

struct fact *facts_find(const struct facts *facts, enum group group, struct span context, struct span subject,
                        int number)
{
    struct fact key = {.group = group, .number = number, .hash = hash_key(group, context, subject, number),
                       .change = {.context = context, .subject = subject}};
    return facts_find_like(facts, &key);
}

struct fact *facts_record_of(const struct facts *facts, const struct change *change)
{
    return facts_find(facts, RECORDS, change->context, SPAN(""), change->id);
}

static void grow(struct facts *facts)
{
    size_t room = facts->room ? 2 * facts->room : FIRST_ROOM;
    struct fact **buckets = memory_or_end(calloc(room, sizeof(struct fact *)));
    for (size_t i = 0; i < facts->room; i++) {
        for (struct fact *fact = facts->buckets[i], *next; fact; fact = next) {
            next = fact->next;
            fact->next = buckets[fact->hash & (room - 1)];
            buckets[fact->hash & (room - 1)] = fact;
        }
    }
    free(facts->buckets);
    facts->buckets = buckets;
    facts->room = room;
}

void facts_swap(struct facts *facts, struct fact *out, struct fact *in)
{
    if (facts->count >= facts->room)
        grow(facts);
    struct fact **at = place_of(facts, out ? out : in);
    assert(*at == out);
    struct fact *rest = out ? out->next : NULL;
    if (in)
        in->next = rest;
    *at = in ? in : rest;
    facts->count = facts->count + (in != NULL) - (out != NULL);

    if (out && out->group == VERSIONS)
        facts_record_of(facts, &out->change)->holders--;
    if (in && in->group == VERSIONS)
        facts_record_of(facts, &in->change)->holders++;
    if (in && in->group == RECORDS)
        in->holders = out ? out->holders : 0;
}

struct fact *fact_new(enum group group, int number, struct change change)
{
    struct origin by = change.by ? *change.by : (struct origin){{0}, {0}, {0}};
    struct span *spans[CHANGE_SPANS_MAX + 3];
    size_t count = change_spans(&change, spans), size = 0;
    spans[count++] = &by.who;
    spans[count++] = &by.agent;
    spans[count++] = &by.why;
    for (size_t i = 0; i < count; i++)
        size += spans[i]->len;

    struct fact *fact = memory_or_end(calloc(1, sizeof *fact + size));
    char *at = fact->bytes;
    for (size_t i = 0; i < count; i++) {
        if (spans[i]->len)
            memcpy(at, spans[i]->ptr, spans[i]->len);
        spans[i]->ptr = at;
        at += spans[i]->len;
    }
    fact->group = group;
    fact->number = number;
    fact->hash = hash_key(group, change.context, change.subject, number);
    fact->by = by;
    if (change.by)
        change.by = &fact->by;
    fact->change = change;
    return fact;
}

static int compare(const void *left, const void *right)
{
    const struct fact *a = *(struct fact *const *)left, *b = *(struct fact *const *)right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->group == REMOVALS || a->group == PAST)   /* in the order in which it happened */
        return (a->number > b->number) - (a->number < b->number);
    int order = span_compare(a->change.context, b->change.context);
    order = order ? order : span_compare(a->change.subject, b->change.subject);
    return order ? order : (a->number > b->number) - (a->number < b->number);
}

struct fact **facts_sorted(const struct facts *facts, uint64_t since, size_t *count)
{
    struct fact **sorted = memory_or_end(calloc(facts->count + 1, sizeof(struct fact *)));
    *count = 0;
    for (size_t i = 0; i < facts->room; i++) {
        for (struct fact *fact = facts->buckets[i]; fact; fact = fact->next) {
            if (fact->change.seq > since)
                sorted[(*count)++] = fact;
        }
    }
    qsort(sorted, *count, sizeof(struct fact *), compare);
    return sorted;
}

void facts_clear(struct facts *facts)
{
    for (size_t i = 0; i < facts->room; i++) {
        for (struct fact *fact = facts->buckets[i], *next; fact; fact = next) {
            next = fact->next;
            free(fact);
        }
    }
    free(facts->buckets);
    *facts = (struct facts){0};
}
