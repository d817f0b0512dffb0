/* SPDX-License-Identifier: Apache-2.0 */
/* Following aliases: before a handler runs, so that none of them knows. */
#include "api/alias.h"

/* The text itself where the subject is no alias. A bare target is in the context of the alias. */
struct span alias_target(const struct view *view, struct span text, struct arena *arena)
{
    struct name name = name_parse(text);
    struct span alias = view_settings_at(view, name).alias;
    if (!name.subject.len || !alias.len)
        return text;
    alias = arena_copy(arena, alias);
    if (span_starts(alias, SPAN(":.")))
        return alias;
    return name_text((struct name){arena_copy(arena, name.context), alias}, arena);
}

static void follow_query(struct call *call, const struct view *view)
{
    struct pair *pairs = arena_array(call->arena, call->query_count + 1, sizeof *pairs);
    for (size_t i = 0; i < call->query_count; i++) {
        pairs[i] = call->query[i];
        if (span_equal(pairs[i].name, SPAN("subject")))
            pairs[i].value = alias_target(view, pairs[i].value, call->arena);
    }
    call->query = pairs;
}

void alias_follow(struct call *call, const struct view *view)
{
    if (strstr(call->route->path, "/subjects/{subject}"))
        call->arg[0] = alias_target(view, call->arg[0], call->arena);
    else
        follow_query(call, view);
}
