/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator watches: requests counted by route and status, beside the figures of registry and process,
 * as Prometheus reads them. Safe from any thread. */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "api/call.h"

struct metrics;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);     /* NULL is accepted */

/* A request was begun; it was answered, whole or not, `us` microseconds after its first line. */
void metrics_begin(struct metrics *metrics);
void metrics_end(struct metrics *metrics, const struct call *call, int64_t us);

#endif
