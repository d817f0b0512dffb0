/* SPDX-License-Identifier: Apache-2.0 */
/* Bins, and memory that ends the process when it is out. */
#include "registry/bin.h"

#include <stdio.h>
#include <stdlib.h>

static void *memory_or_end(void *memory)
{
    if (!memory) {
        fputs("schemad: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *memory_new(size_t count, size_t size)
{
    return memory_or_end(calloc(count, size));
}

void bin_put(struct bin *bin, void *thing, release_fn *release)
{
    if (bin->used == bin->room) {
        bin->room = bin->room ? 2 * bin->room : 16;
        bin->items = memory_or_end(reallocarray(bin->items, bin->room, sizeof *bin->items));
    }
    bin->items[bin->used++] = (struct binned){thing, release};
}

void bin_forget(struct bin *bin)
{
    free(bin->items);
    *bin = (struct bin){0};
}

void bin_empty(struct bin *bin)
{
    for (size_t i = 0; i < bin->used; i++)
        bin->items[i].release(bin->items[i].thing);
    bin_forget(bin);
}

void *making_new(struct making *making, size_t size, release_fn *release)
{
    void *thing = memory_new(1, size);
    making->allocated += size;
    bin_put(&making->made, thing, release);
    return thing;
}

void making_drop(struct making *making, void *thing, release_fn *release)
{
    bin_put(&making->dropped, thing, release);
}
