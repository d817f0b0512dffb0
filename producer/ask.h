/* SPDX-License-Identifier: Apache-2.0 */
/* What a run asks of the registry before its first event, as the options say. */
#ifndef PRODUCER_ASK_H
#define PRODUCER_ASK_H

#include "producer/enrol.h"
#include "producer/options.h"

/* How the options say that the registry is reached. */
struct client_options registry_options(const struct options *options);

MUST_CHECK bool ask_registry(const struct options *options, struct enrolled *enrolled, struct arena *arena,
                             struct error *err);

#endif
