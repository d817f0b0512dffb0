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

/* An entry of its own takes only `normalize` from the top level; who has none takes the nearest one whole. */
static void inherit(const struct view *view, struct name scope, struct settings *stored)
{
    const struct name around[] = {{.context = scope.context}, {.context = SPAN(".__GLOBAL")}};
    struct settings top = view_settings_at(view, (struct name){.context = SPAN("")});
    if (stored->has_config && !stored->has_normalize && scope.subject.len) {
        stored->has_normalize = top.has_normalize;
        stored->normalize = top.normalize;
    }
    for (size_t i = 0; !stored->has_config && i < sizeof around / sizeof *around; i++)
        *stored = view_settings_at(view, around[i]);
}

/* What is stored at the scope, or what stands in for it; the level is then the server's where it is unset. */
static bool get_scope(struct call *call, struct name scope, struct error *err)
{
    bool inherited = call_query_true(call, "defaultToGlobal");
    struct settings stored = view_settings_at(call->view, scope);
    if (!stored.has_config && !name_always_set(scope) && !inherited)
        return error_no_subject_config(err, name_text(scope, call->arena));
    if (inherited)
        inherit(call->view, scope, &stored);
    const struct level *level = stored.level ? stored.level : view_default_level(call->view);
    return answer(call, &stored, "compatibilityLevel", level, err);
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
    if (!name_valid_scope(scope))
        return error_subject_invalid(err, call->arg[0]);
    return registry_set(call->registry, &wanted, &before, &after, call->arena, err) &&
           answer(call, &after, "compatibility", after.level, err);
}

static bool delete_scope(struct call *call, struct name scope, struct error *err)
{
    struct setting wanted = {.scope = scope, .drop_config = true, .by = call->origin};
    struct settings before, after;
    AUTO_VIEW view = registry_view(call->registry);
    const struct level *level = view_default_level(view);
    if (!name_always_set(scope) && !view_settings_at(view, scope).has_config)
        return error_subject_not_found(err, name_text(scope, call->arena));
    if (!registry_set(call->registry, &wanted, &before, &after, call->arena, err))
        return false;
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
    return get_scope(call, call_arg_subject(call, 0), err);
}

bool put_subject_config(struct call *call, struct error *err)
{
    return put_scope(call, call_arg_subject(call, 0), err);
}

bool delete_subject_config(struct call *call, struct error *err)
{
    return delete_scope(call, call_arg_subject(call, 0), err);
}
