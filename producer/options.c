/* SPDX-License-Identifier: Apache-2.0 */
/* TABLE of options: which command knows them, what they take, what they mean. A row is all that a new option
 * needs beside the member it fills. */
#include "producer/option_value.h"

#include "base/limits.h"
#include "base/text.h"
#include "producer/client.h"

#include <stddef.h>
#include <unistd.h>

enum { ENCODE = 1 << COMMAND_ENCODE, MAP = 1 << COMMAND_MAP, DECODE = 1 << COMMAND_DECODE,
       CHECK = 1 << COMMAND_CHECK };
enum { LINE = 24 }; /* the column where --help begins to explain */

struct row {
    const char *name;
    const char *takes; /* NULL: a flag */
    unsigned commands;
    enum option_kind kind;
    size_t member;
    const char *meaning; /* lines apart by LF */
};

#define MEMBER(name) offsetof(struct options, name)

static const struct row rows[] = {
    {"registry", "URL", ENCODE | DECODE | CHECK, KIND_SPAN, MEMBER(registry),
     "the registry, http or https; user and password may stand in it"},
    {"subject", "NAME", ENCODE | CHECK, KIND_SPAN, MEMBER(subject),
     "the subject; " DEFAULT_SUBJECT " unless given"},
    {"schema", "FILE", CHECK, KIND_PATH, MEMBER(schema), "the Avro schema that is to be deployed"},
    {"schema", "FILE", ENCODE | MAP, KIND_PATH, MEMBER(schema),
     "the Avro schema of the records: a file, or v1 (unless given), v2, v3, v4, which are built in"},
    {"use-latest", NULL, ENCODE, KIND_FLAG, MEMBER(use_latest),
     "takes the subject's latest version from the registry, and registers none"},
    {"mapping", "FILE", ENCODE | MAP, KIND_PATH, MEMBER(mapping),
     "the rules that make records of events; those for Genesys Cloud unless given"},
    {"lookup", "NAME=FILE", ENCODE | MAP, KIND_PAIR, MEMBER(lookups),
     "a lookup table of the mapping, users or queues for instance: a JSON object of strings. Read again\n"
     "when it changes"},
    {"constant", "NAME=TEXT", ENCODE | MAP, KIND_PAIR, MEMBER(constants),
     "a constant of the mapping in the place of its own: org_id is the organization where none is named"},
    {"explain", NULL, MAP, KIND_FLAG, MEMBER(explain),
     "tells of each line which rule and which expression filled which field"},
    {"follow", NULL, ENCODE | MAP, KIND_FLAG, MEMBER(follow),
     "goes on where the one INPUT grows, is cut or rotated; SIGTERM ends it"},
    {"follow", NULL, DECODE, KIND_FLAG, MEMBER(follow),
     "goes on with what comes into the topic; SIGTERM ends it"},
    {"state", "FILE", ENCODE, KIND_PATH, MEMBER(state),
     "remembers how far the files were read and acknowledged; the next run goes on there"},
    {"metrics-file", "FILE", ENCODE, KIND_PATH, MEMBER(metrics),
     "gets the counters for Prometheus, every few seconds and at the end"},
    {"metrics-listen", "[HOST:]PORT", ENCODE, KIND_PATH, MEMBER(metrics_listen),
     "where the same counters can be fetched, at /metrics; on 127.0.0.1 unless a host is given"},
    {"unwrap", "FORMS", ENCODE | MAP, KIND_SPAN, MEMBER(unwrap),
     "opens events wrapped by sqs, sns or firehose, and pages of conversations; forms apart by commas"},
    {"out", "FILE", ENCODE, KIND_PATH, MEMBER(out),
     "where the records go; - is standard output. A file gets its name when it is complete"},
    {"lake", "DIR", ENCODE, KIND_PATH, MEMBER(lake),
     "where a data lake is: container files in DIR/SUBJECT/dt=YYYY-MM-DD/hour=HH/, by event time"},
    {"roll-size", "SIZE", ENCODE, KIND_SIZE, MEMBER(roll.size),
     "a lake's file is complete at that size in bytes, KiB, MiB or GiB; 128MiB unless given"},
    {"roll-count", "N", ENCODE, KIND_COUNT, MEMBER(roll.count),
     "… or with so many records; 1000000 unless given"},
    {"roll-age", "SECONDS", ENCODE, KIND_SECONDS, MEMBER(roll.age),
     "… or so long after its first record; 900 unless given"},
    {"kafka", "BROKERS", ENCODE, KIND_PATH, MEMBER(kafka),
     "Kafka's brokers, HOST:PORT with commas between them; goes with --topic"},
    {"kafka", "BROKERS", DECODE, KIND_PATH, MEMBER(kafka),
     "reads a topic in the place of files: Kafka's brokers; goes with --topic"},
    {"topic", "NAME", ENCODE | DECODE, KIND_PATH, MEMBER(topic), "the topic there"},
    {"group", "NAME", DECODE, KIND_PATH, MEMBER(group),
     "a consumer group: goes on behind what it has read, and shares the topic with its other members"},
    {"from", "WHERE", DECODE, KIND_SPAN, MEMBER(from),
     "where reading begins when no group has read before: beginning (unless given) or end"},
    {"X", "KEY=VALUE", ENCODE | DECODE, KIND_SETTING, MEMBER(settings),
     "a setting of librdkafka: compression, TLS, SASL, …; may be given often"},
    {"kafka-config", "FILE", ENCODE | DECODE, KIND_PATH, MEMBER(kafka_file),
     "holds such settings, KEY=VALUE on a line, passwords for instance; -X counts before it"},
    {"header", "NAME=VALUE", ENCODE, KIND_PAIR, MEMBER(headers),
     "one more header of each message: backfill=true; may be given often"},
    {"kafka-timeout", "SECONDS", ENCODE, KIND_SECONDS, MEMBER(kafka_time),
     "for Kafka to answer at the start, and to acknowledge the rest after SIGTERM; 30 unless given"},
    {"kafka-timeout", "SECONDS", DECODE, KIND_SECONDS, MEMBER(kafka_time),
     "for Kafka to answer at the start, and to give more while more is there; 30 unless given"},
    {"format", "FORM", ENCODE, KIND_SPAN, MEMBER(format),
     "framed: each message behind its length, as it travels over Kafka (unless given)\n"
     "ocf: an Avro object container file"},
    {"format", "FORM", CHECK, KIND_SPAN, MEMBER(format),
     "of the verdict: text (unless given), json, junit or sarif"},
    {"codec", "CODEC", ENCODE, KIND_SPAN, MEMBER(codec),
     "of container files: deflate (unless given) or null"},
    {"dead-letter", "FILE", ENCODE, KIND_PATH, MEMBER(dead_letter),
     "takes what could not be encoded, with the reason, behind what it holds already"},
    {"dead-letter-topic", "NAME", ENCODE, KIND_PATH, MEMBER(dead_letter_topic),
     "a topic that takes them; goes with --kafka"},
    {"ingest-time", "MS", ENCODE | MAP, KIND_TIME, MEMBER(ingest_time),
     "stops the clock that stands in for events without a time, in milliseconds since 1970"},
    {"registry-token-file", "FILE", ENCODE | DECODE | CHECK, KIND_PATH, MEMBER(registry_token),
     "holds the bearer token for the registry, in place of user and password"},
    {"registry-ca", "FILE", ENCODE | DECODE | CHECK, KIND_PATH, MEMBER(registry_ca),
     "the authorities that the registry's certificate may come from (PEM)"},
    {"registry-cert", "FILE", ENCODE | DECODE | CHECK, KIND_PATH, MEMBER(registry_cert),
     "the certificate to show to the registry (PEM)"},
    {"registry-key", "FILE", ENCODE | DECODE | CHECK, KIND_PATH, MEMBER(registry_key),
     "its key, when that is not in the same file (PEM, not encrypted)"},
    {"registry-timeout", "SECONDS", ENCODE | DECODE | CHECK, KIND_SECONDS, MEMBER(registry_time),
     "for one request to the registry with all its tries; 30 unless given"},
    {"reader-schema", "FILE", DECODE, KIND_PATH, MEMBER(reader_schema),
     "prints records as this schema sees them (a file, or v1 to v4), whatever they were written with"},
    {"default", "FIELD=VALUE", DECODE, KIND_DEFAULT, MEMBER(defaults),
     "prints the value where the field is null, or the record around it: agent.id=anonymous"},
    {"on-error", "WHAT", DECODE, KIND_SPAN, MEMBER(on_error),
     "what follows a record that cannot be read: skip (unless given) or stop"},
    {"schema-ttl", "SECONDS", ENCODE, KIND_SECONDS, MEMBER(schema_ttl),
     "between two questions to the registry whether the subject is as it was; 900 unless given"},
    {"schema-ttl", "SECONDS", DECODE, KIND_SECONDS, MEMBER(schema_ttl),
     "how long the registry's answer about an id is believed in; 900 unless given"},
    {"strict", NULL, ENCODE, KIND_FLAG, MEMBER(strict), "exit 1 when there was a dead letter"},
};

static const struct {
    const char *name;
    enum command command;
    const char *usage;
    const char *meaning;
} commands[] = {
    {"encode", COMMAND_ENCODE,
     "[encode] --registry URL {--kafka BROKERS --topic NAME | --lake DIR | --out FILE} [OPTION…] [INPUT…]",
     "Genesys Cloud events, one JSON object a line, become Avro records of a registered schema."},
    {"map", COMMAND_MAP, "map [OPTION…] [INPUT…]",
     "Prints what the mapping makes of each line, without registry and without Avro."},
    {"decode", COMMAND_DECODE, "decode --registry URL [OPTION…] {FILE… | --kafka BROKERS --topic NAME}",
     "Prints the records of framed and container files, or of a topic up to its present end, as JSON lines.\n"
     "A container file needs no registry."},
    {"check", COMMAND_CHECK, "check --registry URL --schema FILE [OPTION…]",
     "Asks whether the schema can follow the subject's versions, and changes nothing. Exit 0: it can. 1: it\n"
     "cannot, for the reasons printed. 2: it was not decided."},
};

/* ---- help ---- */

static void print_row(FILE *out, const struct row *row)
{
    const char *dashes = row->name[1] ? "--" : "-", *takes = row->takes ? row->takes : "";
    int width = fprintf(out, "  %s%s%s%s", dashes, row->name, row->takes ? " " : "", takes);
    for (const char *line = row->meaning; line;) {
        const char *end = strchr(line, '\n');
        int len = (int)(end ? (size_t)(end - line) : strlen(line));
        if (width >= LINE)
            fprintf(out, "\n%*s%.*s\n", LINE, "", len, line);
        else
            fprintf(out, "%*s%.*s\n", LINE - width, "", len, line);
        width = 0;
        line = end ? end + 1 : NULL;
    }
}

static void print_command(FILE *out, size_t index)
{
    fprintf(out, "genesys-producer %s\n\n%s\n\n", commands[index].usage, commands[index].meaning);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].commands & 1U << commands[index].command)
            print_row(out, &rows[i]);
    fputc('\n', out);
}

void options_help(FILE *out, enum command about)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (about == COMMAND_HELP || about == commands[i].command)
            print_command(out, i);
    if (about != COMMAND_DECODE && about != COMMAND_CHECK)
        fprintf(out,
                "INPUT is a file, or a folder of rotated ones; - is standard input, which is also read when\n"
                "there is none. A file named like a command or an option is written ./NAME.\n\n");
    fprintf(
        out,
        "Exit 0: all went well. 1: something was dead-lettered and --strict was given, or a record could\n"
        "not be decoded. 2: it could not be done: unusable arguments, registry unreachable, schema refused,\n"
        "a file that cannot be read or written.\n\n"
        "  --help                this text\n"
        "  --version             the version\n");
}

/* ---- reading ---- */

/* The command's own row where it has one. */
static const struct row *find_row(struct span name, enum command command)
{
    const struct row *found = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (span_equal(name, span_of(rows[i].name)) && (!found || rows[i].commands & 1U << command))
            found = &rows[i];
    return found;
}

static const char *command_name(enum command command)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i].command == command)
            return commands[i].name;
    return "";
}

/* One option, and its value where it takes one: "--name=value" or the next argument. */
static bool read_option(struct options *options, char **argv, int argc, int *at, struct error *err)
{
    const char *argument = argv[*at] + 2;
    const char *equals = strchr(argument, '=');
    struct span name = {argument, equals ? (size_t)(equals - argument) : strlen(argument)};
    const struct row *row = find_row(name, options->command);
    if (!row)
        return error_set(err, 0, "there is no option --%.*s (see --help)", SPAN_ARGS(name));
    if (!(row->commands & 1U << options->command))
        return error_set(err, 0, "%s has no option --%s (see --help)", command_name(options->command),
                         row->name);
    if (!row->takes && equals)
        return error_set(err, 0, "--%s takes no value", row->name);
    if (row->takes && !equals && *at + 1 >= argc)
        return error_set(err, 0, "--%s needs a value: %s", row->name, row->takes);
    const char *value = !row->takes ? "" : equals ? equals + 1 : argv[++*at];
    return option_value(options, row->kind, row->member, row->name, value, err);
}

/* "-X KEY=VALUE" or "-XKEY=VALUE". */
static bool read_setting(struct options *options, char **argv, int argc, int *at, struct error *err)
{
    const char *value = argv[*at] + 2;
    if (options->command != COMMAND_ENCODE && options->command != COMMAND_DECODE)
        return error_set(err, 0, "%s has no option -X (see --help)", command_name(options->command));
    if (!*value && *at + 1 >= argc)
        return error_set(err, 0, "-X needs a value: KEY=VALUE");
    return option_value(options, KIND_SETTING, MEMBER(settings), "X", *value ? value : argv[++*at], err);
}

static int read_command(struct options *options, int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            options->command = commands[i].command;
            return 2;
        }
    }
    return 1;
}

/* --help and --version win over whatever else is wrong. */
static bool asks(struct options *options, int argc, char **argv, int first)
{
    for (int i = first; i < argc && strcmp(argv[i], "--") != 0; i++) {
        bool help = strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
        if (!help && strcmp(argv[i], "--version") != 0)
            continue;
        options->about = first == 1 ? COMMAND_HELP : options->command;
        options->command = help ? COMMAND_HELP : COMMAND_VERSION;
        return true;
    }
    return false;
}

bool options_read(int argc, char **argv, struct options *options, struct arena *arena, struct error *err)
{
    *options = (struct options){.command = COMMAND_ENCODE};
    int first = read_command(options, argc, argv);
    if (asks(options, argc, argv, first))
        return true;
    if (first == 1 && argc > 1 && argv[1][0] != '-' && access(argv[1], F_OK) != 0)
        return error_set(err, 0, "there is no command and no file '%s' (see --help)", argv[1]);
    const char **inputs = arena_array(arena, (size_t)argc + 1, sizeof *inputs);
    struct option_list *const lists[] = {&options->settings, &options->lookups, &options->constants,
                                          &options->headers};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        lists[i]->items = arena_array(arena, (size_t)argc + 1, sizeof *inputs);
    bool literal = false;
    for (int i = first; i < argc; i++) {
        if (!literal && strcmp(argv[i], "--") == 0) {
            literal = true;
        } else if (!literal && span_starts(span_of(argv[i]), SPAN("--"))) {
            if (!read_option(options, argv, argc, &i, err))
                return false;
        } else if (!literal && span_starts(span_of(argv[i]), SPAN("-X"))) {
            if (!read_setting(options, argv, argc, &i, err))
                return false;
        } else if (!literal && argv[i][0] == '-' && argv[i][1]) {
            return error_set(err, 0, "there is no option %s (see --help)", argv[i]);
        } else {
            inputs[options->input_count++] = argv[i];
        }
    }
    options->inputs = inputs;
    return options_kafka_file(options, arena, err) && options_check(options, err);
}
