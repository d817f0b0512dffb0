/* SPDX-License-Identifier: Apache-2.0 */
/* A topic that is written to: waits when Kafka does, counts what was acknowledged, and says what was not.
 * Private to producer/kafka*.c. */
#ifndef PRODUCER_KAFKA_WRITE_H
#define PRODUCER_KAFKA_WRITE_H

#include "producer/kafka_rd.h"

struct kafka_ticket { /* goes with a message and comes back with its answer */
    uint64_t number; /* among all that were put */
    const char *input;
    uint64_t line, source_size, size;
};

struct kafka_writer;

/* `what` names the messages for people: records. What the brokers find too large goes to options->refused;
 * where that is NULL it is not acknowledged. *most: what a message's value may have. NULL: see err. */
struct kafka_writer *kafka_writer_open(const struct sink_options *options, const char *what, size_t *most,
                                       struct error *err);

/* The value is copied, the headers are the writer's from here on. */
MUST_CHECK bool kafka_writer_put(struct kafka_writer *writer, struct span value, struct span key,
                                 rd_kafka_headers_t *headers, const struct kafka_ticket *ticket,
                                 struct error *err);

MUST_CHECK bool kafka_writer_flush(struct kafka_writer *writer, struct error *err); /* all is acknowledged */
MUST_CHECK bool kafka_writer_tick(struct kafka_writer *writer, struct error *err);
MUST_CHECK bool kafka_writer_close(struct kafka_writer *writer, struct error *err);

#endif
