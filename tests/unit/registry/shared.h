/* SPDX-License-Identifier: Apache-2.0 */
/* One store behind many doors, as nodes share a database: each door is a store of its own, the last one
 * closed closes what is behind. */
#ifndef TESTS_REGISTRY_SHARED_H
#define TESTS_REGISTRY_SHARED_H

#include "storage/store.h"

struct shared;

struct shared *shared_new(struct store *inner); /* takes it over */
struct store *shared_door(struct shared *shared);

#endif
