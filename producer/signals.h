/* SPDX-License-Identifier: Apache-2.0 */
/* Signals as descriptors: SIGTERM and SIGINT end what runs, SIGHUP has it look at everything anew. */
#ifndef PRODUCER_SIGNALS_H
#define PRODUCER_SIGNALS_H

#include "base/error.h"

struct signals {
    int stop;  /* can be read when the run shall end; -1: not caught yet */
    int again; /* … when a SIGHUP came */
};

#define SIGNALS_NONE ((struct signals){-1, -1})

/* From here on these signals come this way, to threads that begin later too, SIGHUP if `again` is wanted; a
 * closed pipe is an error of writing. */
MUST_CHECK bool signals_catch(struct signals *signals, bool again, struct error *err);
void signals_release(struct signals *signals);

/* Whether a SIGHUP came since the last call. */
bool signals_again(struct signals *signals);

/* The name of the signal that ended the run; NULL: none did. Asked once. */
const char *signals_stopped(struct signals *signals);

#endif
