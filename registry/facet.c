/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations member by member. */
#include "registry/metadata.h"
#include "registry/rules.h"
#include "registry/settings.h"

#include <stddef.h>

#define AT(field) offsetof(struct settings, field)

const struct facet facets[FACETS] = {
    {"alias", FACET_TEXT, AT(alias), false},
    {"aliasForDeks", FACET_TEXT, AT(alias_for_deks), false},
    {"normalize", FACET_TRUTH, AT(normalize), true},
    {"validateFields", FACET_TRUTH, AT(validate_fields), true},
    {"validateNewSchemas", FACET_TRUTH, AT(validate_new), true},
    {"validateRules", FACET_TRUTH, AT(validate_rules), true},
    {"compatibilityLevel", FACET_LEVEL, AT(level), false},
    {"compatibilityPolicy", FACET_POLICY, AT(policy), true},
    {"compatibilityGroup", FACET_TEXT, AT(group), true},
    {"defaultMetadata", FACET_METADATA, AT(default_metadata), false},
    {"overrideMetadata", FACET_METADATA, AT(override_metadata), false},
    {"defaultRuleSet", FACET_RULES, AT(default_rules), false},
    {"overrideRuleSet", FACET_RULES, AT(override_rules), false},
};

bool facet_is_set(const struct settings *settings, const struct facet *member)
{
    switch (member->kind) {
    case FACET_TRUTH: return *facet_truth(settings, member) != TRUTH_UNSET;
    case FACET_LEVEL: return settings->level != NULL;
    case FACET_TEXT:
    case FACET_POLICY:
    case FACET_METADATA:
    case FACET_RULES: return facet_span(settings, member)->ptr != NULL;
    }
    __builtin_unreachable();
}

void facet_copy(struct settings *to, const struct settings *from, const struct facet *member)
{
    if (member->kind == FACET_TRUTH)
        *facet_truth(to, member) = *facet_truth(from, member);
    else if (member->kind == FACET_LEVEL)
        to->level = from->level;
    else
        *facet_span(to, member) = *facet_span(from, member);
}

void facets_fill(struct settings *settings, const struct settings *top)
{
    for (size_t i = 0; i < FACETS; i++)
        if (facets[i].from_top && !facet_is_set(settings, &facets[i]))
            facet_copy(settings, top, &facets[i]);
}

static bool holds_span(const struct facet *member)
{
    return member->kind != FACET_TRUTH && member->kind != FACET_LEVEL;
}

size_t settings_spans(struct settings *settings, struct span *spans[FACETS])
{
    size_t count = 0;
    for (size_t i = 0; i < FACETS; i++)
        if (holds_span(&facets[i]))
            spans[count++] = facet_span(settings, &facets[i]);
    return count;
}

struct settings settings_copy(const struct settings *settings, struct arena *arena)
{
    struct settings copy = *settings;
    struct span *spans[FACETS];
    size_t count = settings_spans(&copy, spans);
    for (size_t i = 0; i < count; i++)
        if (spans[i]->ptr)
            *spans[i] = arena_copy(arena, *spans[i]);
    return copy;
}

struct span facet_policy(struct span name)
{
    static const struct span policies[] = {SPAN("STRICT"), SPAN("LENIENT"), SPAN("LOGICAL")};
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
        if (span_equal_case(name, policies[i]))
            return policies[i];
    return (struct span){NULL, 0};
}

static bool read_member(const struct text *value, const struct facet *member, struct settings *settings)
{
    switch (member->kind) {
    case FACET_TRUTH:
        *facet_truth(settings, member) = value->truth ? TRUTH_YES : TRUTH_NO;
        return value->kind == TEXT_BOOLEAN;
    case FACET_LEVEL:
        settings->level = value->kind == TEXT_STRING ? level_find(value->string) : NULL;
        return settings->level != NULL;
    case FACET_TEXT:
    case FACET_POLICY:
        *facet_span(settings, member) = value->string.ptr ? value->string : SPAN("");
        return value->kind == TEXT_STRING;
    case FACET_METADATA:
        *facet_span(settings, member) = value->source;
        return metadata_readable(value->source);
    case FACET_RULES: *facet_span(settings, member) = value->source; return rules_readable(value->source);
    }
    __builtin_unreachable();
}

bool facets_read(const struct text *config, struct settings *settings)
{
    settings->has_config = true;
    for (size_t i = 0; i < FACETS; i++) {
        const struct text *value = text_get(config, span_of(facets[i].name));
        if (value && !read_member(value, &facets[i], settings))
            return false;
    }
    return true;
}

static void put_member(struct buffer *out, const struct settings *settings, const struct facet *member)
{
    buffer_printf(out, "%s\"%s\":", out->ptr[out->len - 1] == '{' ? "" : ",", member->name);
    switch (member->kind) {
    case FACET_TRUTH:
        buffer_put(out, *facet_truth(settings, member) == TRUTH_YES ? SPAN("true") : SPAN("false"));
        return;
    case FACET_LEVEL: text_quote(out, span_of(settings->level->name)); return;
    case FACET_TEXT:
    case FACET_POLICY: text_quote(out, *facet_span(settings, member)); return;
    case FACET_METADATA:
    case FACET_RULES: buffer_put(out, *facet_span(settings, member)); return;
    }
}

void facets_write(struct buffer *out, const struct settings *settings)
{
    buffer_byte(out, '{');
    for (size_t i = 0; i < FACETS; i++)
        if (facet_is_set(settings, &facets[i]))
            put_member(out, settings, &facets[i]);
    buffer_byte(out, '}');
}
