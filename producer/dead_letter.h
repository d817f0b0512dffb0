/* SPDX-License-Identifier: Apache-2.0 */
/* What could not be encoded, and why: one JSON line each, in a file that only its owner may read, because the
 * lines hold personal data, or in a topic. New ones are added behind those of earlier runs. */
#ifndef PRODUCER_DEAD_LETTER_H
#define PRODUCER_DEAD_LETTER_H

#include "producer/input.h"

struct dead_letters;

struct dead_letter {
    const struct line *line;
    const char *reason;
    struct span field; /* the Avro field that could not be filled, or empty */
    uint64_t bytes;
    bool bare; /* without the line itself: it was too long, or its record was */
};

struct sink_options;

/* `place` is a path, or "-": standard output; NULL: none. `topic`: of Kafka, or NULL.
 * NULL: see err. */
struct dead_letters *dead_letters_open(const char *place, const struct sink_options *topic,
                                       struct error *err);
MUST_CHECK bool dead_letters_put(struct dead_letters *letters, const struct dead_letter *letter,
                                 struct error *err);
MUST_CHECK bool dead_letters_sync(struct dead_letters *letters, struct error *err); /* they are safe */
MUST_CHECK bool dead_letters_tick(struct dead_letters *letters, struct error *err); /* what is due by now */
MUST_CHECK bool dead_letters_close(struct dead_letters *letters, struct error *err);

/* The line of one dead letter, without its line end. */
void dead_letter_render(struct buffer *out, const struct dead_letter *letter);

#endif
