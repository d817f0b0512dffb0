/* SPDX-License-Identifier: Apache-2.0 */
/* A line of input read as an event: strict JSON, its envelope recognised, topic and body found as spans of
 * the line. What the envelopes look like is the mapping's business. */
#ifndef PRODUCER_EVENT_H
#define PRODUCER_EVENT_H

#include "base/text.h"

/* A line parsed by text_rules_event, bounded as base/limits.h says. */
struct event {
    struct text root;
    const struct text *body;
    struct span topic;              /* decoded */
};

/* Reads the line as JSON. NULL: well read; else the reason of its dead letter ("truncated", …), or
 * "empty-line", which is a skip. */
const char *event_read(struct span line, struct event *event, struct arena *arena);

#endif
