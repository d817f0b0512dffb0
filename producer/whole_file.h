/* SPDX-License-Identifier: Apache-2.0 */
/* A small file, read at once. */
#ifndef PRODUCER_WHOLE_FILE_H
#define PRODUCER_WHOLE_FILE_H

#include "base/error.h"

/* False: it cannot be read, or is longer than `most`. The text is in the arena. */
MUST_CHECK bool whole_file(const char *place, size_t most, struct span *text, struct arena *arena,
                           struct error *err);

#endif
