/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of a run as a text: see the header. */
#include "producer/metrics.h"

#include "base/clock.h"
#include "base/limits.h"
#include "producer/metrics_listen.h"
#include "producer/output.h"

static void put_head(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_printf(out, "# HELP genesys_producer_%s %s\n# TYPE genesys_producer_%s %s\n", name, help, name,
                  type);
}

static void put_number(struct buffer *out, const char *name, const char *type, const char *help,
                       long long number)
{
    put_head(out, name, type, help);
    buffer_printf(out, "genesys_producer_%s %lld\n", name, number);
}

/* Reasons come from the mapping, which may use any character. */
static void put_label(struct buffer *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n') {
            buffer_put(out, SPAN("\\n"));
            continue;
        }
        if (*text == '"' || *text == '\\')
            buffer_byte(out, '\\');
        buffer_byte(out, *text);
    }
}

static void put_reason(void *context, const char *outcome, const char *reason, uint64_t times)
{
    struct buffer *out = context;
    buffer_printf(out, "genesys_producer_reasons_total{outcome=\"%s\",reason=\"", outcome);
    put_label(out, reason);
    buffer_printf(out, "\"} %lld\n", (long long)times);
}

static void put_outcome(struct buffer *out, const char *outcome, uint64_t count)
{
    buffer_printf(out, "genesys_producer_events_total{outcome=\"%s\"} %lld\n", outcome, (long long)count);
}

static void put_events(struct buffer *out, const struct summary *summary)
{
    put_head(out, "events_total", "counter", "Events by what became of them.");
    put_outcome(out, "encoded", summary->encoded);
    put_outcome(out, "skipped", summary->skipped);
    put_outcome(out, "dead_lettered", summary->dead);
    put_head(out, "reasons_total", "counter", "Why events were skipped, dead-lettered or warned of.");
    summary_each(summary, put_reason, out);
    put_number(out, "json_bytes_total", "counter", "Bytes of the encoded events as they came.",
               (long long)summary->json_bytes);
    put_number(out, "avro_bytes_total", "counter", "Bytes of their records.", (long long)summary->avro_bytes);
}

static void put_outcome_of(struct buffer *out, const char *sink, const char *outcome, uint64_t count)
{
    buffer_printf(out, "genesys_producer_sink_records_total{sink=\"%s\",outcome=\"%s\"} %lld\n", sink,
                  outcome, (long long)count);
}

static void put_sink(void *context, const char *name, const struct sink_tally *tally)
{
    put_outcome_of(context, name, "taken", tally->taken);
    put_outcome_of(context, name, "safe", tally->safe);
    put_outcome_of(context, name, "refused", tally->refused);
}

static void put_watch(struct buffer *out, const struct watch *watch)
{
    const struct watch_tally *tally = &watch->tally;
    put_number(out, "schema_id", "gauge", "The id of the schema that is written with.", watch->now->id);
    put_number(out, "schema_deleted", "gauge", "1 while the subject has not got that version any more.",
               tally->deleted);
    put_number(out, "schema_changes_total", "counter", "How often another version was gone on with.",
               (long long)tally->changes);
    put_number(out, "mapping_reloads_total", "counter",
               "How often the mapping or its tables were read again.", (long long)tally->reloads);
    put_number(out, "changes_refused_total", "counter",
               "Versions, mappings and tables that came and could not be used.", (long long)tally->refused);
    put_number(out, "registry_failures_total", "counter", "Questions that the registry did not answer.",
               (long long)tally->failures);
}

static void render(struct buffer *out, const struct counters *counters)
{
    put_events(out, counters->summary);
    put_head(out, "sink_records_total", "counter", "Records of a lake and of Kafka by how far they are.");
    sinks_each(counters->sinks, put_sink, out);
    if (counters->letters)
        put_sink(out, "dead_letters", counters->letters);
    put_number(out, "unacknowledged_lines", "gauge", "Lines that were read and are not known to be safe.",
               (long long)counters->unacknowledged);
    put_watch(out, counters->watch);
    put_number(out, "running", "gauge", "1 while the run lasts, 0 when it has ended.", !counters->last);
    put_number(out, "updated_seconds", "gauge", "When this was written, in seconds since 1970.",
               (long long)(clock_now() / 1000));
}

static bool write_file(const char *place, struct span text, struct error *err)
{
    struct output *output = output_open(place, err);
    if (!output)
        return false;
    bool written = output_write(output, text, err);
    return output_close(output, err) && written;
}

/* Whether it is time, which is then noted. */
static bool is_due(int64_t *at, int64_t pause, bool last)
{
    int64_t now = clock_steady();
    if (!last && *at && now - *at < pause)
        return false;
    *at = now;
    return true;
}

bool metrics_tell(struct metrics *metrics, const struct counters *counters, struct error *err)
{
    bool file = metrics->place && is_due(&metrics->at, METRICS_MS, counters->last);
    bool shown = metrics->server && is_due(&metrics->published, METRICS_SHOW_MS, counters->last);
    if (!file && !shown)
        return true;
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    render(&out, counters);
    if (shown)
        metrics_publish(metrics->server, buffer_span(&out));
    return !file || write_file(metrics->place, buffer_span(&out), err);
}
