/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed in the place of nulls: "agent.id=anonymous". Where the record around it is null as well, it
 * is printed too, with that field in it. Made for one schema. */
#ifndef PRODUCER_OVERLAY_H
#define PRODUCER_OVERLAY_H

#include "compat/avro.h"

struct overlay {
    struct span absent;             /* in the place of null; empty: null stays */
    const struct avro_type *record; /* whose fields it knows; NULL: a leaf */
    struct overlay **fields;        /* NULL: nothing is laid over that one */
};

/* From arguments PATH=VALUE; NULL when there are none. False: the schema has no such field that can be null,
 * or it cannot take the value. */
MUST_CHECK bool overlay_make(const struct avro_type *type, const char *const *arguments, size_t count,
                             const struct overlay **overlay, struct arena *arena, struct error *err);

#endif
