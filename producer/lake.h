/* SPDX-License-Identifier: Apache-2.0 */
/* How a data lake is laid out, and what an earlier run may have left in it: private to the lake sink. A name
 * is made of the subject, of time and of this process, never of anything that stands in an event. */
#ifndef PRODUCER_LAKE_H
#define PRODUCER_LAKE_H

#include "base/error.h"

#include <stdio.h>

enum { HOUR_MS = 3600 * 1000 };

/* The subject as the name of a folder: all but letters, digits, `-`, `_`, `.`, `~` percent-encoded, and a dot
 * or underscore at its start. */
struct span lake_subject(struct span subject, struct arena *arena);

/* Whether that is a name that file systems take. */
MUST_CHECK bool lake_takes(struct span subject, struct error *err);

/* This machine's name as it stands in names of files. */
struct span lake_host(struct arena *arena);

/* `dt=YYYY-MM-DD/hour=HH` of an hour since 1970, UTC. */
struct span lake_partition(int64_t hour, struct arena *arena);

/* Makes the folder and those above it; what was made is on the disk. */
MUST_CHECK bool lake_folder(struct span path, struct error *err);

/* Looks below the subject's folder for hidden files of processes of this machine that are no more: keeps each
 * up to its last good sync marker and gives it its name. Tells what it did and what it left alone. */
void lake_recover(struct span folder, FILE *notes);

#endif
