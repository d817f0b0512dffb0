/* SPDX-License-Identifier: Apache-2.0 */
/* Finding in a table, and walking it in either direction. */
#include "registry/node.h"

#include <assert.h>

enum { PREFETCHED = 6 };    /* items ahead: a walk waits for memory more than for anything else */

unsigned node_search(const struct node *node, order_fn *order, const void *key, bool *found)
{
    unsigned low = 0, high = node->count;
    *found = false;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        int sign = order(node->items[middle], key);
        if (sign < 0) {
            low = middle + 1;
            continue;
        }
        *found |= sign == 0;
        high = middle;
    }
    return low;
}

const void *table_find(const struct table *table, const void *key)
{
    bool found;
    for (const struct node *node = table->root; node;) {
        unsigned at = node_search(node, table->order, key, &found);
        if (found)
            return node->items[at];
        node = node->leaf ? NULL : node->below[at];
    }
    return NULL;
}

static void place_push(struct table_place *place, const struct node *node, unsigned at)
{
    assert(place->depth < TABLE_DEPTH);
    place->node[place->depth] = node;
    place->index[place->depth++] = (unsigned char)at;
}

struct table_place table_seek(const struct table *table, const void *key)
{
    struct table_place place = {.depth = 0};
    for (const struct node *node = table->root; node;) {
        bool found;
        unsigned at = key ? node_search(node, table->order, key, &found) : 0;
        place_push(&place, node, at);
        node = node->leaf ? NULL : node->below[at];
    }
    return place;
}

/* Down to the last place of what stands below `node`. */
static void place_rightmost(struct table_place *place, const struct node *node)
{
    for (; node; node = node->leaf ? NULL : node->below[node->count])
        place_push(place, node, node->count);
}

struct table_place table_end(const struct table *table)
{
    struct table_place place = {.depth = 0};
    place_rightmost(&place, table->root);
    return place;
}

const void *table_next(struct table_place *place)
{
    int up = place->depth - 1;
    while (up >= 0 && place->index[up] == place->node[up]->count)
        up--;
    if (up < 0)
        return NULL;
    const struct node *node = place->node[up];
    unsigned ahead = place->index[up] + PREFETCHED;
    const void *item = node->items[place->index[up]++];
    if (ahead < node->count)
        __builtin_prefetch(node->items[ahead]);
    place->depth = up + 1;
    while (!node->leaf) {
        node = node->below[place->index[place->depth - 1]];
        place_push(place, node, 0);
    }
    return item;
}

const void *table_previous(struct table_place *place)
{
    int up = place->depth - 1;
    while (up >= 0 && place->index[up] == 0)
        up--;
    if (up < 0)
        return NULL;
    const struct node *node = place->node[up];
    const void *item = node->items[--place->index[up]];
    place->depth = up + 1;
    if (!node->leaf)
        place_rightmost(place, node->below[place->index[up]]);
    return item;
}
