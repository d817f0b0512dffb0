/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets whose request was refused before its body was read. Closing one with bytes unread resets the
 * connection, and a client that is still sending then loses the refusal; so what it sends is read and dropped
 * for a while. Added from any thread, run by one. */
#ifndef SERVER_LINGER_H
#define SERVER_LINGER_H

#include "base/error.h"

struct linger_set;

struct linger_set *linger_open(struct error *err);      /* NULL: see the error */
void linger_close(struct linger_set *set);              /* NULL is accepted */

/* Readable when there is something to run. */
int linger_fd(const struct linger_set *set);

/* Takes the socket. At most `most` bytes are dropped, until `due` by clock_steady; then it is closed. */
void linger_add(struct linger_set *set, int socket, size_t most, int64_t due);

void linger_run(struct linger_set *set, int64_t now);

#endif
