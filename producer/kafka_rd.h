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

/* A consumer that commits nothing of itself and tells the ends of partitions. */
typedef void kafka_rebalanced_fn(rd_kafka_t *kafka, rd_kafka_resp_err_t what,
                                 rd_kafka_topic_partition_list_t *partitions, void *context);
rd_kafka_t *kafka_connect_reader(const struct sink_options *options, const char *group, bool from_end,
                                 kafka_rebalanced_fn *rebalanced, void *context, struct error *err);

/* Waits until the topic is there, at most as long as the options say; `what` is what cannot be done else. */
MUST_CHECK bool kafka_wait_for_topic(rd_kafka_t *kafka, const struct sink_options *options, const char *what,
                                     struct error *err);

/* The same for one that is to be written to; what a message of it may have is 0 when the brokers do not
 * tell. */
MUST_CHECK bool kafka_look(const struct sink_options *options, size_t *limit, struct error *err);

/* Has the run been told to stop? */
bool kafka_stopped(int stop);

#endif
