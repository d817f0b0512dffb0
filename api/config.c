/* SPDX-License-Identifier: Apache-2.0 */
/* /config: the level and its companions, of a subject or of the default context, which always has one. */
#include "api/body.h"
#include "api/handlers.h"
#include "api/reply.h"

/* What a configuration may hold beside `compatibility` and `normalize`; a null asks for what holds anyway. */
static const char *const later[] = {
    "alias", "aliasForDeks", "validateFields", "validateNewSchemas", "validateRules", "compatibilityPolicy",
    "compatibilityGroup", "defaultMetadata", "overrideMetadata", "defaultRuleSet", "overrideRuleSet",
};

/* Of what is stored; the word for the level differs between reading and writing. */
static bool answer(struct call *call, const struct settings *stored, const char *level_word,
                   const struct level *level, struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    if (stored->has_normalize)
        reply_truth(reply, "normalize", stored->normalize);
    if (level)
        reply_string(reply, level_word, span_of(level->name));
    return reply_send(call, reply, err);
}

/* What is stored at the scope, or what stands in for it; the level is then the server's where it is unset. */
static bool get_scope(struct call *call, struct name scope, struct error *err)
{
    bool inherited = call_query_true(call, "defaultToGlobal");
    struct settings stored = view_settings_at(call->view, scope);
    struct settings around = view_settings_at(call->view, (struct name){.context = scope.context});
    if (!stored.has_config && scope.subject.len && !inherited)
        return error_no_subject_config(err, name_text(scope, call->arena));
    if (!stored.has_config || (inherited && !stored.has_normalize))
        stored = around;
    return answer(call, &stored, "compatibilityLevel", view_settings(call->view, scope).level, err);
}

static bool read_setting(const struct call *call, struct setting *wanted, struct error *err)
{
    struct span level;
    if (!body_bool(call, "normalize", &wanted->has_normalize, &wanted->normalize, err) ||
        !body_string(call, "compatibility", &level, err))
        return false;
    wanted->set_normalize = body_has(call, "normalize");
    wanted->set_level = body_has(call, "compatibility");
    if (level.ptr && !(wanted->level = level_find(level)))
        return error_level_invalid(err);
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (!body_refuse(call, later[i], err))
            return false;
    return true;
}

static bool put_scope(struct call *call, struct name scope, struct error *err)
{
    struct setting wanted = {.scope = scope, .by = call->origin};
    struct settings before, after;
    if (!read_setting(call, &wanted, err))
        return false;
    if (!name_valid(scope))
        return error_subject_invalid(err, call->arg[0]);
    return registry_set(call->registry, &wanted, &before, &after, call->arena, err) &&
           answer(call, &after, "compatibility", after.level, err);
}

static bool delete_scope(struct call *call, struct name scope, struct error *err)
{
    struct setting wanted = {.scope = scope, .drop_config = true, .by = call->origin};
    struct settings before, after;
    AUTO_VIEW view = registry_view(call->registry);
    const struct level *level = view_settings(view, scope).level;
    if (!registry_set(call->registry, &wanted, &before, &after, call->arena, err))
        return false;
    if (scope.subject.len && !before.has_config)
        return error_subject_not_found(err, name_text(scope, call->arena));
    return answer(call, &before, "compatibilityLevel", before.level ? before.level : level, err);
}

bool get_config(struct call *call, struct error *err)
{
    return get_scope(call, (struct name){0}, err);
}

bool put_config(struct call *call, struct error *err)
{
    return put_scope(call, (struct name){0}, err);
}

bool delete_config(struct call *call, struct error *err)
{
    return delete_scope(call, (struct name){0}, err);
}

bool get_subject_config(struct call *call, struct error *err)
{
    struct name scope;
    return call_arg_subject(call, 0, &scope, err) && get_scope(call, scope, err);
}

bool put_subject_config(struct call *call, struct error *err)
{
    struct name scope;
    return call_arg_subject(call, 0, &scope, err) && put_scope(call, scope, err);
}

bool delete_subject_config(struct call *call, struct error *err)
{
    struct name scope;
    return call_arg_subject(call, 0, &scope, err) && delete_scope(call, scope, err);
}
