/* SPDX-License-Identifier: Apache-2.0 */
/* What was read and not yet acknowledged: lines whose records and dead letters are not known to be safe. With
 * a state file the next run begins behind those that are. */
#ifndef PRODUCER_ACCOUNT_H
#define PRODUCER_ACCOUNT_H

#include "producer/input.h"

struct account {
    const char *place; /* of the state file; NULL: nobody goes on later */
    struct input *input;
    uint64_t lines; /* not acknowledged */
    uint64_t all;
    int64_t at;  /* when they were last acknowledged; clock_steady */
    bool broken; /* a line was not taken to its end: nothing behind it can be acknowledged */
};

/* Reads and locks the state file, and lets the input go on where it says. `out` is where a file is written by
 * the run: one that is replaced each time cannot be gone on with. */
MUST_CHECK bool account_open(struct account *account, const char *place, const char *out,
                             struct input *input, struct error *err);

/* A line was read; it is taken when `broken` is taken back. */
void account_line(struct account *account);

/* It is time to flush and acknowledge. */
bool account_due(const struct account *account);

/* All that was taken is safe. */
MUST_CHECK bool account_settle(struct account *account, struct error *err);

/* Says what is not acknowledged. */
void account_report(const struct account *account, bool always);

#endif
