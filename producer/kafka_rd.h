/* SPDX-License-Identifier: Apache-2.0 */
/* librdkafka as the Kafka sink uses it: settings, and a first look at the topic. Private to
 * producer/kafka*.c, which are the only files that know the library. */
#ifndef PRODUCER_KAFKA_RD_H
#define PRODUCER_KAFKA_RD_H

#include "producer/sink.h"

#include <librdkafka/rdkafka.h>

/* A producer whose answers come with `delivered`. `limit` bounds a message; 0: the library's own bound. NULL:
 * see err. */
typedef void kafka_delivered_fn(rd_kafka_t *kafka, const rd_kafka_message_t *message, void *context);
rd_kafka_t *kafka_connect(const struct sink_options *options, size_t limit, kafka_delivered_fn *delivered,
                          void *context, struct error *err);

/* Waits until the topic is there, at most as long as the options say; what a message of it may have is 0 when
 * the brokers do not tell. */
MUST_CHECK bool kafka_look(const struct sink_options *options, size_t *limit, struct error *err);

/* Has the run been told to stop? */
bool kafka_stopped(int stop);

#endif
