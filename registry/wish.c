/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a wish in itself, in the order in which clients are told. */
#include "compat/letters.h"
#include "registry/associate.h"
#include "registry/wish.h"

#include "base/text.h"

bool wish_refused(const char *property, struct span detail, struct error *err)
{
    return error_association_invalid(err, property, detail);
}

/* The next character, and its unit of UTF-16 where it is one. */
static struct span next_character(struct span *text, unsigned *unit)
{
    unsigned char lead = (unsigned char)text->ptr[0];
    size_t len = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    struct span character = span_first(*text, len);
    *unit = len == 1 ? lead : len == 2 ? lead & 0x1Fu : lead & 0x0Fu;
    for (size_t i = 1; i < character.len; i++)
        *unit = *unit << 6 | ((unsigned char)character.ptr[i] & 0x3Fu);
    if (len == 4)
        *unit = 0;
    *text = span_from(*text, len);
    return character;
}

static bool check_name(const char *property, struct span name, struct arena *arena, struct error *err)
{
    struct span rest = name;
    unsigned unit;
    if (!name.len)
        return wish_refused(property, SPAN("cannot be null or empty"), err);
    if (text_units(name) > RESOURCE_NAME_MAX)
        return wish_refused(property, arena_printf(arena, "exceeds max length of %d", RESOURCE_NAME_MAX),
                            err);
    while (rest.len) {
        struct span character = next_character(&rest, &unit);
        if (!is_letter_or_digit(unit) && unit != '_' && unit != '-')
            return wish_refused(property,
                                arena_printf(arena, "illegal character '%.*s'", SPAN_ARGS(character)), err);
    }
    return true;
}

static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        bool upper = byte == 0xC2 && i + 1 < text.len && (unsigned char)text.ptr[i + 1] < 0xA0;
        if (byte < 0x20 || byte == 0x7F || upper)
            return true;
    }
    return false;
}

bool wish_frozen_fits(bool strong, enum truth frozen, struct arena *arena, struct error *err)
{
    if (!frozen || (frozen == TRUTH_YES) == strong)
        return true;
    return wish_refused("frozen",
                        arena_printf(arena, "association with lifecycle of %s cannot be frozen=%s",
                                     strong ? "STRONG" : "WEAK", frozen == TRUTH_YES ? "true" : "false"),
                        err);
}

bool wish_weak_schema(struct error *err)
{
    return wish_refused("lifecycle", SPAN("cannot be WEAK when schema is provided"), err);
}

bool wish_weak_subject(struct span subject, struct arena *arena, struct error *err)
{
    return wish_refused("subject", arena_printf(arena, "WEAK associations cannot use subject '%.*s'",
                                                SPAN_ARGS(subject)), err);
}

bool wish_strong_subject(struct span subject, struct arena *arena, struct error *err)
{
    return wish_refused("subject", arena_printf(arena, "frozen associations must use subject '%.*s'",
                                                SPAN_ARGS(subject)), err);
}

bool wish_without_subject(struct error *err)
{
    return wish_refused("subject", SPAN("must be provided for WEAK associations"), err);
}

/* A schema makes it strong; nothing makes it weak. */
static bool fill(struct wish *wish, struct arena *arena, struct error *err)
{
    if (wish->schema && wish->lifecycle == LIFECYCLE_WEAK)
        return wish_weak_schema(err);
    if (wish->schema && wish->frozen == TRUTH_NO)
        return wish_refused("frozen", SPAN("cannot be false when a schema is provided"), err);
    if (wish->schema)
        wish->lifecycle = LIFECYCLE_STRONG;
    else if (!wish->lifecycle)
        wish->lifecycle = LIFECYCLE_WEAK;
    bool strong = wish->lifecycle == LIFECYCLE_STRONG;
    if (!wish_frozen_fits(strong, wish->frozen, arena, err))
        return false;
    wish->frozen = strong ? TRUTH_YES : TRUTH_NO;
    return true;
}

/* What a new one may hold. */
static bool check_subject(const struct associating *wanted, const struct wish *wish, struct arena *arena,
                          struct error *err)
{
    bool strong = wish->lifecycle == LIFECYCLE_STRONG;
    struct name own = wish_default_subject(wanted, wish, arena);
    if (!wish->typed.ptr)
        return strong || wish_without_subject(err);
    if (strong == name_equal(wish->subject, own))
        return true;
    return strong ? wish_strong_subject(name_text(own, arena), arena, err)
                  : wish_weak_subject(name_text(own, arena), arena, err);
}

static bool check_wish(const struct associating *wanted, struct wish *wish, struct arena *arena,
                       struct error *err)
{
    if (wish->typed.ptr && (!wish->typed.len || has_control(wish->typed)))
        return wish_refused("subject", SPAN("must not be empty"), err);
    if (wanted->create && !fill(wish, arena, err))
        return false;
    if (!wish->part.ptr)
        wish->part = SPAN("value");
    if (!span_equal(wish->part, SPAN("key")) && !span_equal(wish->part, SPAN("value")))
        return wish_refused("associationType", SPAN("must be either 'key' or 'value'"), err);
    if (wish->lifecycle == LIFECYCLE_WEAK && wish->schema)
        return wish_weak_schema(err);
    if (wish->lifecycle == LIFECYCLE_WEAK && wish->frozen == TRUTH_YES)
        return wish_refused("frozen", SPAN("association with lifecycle of WEAK cannot be frozen"), err);
    return !wanted->create || check_subject(wanted, wish, arena, err);
}

struct name wish_default_subject(const struct associating *wanted, const struct wish *wish,
                                 struct arena *arena)
{
    return association_default_subject(wanted->resource_namespace, wanted->resource_name, wish->part, arena);
}

bool associating_names(struct associating *wanted, struct arena *arena, struct error *err)
{
    if (!check_name("resourceName", wanted->resource_name, arena, err) ||
        !check_name("resourceNamespace", wanted->resource_namespace, arena, err))
        return false;
    if (!wanted->dry && !wanted->resource_id.len)
        return wish_refused("resourceId", SPAN("cannot be null or empty"), err);
    if (wanted->resource_id.len > RESOURCE_ID_MAX)
        return wish_refused("resourceId", arena_printf(arena, "exceeds max length of %d", RESOURCE_ID_MAX),
                            err);
    if (!wanted->resource_type.len)
        wanted->resource_type = SPAN("topic");
    if (!span_equal(wanted->resource_type, SPAN("topic")))
        return wish_refused("resourceType", SPAN("must be 'topic'"), err);
    return true;
}

bool associating_check(struct associating *wanted, struct arena *arena, struct error *err)
{
    if (!associating_names(wanted, arena, err))
        return false;
    if (!wanted->count)
        return wish_refused("associations", SPAN("cannot be null or empty"), err);
    for (size_t i = 0; i < wanted->count; i++)
        if (!check_wish(wanted, &wanted->wishes[i], arena, err))
            return false;
    return true;
}
