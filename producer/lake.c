/* SPDX-License-Identifier: Apache-2.0 */
/* The lake sink: container files in a folder for each hour of event time, hidden until they are complete. A
 * few are open at a time; the one that waited longest is closed for a new one. */
#include "producer/lake.h"

#include "base/clock.h"
#include "base/limits.h"
#include "producer/container.h"
#include "producer/sink.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

struct part { /* a file in the making */
    int64_t hour;
    struct output *output; /* NULL: this place is free */
    struct container *container;
    int64_t begun;   /* clock_steady */
    int64_t waiting; /* since when its block waits for records */
    uint64_t used;   /* the put that used it last */
    uint64_t records;
};

struct lake {
    struct sink sink;
    struct arena *arena;
    struct sink_schema schema;
    struct sink_roll roll;
    struct sink_tally *tally;
    enum container_codec codec;
    struct span folder, host; /* DIR/SUBJECT */
    int64_t started;          /* clock_now */
    uint64_t sequence, puts;
    struct part parts[LAKE_FILES_MAX];
};

/* ---- one file ---- */

static struct container *begin(const struct lake *lake, struct output *output, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const struct sink_schema *schema = &lake->schema;
    const struct container_meta metas[] = {
        {SPAN("genesys.schema.id"), arena_printf(arena, "%d", schema->id)},
        {SPAN("genesys.subject"), schema->subject},
        {SPAN("genesys.mapping.sha256"), schema->mapping_digest},
    };
    return container_begin(output, lake->codec, schema->text, metas, sizeof metas / sizeof *metas, err);
}

static bool part_open(struct lake *lake, struct part *part, int64_t hour, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct span folder =
        arena_printf(arena, "%.*s/%.*s", SPAN_ARGS(lake->folder), SPAN_ARGS(lake_partition(hour, arena)));
    struct span place = arena_printf(arena, "%.*s/part-%.*s-%d-%lld-%lld.avro", SPAN_ARGS(folder),
                                     SPAN_ARGS(lake->host), (int)getpid(), (long long)lake->started,
                                     (long long)lake->sequence++);
    *part = (struct part){.hour = hour, .begun = clock_steady()};
    if (!lake_folder(folder, err) || !(part->output = output_create(arena_copy(arena, place).ptr, err)))
        return false;
    part->container = begin(lake, part->output, err);
    if (part->container)
        return true;
    struct error second = {.arena = arena};
    bool closed = output_close(part->output, &second);
    assert(!closed); /* what could not be begun has vanished */
    part->output = NULL;
    return false;
}

/* Gives the file its name. When its last block could not be written it is kept up to the one before. */
static bool part_close(struct lake *lake, struct part *part, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct error second = {.arena = arena};
    bool flushed = container_flush(part->container, err);
    uint64_t kept = container_kept(part->container);
    if (!flushed && kept > 0 && !output_cut(part->output, container_size(part->container), &second))
        kept = 0;
    bool closed = output_close(part->output, flushed ? err : &second);
    if (closed) {
        lake->tally->safe += kept;
        lake->tally->files++;
    }
    container_free(part->container);
    part->output = NULL;
    return flushed && closed;
}

static bool part_flush(struct part *part, struct error *err)
{
    part->waiting = 0;
    return container_flush(part->container, err) && output_flush(part->output, err);
}

static bool is_full(const struct lake *lake, const struct part *part)
{
    return container_size(part->container) >= lake->roll.size || part->records >= lake->roll.count;
}

static bool part_add(struct part *part, struct span record, struct error *err)
{
    if (!container_add(part->container, record, err))
        return false;
    part->records++;
    if (container_waiting(part->container) == 1)
        part->waiting = clock_steady();
    return true;
}

/* ---- the open ones ---- */

/* The place of that hour, else a free one, else the one that was not used for longest. */
static struct part *part_for(struct lake *lake, int64_t hour)
{
    struct part *best = &lake->parts[0];
    for (size_t i = 0; i < LAKE_FILES_MAX; i++) {
        struct part *part = &lake->parts[i];
        if (part->output && part->hour == hour)
            return part;
        if (best->output && (!part->output || part->used < best->used))
            best = part;
    }
    return best;
}

static int64_t hour_of(int64_t timestamp)
{
    return timestamp / HOUR_MS - (timestamp % HOUR_MS < 0);
}

static bool lake_put(struct sink *sink, const struct message *message, struct error *err)
{
    struct lake *lake = (struct lake *)sink;
    int64_t hour = hour_of(message->timestamp);
    struct part *part = part_for(lake, hour);
    lake->tally->taken++;
    if (part->output && part->hour != hour && !part_close(lake, part, err))
        return false;
    if (!part->output && !part_open(lake, part, hour, err))
        return false;
    part->used = ++lake->puts;
    if (part_add(part, message->avro, err))
        return !is_full(lake, part) || part_close(lake, part, err);
    AUTO_ARENA arena = arena_new();
    struct error second = {.arena = arena};
    if (!part_close(lake, part, &second))
        (void)second; /* the first failure is the one to tell */
    return false;
}

static bool lake_flush(struct sink *sink, struct error *err)
{
    struct lake *lake = (struct lake *)sink;
    for (size_t i = 0; i < LAKE_FILES_MAX; i++)
        if (lake->parts[i].output && !part_flush(&lake->parts[i], err))
            return false;
    return true;
}

/* Closes what is old enough, and puts on the disk what has waited in memory. */
static bool lake_tick(struct sink *sink, struct error *err)
{
    struct lake *lake = (struct lake *)sink;
    int64_t now = clock_steady();
    for (size_t i = 0; i < LAKE_FILES_MAX; i++) {
        struct part *part = &lake->parts[i];
        if (!part->output)
            continue;
        if (now - part->begun >= lake->roll.age && !part_close(lake, part, err))
            return false;
        if (part->output && part->waiting && now - part->waiting >= LAKE_WAIT_MS && !part_flush(part, err))
            return false;
    }
    return true;
}

/* Each file ends as well as it can, whatever became of the others; the first error is told. */
static bool close_parts(struct lake *lake, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct error second = {.arena = arena};
    bool whole = true;
    for (size_t i = 0; i < LAKE_FILES_MAX; i++)
        if (lake->parts[i].output && !part_close(lake, &lake->parts[i], whole ? err : &second))
            whole = false;
    return whole;
}

static bool lake_close(struct sink *sink, struct error *err)
{
    struct lake *lake = (struct lake *)sink;
    bool whole = close_parts(lake, err);
    arena_free(lake->arena);
    free(lake);
    return whole;
}

static void lake_report(const struct sink_tally *tally, FILE *out)
{
    fprintf(out, "lake records: %llu\nlake files: %llu\n", (unsigned long long)tally->safe,
            (unsigned long long)tally->files);
    if (tally->taken > tally->safe)
        fprintf(out, "lake records not written: %llu\n", (unsigned long long)(tally->taken - tally->safe));
}

/* ---- the door ---- */

/* The texts are those of others, who may let them go. */
static void take_schema(struct lake *lake, const struct sink_schema *schema)
{
    lake->schema = *schema;
    lake->schema.subject = arena_copy(lake->arena, schema->subject);
    lake->schema.text = arena_copy(lake->arena, schema->text);
    lake->schema.mapping_digest = arena_copy(lake->arena, schema->mapping_digest);
}

static bool lake_change(struct sink *sink, const struct sink_schema *schema, struct error *err)
{
    struct lake *lake = (struct lake *)sink;
    bool whole = close_parts(lake, err);
    take_schema(lake, schema);
    return whole;
}

static bool prepare(struct lake *lake, const struct sink_options *options, struct error *err)
{
    lake->codec = CONTAINER_DEFLATE;
    if (options->codec.len > 0 && !container_codec_find(options->codec, &lake->codec))
        return error_set(err, 0, "unknown codec '%.*s': null and deflate are known",
                         SPAN_ARGS(options->codec));
    if (!lake_takes(lake->schema.subject, err))
        return false;
    struct span subject = lake_subject(lake->schema.subject, lake->arena);
    lake->folder = arena_printf(lake->arena, "%s/%.*s", options->place, SPAN_ARGS(subject));
    return lake_folder(lake->folder, err);
}

static struct sink *lake_open(const struct sink_options *options, const struct sink_schema *schema,
                              struct error *err)
{
    struct lake *lake = calloc(1, sizeof *lake);
    if (!lake)
        abort();
    lake->sink = (struct sink){&sink_lake, BLOCK_MAX / 2};
    lake->arena = arena_new();
    take_schema(lake, schema);
    lake->roll = options->roll;
    lake->tally = options->tally;
    lake->started = clock_now();
    lake->host = lake_host(lake->arena);
    if (prepare(lake, options, err)) {
        lake_recover(lake->folder, stderr);
        return &lake->sink;
    }
    arena_free(lake->arena);
    free(lake);
    return NULL;
}

const struct sink_type sink_lake = {
    .name = "lake",
    .dated = true,
    .open = lake_open,
    .put = lake_put,
    .flush = lake_flush,
    .close = lake_close,
    .tick = lake_tick,
    .change = lake_change,
    .report = lake_report,
};
