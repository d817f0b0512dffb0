/* SPDX-License-Identifier: Apache-2.0 */
/* `genesys-producer encode`: events in, records out, and the summary of both. */
#ifndef PRODUCER_RUN_H
#define PRODUCER_RUN_H

#include "producer/options.h"

/* What the process answers with. */
enum exit_code { EXIT_WELL = 0, EXIT_PARTLY = 1, EXIT_NOTHING = 2 };

/* EXIT_NOTHING: see the error. The summary is printed whenever reading began. */
enum exit_code run_encode(const struct options *options, struct error *err);

#endif
