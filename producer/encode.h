/* SPDX-License-Identifier: Apache-2.0 */
/* Mapped record → Avro binary, by our own model of the schema. */
#ifndef PRODUCER_ENCODE_H
#define PRODUCER_ENCODE_H

#include "producer/mapping.h"

/* The record as Avro binary of the record type, after `prefix` bytes of room for a header. In the arena. */
MUST_CHECK bool encode_record(const struct avro_type *type, const struct value *record, size_t prefix,
                              struct span *message, struct arena *arena, struct error *err);

/* Appends what the schema says for a field that the mapping leaves unset and that cannot be null. */
MUST_CHECK bool encode_default(struct buffer *out, const struct avro_type *type, const struct text *json,
                               struct error *err);

#endif
