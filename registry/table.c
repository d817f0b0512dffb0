/* SPDX-License-Identifier: Apache-2.0 */
/* The B-tree. A node carries the edit that made it: within that edit it is changed in place, later it is
 * copied. Full nodes are split, and thin ones fed, on the way down, so that no change ever climbs back up. */
#include "registry/node.h"

#include <stdlib.h>
#include <string.h>

static size_t node_size(bool leaf)
{
    return sizeof(struct node) + (leaf ? 0 : (MOST + 1) * sizeof(struct node *));
}

static struct node *node_new(struct making *making, bool leaf)
{
    struct node *node = making_new(making, node_size(leaf), free);
    node->edit = making->edit;
    node->leaf = leaf;
    return node;
}

/* The node in the slot, for this edit to change. */
static struct node *node_own(struct node **slot, struct making *making)
{
    struct node *node = *slot;
    if (node->edit == making->edit)
        return node;
    struct node *copy = node_new(making, node->leaf);
    memcpy(copy, node, node_size(node->leaf));
    copy->edit = making->edit;
    making_drop(making, node, free);
    return *slot = copy;
}

static void items_open(struct node *node, unsigned at, const void *item)
{
    memmove(node->items + at + 1, node->items + at, (node->count - at) * sizeof *node->items);
    node->items[at] = item;
    node->count++;
}

static const void *items_close(struct node *node, unsigned at)
{
    const void *item = node->items[at];
    node->count--;
    memmove(node->items + at, node->items + at + 1, (node->count - at) * sizeof *node->items);
    return item;
}

/* To be called after items_open, before items_close: `below` has one more than `items`. */
static void below_open(struct node *node, unsigned at, struct node *child)
{
    memmove(node->below + at + 1, node->below + at, (node->count - at) * sizeof *node->below);
    node->below[at] = child;
}

static struct node *below_close(struct node *node, unsigned at)
{
    struct node *child = node->below[at];
    memmove(node->below + at, node->below + at + 1, (node->count - at) * sizeof *node->below);
    return child;
}

/* The full child becomes two, its middle item comes up. */
static void node_split(struct node *node, unsigned at, struct making *making)
{
    struct node *left = node_own(&node->below[at], making);
    struct node *right = node_new(making, left->leaf);
    left->count = right->count = LEAST - 1;
    memcpy(right->items, left->items + LEAST, (LEAST - 1) * sizeof *right->items);
    if (!left->leaf)
        memcpy(right->below, left->below + LEAST, LEAST * sizeof *right->below);
    items_open(node, at, left->items[LEAST - 1]);
    below_open(node, at + 1, right);
}

/* Two thin children become one, with the item between them. */
static void node_merge(struct node *node, unsigned at, struct making *making)
{
    struct node *left = node_own(&node->below[at], making);
    struct node *right = below_close(node, at + 1);
    left->items[left->count] = items_close(node, at);
    memcpy(left->items + left->count + 1, right->items, right->count * sizeof *right->items);
    if (!left->leaf)
        memcpy(left->below + left->count + 1, right->below, (right->count + 1) * sizeof *right->below);
    left->count += right->count + 1;
    making_drop(making, right, free);
}

static void turn_right(struct node *node, unsigned at, struct making *making)
{
    struct node *giver = node_own(&node->below[at - 1], making);
    struct node *child = node_own(&node->below[at], making);
    items_open(child, 0, node->items[at - 1]);
    if (!child->leaf)
        below_open(child, 0, giver->below[giver->count]);
    node->items[at - 1] = giver->items[--giver->count];
}

static void turn_left(struct node *node, unsigned at, struct making *making)
{
    struct node *child = node_own(&node->below[at], making);
    struct node *giver = node_own(&node->below[at + 1], making);
    child->items[child->count++] = node->items[at];
    if (!child->leaf)
        child->below[child->count] = below_close(giver, 0);
    node->items[at] = items_close(giver, 0);
}

/* Gives the child an item to spare, so that one may go from it; tells where it is now. */
static unsigned node_feed(struct node *node, unsigned at, struct making *making)
{
    if (node->below[at]->count >= LEAST) {
        node_own(&node->below[at], making);
    } else if (at > 0 && node->below[at - 1]->count >= LEAST) {
        turn_right(node, at, making);
    } else if (at < node->count && node->below[at + 1]->count >= LEAST) {
        turn_left(node, at, making);
    } else {
        at -= at == node->count;
        node_merge(node, at, making);
    }
    return at;
}

static const void *take_last(struct node *node, struct making *making)
{
    while (!node->leaf)
        node = node->below[node_feed(node, node->count, making)];
    return node->items[--node->count];
}

static const void *take_first(struct node *node, struct making *making)
{
    while (!node->leaf)
        node = node->below[node_feed(node, 0, making)];
    return items_close(node, 0);
}

/* An inner item is replaced by its neighbour from below; false: the two below it were thin and are now
 * one. */
static bool take_inner(struct node *node, unsigned at, struct making *making)
{
    if (node->below[at]->count >= LEAST) {
        node->items[at] = take_last(node_own(&node->below[at], making), making);
    } else if (node->below[at + 1]->count >= LEAST) {
        node->items[at] = take_first(node_own(&node->below[at + 1], making), making);
    } else {
        node_merge(node, at, making);
        return false;
    }
    return true;
}

static struct node *root_with_room(struct table *table, struct making *making)
{
    if (!table->root)
        return table->root = node_new(making, true);
    if (table->root->count < MOST)
        return node_own(&table->root, making);
    struct node *root = node_new(making, false);
    root->below[0] = table->root;
    node_split(root, 0, making);
    return table->root = root;
}

const void *table_put(struct table *table, const void *item, struct making *making)
{
    struct node *node = root_with_room(table, making);
    for (;;) {
        bool found;
        unsigned at = node_search(node, table->order, item, &found);
        if (found) {
            const void *before = node->items[at];
            node->items[at] = item;
            return before;
        }
        if (node->leaf) {
            items_open(node, at, item);
            table->count++;
            return NULL;
        }
        if (node->below[at]->count == MOST)
            node_split(node, at, making);       /* the item may now stand in this node: look again */
        else
            node = node_own(&node->below[at], making);
    }
}

const void *table_take(struct table *table, const void *key, struct making *making)
{
    const void *item = table_find(table, key);
    if (!item)
        return NULL;
    struct node *node = node_own(&table->root, making);
    for (;;) {
        bool found;
        unsigned at = node_search(node, table->order, key, &found);
        if (node->leaf) {
            items_close(node, at);
            break;
        }
        if (found && take_inner(node, at, making))
            break;
        node = node->below[found ? at : node_feed(node, at, making)];
    }
    table->count--;
    struct node *root = table->root;
    if (root->count == 0) {
        table->root = root->leaf ? NULL : root->below[0];
        making_drop(making, root, free);
    }
    return item;
}

static void node_free(struct node *node)
{
    for (unsigned i = 0; !node->leaf && i <= node->count; i++)
        node_free(node->below[i]);
    free(node);
}

void table_free(struct table *table)
{
    if (table->root)
        node_free(table->root);
    table->root = NULL;
    table->count = 0;
}
