/* SPDX-License-Identifier: Apache-2.0 */
/* What a client may send, what it wants to read, and what it has already: the headers that are negotiated.
 * Pure functions of header values. */
#ifndef API_MEDIA_H
#define API_MEDIA_H

#include "base/span.h"

/* The type of errors for which none was chosen. */
extern const struct span media_plain_json;

/* Whether a body of this Content-Type is read; absent is JSON. */
bool media_readable(struct span content_type);

/* The type of the reply. False: a well-formed Accept that names nothing we can send. */
bool media_choose(struct span accept, struct span *type);

/* The type in which 415 is told: the first element of Accept that is one of ours, parameters included. */
struct span media_of_refusal(struct span accept);

/* Whether the reply may be compressed by gzip. */
bool media_takes_gzip(struct span accept_encoding);

/* Whether one of the entity tags of If-None-Match is this one. */
bool media_has_etag(struct span if_none_match, struct span etag);

#endif
