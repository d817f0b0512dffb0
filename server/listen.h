/* SPDX-License-Identifier: Apache-2.0 */
/* The socket that is listened on. */
#ifndef SERVER_LISTEN_H
#define SERVER_LISTEN_H

#include "base/error.h"

struct listener {
    int socket;
    int port;                   /* the one that was picked, for port 0 */
    bool loopback;              /* nobody reaches it from outside */
    struct span url;            /* "http://HOST:PORT" */
};

/* `where` is HOST:PORT, an IPv6 address in brackets. */
MUST_CHECK bool listen_open(struct span where, struct listener *listener, struct arena *arena,
                            struct error *err);

/* How many connections the process may hold: as many as it may have files, less those it needs itself. */
unsigned listen_room(void);

/* Nothing is accepted any more; the descriptor stays valid for those who still hold its number. */
void listen_stop(const struct listener *listener);

#endif
