/* SPDX-License-Identifier: Apache-2.0 */
/* Files of records → JSON lines. A framed file names a schema id with every record, resolved through the
 * registry one by one and kept; a container file brings its schema along. */
#ifndef PRODUCER_UNPACK_H
#define PRODUCER_UNPACK_H

#include "producer/client.h"

#include <stdio.h>

struct unpacking {
    const char *place;     /* a path, or "-": standard input */
    struct client *client; /* NULL: there is none; enough for a container file */
    FILE *out;
    FILE *complaints; /* one line for each thing that could not be read, with its offset */
};

/* False: it could not go on (no such file, registry unreachable, output unwritable). Otherwise *complaints
 * says how many things could not be read; what could be was printed. */
MUST_CHECK bool unpack_file(const struct unpacking *how, uint64_t *complaints, struct error *err);

#endif
