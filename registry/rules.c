/* SPDX-License-Identifier: Apache-2.0 */
/* Rule sets: three lists of rules, in an order that counts. */
#include "registry/rules.h"

#include <assert.h>

static bool one_of(struct span word, const char *const *words)
{
    for (; *words; words++)
        if (span_equal(word, span_of(*words)))
            return true;
    return false;
}

/* A word of an enumeration; its case counts. */
static bool read_word(const struct loose *loose, const struct text *object, const char *name,
                      const char *const *words, const char *wanted, struct span fallback, struct span *word)
{
    if (!loose_string(loose, object, name, word))
        return false;
    if (!word->ptr) {
        *word = fallback;
        return true;
    }
    return one_of(*word, words) || loose_mistyped(loose, name, loose_member(object, name), wanted);
}

static bool read_rule(const struct loose *loose, const struct text *json, struct rule *rule)
{
    static const char *const kinds[] = {"TRANSFORM", "CONDITION", NULL};
    static const char *const modes[] = {"UPGRADE", "DOWNGRADE", "UPDOWN", "WRITE", "READ", "WRITEREAD", NULL};
    bool has;
    rule->missing = json->kind == TEXT_NULL;
    if (rule->missing)
        return true;
    if (json->kind != TEXT_OBJECT)
        return loose_mistyped(loose, "rule", json, "an object");
    return loose_string(loose, json, "name", &rule->name) && loose_string(loose, json, "doc", &rule->doc) &&
           read_word(loose, json, "kind", kinds, "one of TRANSFORM, CONDITION", SPAN("TRANSFORM"),
                     &rule->kind) &&
           read_word(loose, json, "mode", modes, "one of UPGRADE, DOWNGRADE, UPDOWN, WRITE, READ, WRITEREAD",
                     SPAN("WRITEREAD"), &rule->mode) &&
           loose_string(loose, json, "type", &rule->type) &&
           loose_set(loose, "tags", loose_member(json, "tags"), &rule->tags, &rule->tag_count) &&
           loose_map(loose, json, "params", false, &rule->params, &rule->param_count) &&
           loose_string(loose, json, "expr", &rule->expr) &&
           loose_string(loose, json, "onSuccess", &rule->on_success) &&
           loose_string(loose, json, "onFailure", &rule->on_failure) &&
           loose_truth(loose, json, "disabled", &has, &rule->disabled);
}

static bool read_list(const struct loose *loose, const struct text *json, const char *name,
                      const struct rule **rules, size_t *count)
{
    const struct text *list = loose_member(json, name);
    *rules = NULL;
    *count = 0;
    if (!list)
        return true;
    if (list->kind != TEXT_ARRAY)
        return loose_mistyped(loose, name, list, "an array");
    struct rule *read = arena_array(loose->arena, list->count + 1, sizeof *read);
    for (; *count < list->count; ++*count)
        if (!read_rule(loose, &list->items[*count], &read[*count]))
            return false;
    *rules = read;
    return true;
}

bool rules_read(const struct loose *loose, const char *name, const struct text *json,
                const struct rule_set **rules)
{
    static const char *const places[] = {"ALL", "CLIENT", "GATEWAY", "SERVER", "NONE", NULL};
    *rules = NULL;
    if (!json)
        return true;
    if (json->kind != TEXT_OBJECT)
        return loose_mistyped(loose, name, json, "an object");
    struct rule_set *read = arena_alloc(loose->arena, sizeof *read);
    *rules = read;
    return read_list(loose, json, "migrationRules", &read->migration, &read->migration_count) &&
           read_list(loose, json, "domainRules", &read->domain, &read->domain_count) &&
           read_list(loose, json, "encodingRules", &read->encoding, &read->encoding_count) &&
           read_word(loose, json, "enableAt", places, "one of ALL, CLIENT, GATEWAY, SERVER, NONE",
                     (struct span){NULL, 0}, &read->enable_at);
}

static bool read_stored(struct span json, const struct rule_set **rules, struct arena *arena)
{
    struct error err = {.arena = arena};
    struct loose loose;
    struct text value;
    *rules = NULL;
    return !json.len ||
           (loose_stored(json, &loose, &value, &err) && rules_read(&loose, "ruleSet", &value, rules));
}

bool rules_readable(struct span json)
{
    AUTO_ARENA arena = arena_new();
    const struct rule_set *rules;
    return read_stored(json, &rules, arena);
}

const struct rule_set *rules_stored(struct span json, struct arena *arena)
{
    const struct rule_set *rules;
    bool read = read_stored(json, &rules, arena);
    assert(read);
    return rules;
}

static void put_string(struct buffer *out, const char *name, struct span value)
{
    if (!value.len)
        return;
    buffer_printf(out, "%s\"%s\":", out->ptr[out->len - 1] == '{' ? "" : ",", name);
    text_quote(out, value);
}

static void put_tags(struct buffer *out, const struct rule *rule)
{
    for (size_t i = 0; i < rule->tag_count; i++) {
        buffer_put(out, i ? SPAN(",") : SPAN(",\"tags\":["));
        text_quote(out, rule->tags[i]);
    }
    if (rule->tag_count)
        buffer_byte(out, ']');
}

static void put_params(struct buffer *out, const struct rule *rule)
{
    for (size_t i = 0; i < rule->param_count; i++) {
        buffer_put(out, i ? SPAN(",") : SPAN(",\"params\":{"));
        text_quote(out, rule->params[i].key);
        buffer_byte(out, ':');
        text_quote(out, rule->params[i].values[0]);
    }
    if (rule->param_count)
        buffer_byte(out, '}');
}

static void put_rule(struct buffer *out, const struct rule *rule)
{
    buffer_byte(out, '{');
    put_string(out, "name", rule->name);
    put_string(out, "doc", rule->doc);
    put_string(out, "kind", rule->kind);
    put_string(out, "mode", rule->mode);
    put_string(out, "type", rule->type);
    put_tags(out, rule);
    put_params(out, rule);
    put_string(out, "expr", rule->expr);
    put_string(out, "onSuccess", rule->on_success);
    put_string(out, "onFailure", rule->on_failure);
    buffer_printf(out, ",\"disabled\":%s}", rule->disabled ? "true" : "false");
}

static void put_list(struct buffer *out, const char *name, const struct rule *rules, size_t count)
{
    if (!count)
        return;
    buffer_printf(out, "%s\"%s\":[", out->ptr[out->len - 1] == '{' ? "" : ",", name);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_byte(out, ',');
        put_rule(out, &rules[i]);
    }
    buffer_byte(out, ']');
}

struct span rules_write(const struct rule_set *rules, struct arena *arena)
{
    struct buffer out = {.arena = arena};
    if (!rules)
        return (struct span){NULL, 0};
    buffer_byte(&out, '{');
    put_list(&out, "migrationRules", rules->migration, rules->migration_count);
    put_list(&out, "domainRules", rules->domain, rules->domain_count);
    put_list(&out, "encodingRules", rules->encoding, rules->encoding_count);
    put_string(&out, "enableAt", rules->enable_at);
    buffer_byte(&out, '}');
    return buffer_span(&out);
}

static bool among(struct span name, const struct span *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal(name, names[i]))
            return true;
    return false;
}

static struct rule *keep_others(const struct rule *rules, size_t count, const struct span *names,
                                size_t names_count, size_t room, size_t *kept, struct arena *arena)
{
    struct rule *all = arena_array(arena, count + room + 1, sizeof *all);
    *kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!among(rules[i].name, names, names_count))
            all[(*kept)++] = rules[i];
    return all;
}

static const struct rule *unite_lists(const struct rule *a, size_t a_count, const struct rule *b,
                                      size_t b_count, size_t *count, struct arena *arena)
{
    struct span *names = arena_array(arena, b_count + 1, sizeof *names);
    for (size_t i = 0; i < b_count; i++)
        names[i] = b[i].name;
    struct rule *all = keep_others(a, a_count, names, b_count, b_count, count, arena);
    for (size_t i = 0; i < b_count; i++)
        all[(*count)++] = b[i];
    return all;
}

const struct rule_set *rules_unite(const struct rule_set *under, const struct rule_set *over,
                                   struct arena *arena)
{
    if (!under || !over)
        return under ? under : over;
    struct rule_set *united = arena_alloc(arena, sizeof *united);
    united->migration = unite_lists(under->migration, under->migration_count, over->migration,
                                    over->migration_count, &united->migration_count, arena);
    united->domain = unite_lists(under->domain, under->domain_count, over->domain, over->domain_count,
                                 &united->domain_count, arena);
    united->encoding = unite_lists(under->encoding, under->encoding_count, over->encoding,
                                   over->encoding_count, &united->encoding_count, arena);
    united->enable_at = over->enable_at.ptr ? over->enable_at : under->enable_at;
    return united;
}

const struct rule_set *rules_without(const struct rule_set *rules, const struct span *names, size_t count,
                                     struct arena *arena)
{
    if (!rules || !count)
        return rules;
    struct rule_set *left = arena_alloc(arena, sizeof *left);
    left->migration =
        keep_others(rules->migration, rules->migration_count, names, count, 0, &left->migration_count, arena);
    left->domain =
        keep_others(rules->domain, rules->domain_count, names, count, 0, &left->domain_count, arena);
    left->encoding =
        keep_others(rules->encoding, rules->encoding_count, names, count, 0, &left->encoding_count, arena);
    left->enable_at = rules->enable_at;
    return left;
}
