/* SPDX-License-Identifier: Apache-2.0 */
/* Avro binary → JSON, by our own model of the schema and with no belief in what the bytes claim. A union's
 * value stands plainly, records are objects, bytes and fixed are strings of the characters U+0000 to U+00FF
 * (as in Avro's own JSON), NaN and the infinities are strings. */
#ifndef PRODUCER_DECODE_H
#define PRODUCER_DECODE_H

#include "compat/resolve.h"

struct overlay;

struct decoding {
    const struct avro_type *type; /* as it was written */
    const struct plan *plan;      /* as a reader wants it; NULL: as it was written */
    const struct overlay *overlay; /* what stands in the place of nulls; NULL: they stay */
};

/* Takes one value off the front of *bytes and appends its JSON. The message of a failure names the byte. */
MUST_CHECK bool decode_as(const struct decoding *how, struct span *bytes, struct buffer *json,
                          struct error *err);

/* The same for a value as it was written. */
MUST_CHECK bool decode_value(const struct avro_type *type, struct span *bytes, struct buffer *json,
                             struct error *err);

/* The JSON of a default of a schema. */
MUST_CHECK bool decode_fallback(const struct avro_type *type, const struct text *fallback,
                                struct buffer *json, struct error *err);

#endif
