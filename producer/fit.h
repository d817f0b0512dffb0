/* SPDX-License-Identifier: Apache-2.0 */
/* Which mapped value and which default of a schema fits which Avro type. Pure questions. */
#ifndef PRODUCER_FIT_H
#define PRODUCER_FIT_H

#include "producer/mapping.h"

/* Whether the value can be of this type, which is no union. */
bool fit_value(const struct value *value, const struct avro_type *type);

/* Whether the number can be of this type. */
bool fit_long(int64_t number, const struct avro_type *type);

/* The index of a symbol of an enum; false: it has no such symbol. */
bool fit_symbol(const struct avro_type *type, struct span symbol, int *index);

/* Whether a field of this type can be null. */
bool fit_null(const struct avro_type *type);

/* Whether a default can be meant for this type, which is no union. */
bool fit_default(const struct text *json, const struct avro_type *type);

/* The bytes of a default, which are spelled as characters up to U+00FF. False: they do not fit the type. */
bool fit_bytes(const struct avro_type *type, struct span text, struct span *bytes, struct arena *arena);

#endif
