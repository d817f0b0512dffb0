/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of a run as a text file: see the header. */
#include "producer/metrics.h"

#include "base/clock.h"
#include "base/limits.h"
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

static void render(struct buffer *out, const struct summary *summary, uint64_t unacknowledged, bool last)
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
    put_number(out, "unacknowledged_lines", "gauge", "Lines that were read and are not known to be safe.",
               (long long)unacknowledged);
    put_number(out, "running", "gauge", "1 while the run lasts, 0 when it has ended.", !last);
    put_number(out, "updated_seconds", "gauge", "When this was written, in seconds since 1970.",
               (long long)(clock_now() / 1000));
}

bool metrics_write(struct metrics *metrics, const struct summary *summary, uint64_t unacknowledged, bool last,
                   struct error *err)
{
    int64_t now = clock_steady();
    if (!metrics->place || (!last && metrics->at && now - metrics->at < METRICS_MS))
        return true;
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    metrics->at = now;
    render(&out, summary, unacknowledged, last);
    struct output *output = output_open(metrics->place, err);
    if (!output)
        return false;
    bool written = output_write(output, buffer_span(&out), err);
    return output_close(output, err) && written;
}
