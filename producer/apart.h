/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the files of a run are files of their own: to write one that is read, or one for two purposes,
 * would lose what is in it, and dead letters that are read again would never end. */
#ifndef PRODUCER_APART_H
#define PRODUCER_APART_H

#include "producer/options.h"

MUST_CHECK bool apart_check(const struct options *options, struct error *err);

#endif
