/* SPDX-License-Identifier: Apache-2.0 */
/* The state file: how far each input was read and acknowledged, so that the next run goes on there. Replaced
 * as a whole, never half written. */
#ifndef PRODUCER_STATE_H
#define PRODUCER_STATE_H

#include "producer/source.h"

enum {
    MARK_HEAD = 1024, /* so many of a file's first bytes are digested, or up to the offset, if less */
    MARK_DIGEST = 64, /* SHA-256 in hex */
};

/* How far a file was read: bytes of its text (of a compressed one inflated), and lines. */
struct mark {
    uint64_t offset, lines;
    char head[MARK_DIGEST + 1]; /* of its first bytes; empty: the file was not begun */
};

struct state_entry {
    struct span name;
    struct identity identity;
    struct mark mark;
};

struct state {
    struct state_entry *entries;
    size_t count;
};

/* A file that is not there holds nothing. Lives in the arena. */
MUST_CHECK bool state_read(const char *path, struct state *state, struct arena *arena, struct error *err);
MUST_CHECK bool state_write(const char *path, const struct state *state, struct error *err);

/* One run at a time: holds PATH.lock until the process ends. */
MUST_CHECK bool state_lock(const char *path, struct error *err);

/* NULL: there is none of that file. */
const struct state_entry *state_find(const struct state *state, struct identity identity);

#endif
