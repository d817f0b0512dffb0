/* SPDX-License-Identifier: Apache-2.0 */
/* A topic that is written to, by an idempotent producer: see the header. What is never acknowledged ends the
 * run. */
#include "producer/kafka_write.h"

#include "base/clock.h"
#include "base/limits.h"

#include <stdlib.h>

enum {
    WAIT_MS = 100,         /* between two looks at the clock and the word to stop */
    PURGE_MS = 5000,       /* for the answers to what was given up */
    AROUND = 1024,         /* bytes of a message beside value and key: headers, framing */
    LIBRARY_MAX = 1000000, /* of a message, when nothing else is known */
};

struct kafka_writer {
    struct arena *arena;
    struct sink_options options;
    const char *what;
    rd_kafka_t *handle;
    const char *input; /* the last one's name, kept while messages may still name it */
    uint64_t missing;  /* answered, and not acknowledged */
    struct kafka_ticket first_missing;
    rd_kafka_resp_err_t first_why;
    struct error failed; /* message empty: all is well so far */
    int64_t give_up;     /* clock_steady; 0: nobody said stop yet */
};

/* ---- answers ---- */

static void miss(struct kafka_writer *writer, const struct kafka_ticket *ticket, rd_kafka_resp_err_t why)
{
    /* Partitions answer in any order; whoever feeds the input again begins with the first that was put. */
    if (writer->missing++ == 0 || ticket->number < writer->first_missing.number) {
        writer->first_missing = *ticket;
        writer->first_why = why;
    }
    if (writer->failed.message.len == 0)
        error_set(&writer->failed, 0, "Kafka does not acknowledge %s: %s", writer->what,
                  rd_kafka_err2str(why));
}

static void refuse(struct kafka_writer *writer, const struct kafka_ticket *ticket)
{
    struct refusal refusal = {ticket->input, ticket->line, ticket->source_size, ticket->size};
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    writer->options.tally->refused++;
    if (!writer->options.refused(writer->options.refused_context, &refusal, &err) &&
        writer->failed.message.len == 0)
        error_pass(&writer->failed, &err);
}

static void on_delivered(rd_kafka_t *handle, const rd_kafka_message_t *message, void *context)
{
    struct kafka_writer *writer = context;
    struct kafka_ticket *ticket = message->_private;
    (void)handle;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        writer->options.tally->safe++;
    else if (message->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && writer->options.refused)
        refuse(writer, ticket);
    else
        miss(writer, ticket, message->err);
    free(ticket);
}

/* Takes in answers. False: something was not acknowledged, or nothing more can be. */
static bool serve(struct kafka_writer *writer, int ms, struct error *err)
{
    char why[512];
    rd_kafka_poll(writer->handle, ms);
    if (writer->failed.message.len > 0)
        return error_pass(err, &writer->failed);
    if (rd_kafka_fatal_error(writer->handle, why, sizeof why) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, 0, "Kafka cannot go on: %s", why);
    return true;
}

/* From the word to stop on, waiting has an end. */
static bool is_over(struct kafka_writer *writer)
{
    if (!writer->give_up && kafka_stopped(writer->options.stop))
        writer->give_up = clock_steady() + writer->options.patience;
    return writer->give_up && clock_steady() >= writer->give_up;
}

/* ---- messages ---- */

static struct kafka_ticket *keep_ticket(struct kafka_writer *writer, const struct kafka_ticket *given)
{
    struct kafka_ticket *ticket = malloc(sizeof *ticket);
    if (!ticket)
        abort();
    if (!writer->input || strcmp(writer->input, given->input) != 0)
        writer->input = arena_copy(writer->arena, span_of(given->input)).ptr;
    *ticket = *given;
    ticket->number = writer->options.tally->taken;
    ticket->input = writer->input;
    return ticket;
}

/* A full queue is waited for: Kafka's pace is ours. The library owns headers and ticket once it took them. */
static bool offer(struct kafka_writer *writer, struct span value, struct span key,
                  rd_kafka_headers_t *headers, struct kafka_ticket *ticket, rd_kafka_resp_err_t *result,
                  struct error *err)
{
    for (;;) {
        *result = rd_kafka_producev(
            writer->handle, RD_KAFKA_V_TOPIC(writer->options.topic),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE((void *)value.ptr, value.len),
            RD_KAFKA_V_KEY(key.ptr, key.len),
            RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(ticket), RD_KAFKA_V_END);
        if (*result != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            return true;
        if (is_over(writer))
            return error_set(err, 0, "stopped while Kafka took nothing");
        if (!serve(writer, WAIT_MS, err))
            return false;
    }
}

bool kafka_writer_put(struct kafka_writer *writer, struct span value, struct span key,
                      rd_kafka_headers_t *headers, const struct kafka_ticket *given, struct error *err)
{
    struct kafka_ticket *ticket = keep_ticket(writer, given);
    rd_kafka_resp_err_t result;
    writer->options.tally->taken++;
    bool offered = offer(writer, value, key, headers, ticket, &result, err);
    if (offered && result == RD_KAFKA_RESP_ERR_NO_ERROR)
        return serve(writer, 0, err);
    if (offered && result == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && writer->options.refused)
        refuse(writer, ticket);
    else if (offered)
        miss(writer, ticket, result);
    rd_kafka_headers_destroy(headers);
    free(ticket);
    return offered && serve(writer, 0, err);
}

/* Waits for every answer, or for the end of patience. */
bool kafka_writer_flush(struct kafka_writer *writer, struct error *err)
{
    while (rd_kafka_outq_len(writer->handle) > 0) {
        rd_kafka_flush(writer->handle, WAIT_MS);
        if (!serve(writer, 0, err))
            return false;
        if (is_over(writer))
            return error_set(err, 0, "stopped before Kafka acknowledged all");
    }
    return serve(writer, 0, err);
}

bool kafka_writer_tick(struct kafka_writer *writer, struct error *err)
{
    return serve(writer, 0, err);
}

/* ---- the doors ---- */

/* One failure must not keep the rest from being acknowledged: what is under way is waited for. */
static void drain(struct kafka_writer *writer)
{
    while (rd_kafka_outq_len(writer->handle) > 0 && !is_over(writer))
        rd_kafka_flush(writer->handle, WAIT_MS);
    rd_kafka_purge(writer->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(writer->handle, PURGE_MS);
}

/* True: everything that was taken has its answer, and a good one. */
static bool settled(struct kafka_writer *writer, struct error *err)
{
    const struct sink_tally *tally = writer->options.tally;
    long long taken = (long long)tally->taken, open = taken - (long long)(tally->safe + tally->refused);
    const struct kafka_ticket *first = &writer->first_missing;
    if (open > 0 && writer->missing > 0)
        return error_set(err, 0,
                         "Kafka has not acknowledged %lld of %lld %s, the first is line %lld of %s: %s", open,
                         taken, writer->what, (long long)first->line, first->input,
                         rd_kafka_err2str(writer->first_why));
    if (open > 0)
        return error_set(err, 0, "Kafka has not acknowledged %lld of %lld %s", open, taken, writer->what);
    return writer->failed.message.len == 0 || error_pass(err, &writer->failed);
}

bool kafka_writer_close(struct kafka_writer *writer, struct error *err)
{
    drain(writer);
    bool well = settled(writer, err);
    rd_kafka_destroy(writer->handle);
    arena_free(writer->arena);
    return well;
}

struct kafka_writer *kafka_writer_open(const struct sink_options *options, const char *what, size_t *most,
                                       struct error *err)
{
    size_t limit;
    if (!kafka_look(options, &limit, err))
        return NULL;
    struct arena *arena = arena_new();
    struct kafka_writer *writer = arena_alloc(arena, sizeof *writer);
    *writer = (struct kafka_writer){.arena = arena, .options = *options, .what = what};
    writer->failed.arena = arena;
    *most = limit ? limit : LIBRARY_MAX;
    *most = *most > 2 * AROUND ? *most - AROUND : *most;
    writer->handle = kafka_connect(options, limit, on_delivered, writer, err);
    if (writer->handle)
        return writer;
    arena_free(arena);
    return NULL;
}
