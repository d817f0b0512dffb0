/* SPDX-License-Identifier: Apache-2.0 */
/* A file in the making, or standard output. A regular file grows under a hidden name beside its own and
 * takes its own name when it is closed whole: nobody ever reads half of it. Knows nothing of what is
 * written. */
#ifndef PRODUCER_OUTPUT_H
#define PRODUCER_OUTPUT_H

#include "base/error.h"

struct output;

/* `place` is a path, or "-". What is no regular file (a pipe, a device) is written to directly. NULL: see
 * err. */
struct output *output_open(const char *place, struct error *err);

/* A file of a new name that no other process touches while it grows: it is locked, and hidden as `.name.tmp`.
 * Nothing is buffered. NULL: see err. */
struct output *output_create(const char *place, struct error *err);

/* After a failed write: only the first `size` bytes count, and with them the file can be closed whole. */
MUST_CHECK bool output_cut(struct output *output, uint64_t size, struct error *err);

MUST_CHECK bool output_write(struct output *output, struct span bytes, struct error *err);

/* Whether somebody may be waiting at the other end: then what is written should be sent at once. */
bool output_waited(const struct output *output);

/* What was written is with the system, and on the disk when it is a file. */
MUST_CHECK bool output_flush(struct output *output, struct error *err);

/* Flushes, gives the file its name and frees. After a failed write nothing is named and nothing stays. */
MUST_CHECK bool output_close(struct output *output, struct error *err);

/* What the disk must not forget about a folder: names that came or went. */
MUST_CHECK bool output_sync_folder(const char *folder, struct error *err);

#endif
