/* SPDX-License-Identifier: Apache-2.0 */
/* The sweeper: a thread for what is due by the clock. With a manual clock it sleeps: there POST /test/clock
 * does what is due. */
#ifndef SERVER_SWEEPER_H
#define SERVER_SWEEPER_H

#include "registry/registry.h"
#include "registry/sweep.h"

struct sweeper;

/* The registry is borrowed until sweeper_close; `interval` is that of its sweeps. NULL: see the error. */
struct sweeper *sweeper_open(struct registry *registry, int64_t interval, struct error *err);

/* One line for a run, whoever had it made. */
void sweeper_log(const struct sweep_run *run);

/* Ends the thread; what was gathered is written. NULL is accepted. */
void sweeper_close(struct sweeper *sweeper);

#endif
