/* SPDX-License-Identifier: Apache-2.0 */
/* Qualified names: reading, writing, ordering, judging them. */
#include "registry/name.h"

#include "base/limits.h"

struct name name_parse(struct span text)
{
    if (!span_starts(text, SPAN(":.")))
        return (struct name){SPAN(""), text};
    struct span rest = span_from(text, 1);
    const char *colon = memchr(rest.ptr, ':', rest.len);
    size_t len = colon ? (size_t)(colon - rest.ptr) : rest.len;
    struct name name = {span_first(rest, len), span_from(rest, len + 1)};
    if (name.context.len == 1)
        name.context.len = 0;
    return name;
}

struct span name_text(struct name name, struct arena *arena)
{
    if (!name.context.len)
        return arena_copy(arena, name.subject);
    return arena_printf(arena, ":%.*s:%.*s", SPAN_ARGS(name.context), SPAN_ARGS(name.subject));
}

struct span name_context_text(struct name name, struct arena *arena)
{
    return name.context.len ? arena_printf(arena, ":%.*s:", SPAN_ARGS(name.context)) : SPAN("");
}

/* U+0000 to U+001F and U+007F to U+009F; the latter are C2 80 to C2 9F in UTF-8. */
static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        unsigned char next = i + 1 < text.len ? (unsigned char)text.ptr[i + 1] : 0;
        if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && next >= 0x80 && next <= 0x9F))
            return true;
    }
    return false;
}

size_t name_size(struct name name)
{
    return name.context.len ? name.context.len + name.subject.len + 2 : name.subject.len;
}

static bool is_global(struct name name, const struct customs *customs)
{
    return !customs->no_global_scope && span_equal(name.context, SPAN(".__GLOBAL"));
}

bool name_valid_scope(struct name name)
{
    return name_size(name) <= SUBJECT_MAX && !has_control(name.context) && !has_control(name.subject) &&
           !span_equal(name.subject, SPAN("__GLOBAL")) && !span_equal(name.subject, SPAN("__EMPTY"));
}

bool name_valid(struct name name, const struct customs *customs)
{
    return name_valid_scope(name) && !is_global(name, customs) &&
           (name.subject.len || !customs->refuses_empty_subject);
}

bool name_always_set(struct name scope, const struct customs *customs)
{
    return is_global(scope, customs) || !(scope.context.len || scope.subject.len);
}

bool name_equal(struct name a, struct name b)
{
    return span_equal(a.subject, b.subject) && span_equal(a.context, b.context);
}

bool name_within(struct name name, struct name scope, const struct customs *customs)
{
    if (!scope.subject.len)
        return name_always_set(scope, customs) || span_equal(name.context, scope.context);
    return name_equal(name, scope);
}

struct name name_copy(struct name name, struct arena *arena)
{
    return (struct name){arena_copy(arena, name.context), arena_copy(arena, name.subject)};
}

/* The qualified text in pieces, so that ordering allocates nothing. */
struct pieces {
    struct span piece[4];
    size_t at, count;
};

static struct pieces pieces_of(struct name name)
{
    if (!name.context.len)
        return (struct pieces){.piece = {name.subject}, .count = 1};
    return (struct pieces){.piece = {SPAN(":"), name.context, SPAN(":"), name.subject}, .count = 4};
}

static struct span pieces_first(struct pieces *pieces)
{
    while (pieces->at < pieces->count && !pieces->piece[pieces->at].len)
        pieces->at++;
    return pieces->at < pieces->count ? pieces->piece[pieces->at] : (struct span){NULL, 0};
}

bool name_starts(struct name name, struct span prefix)
{
    struct pieces pieces = pieces_of(name);
    while (prefix.len) {
        struct span one = pieces_first(&pieces);
        size_t len = one.len < prefix.len ? one.len : prefix.len;
        if (!len || memcmp(one.ptr, prefix.ptr, len) != 0)
            return false;
        pieces.piece[pieces.at] = span_from(one, len);
        prefix = span_from(prefix, len);
    }
    return true;
}

int name_compare(struct name a, struct name b)
{
    if (span_equal(a.context, b.context))
        return span_compare(a.subject, b.subject);
    struct pieces left = pieces_of(a), right = pieces_of(b);
    for (;;) {
        struct span one = pieces_first(&left), other = pieces_first(&right);
        size_t len = one.len < other.len ? one.len : other.len;
        if (!len)
            return (one.len > 0) - (other.len > 0);
        int order = memcmp(one.ptr, other.ptr, len);
        if (order)
            return order;
        left.piece[left.at] = span_from(one, len);
        right.piece[right.at] = span_from(other, len);
    }
}
