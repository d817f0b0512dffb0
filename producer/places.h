/* SPDX-License-Identifier: Apache-2.0 */
/* Where the input comes from, one place after another: named files, the files of folders, and while somebody
 * follows, the files that come in their stead. */
#ifndef PRODUCER_PLACES_H
#define PRODUCER_PLACES_H

#include "producer/state.h"

struct places;

/* A named file that cannot be opened is an error at once. No names: standard input. */
struct places *places_open(const char *const *names, size_t count, struct error *err);
void places_close(struct places *places); /* NULL is accepted */

/* What is to come is followed: wants one name, of a file or a folder. */
MUST_CHECK bool places_follow(struct places *places, struct error *err);

/* The next place; *source is NULL behind the last one. */
MUST_CHECK bool places_next(struct places *places, struct source **source, struct error *err);

/* What an earlier run has read of the places. A named file that was rotated away since comes before the one
 * that has its name now; of one that is gone it is told. Said before the first place. */
MUST_CHECK bool places_resume(struct places *places, const struct state *state, struct error *err);

/* The mark of the current place, to be moved on. */
struct mark *places_mark(struct places *places);

/* The marks of all that were begun. Names and digests are borrowed. */
void places_state(const struct places *places, struct state *state, struct arena *arena);

const char *places_name(const struct places *places); /* of the current one */
uint64_t places_total(const struct places *places);   /* bytes of all; 0: unknown */

bool places_follows(const struct places *places);

/* The end of the current place is no end: it is followed, and none behind it is new. `torn`: half a line of
 * it was read, which files that were read before have to wait for. */
bool places_waits(const struct places *places, bool torn);

/* Adds what has come behind the current place. */
MUST_CHECK bool places_look(struct places *places, bool torn, struct error *err);

#endif
