/* SPDX-License-Identifier: Apache-2.0 */
/* The framed sink: four bytes of length, big-endian, then the message as it would travel over Kafka (magic 0,
 * schema id, Avro binary), one after the other. */
#include "producer/output.h"
#include "producer/sink.h"

#include "base/limits.h"

#include <stdlib.h>

struct framed {
    struct sink sink;
    struct output *output;
    int id;
};

static struct sink *framed_open(const struct sink_options *options, const struct sink_schema *schema,
                                struct error *err)
{
    if (options->codec.len > 0) {
        error_set(err, 0, "a framed file is not compressed: --codec goes with --format ocf");
        return NULL;
    }
    struct output *output = output_open(options->place, err);
    if (!output)
        return NULL;
    struct framed *framed = calloc(1, sizeof *framed);
    if (!framed)
        abort();
    *framed = (struct framed){{&sink_framed, MESSAGE_MAX - WIRE_HEADER}, output, schema->id};
    return &framed->sink;
}

static bool framed_flush(struct sink *sink, struct error *err)
{
    return output_flush(((struct framed *)sink)->output, err);
}

static bool framed_put(struct sink *sink, const struct message *message, struct error *err)
{
    struct framed *framed = (struct framed *)sink;
    char *start = (char *)message->avro.ptr - WIRE_HEADER;
    sink_wire_header(start, framed->id);
    size_t len = message->avro.len + WIRE_HEADER;
    char length[4];
    for (int i = 0; i < 4; i++)
        length[i] = (char)(len >> (24 - 8 * i));
    if (!output_write(framed->output, (struct span){length, sizeof length}, err) ||
        !output_write(framed->output, (struct span){start, len}, err))
        return false;
    return !output_waited(framed->output) || framed_flush(sink, err);
}

static bool framed_change(struct sink *sink, const struct sink_schema *schema, struct error *err)
{
    (void)err;
    ((struct framed *)sink)->id = schema->id;
    return true;
}

static bool framed_close(struct sink *sink, struct error *err)
{
    bool whole = output_close(((struct framed *)sink)->output, err);
    free(sink);
    return whole;
}

const struct sink_type sink_framed = {
    .name = "framed",
    .open = framed_open,
    .put = framed_put,
    .flush = framed_flush,
    .close = framed_close,
    .change = framed_change,
};
