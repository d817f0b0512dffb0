/* SPDX-License-Identifier: Apache-2.0 */
/* /contexts/{context}/… stands for the same path in that context: here it becomes that path. Knows no
 * route. */
#ifndef API_PREFIX_H
#define API_PREFIX_H

#include "api/path.h"

/* The context that a path or a client names: ".name", or "" for the default one; one colon at either end does
 * not count. False: what is left holds a colon. */
MUST_CHECK bool prefix_context(struct span text, struct span *context, struct arena *arena);

/* Takes the prefix off a path that has one, and tells it to names and parameters. False: `context` is no
 * name. */
MUST_CHECK bool prefix_rewrite(struct call *call, struct path *path, struct span *context);

#endif
