/* SPDX-License-Identifier: Apache-2.0 */
/* Mapped record → Avro binary. The only file that knows avro-c. */
#ifndef PRODUCER_ENCODE_H
#define PRODUCER_ENCODE_H

#include "producer/mapping.h"

struct encoder;

/* Prepared for one schema. NULL: see the error. */
struct encoder *encoder_new(const struct schema *schema, struct error *err);
void encoder_free(struct encoder *encoder);

/* The record as Avro binary, after `prefix` bytes of room for a header. In the arena. */
MUST_CHECK bool encode_record(struct encoder *encoder, const struct value *record, size_t prefix,
                              struct span *message, struct arena *arena, struct error *err);

#endif
