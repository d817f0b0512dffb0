/* SPDX-License-Identifier: Apache-2.0 */
/* Seals sensitive metadata values on their way into a store, and opens them on their way back. What a store
 * keeps of them is ciphertext. */
#ifndef STORAGE_SECRET_H
#define STORAGE_SECRET_H

#include "base/error.h"

struct secret;

/* The key of a file of 32 bytes that nobody but its owner may read. NULL: see the error. */
struct secret *secret_open(const char *key_file, struct error *err);
void secret_close(struct secret *secret); /* NULL is accepted */

/* Metadata as JSON, with the values of its sensitive properties sealed; the text itself where there are none.
 * `secret` may be NULL only then. */
struct span secret_seal(const struct secret *secret, struct span metadata, struct arena *arena);

/* The way back. False: there is no key, or it is another one. */
MUST_CHECK bool secret_open_metadata(const struct secret *secret, struct span kept, struct span *metadata,
                                     struct arena *arena, struct error *err);

#endif
