/* SPDX-License-Identifier: Apache-2.0 */
/* A mapping as the user gave it: its file, the files of lookup tables, constants of the command line. */
#ifndef PRODUCER_MAPPING_FILES_H
#define PRODUCER_MAPPING_FILES_H

#include "producer/mapping.h"
#include "producer/options.h"

struct mapping_source {
    const char *name; /* NULL: the built-in one */
    struct span text;
    struct mapping_given given;
};

/* How the table files looked when they were last seen. */
struct mapping_marks {
    struct mapping_mark *of; /* one for each --lookup; NULL: not seen yet */
};

MUST_CHECK bool mapping_read(const struct options *options, struct mapping_source *source,
                             struct arena *arena, struct error *err);

/* The tables anew, the rules as they were. */
MUST_CHECK bool mapping_read_tables(const struct options *options, const struct mapping_source *before,
                                    struct mapping_source *source, struct arena *arena, struct error *err);

/* Whether a table's file is another one than at the last call, or has changed; the first call only looks. One
 * that is not there now has not changed. The marks are in the arena. */
bool mapping_tables_moved(const struct options *options, struct mapping_marks *marks, struct arena *arena);

#endif
