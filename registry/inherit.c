/* SPDX-License-Identifier: Apache-2.0 */
/* Inheriting: default, then what is brought or else the latest version's, then override. */
#include "registry/inherit.h"

#include "registry/metadata.h"
#include "registry/rules.h"

bool inherit_configured(const struct settings *settings)
{
    return settings->default_metadata.ptr || settings->override_metadata.ptr || settings->default_rules.ptr ||
           settings->override_rules.ptr;
}

void inherit_change_rules(struct registration *wanted, const struct view *view, const struct subject *subject,
                          struct arena *arena)
{
    const struct rule_changes *changes = wanted->rule_changes;
    const struct version *base = NULL;
    if (!changes)
        return;
    if (subject && changes->version)
        base = changes->version == LATEST_VERSION ? subject_latest(subject)
                                                  : view_version(view, subject, changes->version);
    const struct rule_set *rules = base ? rules_stored(base->record->row.rules, arena) : NULL;
    rules = rules_unite(rules, changes->merge, arena);
    wanted->rules = rules_without(rules, changes->remove, changes->remove_count, arena);
}

void inherit_fill(struct registration *wanted, const struct settings *settings, const struct subject *subject,
                  struct arena *arena)
{
    const struct version *latest = subject ? subject_latest(subject) : NULL;
    const struct metadata *metadata = wanted->metadata;
    const struct rule_set *rules = wanted->rules;
    if (!metadata && latest)
        metadata = metadata_stored(latest->record->row.metadata, arena);
    if (!rules && latest)
        rules = rules_stored(latest->record->row.rules, arena);
    metadata = metadata_unite(metadata_stored(settings->default_metadata, arena), metadata, arena);
    rules = rules_unite(rules_stored(settings->default_rules, arena), rules, arena);
    wanted->metadata = metadata_unite(metadata, metadata_stored(settings->override_metadata, arena), arena);
    wanted->rules = rules_unite(rules, rules_stored(settings->override_rules, arena), arena);
}

void inherit_number(struct registration *wanted, int number, struct arena *arena)
{
    if (wanted->version || metadata_property(wanted->metadata, METADATA_VERSION).ptr)
        wanted->metadata =
            metadata_with(wanted->metadata, METADATA_VERSION, arena_printf(arena, "%d", number), arena);
}
