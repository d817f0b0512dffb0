/* SPDX-License-Identifier: Apache-2.0 */
/* What came of a check, and how it is told: TABLE of formats for people and for programs. */
#ifndef PRODUCER_VERDICT_H
#define PRODUCER_VERDICT_H

#include "base/text.h"

#include <stdio.h>

struct verdict {
    struct span file, subject, registry;
    bool decided, compatible;
    const struct text *messages; /* of the registry: an array of strings, or NULL */
    struct span cause;           /* when it was not decided: why */
};

struct verdict_format {
    const char *name;
    void (*put)(struct buffer *out, const struct verdict *verdict);
};

/* By name; the empty one is "text". NULL: unknown. */
const struct verdict_format *verdict_format_find(struct span name);

#endif
