/* SPDX-License-Identifier: Apache-2.0 */
/* Header fields on their way in and out: what the interface wants of a request's, and those of a reply. Free
 * of any HTTP library. */
#ifndef SERVER_FIELDS_H
#define SERVER_FIELDS_H

#include "api/call.h"
#include "server/admit.h"

/* Fills the call's headers and User-Agent; the id is the one that came with X-Request-ID, or a random one. */
void fields_take(const struct head *head, struct call *call, struct span *request_id);

struct reply_field {
    const char *name, *value;   /* no value holds a line's end or a tab */
};

enum { REPLY_FIELDS_MAX = 8 };

/* The fields of an answered call; how many. Names and values live as long as the call. `closing`: the
 * connection ends with this reply. */
size_t fields_reply(const struct call *call, struct span request_id, bool closing,
                    struct reply_field fields[REPLY_FIELDS_MAX]);

#endif
