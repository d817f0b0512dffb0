/* SPDX-License-Identifier: Apache-2.0 */
/* The Kafka sink: an idempotent producer that waits when Kafka does, and counts what was acknowledged. What
 * the brokers find too large becomes a dead letter; what they never acknowledge ends the run. */
#include "producer/kafka_rd.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/limits.h"

#include <stdlib.h>

enum {
    WAIT_MS = 100,     /* between two looks at the clock and the word to stop */
    PURGE_MS = 5000,   /* for the answers to what was given up */
    AROUND = 1024,     /* bytes of a message beside record and key: headers, framing */
    LIBRARY_MAX = 1000000, /* of a message, when nothing else is known */
};

/* The name space of dedupe keys: fixed, so that they outlive a change of the mapping. */
static const uint8_t name_space[MD5_SIZE] = {0x8a, 0x0a, 0x2c, 0x6e, 0x2f, 0x0a, 0x5d, 0x4b,
                                             0x9a, 0x53, 0x6f, 0x6d, 0x8f, 0x2b, 0x1c, 0x77};

struct ticket { /* goes with a message and comes back with its answer */
    uint64_t number; /* among all that were put */
    const char *input;
    uint64_t line, source_size, size;
};

struct kafka {
    struct sink sink;
    struct arena *arena;
    struct sink_options options;
    const char *topic;
    int id;
    rd_kafka_t *handle;
    const char *input; /* the last one's name, kept while messages may still name it */
    uint64_t missing;  /* answered, and not acknowledged */
    struct ticket first_missing;
    rd_kafka_resp_err_t first_why;
    struct error failed; /* message empty: all is well so far */
    int64_t give_up;     /* clock_steady; 0: nobody said stop yet */
};

/* ---- answers ---- */

static void miss(struct kafka *kafka, const struct ticket *ticket, rd_kafka_resp_err_t why)
{
    /* Partitions answer in any order; whoever feeds the input again begins with the first that was put. */
    if (kafka->missing++ == 0 || ticket->number < kafka->first_missing.number) {
        kafka->first_missing = *ticket;
        kafka->first_why = why;
    }
    if (kafka->failed.message.len == 0)
        error_set(&kafka->failed, 0, "Kafka does not acknowledge records: %s", rd_kafka_err2str(why));
}

static void refuse(struct kafka *kafka, const struct ticket *ticket)
{
    struct refusal refusal = {ticket->input, ticket->line, ticket->source_size, ticket->size};
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    kafka->options.tally->refused++;
    if (!kafka->options.refused(kafka->options.refused_context, &refusal, &err) &&
        kafka->failed.message.len == 0)
        error_pass(&kafka->failed, &err);
}

static void on_delivered(rd_kafka_t *handle, const rd_kafka_message_t *message, void *context)
{
    struct kafka *kafka = context;
    struct ticket *ticket = message->_private;
    (void)handle;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        kafka->options.tally->safe++;
    else if (message->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        refuse(kafka, ticket);
    else
        miss(kafka, ticket, message->err);
    free(ticket);
}

/* Takes in answers. False: something was not acknowledged, or nothing more can be. */
static bool serve(struct kafka *kafka, int ms, struct error *err)
{
    char why[512];
    rd_kafka_poll(kafka->handle, ms);
    if (kafka->failed.message.len > 0)
        return error_pass(err, &kafka->failed);
    if (rd_kafka_fatal_error(kafka->handle, why, sizeof why) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, 0, "Kafka cannot go on: %s", why);
    return true;
}

/* From the word to stop on, waiting has an end. */
static bool is_over(struct kafka *kafka)
{
    if (!kafka->give_up && kafka_stopped(kafka->options.stop))
        kafka->give_up = clock_steady() + kafka->options.patience;
    return kafka->give_up && clock_steady() >= kafka->give_up;
}

/* ---- messages ---- */

static struct ticket *ticket_for(struct kafka *kafka, const struct message *message)
{
    struct ticket *ticket = malloc(sizeof *ticket);
    if (!ticket)
        abort();
    if (!kafka->input || strcmp(kafka->input, message->input) != 0)
        kafka->input = arena_copy(kafka->arena, span_of(message->input)).ptr;
    *ticket = (struct ticket){.number = kafka->options.tally->taken,
                              .input = kafka->input,
                              .line = message->line,
                              .source_size = message->source_size,
                              .size = message->avro.len};
    return ticket;
}

static struct span dedupe_key(const struct message *message, struct arena *arena)
{
    struct buffer name = {.arena = arena};
    buffer_put(&name, message->topic);
    buffer_byte(&name, 0x1f);
    buffer_put(&name, message->body);
    return digest_uuid5(name_space, buffer_span(&name), arena);
}

static rd_kafka_headers_t *headers_of(const struct message *message)
{
    AUTO_ARENA arena = arena_new();
    struct span key = dedupe_key(message, arena);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(2);
    rd_kafka_header_add(headers, "dedupe-key", -1, key.ptr, (ssize_t)key.len);
    if (message->source.len > 0)
        rd_kafka_header_add(headers, "source", -1, message->source.ptr, (ssize_t)message->source.len);
    return headers;
}

/* The library owns the headers and the ticket when it takes the message. */
static rd_kafka_resp_err_t produce(struct kafka *kafka, const struct message *message, struct ticket *ticket)
{
    char *start = (char *)message->avro.ptr - WIRE_HEADER;
    sink_wire_header(start, kafka->id);
    rd_kafka_headers_t *headers = headers_of(message);
    rd_kafka_resp_err_t result = rd_kafka_producev(
        kafka->handle, RD_KAFKA_V_TOPIC(kafka->topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_VALUE(start, message->avro.len + WIRE_HEADER),
        RD_KAFKA_V_KEY(message->key.ptr, message->key.len), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(ticket), RD_KAFKA_V_END);
    if (result != RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_headers_destroy(headers);
    return result;
}

/* A full queue is waited for: Kafka's pace is ours. */
static bool kafka_put(struct sink *sink, const struct message *message, struct error *err)
{
    struct kafka *kafka = (struct kafka *)sink;
    struct ticket *ticket = ticket_for(kafka, message);
    rd_kafka_resp_err_t result;
    kafka->options.tally->taken++;
    while ((result = produce(kafka, message, ticket)) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        bool over = is_over(kafka);
        if (!over && serve(kafka, WAIT_MS, err))
            continue;
        free(ticket);
        return over && error_set(err, 0, "stopped while Kafka took nothing");
    }
    if (result == RD_KAFKA_RESP_ERR_NO_ERROR)
        return serve(kafka, 0, err);
    if (result == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        refuse(kafka, ticket);
    else
        miss(kafka, ticket, result);
    free(ticket);
    return serve(kafka, 0, err);
}

/* Waits for every answer, or for the end of patience. */
static bool kafka_flush(struct sink *sink, struct error *err)
{
    struct kafka *kafka = (struct kafka *)sink;
    while (rd_kafka_outq_len(kafka->handle) > 0) {
        rd_kafka_flush(kafka->handle, WAIT_MS);
        if (!serve(kafka, 0, err))
            return false;
        if (is_over(kafka))
            return error_set(err, 0, "stopped before Kafka acknowledged all");
    }
    return serve(kafka, 0, err);
}

static bool kafka_tick(struct sink *sink, struct error *err)
{
    return serve((struct kafka *)sink, 0, err);
}

/* What waits in the library has its id already. */
static bool kafka_change(struct sink *sink, const struct sink_schema *schema, struct error *err)
{
    (void)err;
    ((struct kafka *)sink)->id = schema->id;
    return true;
}

static void kafka_report(const struct sink_tally *tally, FILE *out)
{
    fprintf(out, "kafka acknowledged: %llu\n", (unsigned long long)tally->safe);
    if (tally->refused > 0)
        fprintf(out, "kafka refused as too large: %llu\n", (unsigned long long)tally->refused);
    fprintf(out, "kafka unacknowledged: %llu\n",
            (unsigned long long)(tally->taken - tally->safe - tally->refused));
}

/* ---- the doors ---- */

/* One failure must not keep the rest from being acknowledged: what is under way is waited for. */
static void drain(struct kafka *kafka)
{
    while (rd_kafka_outq_len(kafka->handle) > 0 && !is_over(kafka))
        rd_kafka_flush(kafka->handle, WAIT_MS);
    rd_kafka_purge(kafka->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(kafka->handle, PURGE_MS);
}

/* True: everything that was taken has its answer, and a good one. */
static bool settled(struct kafka *kafka, struct error *err)
{
    const struct sink_tally *tally = kafka->options.tally;
    long long taken = (long long)tally->taken, open = taken - (long long)(tally->safe + tally->refused);
    const struct ticket *first = &kafka->first_missing;
    if (open > 0 && kafka->missing > 0)
        return error_set(err, 0, "Kafka has not acknowledged %lld of %lld records, the first is line %lld of "
                         "%s: %s", open, taken, (long long)first->line, first->input,
                         rd_kafka_err2str(kafka->first_why));
    if (open > 0)
        return error_set(err, 0, "Kafka has not acknowledged %lld of %lld records", open, taken);
    return kafka->failed.message.len == 0 || error_pass(err, &kafka->failed);
}

static bool kafka_close(struct sink *sink, struct error *err)
{
    struct kafka *kafka = (struct kafka *)sink;
    drain(kafka);
    bool well = settled(kafka, err);
    rd_kafka_destroy(kafka->handle);
    arena_free(kafka->arena);
    free(kafka);
    return well;
}

static struct sink *kafka_open(const struct sink_options *options, const struct sink_schema *schema,
                               struct error *err)
{
    size_t limit;
    if (!kafka_look(options, &limit, err))
        return NULL;
    struct kafka *kafka = calloc(1, sizeof *kafka);
    if (!kafka)
        abort();
    size_t most = limit ? limit : LIBRARY_MAX;
    kafka->sink = (struct sink){&sink_kafka, most > 2 * AROUND ? most - AROUND : most};
    kafka->arena = arena_new();
    kafka->failed.arena = kafka->arena;
    kafka->options = *options;
    kafka->topic = options->topic;
    kafka->id = schema->id;
    kafka->handle = kafka_connect(options, limit, on_delivered, kafka, err);
    if (kafka->handle)
        return &kafka->sink;
    arena_free(kafka->arena);
    free(kafka);
    return NULL;
}

const struct sink_type sink_kafka = {
    .name = "kafka",
    .open = kafka_open,
    .put = kafka_put,
    .flush = kafka_flush,
    .close = kafka_close,
    .tick = kafka_tick,
    .change = kafka_change,
    .report = kafka_report,
};
