/* SPDX-License-Identifier: Apache-2.0 */
/* The connections that are open, each with a time by which something must have happened. A library's time-out
 * that counts inactivity never ends a client that sends a byte now and then; this does. */
#ifndef SERVER_PEERS_H
#define SERVER_PEERS_H

#include <netinet/in.h>

#include "base/error.h"

struct peers;
struct peer;

static const int64_t NEVER = INT64_MAX;

struct peers *peers_open(struct error *err);        /* NULL: see the error */
void peers_close(struct peers *peers);              /* NULL is accepted; every peer has been closed */

/* From here until peer_close the socket is known and may be cut. */
struct peer *peer_open(struct peers *peers, int socket, const struct sockaddr *address, int64_t due);
void peer_close(struct peers *peers, struct peer *peer);

/* When the connection is to be cut, by clock_steady; NEVER: not. */
void peer_due(struct peer *peer, int64_t due);

/* "192.0.2.1" or "2001:db8::1"; lives as long as the peer. */
struct span peer_address(const struct peer *peer);

/* The same for all that one client is likely to have: an IPv4 address, or the first half of another. */
uint64_t peer_client(const struct peer *peer);

/* The peer's socket is about to be closed with bytes unread: up to `most` of them are read and dropped, so
 * that a client that is still sending gets to see its reply. */
void peer_linger(struct peers *peers, const struct peer *peer, size_t most);

/* Readable when peers_tick has something to do at once. */
int peers_fd(const struct peers *peers);

/* Shuts down what is due; the owner of the socket notices and closes it. Returns how many. By one thread. */
size_t peers_tick(struct peers *peers, int64_t now);
void peers_cut_all(struct peers *peers);

#endif
