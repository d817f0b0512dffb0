/* SPDX-License-Identifier: Apache-2.0 */
/* A line as JSON, and nothing yet as an event: which envelope it has is asked of the mapping. */
#include "producer/event.h"

#include "base/limits.h"

const char *event_read(struct span line, struct event *event, struct arena *arena)
{
    *event = (struct event){0};
    if (line.len > LINE_MAX)
        return "too-large";
    struct text_failure failure;
    if (!text_read(line, &text_rules_event, &event->root, &failure, arena))
        return text_fault_name(failure.fault);
    event->body = &event->root;
    return NULL;
}
