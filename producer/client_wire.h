/* SPDX-License-Identifier: Apache-2.0 */
/* Between client_calls.c, which knows what is asked, and client.c, which knows how it gets there. */
#ifndef PRODUCER_CLIENT_WIRE_H
#define PRODUCER_CLIENT_WIRE_H

#include "base/text.h"
#include "producer/client.h"

struct request {
    const char *method;
    struct span path;
    struct span body; /* ptr NULL: none */
};

struct reply {
    long status;
    struct buffer body;
    bool too_long;
    struct text json; /* TEXT_NULL when the body is no JSON */
};

/* The reply of the last try, whatever its status; `json` is left to the caller. */
MUST_CHECK bool client_exchange(struct client *client, const struct request *request, struct reply *reply,
                                struct arena *arena, struct error *err);

#endif
