/* SPDX-License-Identifier: Apache-2.0 */
/* The partitions that are read: see the header. */
#include "producer/kafka_parts.h"

enum { ASK_MS = 5000 };

struct kafka_part *kafka_parts_find(struct kafka_parts *parts, int32_t number)
{
    struct kafka_part *part = parts->first;
    while (part && part->number != number)
        part = part->next;
    return part;
}

/* Where a partition ends now; what comes later is for those who follow. */
static int64_t end_of(struct kafka_parts *parts, int32_t number)
{
    int64_t low, high;
    if (parts->follow ||
        rd_kafka_query_watermark_offsets(parts->kafka, parts->topic, number, &low, &high,
                                         ASK_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return -1;
    return high;
}

void kafka_parts_take(struct kafka_parts *parts, const rd_kafka_topic_partition_list_t *list)
{
    parts->assigned = true;
    for (int i = 0; i < list->cnt; i++) {
        struct kafka_part *part = arena_alloc(parts->arena, sizeof *part);
        int32_t number = list->elems[i].partition;
        *part = (struct kafka_part){parts->first, number, end_of(parts, number), -1, -1, false};
        parts->first = part;
    }
}

void kafka_parts_drop(struct kafka_parts *parts, const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++)
        for (struct kafka_part **at = &parts->first; *at; at = &(*at)->next)
            if ((*at)->number == list->elems[i].partition) {
                *at = (*at)->next;
                break;
            }
}

bool kafka_parts_done(const struct kafka_parts *parts)
{
    for (const struct kafka_part *part = parts->first; part; part = part->next)
        if (!part->done)
            return false;
    return parts->assigned && !parts->follow;
}

static bool is_of_others(rd_kafka_resp_err_t result)
{
    return result == RD_KAFKA_RESP_ERR_NO_ERROR || result == RD_KAFKA_RESP_ERR__NO_OFFSET ||
           result == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS ||
           result == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION || result == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID;
}

/* Kafka is away, or on its way to another broker. */
static bool passes(rd_kafka_resp_err_t result)
{
    return result == RD_KAFKA_RESP_ERR__TIMED_OUT || result == RD_KAFKA_RESP_ERR__TRANSPORT ||
           result == RD_KAFKA_RESP_ERR__WAIT_COORD || result == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
           result == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT ||
           result == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
           result == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
           result == RD_KAFKA_RESP_ERR_NOT_COORDINATOR;
}

/* The library's own commit waits for ever when Kafka is away. */
static rd_kafka_resp_err_t commit(rd_kafka_t *kafka, const rd_kafka_topic_partition_list_t *list,
                                  int64_t patience)
{
    rd_kafka_queue_t *answers = rd_kafka_queue_new(kafka);
    rd_kafka_resp_err_t result = rd_kafka_commit_queue(kafka, list, answers, NULL, NULL);
    if (result == RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_event_t *answer = rd_kafka_queue_poll(answers, (int)patience);
        result = answer ? rd_kafka_event_error(answer) : RD_KAFKA_RESP_ERR__TIMED_OUT;
        if (answer)
            rd_kafka_event_destroy(answer);
    }
    rd_kafka_queue_destroy(answers);
    return result;
}

bool kafka_parts_commit(struct kafka_parts *parts, int64_t patience, bool last, struct error *err)
{
    rd_kafka_resp_err_t result = RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    for (struct kafka_part *part = parts->first; part && parts->group; part = part->next)
        if (part->reached > part->committed)
            rd_kafka_topic_partition_list_add(list, parts->topic, part->number)->offset = part->reached;
    if (list->cnt > 0)
        result = commit(parts->kafka, list, patience);
    for (int i = 0; i < list->cnt && result == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        kafka_parts_find(parts, list->elems[i].partition)->committed = list->elems[i].offset;
    rd_kafka_topic_partition_list_destroy(list);
    return is_of_others(result) || (!last && passes(result)) ||
           error_set(err, 0, "Kafka does not commit offsets of group %s: %s", parts->group,
                     rd_kafka_err2str(result));
}
