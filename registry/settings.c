/* SPDX-License-Identifier: Apache-2.0 */
/* Changing what is stored at a scope: level and normalize, the mode. A read-only scope refuses configuration
 * but not a mode, else there were no way back. */
#include "registry/settings.h"

#include "base/text.h"
#include "registry/commit.h"

static const char *const mode_names[] = {
    [MODE_READWRITE] = "READWRITE",
    [MODE_READONLY] = "READONLY",
};

static bool read_mode(const struct text *value, enum mode *mode)
{
    for (*mode = MODE_READWRITE; *mode <= MODE_READONLY; (*mode)++)
        if (value->kind == TEXT_STRING && span_equal(value->string, span_of(mode_names[*mode])))
            return true;
    return false;
}

static bool read_config(const struct text *config, struct settings *settings)
{
    const struct text *level = text_get(config, SPAN("compatibilityLevel"));
    const struct text *normalize = text_get(config, SPAN("normalize"));
    settings->has_config = true;
    if (level)
        settings->level = level->kind == TEXT_STRING ? level_find(level->string) : NULL;
    settings->has_normalize = normalize;
    settings->normalize = normalize && normalize->truth;
    return !level || settings->level;
}

bool settings_read(struct span body, struct settings *settings)
{
    AUTO_ARENA arena = arena_new();
    struct text value;
    struct text_failure failure;
    *settings = (struct settings){.mode = MODE_UNSET};
    if (!text_read(body, &text_rules_event, &value, &failure, arena))
        return false;
    const struct text *config = text_get(&value, SPAN("config")), *mode = text_get(&value, SPAN("mode"));
    return value.kind == TEXT_OBJECT && (!config || read_config(config, settings)) &&
           (!mode || read_mode(mode, &settings->mode));
}

static void put_config(struct buffer *out, const struct settings *settings)
{
    buffer_put(out, SPAN("\"config\":{"));
    if (settings->level)
        buffer_printf(out, "\"compatibilityLevel\":\"%s\"", settings->level->name);
    if (settings->has_normalize)
        buffer_printf(out, "%s\"normalize\":%s", settings->level ? "," : "",
                      settings->normalize ? "true" : "false");
    buffer_byte(out, '}');
}

struct span settings_write(const struct settings *settings, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    if (!settings->has_config && !settings->mode)
        return (struct span){NULL, 0};
    buffer_byte(&out, '{');
    if (settings->has_config)
        put_config(&out, settings);
    if (settings->mode)
        buffer_printf(&out, "%s\"mode\":\"%s\"", settings->has_config ? "," : "", mode_names[settings->mode]);
    buffer_byte(&out, '}');
    return buffer_span(&out);
}

/* What is wanted of the configuration; setting the mode alone leaves it as it is. */
static bool wants_config(const struct setting *wanted)
{
    return wanted->drop_config || wanted->set_level || wanted->set_normalize || !wanted->set_mode;
}

static struct settings merge(struct settings settings, const struct setting *wanted)
{
    if (wanted->drop_config)
        settings = (struct settings){.mode = settings.mode};
    else if (wants_config(wanted))
        settings.has_config = true;
    if (wanted->set_level)
        settings.level = wanted->level;
    if (wanted->set_normalize) {
        settings.has_normalize = wanted->has_normalize;
        settings.normalize = wanted->has_normalize && wanted->normalize;
    }
    if (wanted->set_mode)
        settings.mode = wanted->mode;
    return settings;
}

static bool same(const struct settings *a, const struct settings *b)
{
    return a->level == b->level && a->has_normalize == b->has_normalize && a->normalize == b->normalize &&
           a->mode == b->mode && a->has_config == b->has_config;
}

/* The modes of the subjects in a context. Those of the default one do not stand together: the other contexts,
 * whose names begin with a colon, come between. */
static void clear_modes(struct decision *decision, struct span context)
{
    struct scope key = {.name.context = context};
    struct table_place place = table_seek(&decision->view->state.scopes, &key);
    const struct scope *scope;
    decision_rests_on_all_rules(decision);
    while ((scope = table_next(&place)) && (!context.len || span_equal(scope->name.context, context))) {
        if (!span_equal(scope->name.context, context) || !scope->name.subject.len || !scope->settings.mode)
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

static bool decide(struct decision *decision, void *arg, struct error *err)
{
    struct setting_outcome *outcome = arg;
    struct name scope = outcome->wanted->scope;
    decision_rests_on_rules(decision, scope);
    outcome->before = view_settings_at(decision->view, scope);
    outcome->after = merge(outcome->before, outcome->wanted);
    bool nothing_to_drop = outcome->wanted->drop_config && !outcome->before.has_config;
    if (wants_config(outcome->wanted) && !nothing_to_drop && !decision_may_write(decision, scope, err))
        return false;
    if (outcome->wanted->set_mode && outcome->wanted->recursive)
        clear_modes(decision, scope.context);
    if (same(&outcome->before, &outcome->after))
        return true;
    decision_change(decision, CHANGE_SETTINGS, scope)->body =
        settings_write(&outcome->after, decision->arena);
    return true;
}

bool registry_set(struct registry *registry, const struct setting *wanted, struct settings *before,
                  struct settings *after, struct arena *arena, struct error *err)
{
    struct setting_outcome outcome = {.wanted = wanted};
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by};
    if (!registry_decide(&decision, decide, &outcome, err))
        return false;
    if (before)
        *before = outcome.before;
    if (after)
        *after = outcome.after;
    return true;
}
