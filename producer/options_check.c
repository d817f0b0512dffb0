/* SPDX-License-Identifier: Apache-2.0 */
/* The last word on the options: what belongs together, what excludes what, and what takes its default. */
#include "producer/option_value.h"

#include "base/limits.h"
#include "base/text.h"
#include "producer/container.h"
#include "producer/lake.h"
#include "producer/sink.h"
#include "producer/unwrap.h"

/* The forms are known before the registry is asked to change anything. */
static bool check_forms(const struct options *options, struct error *err)
{
    enum container_codec codec;
    struct span format = options->format.len ? options->format : SPAN("framed");
    if (!options->out && options->format.len > 0)
        return error_set(err, 0, "--format goes with --out");
    if (!sink_find(format))
        return error_set(err, 0, "unknown format '%.*s': framed and ocf are known", SPAN_ARGS(format));
    if (options->codec.len > 0 && !options->lake && !span_equal(format, SPAN("ocf")))
        return error_set(err, 0, "--codec goes with --lake and --format ocf");
    if (options->codec.len > 0 && !container_codec_find(options->codec, &codec))
        return error_set(err, 0, "unknown codec '%.*s': null and deflate are known",
                         SPAN_ARGS(options->codec));
    return !options->lake || lake_takes(options->subject, err);
}

/* What was given belongs to an end that was given; what was not takes its default. */
static bool check_ends(struct options *options, struct error *err)
{
    struct sink_roll *roll = &options->roll;
    if (!options->lake && (roll->size || roll->count || roll->age))
        return error_set(err, 0, "--roll-size, --roll-count and --roll-age go with --lake");
    if (!options->kafka != !options->topic)
        return error_set(err, 0, "--kafka and --topic go together");
    if (!options->kafka && (options->settings.count > 0 || options->kafka_file || options->kafka_time))
        return error_set(err, 0, "-X, --kafka-config and --kafka-timeout go with --kafka");
    for (size_t i = 0; i < options->headers.count; i++) {
        struct span given = span_of(options->headers.items[i]);
        if (span_starts(given, SPAN("dedupe-key=")) || span_starts(given, SPAN("source=")))
            return error_set(err, 0, "--header %.*s: every message has one of its own", SPAN_ARGS(given));
    }
    if (!options->kafka && options->headers.count > 0)
        return error_set(err, 0, "--header goes with --kafka");
    if (options->dead_letter_topic && !options->kafka)
        return error_set(err, 0, "--dead-letter-topic goes with --kafka");
    if (options->dead_letter_topic && strcmp(options->dead_letter_topic, options->topic) == 0)
        return error_set(err, 0, "--topic and --dead-letter-topic cannot be the same topic");
    options->kafka_time = options->kafka_time ? options->kafka_time : KAFKA_TIME_MS;
    roll->size = roll->size ? roll->size : LAKE_SIZE;
    roll->count = roll->count ? roll->count : LAKE_COUNT;
    roll->age = roll->age ? roll->age : LAKE_AGE_MS;
    return true;
}

/* Decode reads files or a topic, and what belongs to the one does not go with the other. */
static bool check_decode(struct options *options, struct error *err)
{
    if (!options->kafka != !options->topic)
        return error_set(err, 0, "--kafka and --topic go together");
    if (options->kafka ? options->input_count > 0 : options->input_count == 0)
        return error_set(err, 0, "decode reads files, or a topic with --kafka and --topic (see --help)");
    if (!options->kafka && (options->settings.count > 0 || options->kafka_file || options->kafka_time ||
                            options->group || options->from.len > 0 || options->follow))
        return error_set(err, 0, "-X, --kafka-config, --kafka-timeout, --group, --from and --follow go with "
                                 "--kafka");
    if (options->kafka && options->registry.len == 0)
        return error_set(err, 0, "--registry is missing: where is the registry? (see --help)");
    if (options->from.len > 0 && !span_equal(options->from, SPAN("beginning")) &&
        !span_equal(options->from, SPAN("end")))
        return error_set(err, 0, "--from is beginning or end, not '%.*s'", SPAN_ARGS(options->from));
    if (span_equal(options->from, SPAN("end")) && !options->follow && !options->group)
        return error_set(err, 0,
                         "--from end goes with --follow or --group: behind the end there is nothing yet");
    options->kafka_time = options->kafka_time ? options->kafka_time : KAFKA_TIME_MS;
    return true;
}

bool options_check(struct options *options, struct error *err)
{
    bool encode = options->command == COMMAND_ENCODE, gate = options->command == COMMAND_CHECK;
    if ((encode || gate) && options->registry.len == 0)
        return error_set(err, 0, "--registry is missing: where is the registry? (see --help)");
    if (encode && !options->out && !options->lake && !options->kafka)
        return error_set(err, 0,
                         "--kafka, --lake or --out is missing: where do the records go? (see --help)");
    if (encode && !check_ends(options, err))
        return false;
    if (options->metrics && strcmp(options->metrics, "-") == 0)
        return error_set(err, 0, "--metrics-file wants a file");
    if (options->registry_key && !options->registry_cert)
        return error_set(err, 0, "--registry-key goes with --registry-cert");
    if (options->command == COMMAND_DECODE && !check_decode(options, err))
        return false;
    if (options->on_error.len > 0 && !span_equal(options->on_error, SPAN("skip")) &&
        !span_equal(options->on_error, SPAN("stop")))
        return error_set(err, 0, "--on-error is skip or stop, not '%.*s'", SPAN_ARGS(options->on_error));
    if (gate && !options->schema)
        return error_set(err, 0, "--schema is missing: which schema is to be checked? (see --help)");
    if (gate && options->input_count > 0)
        return error_set(err, 0, "check reads no events (see --help)");
    if (options->use_latest && options->schema)
        return error_set(err, 0, "--schema and --use-latest cannot both be given");
    if (options->unwrap.len > 0 && !unwrap_forms(options->unwrap, &options->unwrap_forms, err))
        return false;
    if (options->subject.len == 0)
        options->subject = SPAN(DEFAULT_SUBJECT);
    for (size_t i = 0; i < options->subject.len; i++)
        if ((unsigned char)options->subject.ptr[i] < 0x20 || options->subject.ptr[i] == 0x7f)
            return error_set(err, 0, "--subject must not hold control characters");
    if (!text_is_utf8(options->subject))
        return error_set(err, 0, "--subject is not UTF-8");
    return !encode || check_forms(options, err);
}
