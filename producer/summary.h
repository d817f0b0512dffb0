/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a run: counters, the table of them at its end, and a line that moves on a terminal
 * meanwhile. */
#ifndef PRODUCER_SUMMARY_H
#define PRODUCER_SUMMARY_H

#include "producer/input.h"
#include "producer/mapping.h"

#include <stdio.h>

struct tally; /* how often each reason was given */

struct summary {
    struct arena *arena;
    int64_t begun; /* clock_steady */
    int64_t shown; /* when the moving line was last drawn; 0: never */
    uint64_t read, encoded, skipped, dead;
    uint64_t json_bytes; /* of the encoded events, as they came, without line ends */
    uint64_t avro_bytes; /* of their records, without any header */
    struct tally *skips, *deaths, *warnings;
};

/* Begins the count; everything lives in the arena. */
struct summary summary_begin(struct arena *arena);

void summary_skip(struct summary *summary, const char *reason);
void summary_dead(struct summary *summary, const char *reason);
void summary_encoded(struct summary *summary, const struct mapped *mapped, uint64_t json, uint64_t avro);

/* Takes back that a record was encoded: it comes to nothing after all. */
void summary_withdraw(struct summary *summary, uint64_t json, uint64_t avro);

/* Draws the moving line, at most five times a second; its end. */
void summary_progress(struct summary *summary, const struct input *input, FILE *terminal);
void summary_progress_end(const struct summary *summary, FILE *terminal);

/* Tells each reason: of "skipped", "dead_lettered" and "warned". */
typedef void reason_fn(void *context, const char *outcome, const char *reason, uint64_t times);
void summary_each(const struct summary *summary, reason_fn *tell, void *context);

/* The counters, one `name: value` a line, reasons indented under theirs. */
void summary_print(const struct summary *summary, FILE *out);

#endif
