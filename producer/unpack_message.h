/* SPDX-License-Identifier: Apache-2.0 */
/* One message → a JSON line, or a complaint that names its place. Shared by files and topics, private to
 * them. */
#ifndef PRODUCER_UNPACK_MESSAGE_H
#define PRODUCER_UNPACK_MESSAGE_H

#include "producer/unpack.h"

struct unpack {
    struct unpacking how;
    uint64_t complaints;
    struct known_ids *ids;
    struct arena *arena; /* lives as long as what is read: schemas */
};

/* False: the defaults do not fit the reader schema. */
MUST_CHECK bool unpack_begin(struct unpack *unpack, const struct unpacking *how, struct arena *arena,
                             struct error *err);

/* `where` is a place within how.place: byte 17. */
void unpack_complain(struct unpack *unpack, struct span where, struct span what);

/* Whether a complaint was the last word. */
bool unpack_stopped(const struct unpack *unpack);

/* The record behind the magic byte and the id; one whose schema is named by a guid has neither in front.
 * False: the registry could not be asked, or the output is broken. */
MUST_CHECK bool unpack_message(struct unpack *unpack, struct span where, struct span message,
                               struct error *err);
MUST_CHECK bool unpack_bare(struct unpack *unpack, struct span where, struct span guid, struct span record,
                            struct error *err);

MUST_CHECK bool unpack_line(struct unpack *unpack, struct buffer *json, struct error *err);

/* All that was printed has left, and nothing was the last word. */
MUST_CHECK bool unpack_end(struct unpack *unpack, struct error *err);

#endif
