/* SPDX-License-Identifier: Apache-2.0 */
/* One complaint for all that is wrong with a member: its name, and what it is not. */
#include "api/strict.h"

#include "api/body.h"
#include "base/moment.h"

static bool check_member(const struct text_member *member, const struct strict_member *members, size_t count,
                         struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!span_equal(member->name, span_of(members[i].name)))
            continue;
        return member->value.kind == members[i].kind ||
               error_retention_request(err, arena_printf(err->arena, "'%s' is not %s", members[i].name,
                                                         body_kinds[members[i].kind]));
    }
    struct span name = member->name;
    return error_retention_request(err, arena_printf(err->arena, "unknown member '%.*s'", SPAN_ARGS(name)));
}

bool strict_read(struct call *call, const struct strict_member *members, size_t count, struct error *err)
{
    struct text *json = arena_alloc(call->arena, sizeof *json);
    struct text_failure failure;
    call->json = json;
    if (!text_read(call->body, &text_rules_body, json, &failure, call->arena)) {
        *json = (struct text){.kind = TEXT_OBJECT};     /* nothing is an object without members */
        if (failure.fault == TEXT_EMPTY)
            return true;
        return error_bad_request(err, text_failure_message(&failure, call->body, call->arena));
    }
    if (json->kind != TEXT_OBJECT)
        return error_retention_request(err, SPAN("the body is not an object"));
    for (size_t i = 0; i < json->count; i++)
        if (!check_member(&json->members[i], members, count, err))
            return false;
    return true;
}

const struct text *strict_member(const struct call *call, const char *name)
{
    return text_get(call->json, span_of(name));
}

bool strict_moment(const struct call *call, const char *name, int64_t *ms, struct error *err)
{
    const struct text *value = strict_member(call, name);
    if (!value)
        return error_retention_request(err, arena_printf(err->arena, "'%s' is missing", name));
    return moment_read(value->string, MOMENT_RFC3339, ms) ||
           error_retention_request(err, arena_printf(err->arena, "'%s' is not an RFC 3339 time", name));
}
