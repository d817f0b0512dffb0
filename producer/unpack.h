/* SPDX-License-Identifier: Apache-2.0 */
/* Files of records → JSON lines. A framed file names a schema id with every record, resolved through the
 * registry one by one and kept for a time; a container file brings its schema along. */
#ifndef PRODUCER_UNPACK_H
#define PRODUCER_UNPACK_H

#include "producer/known.h"

#include <stdio.h>

struct unpacking {
    const char *place;     /* a path, or "-": standard input; a topic */
    struct reading_way reading;
    bool stop; /* at the first thing that cannot be read */
    FILE *out;
    FILE *complaints; /* one line for each thing that could not be read, with its offset */
};

/* False: it could not go on (no such file, registry unreachable, output unwritable, or it was to stop).
 * Otherwise *complaints grew by the number of things that could not be read; what could be was printed. */
MUST_CHECK bool unpack_file(const struct unpacking *how, uint64_t *complaints, struct error *err);

#endif
