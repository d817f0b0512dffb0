/* SPDX-License-Identifier: Apache-2.0 */
/* Input that came compressed, as a stream in constant memory: gzip and zstd, several pieces one after another
 * included. The only file that knows how either is inflated for input. */
#ifndef PRODUCER_DECOMPRESS_H
#define PRODUCER_DECOMPRESS_H

#include "base/error.h"

enum { DECOMPRESS_MAGIC = 4 }; /* bytes that tell for certain */

enum pack { PACK_NONE, PACK_GZIP, PACK_ZSTD, PACK_UNDECIDED };

/* What begins with these bytes. PACK_UNDECIDED: there were too few of them to tell. */
enum pack pack_of(struct span begin);

struct decompressor;

struct decompressor *decompressor_new(enum pack pack);
void decompressor_free(struct decompressor *decompressor); /* NULL is accepted */

/* Fills up to `room` bytes; what was used is cut off the front of `in`. False: the data are broken, and
 * `why` says how. */
MUST_CHECK bool decompress(struct decompressor *decompressor, struct span *in, char *to, size_t room,
                           size_t *got, const char **why);

/* Whether the data may end here. */
bool decompressor_whole(const struct decompressor *decompressor);

#endif
