/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its reply, from the request line to the last byte sent. Free of any HTTP library: http.c
 * tells it what came and asks it what to do. It belongs to one thread at a time: http, lane, http. */
#ifndef SERVER_EXCHANGE_H
#define SERVER_EXCHANGE_H

#include "server/admit.h"
#include "server/upload.h"
#include "server/fields.h"
#include "server/http.h"
#include "server/peers.h"

/* What comes next. */
enum stage {
    STAGE_HEAD,
    STAGE_BODY,
    STAGE_PARKED,               /* a lane has it */
    STAGE_ANSWERED,             /* the reply is there */
    STAGE_SENT,                 /* … and being sent */
};

struct exchange {
    struct call call;
    struct arena *arena;
    const struct http_options *with;
    struct peer *peer;
    struct head head;
    size_t field_room;
    enum stage stage;
    bool begun;                 /* its head was read: it will have its whole reply */
    bool refused;               /* by its head: what follows is not read, the connection closes */
    struct upload upload;
    size_t held;                /* of all replies */
    struct span request_id;
    int64_t since;
    void *connection;           /* the library's */
    const char *line;           /* where the library keeps the target; compared, never read */
};

/* The request line was read; from here the request has to arrive in time. */
struct exchange *exchange_new(const struct http_options *with, struct peer *peer, struct span target);

/* Logs what was begun; the connection is idle again. */
void exchange_free(struct exchange *exchange);

/* One header field, in the order in which they came; borrowed as long as the exchange lives. */
void exchange_field(struct exchange *exchange, struct span name, struct span value);

/* The head was read. False: the exchange is answered with a refusal. */
bool exchange_head(struct exchange *exchange);

/* The body has arrived. The lane that is to run exchange_run; NULL: the exchange is answered. */
struct lane *exchange_lane(struct exchange *exchange);
void exchange_run(struct exchange *exchange);

/* The lane had no room. */
void exchange_lane_full(struct exchange *exchange);

/* From here the reply has to be taken in time. */
void exchange_sending(struct exchange *exchange);

#endif
