/* SPDX-License-Identifier: Apache-2.0 */
/* Avro binary, the parts that records and container files have in common. */
#ifndef PRODUCER_BINARY_H
#define PRODUCER_BINARY_H

#include "base/arena.h"

/* An int or a long; the length of what follows; a branch or a symbol by its index. */
void binary_long(struct buffer *out, int64_t number);

/* bytes or a string: the length, then they. */
void binary_bytes(struct buffer *out, struct span bytes);

void binary_boolean(struct buffer *out, bool truth);
void binary_float(struct buffer *out, float number);
void binary_double(struct buffer *out, double number);

#endif
