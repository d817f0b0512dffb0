/* SPDX-License-Identifier: Apache-2.0 */
/* TABLE: the levels spoken. Errors carry today's codes; what an older client expects is put in here, at the
 * moment of answering. */
#include "api/dialect.h"

#include <stddef.h>

static const struct dialect dialects[] = {
    {
        .level = 8,
        .release = "8.5.0",
        .own_code_for_incompatible = true,
        .names_avro = true,
        .tells_guids = true,
        .tells_holder = true,
        .tells_registered = true,
        .fills_level = true,
        .clears_by_null = true,
        .forward_mode = true,
        .removes_contexts = true,
        .recursive_modes = true,
        .guid_routes = true,
        .associations = true,
        .context_prefix = true,
        .negative_versions = true,
        .qualified_references = true,
        .hidden_referrers = true,
        .forced_registration = true,
    },
    {
        .level = 7,
        .release = "7.9.0",
        .customs =
            {
                .no_global_scope = true,
                .override_reigns = true,
                .entries_stand_alone = true,
                .settings_need_life = true,
                .hidden_hold_nothing = true,
                .twins_always_go = true,
                .own_references_hold = true,
                .imports_normalize = true,
                .short_sentences = true,
            },
    },
};

const struct dialect *dialect_find(int level)
{
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
        if (dialects[i].level == level)
            return &dialects[i];
    return NULL;
}

int dialect_code(const struct dialect *dialect, int code)
{
    return code == 40901 && !dialect->own_code_for_incompatible ? 409 : code;
}
