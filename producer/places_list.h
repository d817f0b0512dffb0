/* SPDX-License-Identifier: Apache-2.0 */
/* The list of places itself: private to places.c, which goes through it, and places_follow.c, which adds what
 * has come. */
#ifndef PRODUCER_PLACES_LIST_H
#define PRODUCER_PLACES_LIST_H

#include "producer/folder.h"
#include "producer/places.h"

struct place {
    const char *name;
    const char *known_as; /* in the state: the name that was given */
    struct source *source;    /* NULL: not opened yet, or done with */
    struct identity identity;
    struct mark mark;
    bool done;        /* it was read to its end */
    uint64_t taken;   /* … which was behind so many bytes */
    unsigned missing; /* looks in a row at the folder that did not find it */
    bool again;       /* it was done before, and has grown since */
};

struct places {
    struct arena *arena;
    struct place *list;
    size_t count, room;
    size_t next;        /* the current one is the one before */
    const char *folder; /* the one name that was given is a folder's */
    size_t names;
    bool follows;
    int64_t replaced; /* when the name was first seen to stand for another file; 0: it does not */
    uint64_t total;   /* UINT64_MAX: unknown */
};

/* Behind the last one. The name is to outlive the list. */
struct place *places_add(struct places *places, const char *name);
MUST_CHECK bool places_add_file(struct places *places, const char *name, struct error *err);
void places_add_listed(struct places *places, const struct folder_file *file);

#endif
