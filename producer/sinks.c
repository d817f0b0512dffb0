/* SPDX-License-Identifier: Apache-2.0 */
/* Several sinks as one: see the header. */
#include "producer/sinks.h"

/* Adds a sink to those that are open; its tally outlives it. */
static bool add(struct sinks *sinks, const struct sink_type *type, struct sink_options *options,
                const struct sink_schema *schema, struct error *err)
{
    size_t at = sinks->count;
    options->tally = &sinks->of[at].tally;
    struct sink *sink = type->open(options, schema, err);
    if (!sink)
        return false;
    sinks->of[at].sink = sink;
    sinks->of[at].type = type;
    sinks->count++;
    if (at == 0 || sink->record_max < sinks->record_max)
        sinks->record_max = sink->record_max;
    sinks->dated |= type->dated;
    return true;
}

struct sink_options sinks_kafka(const struct options *options, const struct sink_options *common)
{
    struct sink_options kafka = *common;
    kafka.place = options->kafka;
    kafka.topic = options->topic;
    kafka.settings = options->settings.items;
    kafka.setting_count = options->settings.count;
    kafka.headers = options->headers.items;
    kafka.header_count = options->headers.count;
    kafka.patience = options->kafka_time;
    return kafka;
}

/* The single file comes last: closed because another sink cannot be opened it would get its name. */
static bool open_all(struct sinks *sinks, const struct options *options, const struct sink_options *common,
                     const struct sink_schema *schema, struct error *err)
{
    struct span format = options->format.len ? options->format : SPAN("framed");
    const struct sink_type *file = sink_find(format);
    struct sink_options out = {.place = options->out, .codec = options->codec};
    struct sink_options lake = {.place = options->lake, .codec = options->codec, .roll = options->roll};
    struct sink_options kafka = sinks_kafka(options, common);
    if (options->lake && file == &sink_framed)
        out.codec = (struct span){0};
    if (!file)
        return error_set(err, 0, "unknown format '%.*s': framed and ocf are known", SPAN_ARGS(format));
    return (!options->lake || add(sinks, &sink_lake, &lake, schema, err)) &&
           (!options->kafka || add(sinks, &sink_kafka, &kafka, schema, err)) &&
           (!options->out || add(sinks, file, &out, schema, err));
}

bool sinks_open(struct sinks *sinks, const struct options *options, const struct sink_options *common,
                const struct sink_schema *schema, struct error *err)
{
    *sinks = (struct sinks){0};
    if (open_all(sinks, options, common, schema, err))
        return true;
    AUTO_ARENA arena = arena_new();
    struct error second = {.arena = arena};
    if (!sinks_close(sinks, &second))
        (void)second; /* the first failure is the one to tell */
    return false;
}

bool sinks_put(struct sinks *sinks, const struct message *message, struct error *err)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (!sinks->of[i].type->put(sinks->of[i].sink, message, err))
            return false;
    return true;
}

bool sinks_flush(struct sinks *sinks, struct error *err)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (!sinks->of[i].type->flush(sinks->of[i].sink, err))
            return false;
    return true;
}

bool sinks_tick(struct sinks *sinks, struct error *err)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (sinks->of[i].type->tick && !sinks->of[i].type->tick(sinks->of[i].sink, err))
            return false;
    return true;
}

bool sinks_change(struct sinks *sinks, const struct sink_schema *schema, struct error *err)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (sinks->of[i].type->change && !sinks->of[i].type->change(sinks->of[i].sink, schema, err))
            return false;
    return true;
}

const char *sinks_fixed(const struct sinks *sinks)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (!sinks->of[i].type->change)
            return sinks->of[i].type->name;
    return NULL;
}

bool sinks_close(struct sinks *sinks, struct error *err)
{
    bool well = true;
    for (size_t i = 0; i < sinks->count; i++) {
        AUTO_ARENA arena = arena_new();
        struct error second = {.arena = arena};
        struct sink *sink = sinks->of[i].sink;
        sinks->of[i].sink = NULL;
        if (!sink || sinks->of[i].type->close(sink, well ? err : &second))
            continue;
        if (!well)
            fprintf(stderr, "genesys-producer: %.*s\n", SPAN_ARGS(second.message));
        well = false;
    }
    return well;
}

void sinks_each(const struct sinks *sinks, tally_fn *tell, void *context)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (sinks->of[i].type->report)
            tell(context, sinks->of[i].type->name, &sinks->of[i].tally);
}

void sinks_report(const struct sinks *sinks, FILE *out)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (sinks->of[i].type->report)
            sinks->of[i].type->report(&sinks->of[i].tally, out);
}
