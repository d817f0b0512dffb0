/* SPDX-License-Identifier: Apache-2.0 */
/* How records of a schema are to be read, and what is known of the schemas behind ids and guids: asked of the
 * registry one by one, believed in for a time. The schema of an id never changes, but it may be deleted. */
#ifndef PRODUCER_KNOWN_H
#define PRODUCER_KNOWN_H

#include "producer/client.h"
#include "producer/decode.h"

struct reading_way {
    struct client *client;       /* NULL: there is none; enough for a container file */
    const struct schema *reader; /* what records are resolved to; NULL: they stay as they were written */
    const char *const *defaults; /* PATH=VALUE in the place of nulls */
    size_t default_count;
    int64_t keep_ms; /* how long the schema of an id is believed in */
};

/* What is known of an id: how its records are read, or why they are not. */
struct known {
    struct known *next;
    int id;
    struct span guid; /* in the place of the id; empty: it is the id that counts */
    int64_t until; /* … when the registry is asked again; steady */
    bool usable;
    struct span text;
    struct decoding how;
    struct span cause;
};

struct known_ids;

/* False: the defaults do not fit the reader schema. `way` is borrowed, everything lives in the arena. */
MUST_CHECK bool known_begin(const struct reading_way *way, struct known_ids **ids, struct arena *arena,
                            struct error *err);

/* How records of the schema are to be read. The text is borrowed. */
MUST_CHECK bool known_prepare(struct known_ids *ids, struct span text, struct decoding *how,
                              struct error *err);

/* NULL: the registry could not be asked. */
const struct known *known_find(struct known_ids *ids, int id, struct error *err);
const struct known *known_find_guid(struct known_ids *ids, struct span guid, struct error *err);

#endif
