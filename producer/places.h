/* SPDX-License-Identifier: Apache-2.0 */
/* Where the input comes from, one place after another: named files, the files of folders, and while somebody
 * follows, the files that come in their stead. */
#ifndef PRODUCER_PLACES_H
#define PRODUCER_PLACES_H

#include "producer/source.h"

struct places;

/* A named file that cannot be opened is an error at once. No names: standard input. */
struct places *places_open(const char *const *names, size_t count, struct error *err);
void places_close(struct places *places); /* NULL is accepted */

/* What is to come is followed: wants one name, of a file or a folder. */
MUST_CHECK bool places_follow(struct places *places, struct error *err);

/* The next place; *source is NULL behind the last one. */
MUST_CHECK bool places_next(struct places *places, struct source **source, struct error *err);

const char *places_name(const struct places *places); /* of the current one */
uint64_t places_total(const struct places *places);   /* bytes of all; 0: unknown */

/* The end of the current place is no end: it is the last one and followed. */
bool places_waits(const struct places *places);

/* Whether something has come behind the current place, which then grows no more. */
MUST_CHECK bool places_look(struct places *places, bool *more, struct error *err);

#endif
