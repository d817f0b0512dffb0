/* SPDX-License-Identifier: Apache-2.0 */
/* How the files of the decoder share the work: decoder.c has the pieces and the bounds, decode.c reads values
 * as they were written, decode_as.c as a reader wants them, decode_default.c prints what a reader has and the
 * writer had not. Private to them. */
#ifndef PRODUCER_DECODER_H
#define PRODUCER_DECODER_H

#include "producer/decode.h"

struct decoder {
    struct span bytes;
    size_t at;
    size_t empty; /* values so far that took no bytes */
    size_t work;  /* values so far, and bytes of JSON that were moved */
    unsigned depth;
    struct buffer *json;
    size_t json_end;               /* where the JSON gets too long */
    const struct overlay *overlay; /* of the next value, which takes it up or drops it */
    struct error *err;
};

/* Fills the error with the place and returns false. */
bool decoder_broken(struct decoder *decoder, const char *what);

/* Around each value: counts it and looks at the bounds. */
MUST_CHECK bool decoder_enter(struct decoder *decoder, size_t *start);
MUST_CHECK bool decoder_leave(struct decoder *decoder, size_t start);

/* A value as it was written. */
MUST_CHECK bool decode_type(struct decoder *decoder, const struct avro_type *type);

/* Pieces of values. */
MUST_CHECK bool decoder_take(struct decoder *decoder, size_t len, struct span *bytes);
MUST_CHECK bool decoder_bytes(struct decoder *decoder, struct span *bytes);
MUST_CHECK bool decoder_string(struct decoder *decoder);
MUST_CHECK bool decoder_long(struct decoder *decoder, int64_t *number);
MUST_CHECK bool decoder_integer(struct decoder *decoder, enum avro_kind kind, int64_t *number);
MUST_CHECK bool decoder_real(struct decoder *decoder, enum avro_kind kind, double *number);
MUST_CHECK bool decoder_index(struct decoder *decoder, size_t count, const char *what, size_t *index);
void decoder_put_real(struct buffer *json, enum avro_kind kind, double number);

/* An array or a map, each of whose items `item` decodes. */
MUST_CHECK bool decoder_blocks(struct decoder *decoder, bool map,
                               bool (*item)(struct decoder *decoder, const void *how), const void *how);

/* Prints what stands in the place of a null; false: null stays. */
bool decoder_overlaid(struct decoder *decoder, const struct overlay *overlay);

/* The overlay of a field, or NULL. */
const struct overlay *overlay_field(const struct overlay *overlay, const struct avro_type *record, size_t i);

/* A value as the reader wants it. */
MUST_CHECK bool decode_plan(struct decoder *decoder, const struct plan *plan);

/* A default of the reader. */
MUST_CHECK bool decode_default(struct decoder *decoder, const struct avro_type *type,
                               const struct text *json);

#endif
