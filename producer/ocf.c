/* SPDX-License-Identifier: Apache-2.0 */
/* The container sink: one Avro object container file that says which schema of which subject it was written
 * with, and by which mapping. */
#include "producer/container.h"
#include "producer/sink.h"

#include "base/limits.h"

#include <stdlib.h>

struct ocf {
    struct sink sink;
    struct output *output;
    struct container *container;
};

static struct container *begin(struct output *output, enum container_codec codec,
                               const struct sink_schema *schema, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const struct container_meta metas[] = {
        {SPAN("genesys.schema.id"), arena_printf(arena, "%d", schema->id)},
        {SPAN("genesys.subject"), schema->subject},
        {SPAN("genesys.mapping.sha256"), schema->mapping_digest},
    };
    return container_begin(output, codec, schema->text, metas, sizeof metas / sizeof *metas, err);
}

static struct sink *ocf_open(const struct sink_options *options, const struct sink_schema *schema,
                             struct error *err)
{
    enum container_codec codec = CONTAINER_DEFLATE;
    if (options->codec.len > 0 && !container_codec_find(options->codec, &codec)) {
        error_set(err, 0, "unknown codec '%.*s': null and deflate are known", SPAN_ARGS(options->codec));
        return NULL;
    }
    struct output *output = output_open(options->place, err);
    if (!output)
        return NULL;
    struct ocf *ocf = calloc(1, sizeof *ocf);
    if (!ocf)
        abort();
    *ocf = (struct ocf){{&sink_ocf, BLOCK_MAX / 2}, output, begin(output, codec, schema, err)};
    if (ocf->container)
        return &ocf->sink;
    AUTO_ARENA arena = arena_new();
    struct error second = {.arena = arena};
    if (!output_close(output, &second))
        (void)second; /* the first failure is the one to tell */
    free(ocf);
    return NULL;
}

static bool ocf_put(struct sink *sink, const struct message *message, struct error *err)
{
    return container_add(((struct ocf *)sink)->container, message->avro, err);
}

static bool ocf_flush(struct sink *sink, struct error *err)
{
    struct ocf *ocf = (struct ocf *)sink;
    return container_flush(ocf->container, err) && output_flush(ocf->output, err);
}

static bool ocf_close(struct sink *sink, struct error *err)
{
    struct ocf *ocf = (struct ocf *)sink;
    bool flushed = container_flush(ocf->container, err);
    bool whole = output_close(ocf->output, err) && flushed;
    container_free(ocf->container);
    free(ocf);
    return whole;
}

const struct sink_type sink_ocf = {
    .name = "ocf",
    .open = ocf_open,
    .put = ocf_put,
    .flush = ocf_flush,
    .close = ocf_close,
};
