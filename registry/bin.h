/* SPDX-License-Identifier: Apache-2.0 */
/* Things that are to be freed later, all at once; and the two bins of a draft: what it made (freed if it is
 * abandoned) and what it dropped (freed when the view it replaced is gone). Registry only. */
#ifndef REGISTRY_BIN_H
#define REGISTRY_BIN_H

#include <stddef.h>
#include <stdint.h>

typedef void release_fn(void *thing);

struct binned {
    void *thing;
    release_fn *release;
};

struct bin {
    struct binned *items;
    size_t used, room;
};

void bin_put(struct bin *bin, void *thing, release_fn *release);
void bin_empty(struct bin *bin);        /* releases what is in it */
void bin_forget(struct bin *bin);       /* releases nothing */

/* What one draft makes and drops. What is both goes with the dropped when the draft is published, and with
 * the made when it is abandoned. */
struct making {
    uint64_t edit;              /* marks what this draft made: it alone may still change it in place */
    struct bin made, dropped;
    uint64_t allocated;         /* bytes, for figures */
};

/* Zeroed memory that belongs to the draft until it is published. */
void *making_new(struct making *making, size_t size, release_fn *release);
void making_drop(struct making *making, void *thing, release_fn *release);

/* calloc that ends the process when memory is out. */
void *memory_new(size_t count, size_t size);

#endif
