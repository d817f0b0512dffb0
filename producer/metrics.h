/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of a run as a text file that Prometheus' node exporter collects: replaced as a whole every few
 * seconds and at the end. */
#ifndef PRODUCER_METRICS_H
#define PRODUCER_METRICS_H

#include "producer/summary.h"

struct metrics {
    const char *place; /* NULL: nobody wants them */
    int64_t at;        /* when they were last written; clock_steady */
};

/* Writes them when it is time, or in any case when `last` says that no more come. */
MUST_CHECK bool metrics_write(struct metrics *metrics, const struct summary *summary, uint64_t unacknowledged,
                              bool last, struct error *err);

#endif
