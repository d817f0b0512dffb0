/* SPDX-License-Identifier: Apache-2.0 */
/* `genesys-producer map`: what the mapping makes of each line, as JSON lines. */
#ifndef PRODUCER_MAP_H
#define PRODUCER_MAP_H

#include "producer/input.h"
#include "producer/mapping.h"

#include <stdio.h>

/* How lines are mapped and shown. */
struct mapping_way {
    const struct mapping *mapping;
    const struct schema *schema;
    int64_t ingest_time;
    unsigned unwrap_forms; /* what is opened; see unwrap.h */
    bool explained; /* with what filled each field */
};

/* One line of output per line of input. */
MUST_CHECK bool map_lines(struct input *input, const struct mapping_way *way, FILE *out, struct error *err);

#endif
