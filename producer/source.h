/* SPDX-License-Identifier: Apache-2.0 */
/* One file, pipe or terminal as a stream of bytes: compressed ones are told by their first bytes and
 * inflated. Knows no lines. */
#ifndef PRODUCER_SOURCE_H
#define PRODUCER_SOURCE_H

#include "base/error.h"

struct source;

/* Which file it is, whatever its name. */
struct identity {
    uint64_t device, inode;
};

bool identity_equal(struct identity a, struct identity b);

/* "-" is standard input. NULL: see err. `name` is to outlive the source. */
struct source *source_open(const char *name, struct error *err);
void source_close(struct source *source); /* NULL is accepted */

int source_fd(const struct source *source);
struct identity source_identity(const struct source *source);
bool source_is_file(const struct source *source);       /* a regular one */
bool source_is_compressed(const struct source *source); /* as far as it was read */
uint64_t source_size(const struct source *source);      /* when it was opened */
uint64_t source_taken(const struct source *source);     /* bytes read from it, compressed as they are */

/* There is something to be had without reading the file. */
bool source_has_more(const struct source *source);

/* Up to `room` bytes; none is no end unless `ended` says so. A file that grows may go on after its end. */
MUST_CHECK bool source_read(struct source *source, char *to, size_t room, size_t *got, bool *ended,
                            struct error *err);

/* Goes to that byte of a plain file. False: it is no such file. */
bool source_seek(struct source *source, uint64_t offset);

/* A plain file has fewer bytes. */
bool source_is_shorter(const struct source *source, uint64_t offset);

/* The file is shorter than what was read of it: it is read anew from its beginning. */
bool source_shrank(struct source *source);

/* The name stands for another file by now. */
bool source_replaced(const struct source *source);

#endif
