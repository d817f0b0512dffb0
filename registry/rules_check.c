/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a rule set that a client sends: list by list, the first fault is the whole message. */
#include "compat/letters.h"
#include "registry/rules.h"

#include "base/limits.h"

/* One list, and the modes its rules may have. */
struct kind_of_list {
    const char *modes[3];
    bool (*refuse)(struct error *err);
};

static bool refuse_migration(struct error *err)
{
    return error_rule_mode_migration(err);
}

static bool refuse_domain(struct error *err)
{
    return error_rule_mode_domain(err);
}

static bool refuse_encoding(struct error *err)
{
    return error_rule_mode_encoding(err);
}

/* The next unit of UTF-16, as far as it is one of the basic plane; else no letter. */
static unsigned next_unit(struct span *text)
{
    unsigned char lead = (unsigned char)text->ptr[0];
    size_t len = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned unit = len == 1 ? lead : len == 2 ? lead & 0x1Fu : lead & 0x0Fu;
    for (size_t i = 1; i < len && i < text->len; i++)
        unit = unit << 6 | ((unsigned char)text->ptr[i] & 0x3Fu);
    *text = span_from(*text, len);
    return len == 4 ? 0 : unit;
}

static bool check_name(struct span name, struct error *err)
{
    if (!name.ptr)
        return error_rule_name_missing(err);
    if (!name.len)
        return error_rule_name_empty(err);
    if (text_units(name) > RULE_NAME_MAX)
        return error_rule_name_long(err);
    struct span rest = name;
    unsigned unit = next_unit(&rest);
    if (!is_letter(unit) && unit != '_')
        return error_rule_name_initial(err, name);
    while (rest.len) {
        unit = next_unit(&rest);
        if (!is_letter_or_digit(unit) && unit != '_' && unit != '-')
            return error_rule_name_character(err, name);
    }
    return true;
}

static bool has_comma(struct span actions)
{
    return actions.len && memchr(actions.ptr, ',', actions.len);
}

static bool check_rule(const struct rule *rule, const struct kind_of_list *kind, struct error *err)
{
    bool both_ways = span_equal(rule->mode, SPAN("WRITEREAD")) || span_equal(rule->mode, SPAN("UPDOWN"));
    if (!check_name(rule->name, err))
        return false;
    if (!rule->type.ptr)
        return error_rule_type_missing(err);
    if (!both_ways && (has_comma(rule->on_success) || has_comma(rule->on_failure)))
        return error_rule_actions(err);
    for (size_t i = 0; i < sizeof kind->modes / sizeof *kind->modes; i++)
        if (span_equal(rule->mode, span_of(kind->modes[i])))
            return true;
    return kind->refuse(err);
}

bool rules_fit(const struct rule_set *rules, struct error *err)
{
    if (!rules)
        return true;
    const struct rule *const lists[] = {rules->migration, rules->domain, rules->encoding};
    const size_t counts[] = {rules->migration_count, rules->domain_count, rules->encoding_count};
    size_t all = counts[0] + counts[1] + counts[2];
    if (all > RULES_MAX)
        return error_too_many_rules(err, (int)all, RULES_MAX);
    for (size_t list = 0; list < sizeof lists / sizeof *lists; list++)
        for (size_t i = 0; i < counts[list]; i++)
            if (lists[list][i].missing)
                return error_rule_missing(err);
    return true;
}

bool rules_check(const struct rule_set *rules, struct error *err)
{
    static const struct kind_of_list kinds[] = {
        {{"UPGRADE", "DOWNGRADE", "UPDOWN"}, refuse_migration},
        {{"WRITE", "READ", "WRITEREAD"}, refuse_domain},
        {{"WRITE", "READ", "WRITEREAD"}, refuse_encoding},
    };
    if (!rules_fit(rules, err))
        return false;
    if (!rules)
        return true;
    const struct rule *const lists[] = {rules->migration, rules->domain, rules->encoding};
    const size_t counts[] = {rules->migration_count, rules->domain_count, rules->encoding_count};
    size_t seen = 0;
    AUTO_ARENA arena = arena_new();
    struct span *names = arena_array(arena, counts[0] + counts[1] + counts[2] + 1, sizeof *names);
    for (size_t list = 0; list < sizeof lists / sizeof *lists; list++) {
        for (size_t i = 0; i < counts[list]; i++) {
            const struct rule *rule = &lists[list][i];
            for (size_t j = 0; rule->name.ptr && j < seen; j++)
                if (names[j].ptr && span_equal(names[j], rule->name))
                    return error_rule_name_twice(err, rule->name);
            names[seen++] = rule->name;
            if (!check_rule(rule, &kinds[list], err))
                return false;
        }
    }
    return true;
}
