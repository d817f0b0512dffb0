/* SPDX-License-Identifier: Apache-2.0 */
/* POST /subjects/{subject}/versions/{version}/tags: a version with other tags, metadata or rules becomes the
 * next one. The older way to say what a registration says of tags. */
#include "api/body.h"
#include "api/dialect.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "api/tags.h"
#include "registry/metadata.h"
#include "registry/references.h"
#include "registry/rules.h"

static const struct version *version_at(const struct view *view, struct name name, int number)
{
    const struct subject *subject = view_subject(view, name);
    const struct version *version = NULL;
    if (subject)
        version = number == LATEST_VERSION ? subject_latest(subject) : view_version(view, subject, number);
    return version && !version->row.hidden ? version : NULL;
}

/* What the default context lacks is looked for under the same name in every other one. */
static const struct version *find(const struct view *view, struct name name, int number)
{
    bool falls_through = !name.context.len;
    struct cursor contexts = view_contexts(view);
    const struct version *version;
    do
        version = version_at(view, name, number);
    while (!version && falls_through && cursor_context(&contexts, &name.context));
    return version;
}

static bool not_found(const struct call *call, const struct view *view, int number, struct error *err)
{
    const struct subject *subject = view_subject(view, call_arg_subject(call, 0));
    return subject && subject_live_count(subject) ? error_version_not_found(err, number)
                                                  : error_subject_not_found(err, call->arg[0]);
}

static bool read_names(const struct loose *loose, const struct text *list, const struct span **names,
                       size_t *count)
{
    return loose_set(loose, "rulesToRemove", list, names, count);
}

struct body {
    struct registration wanted;
    struct rule_changes changes;
    bool changes_rules, has_new;
    int new_version;
};

/* All types first. */
static bool read_body(const struct call *call, struct body *body, struct error *err)
{
    struct loose loose = {call->body, call->arena, err};
    const struct text *merge = loose_member(call->json, "rulesToMerge");
    const struct text *away = loose_member(call->json, "rulesToRemove");
    body->changes_rules = merge || away;
    return body_int(call, "newVersion", &body->has_new, &body->new_version, err) &&
           metadata_read(&loose, loose_member(call->json, "metadata"), &body->wanted.metadata) &&
           rules_read(&loose, "ruleSet", loose_member(call->json, "ruleSet"), &body->wanted.rules) &&
           rules_read(&loose, "rulesToMerge", merge, &body->changes.merge) &&
           read_names(&loose, away, &body->changes.remove, &body->changes.remove_count) &&
           tags_typed(call, "tagsToAdd", "tagsToRemove", err);
}

static bool check_rules(const struct body *body, struct error *err)
{
    if (body->changes_rules && body->wanted.rules)
        return error_rules_twice(err);
    return rules_check(body->changes.merge, err) && rules_check(body->wanted.rules, err);
}

/* The base of the new version; what is of a view is copied. */
static void take(const struct call *call, const struct version *version, struct body *body)
{
    const struct record *record = version->record;
    struct registration *wanted = &body->wanted;
    bool numbered = body->has_new && body->new_version > 0;
    wanted->type = arena_copy(call->arena, record->row.type);
    wanted->text = arena_copy(call->arena, record->row.text);
    wanted->references = references_copy(record->references, record->reference_count, call->arena);
    wanted->reference_count = record->reference_count;
    if (!wanted->metadata)
        wanted->metadata = metadata_stored(record->row.metadata, call->arena);
    wanted->version = numbered ? body->new_version : -1;
    body->changes.version = numbered ? body->new_version - 1 : LATEST_VERSION;
    wanted->rule_changes = body->changes_rules ? &body->changes : NULL;
}

bool post_subject_version_tags(struct call *call, struct error *err)
{
    int number;
    struct name name = call_arg_subject(call, 0);
    struct body body = {.wanted = {.subject = name, .plain = true, .derived = true, .by = call->origin}};
    struct registered got;
    AUTO_VIEW view = registry_view(call->registry);
    if (!read_body(call, &body, err))
        return false;
    if (!name_valid(name, &call->dialect->customs))
        return error_subject_invalid(err, call->arg[0]);
    if (!call_arg_version(call, 1, &number, err))
        return false;
    const struct version *version = find(view, name, number);
    if (!version)
        return not_found(call, view, number, err);
    if (!check_rules(&body, err) || !tags_read(call, "tagsToAdd", "tagsToRemove", &body.wanted, err))
        return false;
    take(call, version, &body);
    return registry_register(call->registry, &body.wanted, &got, call->arena, err) &&
           reply_registered(call, &got, err);
}
