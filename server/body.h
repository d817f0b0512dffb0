/* SPDX-License-Identifier: Apache-2.0 */
/* A request's body as it arrives: kept up to a bound, dropped past it, given up past a second one. */
#ifndef SERVER_BODY_H
#define SERVER_BODY_H

#include "base/span.h"

struct body {
    size_t most;                /* kept */
    uint64_t drain;             /* read and dropped beside them */
    char *ptr;
    size_t room;
    uint64_t seen;
};

/* False: more came than is read even to be dropped. */
bool body_take(struct body *body, const char *bytes, size_t size);

/* It went past its bound; nothing of it is kept. */
bool body_dropped(const struct body *body);

/* What was kept; borrowed until the next part comes. */
struct span body_span(const struct body *body);

void body_free(struct body *body);

#endif
