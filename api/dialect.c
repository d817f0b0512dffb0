/* SPDX-License-Identifier: Apache-2.0 */
/* TABLE: the levels spoken. Errors carry today's codes; what an older client expects is put in here, at the
 * moment of answering. */
#include "api/dialect.h"

#include <stddef.h>

static const struct dialect dialects[] = {
    {.level = 8, .release = "8.5.0", .own_code_for_incompatible = true},
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
