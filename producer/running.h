/* SPDX-License-Identifier: Apache-2.0 */
/* A run that is under way, and what is done now and then between its lines. Private to producer/run*.c. */
#ifndef PRODUCER_RUNNING_H
#define PRODUCER_RUNNING_H

#include "producer/account.h"
#include "producer/dead_letter.h"
#include "producer/metrics.h"
#include "producer/run.h"
#include "producer/signals.h"
#include "producer/sinks.h"
#include "producer/summary.h"
#include "producer/watch.h"

struct run {
    const struct options *options;
    struct watch watch; /* … which has what is written by */
    struct sinks sinks;
    struct dead_letters *dead_letters; /* NULL: nobody wants them */
    struct sink_tally letters;         /* of those that go to a topic */
    struct input *input;
    struct arena *event; /* lives as long as one */
    struct account account;
    struct metrics metrics;
    struct summary summary;
    struct signals signals;
    bool terminal;
};

/* What is due: acknowledgement, a border, counters. Also called while no line comes; takes a struct run. */
MUST_CHECK bool running_look(void *run, struct error *err);

/* Writes and shows the counters. */
MUST_CHECK bool running_tell(struct run *run, bool last, struct error *err);

/* What the sinks are told of it. */
struct sink_schema running_schema(const struct run *run, const struct enrolled *enrolled);

#endif
