/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader: recursive descent over spans. Depth is bounded before it is entered, and duplicate names
 * are found through a hash table. */
#include "base/text.h"

#include "base/limits.h"
#include "base/random.h"
#include "base/text_scan.h"

#include <stdlib.h>

const struct text_rules text_rules_body = {
    .duplicates_last = true, .surrogates_replaced = true, .rest_ignored = true};
const struct text_rules text_rules_avro = {
    .comments = true, .duplicates_last = true, .surrogates_replaced = true, .rest_controls = true};
const struct text_rules text_rules_event = {
    .nul_refused = true, .scalars_nest = true, .unbounded = true, .depth_max = EVENT_DEPTH_MAX};

const struct text_rules text_rules_own = {.unbounded = true};

static bool read_value(struct scan *r, unsigned depth, size_t place);

/* A new last place on the pile. Whoever reads a value reads it into its place: values are too large to be
 * carried about. The pile moves as it grows, so a place is a number. */
static size_t pile_push(struct scan *r)
{
    if (r->pile_used == r->pile_room) {
        r->pile_room = r->pile_room ? 2 * r->pile_room : 32;
        r->pile = reallocarray(r->pile, r->pile_room, sizeof *r->pile);
        if (!r->pile)
            abort();
    }
    r->pile[r->pile_used] = (struct text_member){0};
    return r->pile_used++;
}

static void take_items(struct scan *r, size_t base, struct text *value)
{
    value->kind = TEXT_ARRAY;
    value->count = r->pile_used - base;
    struct text *items = arena_array(r->arena, value->count, sizeof *items);
    for (size_t i = 0; i < value->count; i++)
        items[i] = r->pile[base + i].value;
    value->items = items;
    r->pile_used = base;
}

static bool read_array(struct scan *r, unsigned depth, size_t place)
{
    size_t base = r->pile_used;
    r->at++;
    if (!scan_skip_space(r))
        return false;
    if (r->at == r->end)
        return scan_fail(r, TEXT_TRUNCATED);
    while (!scan_peek(r, ']')) {
        if (!read_value(r, depth + 1, pile_push(r)) || !scan_skip_space(r))
            return false;
        if (scan_peek(r, ']'))
            break;
        if (!scan_peek(r, ','))
            return scan_fail_here(r);
        r->at++;
        if (!scan_skip_space(r))
            return false;
        if (scan_peek(r, ']'))
            return scan_fail(r, TEXT_BAD);
    }
    r->at++;
    take_items(r, base, &r->pile[place].value);
    return true;
}

/* The names of one object that is being read. Most are told to be new by a bit alone. Otherwise those of a
 * small object are compared one by one; larger ones get a table of places on the pile, so that twenty
 * thousand members cost twenty thousand steps. */
struct names {
    size_t base;
    uint64_t seen, key;
    size_t *table, room;        /* 0: empty, else place - base + 1 */
};

enum { NAMES_COMPARED = 32 };

/* Multiplied and folded, from a key that is drawn for each table: who sends a text cannot know which of its
 * names will meet. */
static size_t name_hash(uint64_t key, struct span name)
{
    uint64_t hash = key ^ name.len;
    for (size_t i = 0; i < name.len; i += sizeof hash) {
        uint64_t word = 0;
        memcpy(&word, name.ptr + i, name.len - i < sizeof word ? name.len - i : sizeof word);
        unsigned __int128 product = (unsigned __int128)(hash ^ word) * 0x9e3779b97f4a7c15u;
        hash = (uint64_t)product ^ (uint64_t)(product >> 64) ^ key;
    }
    return (size_t)hash;
}

static size_t *names_slot(const struct scan *r, const struct names *names, struct span name)
{
    size_t at = name_hash(names->key, name) & (names->room - 1);
    while (names->table[at] && !span_equal(r->pile[names->base + names->table[at] - 1].name, name))
        at = (at + 1) & (names->room - 1);
    return &names->table[at];
}

static void names_grow(const struct scan *r, struct names *names, size_t count)
{
    if (names->room >= 2 * (count + 1))
        return;
    free(names->table);
    if (!names->key)
        random_bytes(&names->key, sizeof names->key);
    names->room = 64;
    while (names->room < 4 * (count + 1))
        names->room *= 2;
    names->table = calloc(names->room, sizeof *names->table);
    if (!names->table)
        abort();
    for (size_t i = 0; i < count; i++)
        *names_slot(r, names, r->pile[names->base + i].name) = i + 1;
}

/* The first place of the object with the name that this place has: this one, unless it is there twice. */
static size_t names_first(const struct scan *r, struct names *names, size_t place)
{
    struct span name = r->pile[place].name;
    uint64_t bit = (uint64_t)1 << (text_tag(name) & 63), seen = names->seen;
    names->seen |= bit;
    if (place - names->base < NAMES_COMPARED) {
        size_t first = seen & bit ? names->base : place;
        while (first < place && !span_equal(r->pile[first].name, name))
            first++;
        return first;
    }
    names_grow(r, names, place - names->base);
    size_t *slot = names_slot(r, names, name);
    if (!*slot)
        *slot = place - names->base + 1;
    return names->base + *slot - 1;
}

static bool read_member(struct scan *r, unsigned depth, struct names *names)
{
    if (!scan_peek(r, '"'))
        return scan_fail_here(r);
    const char *name_at = r->at;
    size_t place = pile_push(r);
    if (!scan_string(r, TEXT_NAME_MAX, &r->pile[place].name) || !scan_skip_space(r))
        return false;
    if (!scan_peek(r, ':'))
        return scan_fail_here(r);
    r->at++;
    if (!read_value(r, depth + 1, place) || !scan_skip_space(r))
        return false;
    size_t first = names_first(r, names, place);
    if (first == place)
        return true;
    if (!r->rules->duplicates_last)
        return scan_fail_at(r, TEXT_DUPLICATE, name_at);
    r->pile[first].value = r->pile[place].value;
    r->pile_used = place;
    return true;
}

static bool read_members(struct scan *r, unsigned depth, struct names *names)
{
    r->at++;
    if (!scan_skip_space(r))
        return false;
    if (scan_peek(r, '}')) {
        r->at++;
        return true;
    }
    for (;;) {
        if (!read_member(r, depth, names))
            return false;
        if (scan_peek(r, '}')) {
            r->at++;
            return true;
        }
        if (!scan_peek(r, ','))
            return scan_fail_here(r);
        r->at++;
        if (!scan_skip_space(r))
            return false;
    }
}

static void take_members(struct scan *r, size_t base, struct text *value)
{
    value->kind = TEXT_OBJECT;
    value->count = r->pile_used - base;
    struct text_member *members = arena_array(r->arena, value->count, sizeof *members);
    uint8_t *tags = arena_alloc(r->arena, value->count + STRIDE);
    for (size_t i = 0; i < value->count; i++) {
        members[i] = r->pile[base + i];
        tags[i] = text_tag(members[i].name);
    }
    value->members = members;
    value->tags = tags;
    r->pile_used = base;
}

static bool read_object(struct scan *r, unsigned depth, size_t place)
{
    struct names names = {.base = r->pile_used};
    bool read = read_members(r, depth, &names);
    free(names.table);
    if (read)
        take_members(r, names.base, &r->pile[place].value);
    return read;
}

static bool read_kind(struct scan *r, unsigned depth, size_t place)
{
    char first = *r->at;
    bool nests = first == '{' || first == '[' || r->rules->scalars_nest;
    if (nests && depth > r->depth_max)
        return scan_fail(r, TEXT_TOO_DEEP);
    if (first == '{')
        return read_object(r, depth, place);
    if (first == '[')
        return read_array(r, depth, place);
    struct text *value = &r->pile[place].value;
    if (first == '"') {
        value->kind = TEXT_STRING;
        return scan_string(r, TEXT_STRING_MAX, &value->string);
    }
    if (first == '-' || (first >= '0' && first <= '9'))
        return scan_number(r, value);
    return scan_word(r, value);
}

static bool read_value(struct scan *r, unsigned depth, size_t place)
{
    if (!scan_skip_space(r))
        return false;
    if (r->at == r->end)
        return scan_fail(r, r->rules->scalars_nest && depth > r->depth_max ? TEXT_TOO_DEEP : TEXT_TRUNCATED);
    if (++r->values > TEXT_VALUES_MAX && !r->rules->unbounded)
        return scan_fail(r, TEXT_TOO_MANY);
    const char *from = r->at;
    if (!read_kind(r, depth, place))
        return false;
    r->pile[place].value.source = (struct span){from, (size_t)(r->at - from)};
    return true;
}

/* What may follow the value. */
static bool read_rest(struct scan *r)
{
    if (r->rules->rest_ignored)
        return true;
    const char *from = r->at;
    if (r->rules->rest_controls) {
        while (r->at < r->end && (unsigned char)*r->at <= 0x20)
            r->at++;
    } else if (!scan_skip_space(r)) {
        return false;
    }
    if (r->at == r->end)
        return true;
    r->failure->rest = (struct span){from, (size_t)(r->end - from)};
    return scan_fail(r, TEXT_TRAILING);
}

static bool read_whole(struct scan *r)
{
    struct span bytes = {r->start, (size_t)(r->end - r->start)};
    if (span_starts(bytes, SPAN("\xef\xbb\xbf")))
        return scan_fail(r, TEXT_BYTE_ORDER_MARK);
    if (!text_is_utf8(bytes))
        return scan_fail(r, TEXT_INVALID_UTF8);
    if (!scan_skip_space(r))
        return false;
    if (r->at == r->end)
        return scan_fail(r, TEXT_EMPTY);
    return read_value(r, 1, pile_push(r)) && read_rest(r);
}

bool text_read(struct span bytes, const struct text_rules *rules, struct text *value,
               struct text_failure *failure, struct arena *arena)
{
    const char *start = bytes.ptr ? bytes.ptr : "";
    *failure = (struct text_failure){0};
    *value = (struct text){0};
    struct scan r = {
        .start = start, .at = start, .end = start + bytes.len, .rules = rules, .failure = failure,
        .arena = arena, .depth_max = rules->depth_max ? rules->depth_max : TEXT_DEPTH_MAX,
    };
    bool read = read_whole(&r);
    if (read)
        *value = r.pile[0].value;
    free(r.pile);
    return read;
}
