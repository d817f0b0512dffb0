/* SPDX-License-Identifier: Apache-2.0 */
/* The way to Kafka: our settings, then the user's, and a first look at brokers and topic, so that what cannot
 * work is told before the first record. */
#include "producer/kafka_rd.h"

#include "base/clock.h"
#include "base/limits.h"

#include <poll.h>
#include <stdlib.h>

enum { LOOK_MS = 1000, ASK_MS = 3000, PAUSE_MS = 200, LOG_WORST = 4 /* syslog's warnings */ };

/* How one end of Kafka is set: what a user may move, and what has its own option or keeps records from being
 * lost or doubled. */
struct setting {
    const char *name, *value; /* of a refused one: why */
};

struct role {
    rd_kafka_type_t type;
    const struct setting *ours, *fixed, *refused; /* each ends with an empty row */
};

#define BROKERS_NAMED                                                                                        \
    {"bootstrap.servers", "--kafka names the brokers"}, {"metadata.broker.list", "--kafka names the brokers"}
#define LOST_OR_DOUBLED "records would be lost or doubled"

static const struct role writing = {
    RD_KAFKA_PRODUCER,
    (const struct setting[]){
        {"client.id", "genesys-producer"},
        {"compression.type", "lz4"},
        {"linger.ms", "50"},
        {"partitioner", "murmur2_random"}, /* a key meets the partition that a Java producer would choose */
        {"queue.buffering.max.kbytes", "65536"},
        {0},
    },
    (const struct setting[]){{"enable.idempotence", "true"}, {"acks", "all"}, {0}},
    (const struct setting[]){
        {"enable.idempotence", LOST_OR_DOUBLED},
        {"acks", LOST_OR_DOUBLED},
        {"request.required.acks", LOST_OR_DOUBLED},
        {"transactional.id", LOST_OR_DOUBLED},
        BROKERS_NAMED,
        {0},
    },
};

static const struct role reading = {
    RD_KAFKA_CONSUMER,
    (const struct setting[]){
        {"client.id", "genesys-producer"},
        {"queued.max.messages.kbytes", "16384"},
        {"session.timeout.ms", "10000"}, /* a member that was killed is soon forgotten */
        {0},
    },
    (const struct setting[]){
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"enable.partition.eof", "true"},
        {0},
    },
    (const struct setting[]){
        {"enable.auto.commit", LOST_OR_DOUBLED},
        {"enable.auto.offset.store", LOST_OR_DOUBLED},
        {"enable.partition.eof", "the ends of partitions are watched for"},
        {"group.id", "--group names the group"},
        {"auto.offset.reset", "--from says where reading begins"},
        BROKERS_NAMED,
        {0},
    },
};

/* ---- settings ---- */

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, struct error *err)
{
    char why[256] = "";
    return rd_kafka_conf_set(conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK ||
           error_set(err, 0, "-X %s: %s", name, why);
}

static bool set_given(const struct role *role, rd_kafka_conf_t *conf, const char *setting, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const char *equals = strchr(setting, '=');
    if (!equals || equals == setting)
        return error_set(err, 0, "-X needs KEY=VALUE");
    const char *name = arena_copy(arena, (struct span){setting, (size_t)(equals - setting)}).ptr;
    for (const struct setting *row = role->refused; row->name; row++)
        if (strcmp(name, row->name) == 0)
            return error_set(err, 0, "-X %s cannot be chosen: %s", name, row->value);
    return set(conf, name, equals + 1, err);
}

static bool set_rows(rd_kafka_conf_t *conf, const struct setting *row, struct error *err)
{
    for (; row->name; row++)
        if (!set(conf, row->name, row->value, err))
            return false;
    return true;
}

static bool set_limit(rd_kafka_conf_t *conf, size_t limit, struct error *err)
{
    char number[32];
    if (limit == 0)
        return true;
    snprintf(number, sizeof number, "%zu", limit);
    if (!set(conf, "message.max.bytes", number, err))
        return false;
    /* The broker weighs batches: one that is too large would cost records that are not. */
    return limit >= 1000000 || set(conf, "batch.size", number, err);
}

static bool set_all(const struct role *role, rd_kafka_conf_t *conf, const struct sink_options *options,
                    size_t limit, struct error *err)
{
    if (!set_rows(conf, role->ours, err) || !set_limit(conf, limit, err))
        return false;
    for (size_t i = 0; i < options->setting_count; i++)
        if (!set_given(role, conf, options->settings[i], err))
            return false;
    return set_rows(conf, role->fixed, err) && set(conf, "bootstrap.servers", options->place, err);
}

/* Called from the library's threads. */
static void on_log(const rd_kafka_t *kafka, int level, const char *facility, const char *text)
{
    (void)kafka;
    if (level <= LOG_WORST)
        fprintf(stderr, "genesys-producer: kafka %s: %s\n", facility, text);
}

/* The settings become the client's, or nobody's. */
static rd_kafka_t *connect_as(const struct role *role, rd_kafka_conf_t *conf, bool set_well,
                              struct error *err)
{
    char why[512] = "";
    rd_kafka_t *kafka = set_well ? rd_kafka_new(role->type, conf, why, sizeof why) : NULL;
    if (kafka)
        return kafka;
    rd_kafka_conf_destroy(conf);
    if (set_well)
        error_set(err, 0, "the settings for Kafka do not go together: %s", why);
    return NULL;
}

static rd_kafka_conf_t *begin(void *context)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_opaque(conf, context);
    return conf;
}

rd_kafka_t *kafka_connect(const struct sink_options *options, size_t limit, kafka_delivered_fn *delivered,
                          void *context, struct error *err)
{
    rd_kafka_conf_t *conf = begin(context);
    if (delivered)
        rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    return connect_as(&writing, conf, set_all(&writing, conf, options, limit, err), err);
}

rd_kafka_t *kafka_connect_reader(const struct sink_options *options, const char *group, bool from_end,
                                 kafka_rebalanced_fn *rebalanced, void *context, struct error *err)
{
    rd_kafka_conf_t *conf = begin(context);
    rd_kafka_conf_set_rebalance_cb(conf, rebalanced);
    bool well = set_all(&reading, conf, options, 0, err) &&
                set(conf, "group.id", group ? group : "genesys-producer", err) &&
                set(conf, "auto.offset.reset", from_end ? "latest" : "earliest", err);
    return connect_as(&reading, conf, well, err);
}

/* ---- the first look ---- */

bool kafka_stopped(int stop)
{
    struct pollfd watched = {.fd = stop, .events = POLLIN};
    return stop >= 0 && poll(&watched, 1, 0) > 0;
}

/* What the topic's metadata say; a topic that is being made has no leader yet. */
static rd_kafka_resp_err_t topic_state(rd_kafka_t *kafka, rd_kafka_topic_t *topic)
{
    const struct rd_kafka_metadata *found;
    rd_kafka_resp_err_t state = rd_kafka_metadata(kafka, 0, topic, &found, LOOK_MS);
    if (state != RD_KAFKA_RESP_ERR_NO_ERROR)
        return state;
    state = found->topic_cnt > 0 ? found->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (state == RD_KAFKA_RESP_ERR_NO_ERROR && found->topics[0].partition_cnt == 0)
        state = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    rd_kafka_metadata_destroy(found);
    return state;
}

static bool is_final(rd_kafka_resp_err_t state)
{
    return state == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           state == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
           state == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION || state == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
           state == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED;
}

bool kafka_wait_for_topic(rd_kafka_t *kafka, const struct sink_options *options, const char *what,
                          struct error *err)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(kafka, options->topic, NULL);
    int64_t until = clock_steady() + options->patience;
    rd_kafka_resp_err_t state;
    while ((state = topic_state(kafka, topic)) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (is_final(state) || clock_steady() >= until || kafka_stopped(options->stop))
            break;
        poll(NULL, 0, PAUSE_MS);
    }
    rd_kafka_topic_destroy(topic);
    return state == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(err, 0, "Kafka at %s cannot be %s, topic %s: %s", options->place, what, options->topic,
                     rd_kafka_err2str(state));
}

static size_t limit_in(const rd_kafka_event_t *event)
{
    size_t count = 0, entries = 0;
    const rd_kafka_DescribeConfigs_result_t *result = rd_kafka_event_DescribeConfigs_result(
        (rd_kafka_event_t *)event);
    const rd_kafka_ConfigResource_t **found =
        result ? rd_kafka_DescribeConfigs_result_resources(result, &count) : NULL;
    const rd_kafka_ConfigEntry_t **rows =
        count ? rd_kafka_ConfigResource_configs(found[0], &entries) : NULL;
    for (size_t i = 0; i < entries; i++) {
        const char *value = rd_kafka_ConfigEntry_value(rows[i]);
        if (value && strcmp(rd_kafka_ConfigEntry_name(rows[i]), "max.message.bytes") == 0)
            return (size_t)strtoull(value, NULL, 10);
    }
    return 0;
}

/* Who may write to a topic may not always ask what it takes. */
static size_t ask_limit(rd_kafka_t *kafka, const struct sink_options *options)
{
    rd_kafka_ConfigResource_t *wanted = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, options->topic);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(kafka);
    rd_kafka_DescribeConfigs(kafka, &wanted, 1, NULL, queue);
    rd_kafka_event_t *event =
        rd_kafka_queue_poll(queue, (int)(options->patience < ASK_MS ? options->patience : ASK_MS));
    size_t limit = event ? limit_in(event) : 0;
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_ConfigResource_destroy(wanted);
    return limit < MESSAGE_MAX ? limit : MESSAGE_MAX;
}

bool kafka_look(const struct sink_options *options, size_t *limit, struct error *err)
{
    rd_kafka_t *kafka = kafka_connect(options, 0, NULL, NULL, err);
    if (!kafka)
        return false;
    bool there = kafka_wait_for_topic(kafka, options, "written to", err);
    *limit = there ? ask_limit(kafka, options) : 0;
    rd_kafka_destroy(kafka);
    return there;
}
