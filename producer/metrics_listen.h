/* SPDX-License-Identifier: Apache-2.0 */
/* A text that can be fetched at http://HOST:PORT/metrics, also while the run is busy or waits. */
#ifndef PRODUCER_METRICS_LISTEN_H
#define PRODUCER_METRICS_LISTEN_H

#include "base/error.h"

struct metrics_server;

/* `address` is [HOST:]PORT; the host is loopback unless given. What is published first is told with where it
 * is. NULL: see err. */
struct metrics_server *metrics_listen(const char *address, struct error *err);
void metrics_publish(struct metrics_server *server, struct span text);
void metrics_silence(struct metrics_server *server); /* NULL is accepted */

#endif
