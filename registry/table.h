/* SPDX-License-Identifier: Apache-2.0 */
/* An ordered map nobody changes under a reader: a B-tree whose nodes several tables share. A change copies
 * the path to what it touches and nothing else; whoever kept the table from before still sees it as it
 * was. A key is an item that is filled as far as the order looks at it. Registry only. */
#ifndef REGISTRY_TABLE_H
#define REGISTRY_TABLE_H

#include "registry/bin.h"

typedef int order_fn(const void *a, const void *b);

struct node;

/* Copied by value: the copy is the table as it stands now. */
struct table {
    struct node *root;          /* NULL: empty */
    order_fn *order;
    size_t count;
};

/* The item equal to the key, or NULL. */
const void *table_find(const struct table *table, const void *key);

/* Puts an item in the place of its equal, which is returned, or adds it (NULL). The item is borrowed. */
const void *table_put(struct table *table, const void *item, struct making *making);

/* Takes the item equal to the key out and returns it; NULL: there was none. */
const void *table_take(struct table *table, const void *key, struct making *making);

/* Frees the nodes of a table that shares none. */
void table_free(struct table *table);

enum { TABLE_DEPTH = 8 };       /* 16 items in the smallest node: enough for 500 million */

/* Between two items of a table that stays as it is. */
struct table_place {
    const struct node *node[TABLE_DEPTH];
    unsigned char index[TABLE_DEPTH];
    int depth;
};

/* Before the first item that is not less than the key; NULL: before the first. */
struct table_place table_seek(const struct table *table, const void *key);
struct table_place table_end(const struct table *table);

/* The item passed over; NULL at the end, and the place stays there. */
const void *table_next(struct table_place *place);
const void *table_previous(struct table_place *place);

#endif
