/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters as messages of a topic: the value is the line that a file would get. */
#ifndef PRODUCER_KAFKA_LETTERS_H
#define PRODUCER_KAFKA_LETTERS_H

#include "producer/dead_letter.h"
#include "producer/sink.h"

struct kafka_letters;

/* NULL: see err. */
struct kafka_letters *kafka_letters_open(const struct sink_options *options, struct error *err);

/* A letter that the topic cannot take goes without its line. */
MUST_CHECK bool kafka_letters_put(struct kafka_letters *letters, const struct dead_letter *letter,
                                  struct error *err);
MUST_CHECK bool kafka_letters_sync(struct kafka_letters *letters, struct error *err);
MUST_CHECK bool kafka_letters_tick(struct kafka_letters *letters, struct error *err);
MUST_CHECK bool kafka_letters_close(struct kafka_letters *letters, struct error *err);

#endif
