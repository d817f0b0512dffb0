/* SPDX-License-Identifier: Apache-2.0 */
/* The gate in front of a deployment: could this schema follow the subject's versions? Changes nothing. */
#ifndef PRODUCER_CHECK_H
#define PRODUCER_CHECK_H

#include "producer/options.h"
#include "producer/run.h"

/* EXIT_WELL: compatible. EXIT_PARTLY: not, for the reasons that were printed. EXIT_NOTHING: it was not
 * decided. */
enum exit_code run_check(const struct options *options, struct error *err);

#endif
