/* SPDX-License-Identifier: Apache-2.0 */
/* A request's body as it arrives: kept up to a bound, dropped past it, given up past a second one. All bodies
 * together have a bound as well; one that finds no room among the others is dropped, too. */
#ifndef SERVER_UPLOAD_H
#define SERVER_UPLOAD_H

#include "base/span.h"
#include "server/budget.h"

struct upload {
    struct budget *all;         /* of the bodies that have not gone with their reply */
    size_t most;                /* kept */
    uint64_t drain;             /* read and dropped beside them */
    char *ptr;
    size_t room;
    uint64_t seen;
    bool crowded;               /* there was no room for it among the others */
};

/* False: more came than is read even to be dropped. */
bool upload_take(struct upload *upload, const char *bytes, size_t size);

/* It went past its bound; nothing of it is kept. */
bool upload_too_large(const struct upload *upload);

/* What was kept; borrowed until the next part comes. */
struct span upload_span(const struct upload *upload);

void upload_free(struct upload *upload);

#endif
