/* SPDX-License-Identifier: Apache-2.0 */
/* The request target, taken apart: segments are split before they are decoded, because a subject may hold an
 * encoded slash. Knows no route. */
#ifndef API_PATH_H
#define API_PATH_H

#include "api/call.h"

enum { PATH_SEGMENTS_MAX = 8 };     /* no route has as many */

struct path {
    struct span segment[PATH_SEGMENTS_MAX];     /* decoded */
    size_t count;                               /* may exceed what `segment` holds: then there is no route */
};

/* False: a path that is refused (400), because a proxy in front might read it differently. */
MUST_CHECK bool path_split(struct span target, struct path *path, struct span *query, struct arena *arena);

/* The pairs of a query in their order, decoded. False: an escape that is none, or not UTF-8. */
MUST_CHECK bool query_split(struct span query, const struct pair **pairs, size_t *count, struct arena *arena);

#endif
