/* SPDX-License-Identifier: Apache-2.0 */
/* What a table is made of; for table.c, which changes tables, and table_walk.c, which walks them. */
#ifndef REGISTRY_NODE_H
#define REGISTRY_NODE_H

#include "registry/table.h"

#include <stdbool.h>

enum { LEAST = 16, MOST = 2 * LEAST - 1 };

/* Never changed after the edit that made it. */
struct node {
    uint64_t edit;
    bool leaf;
    unsigned count;
    const void *items[MOST];
    struct node *below[]; /* MOST + 1, unless it is a leaf */
};

/* The first index whose item is not less than the key. */
unsigned node_search(const struct node *node, order_fn *order, const void *key, bool *found);

#endif
