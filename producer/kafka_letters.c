/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters as messages of a topic: see the header. */
#include "producer/kafka_letters.h"

#include "producer/kafka_write.h"

#include <stdlib.h>

struct kafka_letters {
    struct kafka_writer *writer;
    size_t most; /* bytes that a letter may have */
};

struct kafka_letters *kafka_letters_open(const struct sink_options *options, struct error *err)
{
    size_t most;
    struct kafka_writer *writer = kafka_writer_open(options, "dead letters", &most, err);
    if (!writer)
        return NULL;
    struct kafka_letters *letters = malloc(sizeof *letters);
    if (!letters)
        abort();
    *letters = (struct kafka_letters){writer, most};
    return letters;
}

static rd_kafka_headers_t *headers_of(const struct dead_letter *letter)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
    rd_kafka_header_add(headers, "reason", -1, letter->reason, -1);
    return headers;
}

bool kafka_letters_put(struct kafka_letters *letters, const struct dead_letter *letter, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    struct dead_letter bare = *letter;
    struct kafka_ticket ticket = {.input = letter->line->input,
                                  .line = letter->line->number,
                                  .source_size = letter->line->size};
    dead_letter_render(&out, letter);
    if (out.len > letters->most) {
        bare.bare = true;
        out.len = 0;
        dead_letter_render(&out, &bare);
    }
    ticket.size = out.len;
    return kafka_writer_put(letters->writer, buffer_span(&out), (struct span){0}, headers_of(letter), &ticket,
                            err);
}

bool kafka_letters_sync(struct kafka_letters *letters, struct error *err)
{
    return kafka_writer_flush(letters->writer, err);
}

bool kafka_letters_tick(struct kafka_letters *letters, struct error *err)
{
    return kafka_writer_tick(letters->writer, err);
}

bool kafka_letters_close(struct kafka_letters *letters, struct error *err)
{
    bool well = kafka_writer_close(letters->writer, err);
    free(letters);
    return well;
}
