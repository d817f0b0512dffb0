/* SPDX-License-Identifier: Apache-2.0 */
/* The socket: requests in, replies out, and nothing of what they mean. The only door to libmicrohttpd. */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include "api/metrics.h"
#include "server/config.h"
#include "server/lane.h"
#include "server/listen.h"
#include "server/upload.h"

/* libmicrohttpd answers these before it asks us, as HTML, and closes:
 *   400  a header line without a colon; no version or a malformed one; a malformed chunk; a Content-Length
 *        that is no number (its reply then carries its own head twice)
 *   413  a Content-Length or a chunk size over 64 bits
 *   414  a request line larger than the connection's memory
 *   431  a head, its fields, its cookies or its trailers larger than that memory
 *   505  HTTP/0.x, HTTP/2 and later
 * It closes without an answer when a request line holds no blank. It skips empty lines before a request line,
 * takes a bare LF for the end of a line and drops blanks around the target. What it joins or drops of the
 * header lines is noticed, and refused by us. */
struct http;

/* What it serves with: borrowed until http_close. */
struct http_options {
    struct registry *registry;
    const struct dialect *dialect;
    struct metrics *metrics;
    const struct lanes *lanes;
    struct budget *uploads, *replies;
    const struct listener *listener;
    const struct config *config;
};

/* Answers from now on. NULL: see the error. */
struct http *http_open(const struct http_options *options, struct error *err);

/* Readable when http_tick has something to do before the second is over. */
int http_fd(const struct http *http);

/* At least once a second, by one thread: cuts what is past its deadline. */
void http_tick(struct http *http);

/* Every request whose head was read gets its whole reply, for at most `grace_ms`; then the sockets are
 * closed. Returns how many did not. The lanes are at rest when it returns. NULL is accepted. */
size_t http_close(struct http *http, int64_t grace_ms);

#endif
