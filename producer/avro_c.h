/* SPDX-License-Identifier: Apache-2.0 */
/* avro-c, for encode.c and encode_default.c alone, with the leaves they share. Its kinds of types have the
 * names of ours, so they are given others while its header is read. */
#ifndef PRODUCER_AVRO_C_H
#define PRODUCER_AVRO_C_H

#define AVRO_NULL    AVRO_C_NULL
#define AVRO_BOOLEAN AVRO_C_BOOLEAN
#define AVRO_FLOAT   AVRO_C_FLOAT
#define AVRO_DOUBLE  AVRO_C_DOUBLE
#define AVRO_BYTES   AVRO_C_BYTES
#define AVRO_STRING  AVRO_C_STRING
#define AVRO_RECORD  AVRO_C_RECORD
#define AVRO_ENUM    AVRO_C_ENUM
#define AVRO_ARRAY   AVRO_C_ARRAY
#define AVRO_MAP     AVRO_C_MAP
#define AVRO_UNION   AVRO_C_UNION
#define AVRO_FIXED   AVRO_C_FIXED
#include <avro.h>
#undef AVRO_NULL
#undef AVRO_BOOLEAN
#undef AVRO_FLOAT
#undef AVRO_DOUBLE
#undef AVRO_BYTES
#undef AVRO_STRING
#undef AVRO_RECORD
#undef AVRO_ENUM
#undef AVRO_ARRAY
#undef AVRO_MAP
#undef AVRO_UNION
#undef AVRO_FIXED

#include "producer/fit.h"

/* avro-c fails quietly: every answer of it goes through here. Its own error text is shared by the whole
 * process and never shown. */
MUST_CHECK static inline bool avro_c_done(int code, const char *step, struct error *err)
{
    return code == 0 || error_set(err, 0, "avro-c cannot %s (%d)", step, code);
}

/* Leaves: the type is no union, and the value is known to fit it. */
MUST_CHECK bool avro_c_text(avro_value_t *to, const struct avro_type *type, struct span text,
                            struct arena *arena, struct error *err);
MUST_CHECK bool avro_c_blob(avro_value_t *to, const struct avro_type *type, struct span bytes,
                            struct error *err);
MUST_CHECK bool avro_c_integer(avro_value_t *to, const struct avro_type *type, int64_t number,
                               struct error *err);
MUST_CHECK bool avro_c_real(avro_value_t *to, const struct avro_type *type, double number, struct error *err);

/* What the schema says for a field that the mapping leaves unset. */
MUST_CHECK bool avro_c_default(avro_value_t *to, const struct avro_type *type, const struct text *json,
                               struct arena *arena, struct error *err);

#endif
