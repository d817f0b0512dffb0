/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values inside schemas: printed as Jackson prints them, compared as Jackson's trees compare. Private to
 * the Avro files. */
#ifndef COMPAT_AVRO_JSON_H
#define COMPAT_AVRO_JSON_H

#include "base/text.h"

/* Spelled without fraction and exponent, of any size. */
bool json_is_integer(const struct text *value);

/* … and within 64 bits, or outside of them. */
bool json_is_long(const struct text *value, int64_t *number);
bool json_is_big(const struct text *value);

/* An integer of any size outside 64 bits, at any depth. */
bool json_holds_big(const struct text *value);

/* How many containers stand around the innermost value of a JSON text, at most. */
size_t json_nesting(struct span text);

/* Compact, members in source order. */
void json_put(struct buffer *out, const struct text *value);

/* A double or a float; NaN and the infinities as strings. */
void json_put_double(struct buffer *out, double number);
void json_put_float(struct buffer *out, float number);

/* Equal values: 1 is not 1.0, the order of members does not matter. */
bool json_equal(const struct text *a, const struct text *b, struct arena *arena);

/* The members of an object in UTF-16 order of their names. */
const struct text_member **json_sorted(const struct text *object, struct arena *arena);

/* A value as Java's Double.parseDouble reads it from a string; false: it is no number. */
bool java_double(struct span string, double *number);

#endif
