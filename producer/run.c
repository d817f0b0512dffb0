/* SPDX-License-Identifier: Apache-2.0 */
/* The encode run: read_line → map_event → encode_record → sink_put. A line that fails goes to the dead
 * letters with its reason and never stops the run; what stops it is an input or an output that fails, or a
 * signal. */
#include "producer/run.h"

#include "base/clock.h"
#include "base/limits.h"
#include "producer/apart.h"
#include "producer/dead_letter.h"
#include "producer/encode.h"
#include "producer/metrics_listen.h"
#include "producer/running.h"
#include "producer/unwrap.h"

#include <stdlib.h>
#include <unistd.h>

enum { PROGRESS_LINES = 64 }; /* between two looks at the clock */
enum { DATED_FIRST = -62135596800000, DATED_LAST = 253402300799999 }; /* the years 1 to 9999 */

/* ---- one line ---- */

static bool bury(struct run *run, const struct dead_letter *letter, struct error *err)
{
    summary_dead(&run->summary, letter->reason);
    return !run->dead_letters || dead_letters_put(run->dead_letters, letter, err);
}

/* What a sink had taken and cannot place comes back. */
static bool take_back(void *context, const struct refusal *refusal, struct error *err)
{
    struct run *run = context;
    struct line line = {.input = refusal->input, .number = refusal->line, .size = refusal->source_size};
    summary_withdraw(&run->summary, refusal->source_size, refusal->size);
    return bury(run, &(struct dead_letter){&line, "record-too-large", {0}, refusal->size, true}, err);
}

/* The clock that stands in for events without a time. */
static int64_t ingest_time(const struct run *run)
{
    return run->options->ingest_given ? run->options->ingest_time : clock_now();
}

static int64_t timestamp_of(const struct run *run, const struct mapped *mapped)
{
    size_t place = run->watch.now->timestamp;
    const struct value *found = place < mapped->record.count ? &mapped->record.members[place] : NULL;
    return found && found->kind == VALUE_LONG ? found->number : ingest_time(run);
}

/* A time that can be written as a date of four digits; a schema may take any number for one. */
static bool is_dated(int64_t timestamp)
{
    return timestamp >= DATED_FIRST && timestamp <= DATED_LAST;
}

/* Encodes and passes on. What cannot be encoded, or a sink will not take, becomes a dead letter. */
static bool send(struct run *run, const struct line *line, const struct mapped *mapped, struct arena *arena,
                 struct error *err)
{
    const struct avro_type *root = avro_root(run->watch.now->schema);
    struct error own = {.arena = arena};
    struct message message = {.key = mapped->key,
                              .timestamp = timestamp_of(run, mapped),
                              .input = line->input,
                              .line = line->number,
                              .source_size = line->size,
                              .topic = mapped->topic,
                              .body = mapped->body,
                              .source = mapped->source};
    if (!encode_record(root, &mapped->record, WIRE_HEADER, &message.avro, arena, &own)) {
        fprintf(stderr, "genesys-producer: %s, line %llu: %.*s\n", line->input,
                (unsigned long long)line->number, SPAN_ARGS(own.message));
        return bury(run, &(struct dead_letter){line, "encode-failed", {0}, line->size, false}, err);
    }
    if (run->sinks.dated && !is_dated(message.timestamp))
        return bury(run, &(struct dead_letter){line, "timestamp-out-of-range", SPAN("timestamp"), line->size,
                                               false}, err);
    if (message.avro.len > run->sinks.record_max)
        return bury(run, &(struct dead_letter){line, "record-too-large", {0}, message.avro.len, true}, err);
    summary_encoded(&run->summary, mapped, line->size, message.avro.len);
    return sinks_put(&run->sinks, &message, err);
}

/* The source told of trouble of its own, which the records will not show. */
static void skip(struct run *run, const struct line *line, const struct mapped *mapped)
{
    summary_skip(&run->summary, mapped->reason);
    if (mapped->alert)
        fprintf(stderr, "genesys-producer: %s, line %llu: look at this line: %s\n", line->input,
                (unsigned long long)line->number, mapped->reason);
}

static bool take_event(struct run *run, const struct line *line, struct error *err)
{
    struct arena *arena = run->event;
    arena_clear(arena);
    run->summary.read++;
    if (line->too_long)
        return bury(run, &(struct dead_letter){line, "too-large", {0}, line->size, true}, err);
    struct mapped mapped = mapping_apply(run->watch.now->mapping, line->bytes, ingest_time(run), arena);
    switch (mapped.outcome) {
    case OUTCOME_MAP: return send(run, line, &mapped, arena, err);
    case OUTCOME_SKIP: skip(run, line, &mapped); return true;
    case OUTCOME_DEAD_LETTER:
        return bury(run, &(struct dead_letter){line, mapped.reason, mapped.field, line->size, false}, err);
    }
    return true;
}

/* A line is an event, or what was wrapped in it are. */
static bool take_line(struct run *run, const struct line *line, struct error *err)
{
    if (!run->options->unwrap_forms || line->too_long)
        return take_event(run, line, err);
    AUTO_ARENA arena = arena_new();
    struct unwrapped inside = unwrap_line(run->options->unwrap_forms, line->bytes, arena);
    for (size_t i = 0; i < inside.count; i++) {
        struct line event = *line;
        event.bytes = inside.texts[i];
        event.size = inside.texts[i].len;
        if (!take_event(run, &event, err))
            return false;
    }
    return true;
}

static bool take_lines(struct run *run, struct error *err)
{
    struct line line;
    for (;;) {
        switch (input_next(run->input, &line, err)) {
        case INPUT_LINE:
            account_line(&run->account);
            if (!take_line(run, &line, err))
                return false;
            run->account.broken = false;
            if (run->account.all % PROGRESS_LINES == 0 && !running_look(run, err))
                return false;
            break;
        case INPUT_END: return true;
        case INPUT_FAILED: return false;
        }
    }
}

/* ---- before and after ---- */

static bool open_ends(struct run *run, struct error *err)
{
    const struct options *options = run->options;
    struct sink_schema schema = running_schema(run, run->watch.now);
    struct sink_options common = {.stop = run->signals.stop, .tally = &run->letters};
    struct sink_options topic = sinks_kafka(options, &common);
    topic.topic = options->dead_letter_topic;
    if ((options->dead_letter || topic.topic) &&
        !(run->dead_letters = dead_letters_open(options->dead_letter, topic.topic ? &topic : NULL, err)))
        return false;
    common.refused = take_back;
    common.refused_context = run;
    return sinks_open(&run->sinks, options, &common, &schema, err);
}

static bool prepare(struct run *run, struct arena *arena, struct error *err)
{
    if (!apart_check(run->options, err))
        return false;
    run->input = input_open(run->options->inputs, run->options->input_count, err);
    if (!run->input || (run->options->follow && !input_follow(run->input, err)) ||
        !account_open(&run->account, run->options->state, run->options->out, run->input, err) ||
        !watch_begin(&run->watch, run->options, err) || !signals_catch(&run->signals, true, err))
        return false;
    input_stop_on(run->input, run->signals.stop);
    input_when_idle(run->input, running_look, run);
    run->metrics.place = run->options->metrics;
    if (run->options->metrics_listen &&
        !(run->metrics.server = metrics_listen(run->options->metrics_listen, err)))
        return false;
    if (!open_ends(run, err))
        return false;
    run->summary = summary_begin(arena);
    return !run->metrics.server || running_tell(run, false, err);
}

static void report(struct run *run)
{
    bool out_taken = (run->options->out && strcmp(run->options->out, "-") == 0) ||
                     (run->options->dead_letter && strcmp(run->options->dead_letter, "-") == 0);
    const char *signal = signals_stopped(&run->signals);
    summary_progress_end(&run->summary, stderr);
    if (signal)
        fprintf(stderr, "genesys-producer: stopped by %s after %llu lines\n", signal,
                (unsigned long long)run->summary.read);
    account_report(&run->account, signal != NULL);
    if (run->summary.dead > 0 && !run->dead_letters)
        fprintf(stderr, "genesys-producer: the dead letters were not kept: --dead-letter FILE keeps them\n");
    FILE *out = out_taken ? stderr : stdout;
    summary_print(&run->summary, out);
    sinks_report(&run->sinks, out);
    if (run->options->dead_letter_topic)
        fprintf(out, "dead letters acknowledged: %llu\n", (unsigned long long)run->letters.safe);
    watch_report(&run->watch, out);
    fflush(out);
}

/* Keeps the first error; closes everything whatever happens. */
static bool close_ends(struct run *run, bool ready, bool well, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct error second = {.arena = arena};
    bool safe = true;
    if (!sinks_close(&run->sinks, well ? err : &second)) {
        if (!well) /* it says what is not safe, which the first failure may not */
            fprintf(stderr, "genesys-producer: %.*s\n", SPAN_ARGS(second.message));
        well = safe = false;
    }
    if (run->dead_letters && !dead_letters_close(run->dead_letters, well ? err : &second)) {
        if (!well)
            fprintf(stderr, "genesys-producer: %.*s\n", SPAN_ARGS(second.message));
        well = safe = false;
    }
    if (ready && safe && !account_settle(&run->account, well ? err : &second))
        well = false;
    if (ready && !running_tell(run, true, well ? err : &second))
        well = false;
    return well;
}

enum exit_code run_encode(const struct options *options, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    AUTO_ARENA event = arena_new();
    struct run run = {.options = options,
                      .event = event,
                      .signals = SIGNALS_NONE,
                      .terminal = isatty(STDERR_FILENO)};
    bool ready = prepare(&run, arena, err);
    bool well = ready && take_lines(&run, err);
    well = close_ends(&run, ready, well, err);
    if (ready)
        report(&run);
    metrics_silence(run.metrics.server);
    watch_end(&run.watch);
    input_close(run.input);
    signals_release(&run.signals);
    if (!well)
        return EXIT_NOTHING;
    return options->strict && run.summary.dead > 0 ? EXIT_PARTLY : EXIT_WELL;
}
