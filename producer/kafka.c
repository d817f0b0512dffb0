/* SPDX-License-Identifier: Apache-2.0 */
/* The Kafka sink: records with their keys and headers. What the brokers find too large becomes a dead
 * letter. */
#include "producer/kafka_write.h"

#include "base/digest.h"

#include <stdlib.h>

/* The name space of dedupe keys: fixed, so that they outlive a change of the mapping. */
static const uint8_t name_space[MD5_SIZE] = {0x8a, 0x0a, 0x2c, 0x6e, 0x2f, 0x0a, 0x5d, 0x4b,
                                             0x9a, 0x53, 0x6f, 0x6d, 0x8f, 0x2b, 0x1c, 0x77};

struct kafka {
    struct sink sink;
    struct kafka_writer *writer;
    int id;
    const char *const *headers;
    size_t header_count;
};

/* ---- messages ---- */

static struct span dedupe_key(const struct message *message, struct arena *arena)
{
    struct buffer name = {.arena = arena};
    buffer_put(&name, message->topic);
    buffer_byte(&name, 0x1f);
    buffer_put(&name, message->body);
    return digest_uuid5(name_space, buffer_span(&name), arena);
}

static void add_given(const struct kafka *kafka, rd_kafka_headers_t *headers)
{
    for (size_t i = 0; i < kafka->header_count; i++) {
        const char *name = kafka->headers[i], *equals = strchr(name, '=');
        rd_kafka_header_add(headers, name, equals - name, equals + 1, -1);
    }
}

static rd_kafka_headers_t *headers_of(const struct kafka *kafka, const struct message *message)
{
    AUTO_ARENA arena = arena_new();
    struct span key = dedupe_key(message, arena);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(2);
    rd_kafka_header_add(headers, "dedupe-key", -1, key.ptr, (ssize_t)key.len);
    if (message->source.len > 0)
        rd_kafka_header_add(headers, "source", -1, message->source.ptr, (ssize_t)message->source.len);
    add_given(kafka, headers);
    return headers;
}

static bool kafka_put(struct sink *sink, const struct message *message, struct error *err)
{
    struct kafka *kafka = (struct kafka *)sink;
    struct span value = {message->avro.ptr - WIRE_HEADER, message->avro.len + WIRE_HEADER};
    struct kafka_ticket ticket = {.input = message->input,
                                  .line = message->line,
                                  .source_size = message->source_size,
                                  .size = message->avro.len};
    sink_wire_header((char *)value.ptr, kafka->id);
    return kafka_writer_put(kafka->writer, value, message->key, headers_of(kafka, message), &ticket, err);
}

static bool kafka_flush(struct sink *sink, struct error *err)
{
    return kafka_writer_flush(((struct kafka *)sink)->writer, err);
}

static bool kafka_tick(struct sink *sink, struct error *err)
{
    return kafka_writer_tick(((struct kafka *)sink)->writer, err);
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

static bool kafka_close(struct sink *sink, struct error *err)
{
    bool well = kafka_writer_close(((struct kafka *)sink)->writer, err);
    free(sink);
    return well;
}

static struct sink *kafka_open(const struct sink_options *options, const struct sink_schema *schema,
                               struct error *err)
{
    size_t most;
    struct kafka_writer *writer = kafka_writer_open(options, "records", &most, err);
    if (!writer)
        return NULL;
    struct kafka *kafka = calloc(1, sizeof *kafka);
    if (!kafka)
        abort();
    *kafka = (struct kafka){{&sink_kafka, most}, writer, schema->id, options->headers, options->header_count};
    return &kafka->sink;
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
