/* SPDX-License-Identifier: Apache-2.0 */
/* genesys-producer: Genesys Cloud events in, Avro out. From the command to its file, from an error to the one
 * line that tells it. */
#include "base/clock.h"
#include "base/limits.h"
#include "producer/ask.h"
#include "producer/check.h"
#include "producer/enrol.h"
#include "producer/kafka_read.h"
#include "producer/map.h"
#include "producer/run.h"
#include "producer/signals.h"
#include "producer/sinks.h"

static bool run_map(const struct options *options, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const struct schema *schema;
    struct mapping *mapping;
    struct mapping_source rules;
    struct span text;
    if (!schema_text(options->schema, &text, arena, err) ||
        !mapping_read(options, &rules, arena, err) ||
        !schema_map(text, &rules, &schema, &mapping, arena, err))
        return false;
    struct input *input = input_open(options->inputs, options->input_count, err);
    if (!input)
        return false;
    if (options->follow && !input_follow(input, err)) {
        input_close(input);
        return false;
    }
    if (options->follow)
        setvbuf(stdout, NULL, _IOLBF, 0);
    int64_t now = options->ingest_given ? options->ingest_time : clock_now();
    struct mapping_way way = {mapping, schema, now, options->unwrap_forms, options->explain};
    bool mapped = map_lines(input, &way, stdout, err);
    input_close(input);
    return mapped && (fflush(stdout) == 0 || error_set(err, 0, "cannot write to standard output"));
}

/* NULL in *reader: none was asked for. */
static bool read_reader(const char *name, const struct schema **reader, struct arena *arena,
                        struct error *err)
{
    struct error cause = {.arena = arena};
    struct span text;
    *reader = NULL;
    if (!name)
        return true;
    if (!schema_text(name, &text, arena, err))
        return false;
    struct reading how = {.strict = true};
    return schema_parse(&schema_avro, text, how, NULL, 0, reader, arena, &cause) ||
           error_set(err, 0, "%s: %.*s", name, SPAN_ARGS(cause.message));
}

/* One file after another, or the topic. */
static bool unpack_all(const struct options *options, struct unpacking *how, uint64_t *complaints,
                       struct error *err)
{
    for (size_t i = 0; i < options->input_count; i++) {
        how->place = options->inputs[i];
        if (!unpack_file(how, complaints, err))
            return false;
    }
    if (!options->kafka)
        return true;
    struct signals signals = SIGNALS_NONE;
    if (!signals_catch(&signals, false, err))
        return false;
    struct sink_options common = {.stop = signals.stop};
    struct kafka_reading reading = {sinks_kafka(options, &common), options->group,
                                    span_equal(options->from, SPAN("end")), options->follow};
    how->place = options->topic;
    bool done = kafka_unpack(&reading, how, complaints, err);
    signals_release(&signals);
    return done;
}

static enum exit_code run_decode(const struct options *options, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct unpacking how = {.reading = {.defaults = options->defaults,
                                        .default_count = options->default_count,
                                        .keep_ms = options->schema_ttl ? options->schema_ttl : SCHEMA_TTL_MS},
                            .stop = span_equal(options->on_error, SPAN("stop")),
                            .out = stdout,
                            .complaints = stderr};
    struct client_options where = registry_options(options);
    uint64_t complaints = 0;
    if (!read_reader(options->reader_schema, &how.reading.reader, arena, err))
        return EXIT_NOTHING;
    if (options->registry.len > 0 && !(how.reading.client = client_open(&where, err)))
        return EXIT_NOTHING;
    bool done = unpack_all(options, &how, &complaints, err);
    client_close(how.reading.client);
    if (!done)
        return EXIT_NOTHING;
    return complaints > 0 ? EXIT_PARTLY : EXIT_WELL;
}

static enum exit_code run_command(const struct options *options, struct error *err)
{
    switch (options->command) {
    case COMMAND_ENCODE: return run_encode(options, err);
    case COMMAND_MAP: return run_map(options, err) ? EXIT_WELL : EXIT_NOTHING;
    case COMMAND_DECODE: return run_decode(options, err);
    case COMMAND_CHECK: return run_check(options, err);
    case COMMAND_HELP: options_help(stdout, options->about); return EXIT_WELL;
    case COMMAND_VERSION:
        printf("genesys-producer %s (commit %s)\n", SCHEMAD_VERSION, SCHEMAD_COMMIT);
        return EXIT_WELL;
    }
    return EXIT_NOTHING;
}

int main(int argc, char **argv)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct options options;
    enum exit_code code = EXIT_NOTHING;
    if (options_read(argc, argv, &options, arena, &err))
        code = run_command(&options, &err);
    if (code == EXIT_NOTHING)
        fprintf(stderr, "genesys-producer: %.*s\n", SPAN_ARGS(err.message));
    return (int)code;
}
