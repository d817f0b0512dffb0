/* SPDX-License-Identifier: Apache-2.0 */
/* How the registry is reached, as the options say. */
#ifndef PRODUCER_ASK_H
#define PRODUCER_ASK_H

#include "producer/client.h"
#include "producer/options.h"

struct client_options registry_options(const struct options *options);

#endif
