/* SPDX-License-Identifier: Apache-2.0 */
/* /config: what a subject or a context asks of its schemas; the default context always has one. */
#include "api/body.h"
#include "api/dialect.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "registry/metadata.h"
#include "registry/rules.h"

/* The two ways to tell a configuration. */
struct telling {
    const char *level_word; /* the word for the level differs between reading and writing */
    bool empty_too;         /* a text that is empty is told */
};
static const struct telling stored_telling = {"compatibility", true};
static const struct telling found_telling = {"compatibilityLevel", false};

static void tell(struct reply *reply, const struct settings *settings, const struct facet *member,
                 const struct telling *telling)
{
    if (!facet_is_set(settings, member))
        return;
    switch (member->kind) {
    case FACET_TRUTH: reply_truth(reply, member->name, *facet_truth(settings, member) == TRUTH_YES); return;
    case FACET_LEVEL: reply_string(reply, telling->level_word, span_of(settings->level->name)); return;
    case FACET_TEXT:
    case FACET_POLICY:
        if (telling->empty_too || facet_span(settings, member)->len)
            reply_string(reply, member->name, *facet_span(settings, member));
        return;
    case FACET_METADATA:
    case FACET_RULES: reply_ready(reply, member->name, *facet_span(settings, member)); return;
    }
}

static bool answer(struct call *call, const struct settings *settings, const struct telling *telling,
                   struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    for (size_t i = 0; i < FACETS; i++)
        tell(reply, settings, &facets[i], telling);
    return reply_send(call, reply, err);
}

/* An entry of its own takes some members from the top level; who has none takes the nearest one whole. */
static void inherit(const struct view *view, struct name scope, struct settings *stored)
{
    const struct name around[] = {{.context = scope.context}, {.context = SPAN(".__GLOBAL")}};
    const struct customs *customs = view_customs(view);
    struct settings top = view_settings_at(view, (struct name){.context = SPAN("")});
    if (stored->has_config && scope.subject.len && !customs->entries_stand_alone)
        facets_fill(stored, &top);
    for (size_t i = 0; !stored->has_config && i < (customs->no_global_scope ? 1 : 2); i++)
        *stored = view_settings_at(view, around[i]);
}

/* The server's level where there is none; of an entry only if the client knows it so. */
static void fill_level(const struct call *call, const struct view *view, struct settings *stored)
{
    if (!stored->level && (!stored->has_config || call->dialect->fills_level))
        stored->level = view_default_level(view);
}

/* What is stored at the scope, or what stands in for it; the level is then the server's where it is unset. */
static bool get_scope(struct call *call, struct name scope, struct error *err)
{
    bool inherited = call_query_true(call, "defaultToGlobal");
    struct settings stored = view_settings_at(call->view, scope);
    if (!stored.has_config && !name_always_set(scope, &call->dialect->customs) && !inherited)
        return error_no_subject_config(err, name_text(scope, call->arena));
    if (inherited)
        inherit(call->view, scope, &stored);
    fill_level(call, call->view, &stored);
    return answer(call, &stored, &found_telling, err);
}

static bool read_rules(const struct call *call, const char *name, struct span *json, struct error *err)
{
    const struct rule_set *rules;
    struct loose loose = {call->body, call->arena, err};
    if (!rules_read(&loose, name, loose_member(call->json, name), &rules))
        return false;
    *json = rules_write(rules, call->arena);
    return true;
}

static bool read_metadata(const struct call *call, const char *name, struct span *json, struct error *err)
{
    const struct metadata *metadata;
    struct loose loose = {call->body, call->arena, err};
    if (!metadata_read(&loose, loose_member(call->json, name), &metadata))
        return false;
    *json = metadata_write(metadata, call->arena);
    return true;
}

static bool read_policy(const struct call *call, const char *name, struct span *policy, struct error *err)
{
    if (!body_string(call, name, policy, err))
        return false;
    *policy = facet_policy(*policy);
    return true;
}

static bool read_truth(const struct call *call, const char *name, enum truth *truth, struct error *err)
{
    bool has, value;
    if (!body_bool(call, name, &has, &value, err))
        return false;
    *truth = !has ? TRUTH_UNSET : value ? TRUTH_YES : TRUTH_NO;
    return true;
}

/* A level of no meaning is told once everything else could be read. */
static bool read_level(const struct call *call, const char *name, struct setting *wanted, bool *known,
                       struct error *err)
{
    struct span level;
    if (!body_string(call, name, &level, err))
        return false;
    wanted->config.level = level.ptr ? level_find(level) : NULL;
    *known = !level.ptr || wanted->config.level;
    return true;
}

static const char *word_sent(const struct facet *member)
{
    return member->kind == FACET_LEVEL ? "compatibility" : member->name;
}

static bool read_member(const struct call *call, size_t at, struct setting *wanted, bool *level_known,
                        struct error *err)
{
    const struct facet *member = &facets[at];
    const char *name = word_sent(member);
    struct span *span = facet_span(&wanted->config, member);
    switch (member->kind) {
    case FACET_TRUTH: return read_truth(call, name, facet_truth(&wanted->config, member), err);
    case FACET_LEVEL: return read_level(call, name, wanted, level_known, err);
    case FACET_TEXT: return body_string(call, name, span, err);
    case FACET_POLICY: return read_policy(call, name, span, err);
    case FACET_METADATA: return read_metadata(call, name, span, err);
    case FACET_RULES: return read_rules(call, name, span, err);
    }
    __builtin_unreachable();
}

static bool check_rules(const struct call *call, const char *name, struct error *err)
{
    const struct rule_set *rules;
    struct loose loose = {call->body, call->arena, err};
    return rules_read(&loose, name, loose_member(call->json, name), &rules) && rules_check(rules, err);
}

static bool read_setting(const struct call *call, struct setting *wanted, struct error *err)
{
    bool level_known = true;
    for (size_t i = 0; i < FACETS; i++) {
        if (!read_member(call, i, wanted, &level_known, err))
            return false;
        wanted->touched[i] = call->dialect->clears_by_null ? body_has(call, word_sent(&facets[i]))
                                                           : facet_is_set(&wanted->config, &facets[i]);
    }
    return (level_known || error_level_invalid(err)) && check_rules(call, "defaultRuleSet", err) &&
           check_rules(call, "overrideRuleSet", err);
}

/* What was sent, and words as they were typed. */
static bool answer_sent(struct call *call, const struct settings *sent, struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    for (size_t i = 0; i < FACETS; i++) {
        struct span typed = {NULL, 0};
        bool word = facets[i].kind == FACET_LEVEL || facets[i].kind == FACET_POLICY;
        if (word && !body_string(call, word_sent(&facets[i]), &typed, err))
            return false;
        if (typed.ptr)
            reply_string(reply, word_sent(&facets[i]), typed);
        else if (!word)
            tell(reply, sent, &facets[i], &stored_telling);
    }
    return reply_send(call, reply, err);
}

static bool put_scope(struct call *call, struct name scope, struct error *err)
{
    struct setting wanted = {.scope = scope, .by = call->origin};
    struct settings before, after;
    if (!read_setting(call, &wanted, err))
        return false;
    if (!name_valid_scope(scope))
        return error_subject_invalid(err, call->arg[0]);
    if (!registry_set(call->registry, &wanted, &before, &after, call->arena, err))
        return false;
    return call->dialect->clears_by_null ? answer(call, &after, &stored_telling, err)
                                         : answer_sent(call, &wanted.config, err);
}

static bool delete_scope(struct call *call, struct name scope, struct error *err)
{
    struct setting wanted = {.scope = scope, .drop_config = true, .dry = call_query_true(call, "dryRun"),
                             .by = call->origin};
    struct settings before, after;
    if (!registry_set(call->registry, &wanted, &before, &after, call->arena, err))
        return false;
    if (!name_always_set(scope, &call->dialect->customs) && !before.has_config)
        return error_subject_not_found(err, name_text(scope, call->arena));
    AUTO_VIEW view = registry_view(call->registry);     /* not before: a writer that waits holds no view */
    fill_level(call, view, &before);
    return answer(call, &before, &found_telling, err);
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
