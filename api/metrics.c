/* SPDX-License-Identifier: Apache-2.0 */
/* Counters that only grow, kept per row of the table of routes; and what is worked out when it is asked. */
#include "api/metrics.h"

#include "api/handlers.h"
#include "base/clock.h"
#include "base/process.h"
#include "registry/refusals.h"
#include "registry/sweep.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Those we answer with, and one for all others. */
static const int statuses[] = {200, 304, 400, 404, 405, 406, 409, 413, 414, 415, 422, 431, 500, 503};
enum { STATUSES = sizeof statuses / sizeof *statuses, OTHER_STATUS = STATUSES };

/* Upper bounds in microseconds, and one for whatever is above them. */
static const int64_t bounds[] = {1000, 5000, 25000, 100000, 500000, 2500000};
enum { BOUNDS = sizeof bounds / sizeof *bounds };

/* Where a request was worked at. */
enum lane { LANE_HTTP, LANE_THINK, LANE_WRITE, LANES };
static const char *const lanes[] = {"http", "think", "write"};

struct of_route {
    _Atomic uint64_t answered[STATUSES + 1];
    _Atomic uint64_t us;
};

struct of_lane {
    _Atomic uint64_t within[BOUNDS + 1];
    _Atomic uint64_t us;
};

struct metrics {
    int64_t started;            /* by the machine's clock */
    _Atomic uint64_t begun, ended;
    struct of_lane lanes[LANES];
    struct of_route routes[];   /* one more: what has no row */
};

struct metrics *metrics_new(void)
{
    struct metrics *metrics = calloc(1, sizeof *metrics + (routes_count + 1) * sizeof *metrics->routes);
    if (!metrics)
        abort();
    metrics->started = clock_real();
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    free(metrics);
}

/* ---- counting */

static void add(_Atomic uint64_t *counter, uint64_t count)
{
    atomic_fetch_add_explicit(counter, count, memory_order_relaxed);
}

static uint64_t read_counter(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static size_t status_of(int status)
{
    size_t i = 0;
    while (i < STATUSES && statuses[i] != status)
        i++;
    return i;
}

static size_t row_of(const struct call *call)
{
    bool known = call->route >= routes && call->route < routes + routes_count;
    return known ? (size_t)(call->route - routes) : routes_count;
}

static enum lane lane_of(const struct call *call)
{
    unsigned access = call->route ? api_access(call) : READS;
    return access & WRITES ? LANE_WRITE : access & THINKS ? LANE_THINK : LANE_HTTP;
}

void metrics_begin(struct metrics *metrics)
{
    add(&metrics->begun, 1);
}

void metrics_end(struct metrics *metrics, const struct call *call, int64_t us)
{
    struct of_route *route = &metrics->routes[row_of(call)];
    struct of_lane *lane = &metrics->lanes[lane_of(call)];
    size_t bound = 0;
    while (bound < BOUNDS && us > bounds[bound])
        bound++;
    add(&route->answered[status_of(call->status)], 1);
    add(&route->us, (uint64_t)us);
    add(&lane->within[bound], 1);
    add(&lane->us, (uint64_t)us);
    add(&metrics->ended, 1);
}

/* ---- telling */

static void family(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void number(struct buffer *out, const char *name, uint64_t value)
{
    buffer_printf(out, "%s %lld\n", name, (long long)value);
}

static void single(struct buffer *out, const char *name, const char *type, const char *help, uint64_t value)
{
    family(out, name, type, help);
    number(out, name, value);
}

static void put_seconds(struct buffer *out, uint64_t us)
{
    char text[48];
    snprintf(text, sizeof text, "%llu.%06u\n", (unsigned long long)(us / 1000000), (unsigned)(us % 1000000));
    buffer_put(out, span_of(text));
}

static void put_route(struct buffer *out, size_t row)
{
    bool known = row < routes_count;
    buffer_printf(out, "{method=\"%s\",route=\"%s\"", known ? routes[row].method : "",
                  known ? routes[row].path : "");
}

static void put_requests(struct buffer *out, const struct metrics *metrics)
{
    family(out, "schemad_requests_total", "counter", "Requests answered, by route and status.");
    for (size_t row = 0; row <= routes_count; row++) {
        for (size_t i = 0; i <= STATUSES; i++) {
            uint64_t count = read_counter(&metrics->routes[row].answered[i]);
            if (!count)
                continue;
            buffer_put(out, SPAN("schemad_requests_total"));
            put_route(out, row);
            buffer_printf(out, ",code=\"%s\"} %lld\n",
                          i < STATUSES ? arena_printf(out->arena, "%d", statuses[i]).ptr : "other",
                          (long long)count);
        }
    }
    family(out, "schemad_request_seconds_total", "counter",
           "Seconds from the first line of a request to the last byte of its answer, by route.");
    for (size_t row = 0; row <= routes_count; row++) {
        uint64_t us = read_counter(&metrics->routes[row].us);
        if (!us)
            continue;
        buffer_put(out, SPAN("schemad_request_seconds_total"));
        put_route(out, row);
        buffer_put(out, SPAN("} "));
        put_seconds(out, us);
    }
}

static void put_lane(struct buffer *out, const struct of_lane *lane, const char *name)
{
    uint64_t count = 0;
    for (size_t i = 0; i <= BOUNDS; i++) {
        char bound[16] = "+Inf";
        if (i < BOUNDS)
            snprintf(bound, sizeof bound, "%g", (double)bounds[i] / 1e6);
        count += read_counter(&lane->within[i]);
        buffer_printf(out, "schemad_request_duration_seconds_bucket{lane=\"%s\",le=\"%s\"} %lld\n", name,
                      bound, (long long)count);
    }
    buffer_printf(out, "schemad_request_duration_seconds_sum{lane=\"%s\"} ", name);
    put_seconds(out, read_counter(&lane->us));
    buffer_printf(out, "schemad_request_duration_seconds_count{lane=\"%s\"} %lld\n", name, (long long)count);
}

static void put_calls(struct buffer *out, const struct metrics *metrics)
{
    put_requests(out, metrics);
    family(out, "schemad_request_duration_seconds", "histogram",
           "How long requests took, by where they are worked at: lookups, thinking, writing.");
    for (size_t i = 0; i < LANES; i++)
        put_lane(out, &metrics->lanes[i], lanes[i]);
    uint64_t ended = read_counter(&metrics->ended);
    single(out, "schemad_requests_in_progress", "gauge",
           "Requests begun and not yet answered, this one among them.",
           read_counter(&metrics->begun) - ended);
}

static void put_registry(struct buffer *out, struct call *call)
{
    struct registry_figures figures = registry_figures(call->registry);
    struct view_figures view = view_figures(call->view);
    single(out, "schemad_batches_total", "counter", "Transactions written since the start.", figures.batches);
    single(out, "schemad_commits_total", "counter", "Decisions committed in them.", figures.decisions);
    single(out, "schemad_sequence", "gauge", "The number of the last batch.", figures.seq);
    single(out, "schemad_contexts", "gauge", "Contexts, the default one among them.", view.contexts);
    single(out, "schemad_subjects", "gauge", "Subjects, those without a live version too.", view.subjects);
    single(out, "schemad_schemas", "gauge", "Schemas under ids.", view.schemas);
    family(out, "schemad_versions", "gauge", "Versions, by state.");
    number(out, "schemad_versions{state=\"live\"}", view.live);
    number(out, "schemad_versions{state=\"recycled\"}", view.recycled);
    number(out, "schemad_versions{state=\"purged\"}", view.purged);
    single(out, "schemad_parsed_bytes", "gauge", "Memory of the parsed schemas that are kept.",
           figures.parsed);
}

static void put_sweeps(struct buffer *out, const struct sweep_run *run)
{
    single(out, "schemad_retention_runs_total", "counter", "Sweeps since the start.", run->number);
    family(out, "schemad_retention_actions_total", "counter", "Versions that sweeps recycled and purged.");
    number(out, "schemad_retention_actions_total{action=\"recycle\"}", run->all_recycled);
    number(out, "schemad_retention_actions_total{action=\"purge\"}", run->all_purged);
    if (!run->number)
        return;
    family(out, "schemad_retention_last_run_timestamp_seconds", "gauge", "When the last sweep ran.");
    buffer_put(out, SPAN("schemad_retention_last_run_timestamp_seconds "));
    put_seconds(out, (uint64_t)run->at * 1000);
    family(out, "schemad_retention_last_run_duration_seconds", "gauge", "How long it took.");
    buffer_put(out, SPAN("schemad_retention_last_run_duration_seconds "));
    put_seconds(out, (uint64_t)run->us);
    single(out, "schemad_retention_candidates", "gauge",
           "Versions that fitted prune or purge in the last sweep, whether they went or were kept.",
           run->recycled + run->purged + run->kept);
    single(out, "schemad_retention_expiring", "gauge",
           "Recycled versions that expire within 7 days of the last sweep, or have expired.", run->expiring);
}

static void put_rules(struct buffer *out, struct call *call)
{
    struct refused_by rules[RULES_REFUSING_MAX];
    struct sweep_run run = registry_sweep_run(call->registry);
    size_t count = registry_refused_by(call->registry, rules);
    family(out, "schemad_retention_refused_total", "counter", "Deletes that protection refused, by rule.");
    for (size_t i = 0; i < count; i++)
        buffer_printf(out, "schemad_retention_refused_total{rule=\"%s\"} %lld\n", rules[i].rule,
                      (long long)rules[i].count);
    put_sweeps(out, &run);
}

static void put_process(struct buffer *out, const struct metrics *metrics)
{
    struct process_figures process = process_figures();
    family(out, "process_cpu_seconds_total", "counter", "User and system time.");
    buffer_put(out, SPAN("process_cpu_seconds_total "));
    put_seconds(out, (uint64_t)process.cpu_us);
    single(out, "process_resident_memory_bytes", "gauge", "Resident memory.", (uint64_t)process.resident);
    single(out, "process_open_fds", "gauge", "Open file descriptors.", (uint64_t)process.files);
    family(out, "process_start_time_seconds", "gauge", "When the process was started, since 1970.");
    buffer_put(out, SPAN("process_start_time_seconds "));
    put_seconds(out, (uint64_t)metrics->started * 1000);
}

bool get_metrics(struct call *call, struct error *err)
{
    struct buffer out = {.arena = call->arena};
    (void)err;
    family(&out, "schemad_build_info", "gauge", "1, with the version.");
    buffer_printf(&out, "schemad_build_info{version=\"%s\",commit=\"%s\"} 1\n", SCHEMAD_VERSION,
                  SCHEMAD_COMMIT);
    if (call->metrics)
        put_calls(&out, call->metrics);
    put_registry(&out, call);
    put_rules(&out, call);
    if (call->metrics)
        put_process(&out, call->metrics);
    call->status = 200;
    call->media_type = SPAN("text/plain; version=0.0.4; charset=utf-8");
    call->reply = buffer_span(&out);
    return true;
}
