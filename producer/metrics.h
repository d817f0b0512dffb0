/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of a run for Prometheus: as a text file that node exporter collects, replaced as a whole every
 * few seconds and at the end, and over HTTP while the run lasts. */
#ifndef PRODUCER_METRICS_H
#define PRODUCER_METRICS_H

#include "producer/sinks.h"
#include "producer/summary.h"
#include "producer/watch.h"

struct metrics {
    const char *place;             /* NULL: nobody wants a file */
    struct metrics_server *server; /* NULL: nobody asks */
    int64_t at, published;         /* when they were last written and shown; clock_steady */
};

/* What they are made of. */
struct counters {
    const struct summary *summary;
    const struct sinks *sinks;
    const struct watch *watch;
    const struct sink_tally *letters; /* dead ones that go to a topic; NULL: none do */
    uint64_t unacknowledged;
    bool last; /* the run has ended */
};

/* Writes and shows them when it is time, or in any case when they are the last. */
MUST_CHECK bool metrics_tell(struct metrics *metrics, const struct counters *counters, struct error *err);

#endif
