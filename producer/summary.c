/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a run: see the header. */
#include "producer/summary.h"

#include "base/clock.h"
#include "base/limits.h"

enum { PROGRESS_MS = 200 };

struct tally {
    size_t count;
    struct {
        const char *reason;
        uint64_t times;
    } rows[REASONS_MAX + 1];
};

static void tally_add(struct tally *tally, const char *reason, struct arena *arena)
{
    size_t i = 0;
    while (i < tally->count && strcmp(tally->rows[i].reason, reason) != 0)
        i++;
    if (i == tally->count && i < REASONS_MAX)
        tally->rows[tally->count++].reason = arena_copy(arena, span_of(reason)).ptr;
    else if (i == tally->count)
        tally->rows[i].reason = "other"; /* the row behind the last: found again by every further reason */
    tally->rows[i].times++;
}

struct summary summary_begin(struct arena *arena)
{
    return (struct summary){
        .arena = arena,
        .begun = clock_steady(),
        .skips = arena_alloc(arena, sizeof(struct tally)),
        .deaths = arena_alloc(arena, sizeof(struct tally)),
        .warnings = arena_alloc(arena, sizeof(struct tally)),
    };
}

void summary_skip(struct summary *summary, const char *reason)
{
    summary->skipped++;
    tally_add(summary->skips, reason, summary->arena);
}

void summary_dead(struct summary *summary, const char *reason)
{
    summary->dead++;
    tally_add(summary->deaths, reason, summary->arena);
}

void summary_encoded(struct summary *summary, const struct mapped *mapped, uint64_t json, uint64_t avro)
{
    summary->encoded++;
    summary->json_bytes += json;
    summary->avro_bytes += avro;
    for (size_t i = 0; i < mapped->warning_count; i++)
        tally_add(summary->warnings, mapped->warnings[i], summary->arena);
}

void summary_withdraw(struct summary *summary, uint64_t json, uint64_t avro)
{
    summary->encoded--;
    summary->json_bytes -= json;
    summary->avro_bytes -= avro;
}

static double per_second(const struct summary *summary)
{
    int64_t ms = clock_steady() - summary->begun;
    return (double)summary->read * 1000.0 / (double)(ms > 0 ? ms : 1);
}

void summary_progress(struct summary *summary, const struct input *input, FILE *terminal)
{
    int64_t now = clock_steady();
    if (now - (summary->shown ? summary->shown : summary->begun) < PROGRESS_MS)
        return;
    summary->shown = now;
    uint64_t done = input_done(input), total = input_total(input);
    fprintf(terminal, "\r\033[K%llu read, %llu dead-lettered, %.0f a second",
            (unsigned long long)summary->read, (unsigned long long)summary->dead, per_second(summary));
    if (total > 0)
        fprintf(terminal, ", %.0f %%", 100.0 * (double)done / (double)total);
    fflush(terminal);
}

void summary_progress_end(const struct summary *summary, FILE *terminal)
{
    if (summary->shown)
        fputs("\r\033[K", terminal);
}

static void print_count(FILE *out, const char *name, uint64_t count, const struct tally *tally)
{
    fprintf(out, "%s: %llu\n", name, (unsigned long long)count);
    size_t rows = tally ? tally->count + (tally->rows[REASONS_MAX].times > 0) : 0;
    for (size_t i = 0; i < rows; i++)
        fprintf(out, "  %s: %llu\n", tally->rows[i].reason, (unsigned long long)tally->rows[i].times);
}

static void each(const struct tally *tally, const char *outcome, reason_fn *tell, void *context)
{
    size_t rows = tally->count + (tally->rows[REASONS_MAX].times > 0);
    for (size_t i = 0; i < rows; i++)
        tell(context, outcome, tally->rows[i].reason, tally->rows[i].times);
}

void summary_each(const struct summary *summary, reason_fn *tell, void *context)
{
    each(summary->skips, "skipped", tell, context);
    each(summary->deaths, "dead_lettered", tell, context);
    each(summary->warnings, "warned", tell, context);
}

static uint64_t total_of(const struct tally *tally)
{
    uint64_t total = 0;
    for (size_t i = 0; i <= REASONS_MAX; i++)
        total += tally->rows[i].times;
    return total;
}

void summary_print(const struct summary *summary, FILE *out)
{
    print_count(out, "read", summary->read, NULL);
    print_count(out, "encoded", summary->encoded, NULL);
    print_count(out, "skipped", summary->skipped, summary->skips);
    print_count(out, "dead-lettered", summary->dead, summary->deaths);
    if (total_of(summary->warnings) > 0)
        print_count(out, "warnings", total_of(summary->warnings), summary->warnings);
    print_count(out, "JSON bytes", summary->json_bytes, NULL);
    print_count(out, "Avro bytes", summary->avro_bytes, NULL);
    if (summary->json_bytes > 0) {
        double ratio = (double)summary->avro_bytes / (double)summary->json_bytes;
        double percent = 100.0 * (1.0 - ratio);
        fprintf(out, "ratio: %.3f (Avro is %.1f %% %s)\n", ratio, percent < 0 ? -percent : percent,
                percent < 0 ? "larger" : "smaller");
    } else {
        fprintf(out, "ratio: none\n");
    }
    fprintf(out, "events a second: %.0f\n", per_second(summary));
}
