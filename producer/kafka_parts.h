/* SPDX-License-Identifier: Apache-2.0 */
/* The partitions that are read: how far each was read, where it ends, what of it is committed. Private to
 * producer/kafka*.c. */
#ifndef PRODUCER_KAFKA_PARTS_H
#define PRODUCER_KAFKA_PARTS_H

#include "producer/kafka_rd.h"

struct kafka_part {
    struct kafka_part *next;
    int32_t number;
    int64_t end;                /* where reading ends; -1: nowhere */
    int64_t reached, committed; /* the next offset; -1: nothing yet */
    bool done;
};

struct kafka_parts {
    rd_kafka_t *kafka;
    const char *topic, *group; /* NULL: nobody commits */
    bool follow;               /* there is no end */
    struct kafka_part *first;
    bool assigned;
    struct arena *arena;
};

struct kafka_part *kafka_parts_find(struct kafka_parts *parts, int32_t number);
void kafka_parts_take(struct kafka_parts *parts, const rd_kafka_topic_partition_list_t *list);
void kafka_parts_drop(struct kafka_parts *parts, const rd_kafka_topic_partition_list_t *list);

/* Each was read to its end. */
bool kafka_parts_done(const struct kafka_parts *parts);

/* Commits how far each was read, and waits so long for the answer. Where another member has taken over, the
 * records come again there. False: it is not committed, and will not be by trying again; in the end (`last`)
 * also when Kafka is away. */
MUST_CHECK bool kafka_parts_commit(struct kafka_parts *parts, int64_t patience, bool last, struct error *err);

#endif
