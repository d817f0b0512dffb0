/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a folder that a log was rotated into, the oldest first. */
#ifndef PRODUCER_FOLDER_H
#define PRODUCER_FOLDER_H

#include "producer/source.h"

struct folder_file {
    const char *path; /* the folder as named by the user, a slash, the file */
    struct identity identity;
    uint64_t size;
};

/* Regular files whose names do not begin with a dot; of a file and its compressed copy (NAME and NAME.gz or
 * NAME.zst) the file. In the order of their names without number and date of the rotation; among these by
 * date, then by number, the highest first, then the one without. */
MUST_CHECK bool folder_list(const char *path, const struct folder_file **files, size_t *count,
                            struct arena *arena, struct error *err);

/* Which of two names is older: negative, the first. */
int folder_order(struct span a, struct span b);

#endif
