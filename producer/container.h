/* SPDX-License-Identifier: Apache-2.0 */
/* Avro object container files, written and read by our own lines: the header holds the registry's full schema
 * text and our own metadata, and nothing that a file says of its lengths is believed. */
#ifndef PRODUCER_CONTAINER_H
#define PRODUCER_CONTAINER_H

#include "producer/output.h"

#include <stdio.h>

enum { CONTAINER_SYNC = 16 }; /* bytes of a sync marker */

enum container_codec { CONTAINER_NULL, CONTAINER_DEFLATE };

/* "null", "deflate". False: unknown. */
MUST_CHECK bool container_codec_find(struct span name, enum container_codec *codec);

struct container_meta {
    struct span key, value;
};

/* Writes: header at once, records gathered into blocks. The output stays the caller's. NULL: see err. */
struct container;
struct container *container_begin(struct output *output, enum container_codec codec, struct span schema,
                                  const struct container_meta *metas, size_t count, struct error *err);
MUST_CHECK bool container_add(struct container *container, struct span record, struct error *err);
MUST_CHECK bool container_flush(struct container *container, struct error *err); /* the last block, if any */
void container_free(struct container *container);

/* What the output has of it that can be read: bytes of the header and of whole blocks, records in those. Also
 * right after a write has failed. */
uint64_t container_size(const struct container *container);
uint64_t container_kept(const struct container *container);

/* Records that wait for their block to fill. */
uint64_t container_waiting(const struct container *container);

/* Reads. `file` stays the caller's and stands at `offset`; the magic has been read. */
struct container_reader;
MUST_CHECK bool container_open(FILE *file, uint64_t offset, struct container_reader **reader,
                               struct arena *arena, struct error *err);
uint64_t container_begins(const struct container_reader *reader); /* behind the header */
bool container_meta_find(const struct container_reader *reader, struct span key, struct span *value);

struct container_block {
    uint64_t offset;   /* where it begins in the file */
    uint64_t end;      /* … and ends, its sync marker included */
    uint64_t count;    /* records it claims to hold */
    struct span bytes; /* inflated; borrowed until the next block */
};

enum container_result { CONTAINER_BLOCK, CONTAINER_END, CONTAINER_FAILED };
enum container_result container_next(struct container_reader *reader, struct container_block *block,
                                     struct error *err);

extern const char container_magic[4];

#endif
