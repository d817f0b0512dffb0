/* SPDX-License-Identifier: Apache-2.0 */
/* Between input.c, which finds the lines, and feed.c, which brings the bytes they are in: private to both. */
#ifndef PRODUCER_FEED_H
#define PRODUCER_FEED_H

#include "base/limits.h"
#include "producer/input.h"
#include "producer/places.h"

enum { ROOM_MAX = LINE_MAX + 2 }; /* a line of the greatest length, and its CR LF */

struct input {
    struct places *places;
    struct source *source; /* the current one; NULL: none yet, or none any more */
    uint64_t number;       /* lines told of the current source */
    uint64_t done;         /* bytes of the sources before it */
    char *room;
    size_t size;       /* of the room */
    size_t start, end; /* what was read and not yet told */
    size_t searched;   /* from start on: known to hold no LF */
    uint64_t offset;   /* bytes of the current source's text that were told */
    char head[MARK_HEAD];
    size_t head_count; /* the first bytes of that text */
    bool marked;       /* somebody wants to go on later */
    bool placed;       /* the current source stands where it shall be read from */
    bool ended;        /* the current source has no more bytes, or none yet */
    bool restarted;    /* … and is read anew, because it was cut */
    int stop;          /* when it can be read, reading ends; -1: nothing stops it */
    bool stopped;
    idle_fn *idle; /* NULL: nobody asks */
    void *idle_context;
    int64_t idled; /* when it was last called; clock_steady */
};

/* Reads more of the current source, up to ROOM_MAX in all. When told to stop it reads nothing and is still no
 * failure. */
MUST_CHECK bool feed_more(struct input *input, struct error *err);

/* Whether the current source is at its end and nobody waits for more. */
MUST_CHECK bool feed_over(struct input *input, bool *over, struct error *err);

/* Notes how far the current source was told. */
void feed_mark(struct input *input);

/* Goes to where the current source was read to before. */
MUST_CHECK bool feed_resume(struct input *input, struct error *err);

/* The next source, for which one may have to wait. */
MUST_CHECK bool feed_next(struct input *input, struct error *err);

#endif
