/* SPDX-License-Identifier: Apache-2.0 */
/* Changing what is stored at a scope: the configuration, the mode. A read-only scope refuses configuration
 * but not a mode, else there were no way back. */
#include "registry/settings.h"

#include "base/text.h"
#include "registry/commit.h"
#include "registry/remove.h"

static const char *const mode_names[] = {
    [MODE_READWRITE] = "READWRITE",
    [MODE_READONLY] = "READONLY",
    [MODE_READONLY_OVERRIDE] = "READONLY_OVERRIDE",
    [MODE_IMPORT] = "IMPORT",
    [MODE_FORWARD] = "FORWARD",
};

static bool read_mode(const struct text *value, enum mode *mode)
{
    for (*mode = MODE_READWRITE; *mode <= MODE_FORWARD; (*mode)++)
        if (value->kind == TEXT_STRING && span_equal(value->string, span_of(mode_names[*mode])))
            return true;
    return false;
}

bool settings_read(struct span body, struct settings *settings, struct arena *arena)
{
    struct text value;
    struct text_failure failure;
    *settings = (struct settings){.mode = MODE_UNSET};
    if (!text_read(body, &text_rules_own, &value, &failure, arena))
        return false;
    const struct text *config = text_get(&value, SPAN("config")), *mode = text_get(&value, SPAN("mode"));
    return value.kind == TEXT_OBJECT && (!config || facets_read(config, settings)) &&
           (!mode || read_mode(mode, &settings->mode));
}

struct span settings_write(const struct settings *settings, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    if (!settings->has_config && !settings->mode)
        return (struct span){NULL, 0};
    buffer_byte(&out, '{');
    if (settings->has_config) {
        buffer_put(&out, SPAN("\"config\":"));
        facets_write(&out, settings);
    }
    if (settings->mode)
        buffer_printf(&out, "%s\"mode\":\"%s\"", settings->has_config ? "," : "", mode_names[settings->mode]);
    buffer_byte(&out, '}');
    return buffer_span(&out);
}

static bool wants_member(const struct setting *wanted)
{
    for (size_t i = 0; i < FACETS; i++)
        if (wanted->touched[i])
            return true;
    return false;
}

/* What is wanted of the configuration; setting the mode alone leaves it as it is. */
static bool wants_config(const struct setting *wanted)
{
    return wanted->drop_config || wants_member(wanted) || !wanted->set_mode;
}

static struct settings merge(struct settings settings, const struct setting *wanted)
{
    if (wanted->drop_config)
        settings = (struct settings){.mode = settings.mode};
    else if (wants_config(wanted))
        settings.has_config = true;
    for (size_t i = 0; i < FACETS; i++)
        if (wanted->touched[i])
            facet_copy(&settings, &wanted->config, &facets[i]);
    if (wanted->set_mode)
        settings.mode = wanted->mode;
    return settings;
}

static bool same(const struct settings *a, const struct settings *b, struct arena *arena)
{
    return span_equal(settings_write(a, arena), settings_write(b, arena));
}

/* The modes of the subjects in a context. Those of the default one do not stand together: the other contexts,
 * whose names begin with a colon, come between. */
static void clear_modes(struct decision *decision, struct span context)
{
    struct scope key = {.name.context = context};
    struct table_place place = table_seek(&decision->view->state.scopes, &key);
    const struct scope *scope;
    decision_rests_on_all_rules(decision);
    while ((scope = table_next(&place))) {
        bool here = span_equal(scope->name.context, context);
        /* Those of a named context stand together; among those of the default one stand all named ones. */
        if (!here && context.len)
            return;
        if (!here || !scope->name.subject.len || !scope->settings.mode)
            continue;
        struct name name = {context, arena_copy(decision->arena, scope->name.subject)};
        struct settings settings = scope->settings;
        settings.mode = MODE_UNSET;
        decision_change(decision, CHANGE_SETTINGS, name)->body = settings_write(&settings, decision->arena);
    }
}

struct setting_outcome {
    const struct setting *wanted;
    struct settings before, after;
};

/* Whether the scope is to be made ready; who is there already, or is forced, is not. */
static bool enters_import(const struct decision *decision, const struct setting *wanted)
{
    return wanted->set_mode && wanted->mode == MODE_IMPORT && !wanted->force &&
           view_settings(decision->view, wanted->scope).mode != MODE_IMPORT;
}

static bool decide(struct decision *decision, void *arg, struct error *err)
{
    struct setting_outcome *outcome = arg;
    struct name scope = outcome->wanted->scope;
    decision_rests_on_rules(decision, scope);
    struct settings stored = view_settings_at(decision->view, scope);
    outcome->before = settings_copy(&stored, decision->arena);
    outcome->after = merge(outcome->before, outcome->wanted);
    bool nothing_to_drop = outcome->wanted->drop_config && !outcome->before.has_config;
    if (wants_config(outcome->wanted) && !nothing_to_drop && !decision_may_write(decision, scope, err))
        return false;
    if (enters_import(decision, outcome->wanted)) {
        if (!remove_leftovers(decision, scope, err))
            return false;
        /* What went took its configuration along. */
        if (scope.subject.len && view_subject(decision->view, scope))
            outcome->after = (struct settings){.mode = MODE_IMPORT};
    }
    if (outcome->wanted->set_mode && outcome->wanted->recursive)
        clear_modes(decision, scope.context);
    if (same(&outcome->before, &outcome->after, decision->arena))
        return true;
    decision_change(decision, CHANGE_SETTINGS, scope)->body =
        settings_write(&outcome->after, decision->arena);
    return true;
}

bool registry_set(struct registry *registry, const struct setting *wanted, struct settings *before,
                  struct settings *after, struct arena *arena, struct error *err)
{
    struct setting_outcome outcome = {.wanted = wanted};
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by, .dry = wanted->dry};
    if (!registry_decide(&decision, decide, &outcome, err))
        return false;
    if (before)
        *before = outcome.before;
    if (after)
        *after = outcome.after;
    return true;
}
