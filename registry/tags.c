/* SPDX-License-Identifier: Apache-2.0 */
/* Tags in registrations. What is where in a text is the language's business. */
#include "registry/tags.h"

bool tags_wanted(const struct registration *wanted)
{
    return wanted->retagging_count || wanted->propagate || wanted->derived;
}

bool tags_apply(const struct view *view, struct registration *wanted, struct arena *arena, struct error *err)
{
    if (!wanted->retagging_count)
        return true;
    return submission_blank(wanted)
               ? error_schema_empty(err)
               : submission_retag(view, wanted, wanted->retaggings, wanted->retagging_count, arena, err);
}

bool tags_propagate(const struct view *view, const struct subject *subject, struct registration *wanted,
                    struct arena *arena, struct error *err)
{
    const struct version *latest = subject ? subject_latest(subject) : NULL;
    struct error cause = {.arena = arena};
    size_t count = 0;
    if (!wanted->propagate || !latest)
        return true;
    const struct schema *schema = version_schema(view, latest, arena, &cause);
    if (!schema)
        return submission_stored_invalid(view, latest, cause.message, err);
    const struct tagged *tagged = schema->type->tagged ? schema->type->tagged(schema, &count, arena) : NULL;
    struct retagging *changes = arena_array(arena, count + 1, sizeof *changes);
    for (size_t i = 0; i < count; i++)
        changes[i] = (struct retagging){.path = tagged[i].path,
                                        .is_field = tagged[i].is_field,
                                        .add = tagged[i].tags,
                                        .add_count = tagged[i].count,
                                        .optional = true};
    return !count || submission_retag(view, wanted, changes, count, arena, err);
}
