/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes from the kernel; a test can seed them. Safe from any thread. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include "base/arena.h"

void random_bytes(void *bytes, size_t size);

/* From now on the bytes follow from the seed; 0 goes back to the kernel's. */
void random_seed(uint64_t seed);

/* A version 4 UUID, 36 characters, RFC 9562. */
struct span random_uuid(struct arena *arena);

#endif
