/* SPDX-License-Identifier: Apache-2.0 */
/* A lane: threads for work that thinks or waits for the disk, so that no reader ever does. It takes work
 * while it has room, and knows nothing of what the work is. Clients take turns: one that sends much waits for
 * itself, not others for it. */
#ifndef SERVER_LANE_H
#define SERVER_LANE_H

#include "base/error.h"

struct lane;

typedef void lane_fn(void *thing);

/* NULL: see the error. `room` is what may wait beside what is being worked at. */
struct lane *lane_open(int threads, size_t room, struct error *err);

/* run(thing) on one of the lane's threads, for that client. Where the lane is full there is no room for one
 * thing, which is returned and will not run: the last of the client that waits for most. NULL: all have. */
MUST_CHECK void *lane_put(struct lane *lane, lane_fn *run, void *thing, uint64_t client);

/* Returns once nothing waits and nobody works. */
void lane_rest(struct lane *lane);

/* Does what is waiting, then ends the threads. NULL is accepted. */
void lane_close(struct lane *lane);

/* The lanes of a process. */
struct lanes {
    struct lane *think;         /* parses, compares, lists */
    struct lane *write;         /* decides, and waits for the disk */
};

#endif
