/* SPDX-License-Identifier: Apache-2.0 */
/* Records of a topic → JSON lines: see the header. What was printed has left before it is committed, so that
 * a crash prints some records twice and none never. */
#include "producer/kafka_read.h"

#include "base/clock.h"
#include "base/digest.h"
#include "producer/kafka_parts.h"
#include "producer/unpack_message.h"

#include <errno.h>

enum { POLL_MS = 100, COMMIT_MS = 1000, LEAVE_MS = 5000, ASK_MS = 5000, GUID_HEADER = 17 };

struct topic {
    struct unpack unpack;
    const struct kafka_reading *reading;
    rd_kafka_t *kafka;
    struct kafka_parts parts;
    int64_t lively; /* when something last came; clock_steady */
    int64_t kept;   /* when it was last committed */
    rd_kafka_resp_err_t trouble; /* the last that Kafka told */
};

/* ---- partitions ---- */

/* What was printed has left before it is committed. */
static bool commit(struct topic *topic, bool last, struct error *err)
{
    int64_t patience = topic->reading->where.patience;
    topic->kept = clock_steady();
    if (fflush(topic->unpack.how.out) != 0)
        return error_set(err, 0, "cannot write the records: %s", strerror(errno));
    if (!last && patience > COMMIT_MS)
        patience = COMMIT_MS; /* … and is tried again */
    return kafka_parts_commit(&topic->parts, patience, last, err);
}

static void assign(rd_kafka_t *kafka, const rd_kafka_topic_partition_list_t *list, bool steps, bool take)
{
    if (steps)
        rd_kafka_error_destroy(take ? rd_kafka_incremental_assign(kafka, list)
                                    : rd_kafka_incremental_unassign(kafka, list));
    else
        rd_kafka_assign(kafka, take ? list : NULL);
}

/* Called by the library within a poll: partitions come, or go to others; all at once, or step by step. */
static void on_rebalanced(rd_kafka_t *kafka, rd_kafka_resp_err_t what,
                          rd_kafka_topic_partition_list_t *partitions, void *context)
{
    struct topic *topic = context;
    const char *protocol = rd_kafka_rebalance_protocol(kafka);
    bool take = what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    bool steps = protocol && strcmp(protocol, "COOPERATIVE") == 0;
    AUTO_ARENA arena = arena_new();
    struct error own = {.arena = arena};
    if (!take && !commit(topic, false, &own))
        fprintf(stderr, "genesys-producer: %.*s\n", SPAN_ARGS(own.message));
    kafka_parts_drop(&topic->parts, partitions);
    topic->parts.assigned = topic->parts.assigned && steps;
    topic->lively = clock_steady();
    if (take)
        kafka_parts_take(&topic->parts, partitions);
    assign(kafka, partitions, steps, take);
}

/* ---- messages ---- */

/* The guid that a header names; false: the message has its id in front. */
static bool guid_of(const rd_kafka_message_t *message, struct span *guid, bool *broken, struct arena *arena)
{
    rd_kafka_headers_t *headers;
    const void *value;
    size_t size;
    *broken = false;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, "__value_schema_id", &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    *broken = size != GUID_HEADER || *(const char *)value != 1;
    if (!*broken)
        *guid = digest_uuid((const uint8_t *)value + 1, arena);
    return true;
}

static bool print_message(struct topic *topic, const rd_kafka_message_t *message, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct span where = arena_printf(arena, "partition %d, offset %lld", (int)message->partition,
                                     (long long)message->offset);
    struct span value = {message->payload, message->len}, guid;
    bool broken;
    if (!message->payload) {
        unpack_complain(&topic->unpack, where, SPAN("a message without a value"));
        return true;
    }
    if (!guid_of(message, &guid, &broken, arena))
        return unpack_message(&topic->unpack, where, value, err);
    if (!broken)
        return unpack_bare(&topic->unpack, where, guid, value, err);
    unpack_complain(&topic->unpack, where, SPAN("a header __value_schema_id that names no schema"));
    return true;
}

static bool take_record(struct topic *topic, const rd_kafka_message_t *message, struct error *err)
{
    struct kafka_part *part = kafka_parts_find(&topic->parts, message->partition);
    if (!part || (part->end >= 0 && message->offset >= part->end)) {
        if (part)
            part->done = true;
        return true;
    }
    if (!print_message(topic, message, err))
        return false;
    if (!unpack_stopped(&topic->unpack))
        part->reached = message->offset + 1;
    part->done = part->end >= 0 && part->reached >= part->end;
    return true;
}

static bool is_final(rd_kafka_resp_err_t trouble)
{
    return trouble == RD_KAFKA_RESP_ERR__FATAL || trouble == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           trouble == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
           trouble == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
           trouble == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
           trouble == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || trouble == RD_KAFKA_RESP_ERR__AUTHENTICATION;
}

/* What is no record: the end of a partition, or trouble, most of which passes. */
static bool take_event(struct topic *topic, const rd_kafka_message_t *message, struct error *err)
{
    struct kafka_part *part;
    if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        topic->trouble = message->err;
        return !is_final(message->err) ||
               error_set(err, 0, "Kafka cannot go on with topic %s: %s", topic->reading->where.topic,
                         rd_kafka_message_errstr(message));
    }
    topic->lively = clock_steady();
    if ((part = kafka_parts_find(&topic->parts, message->partition))) {
        part->done = true;
        part->reached = part->reached < 0 ? message->offset : part->reached;
    }
    return true;
}

static bool take(struct topic *topic, rd_kafka_message_t *message, struct error *err)
{
    if (message && message->err)
        return take_event(topic, message, err);
    if (message) {
        topic->lively = clock_steady();
        return take_record(topic, message, err);
    }
    return true;
}

/* Whoever does not follow does not wait for ever. */
static bool waits_too_long(const struct topic *topic, struct error *err)
{
    const struct sink_options *where = &topic->reading->where;
    if (topic->reading->follow || clock_steady() - topic->lively < where->patience)
        return false;
    error_set(err, 0, "Kafka at %s gives no more of topic %s%s%s", where->place, where->topic,
              topic->trouble ? ": " : "", topic->trouble ? rd_kafka_err2str(topic->trouble) : "");
    return true;
}

static bool read_topic(struct topic *topic, struct error *err)
{
    while (!kafka_parts_done(&topic->parts) && !unpack_stopped(&topic->unpack) &&
           !kafka_stopped(topic->reading->where.stop)) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(topic->kafka, POLL_MS);
        bool taken = take(topic, message, err);
        if (message)
            rd_kafka_message_destroy(message);
        if (!taken || waits_too_long(topic, err))
            return false;
        if (clock_steady() - topic->kept >= COMMIT_MS && !commit(topic, false, err))
            return false;
    }
    return true;
}

/* ---- the beginning and the end ---- */

/* Without a group every partition is read, from the beginning or from the end. */
static bool assign_all(struct topic *topic, struct error *err)
{
    const struct sink_options *where = &topic->reading->where;
    const struct rd_kafka_metadata *found;
    rd_kafka_topic_t *name = rd_kafka_topic_new(topic->kafka, where->topic, NULL);
    rd_kafka_resp_err_t result = rd_kafka_metadata(topic->kafka, 0, name, &found, ASK_MS);
    rd_kafka_topic_destroy(name);
    if (result == RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
        for (int i = 0; i < found->topics[0].partition_cnt; i++)
            rd_kafka_topic_partition_list_add(list, where->topic, found->topics[0].partitions[i].id)->offset =
                topic->reading->from_end ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
        kafka_parts_take(&topic->parts, list);
        result = rd_kafka_assign(topic->kafka, list);
        rd_kafka_topic_partition_list_destroy(list);
        rd_kafka_metadata_destroy(found);
    }
    return result == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(err, 0, "Kafka at %s cannot be read, topic %s: %s", where->place, where->topic,
                     rd_kafka_err2str(result));
}

static bool join(struct topic *topic, struct error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic->reading->where.topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t result = rd_kafka_subscribe(topic->kafka, list);
    rd_kafka_topic_partition_list_destroy(list);
    return result == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(err, 0, "cannot join group %s: %s", topic->reading->group, rd_kafka_err2str(result));
}

static bool run(struct topic *topic, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct error second = {.arena = arena};
    rd_kafka_poll_set_consumer(topic->kafka);
    topic->lively = topic->kept = clock_steady();
    if (!kafka_wait_for_topic(topic->kafka, &topic->reading->where, "read", err) ||
        !(topic->reading->group ? join(topic, err) : assign_all(topic, err)))
        return false;
    bool well = read_topic(topic, err);
    return commit(topic, true, well ? err : &second) && well;
}

/* Leaves the group, if Kafka is there to be told; the library's own end waits for ever when it is not. What
 * still comes is for others. */
static void leave(struct topic *topic)
{
    int64_t patience = topic->reading->where.patience;
    int64_t until = clock_steady() + (patience < LEAVE_MS ? patience : LEAVE_MS);
    if (topic->parts.assigned && topic->reading->group)
        rd_kafka_unsubscribe(topic->kafka);
    else
        until = 0;
    for (bool left = false; !left && clock_steady() < until;) {
        left = !topic->parts.first; /* one poll more, for the word to be sent */
        rd_kafka_message_t *message = rd_kafka_consumer_poll(topic->kafka, POLL_MS);
        if (message)
            rd_kafka_message_destroy(message);
    }
    rd_kafka_destroy_flags(topic->kafka, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

bool kafka_unpack(const struct kafka_reading *reading, const struct unpacking *how, uint64_t *complaints,
                  struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct topic topic = {.reading = reading,
                          .parts = {.topic = reading->where.topic,
                                    .group = reading->group,
                                    .follow = reading->follow,
                                    .arena = arena}};
    if (!unpack_begin(&topic.unpack, how, arena, err))
        return false;
    topic.kafka =
        kafka_connect_reader(&reading->where, reading->group, reading->from_end, on_rebalanced, &topic, err);
    if (!topic.kafka)
        return false;
    topic.parts.kafka = topic.kafka;
    bool done = run(&topic, err) && unpack_end(&topic.unpack, err);
    leave(&topic);
    *complaints += topic.unpack.complaints;
    return done;
}
