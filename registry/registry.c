/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing: the registry is what one gets by replaying the store. */
#include "registry/registry.h"

#include "base/clock.h"
#include "registry/commit.h"

#include <stdlib.h>

static void registry_init(struct registry *registry, const struct registry_options *options)
{
    const struct level *level = options->level ? options->level : level_find(SPAN("BACKWARD"));
    struct view *first = memory_new(1, sizeof *first);
    registry->store = options->store;
    registry->schema_max = options->schema_max ? options->schema_max : SCHEMA_MAX;
    registry->think_threads = options->think_threads;
    registry->sweep_interval = options->sweep_interval;
    registry->swept = options->swept;
    pthread_mutex_init(&registry->clock_lock, NULL);
    pthread_mutex_init(&registry->think_lock, NULL);
    pthread_cond_init(&registry->think_free, NULL);
    pthread_mutex_init(&registry->queue_lock, NULL);
    pthread_cond_init(&registry->gate_free, NULL);
    parsed_pool_open(&registry->parsed, options->parsed_max ? options->parsed_max : PARSED_MAX);
    usage_open(&registry->usage);
    refusals_open(&registry->refusals);
    pthread_mutex_init(&registry->tend_lock, NULL);
    pthread_mutex_init(&registry->sweep_lock, NULL);
    pthread_mutex_init(&registry->run_lock, NULL);
    state_open(&first->state, level, &registry->parsed, &registry->usage);
    first->state.customs = options->customs;
    line_open(&registry->line, first);
}

struct registry *registry_open(const struct registry_options *options, struct error *err)
{
    struct registry *registry = memory_new(1, sizeof *registry);
    registry_init(registry, options);
    struct standing standing;
    if (registry_catch_up(registry, &standing, err)) {
        if (options->manual_clock)
            clock_begin(&standing);
        usage_begin(&registry->usage);
        registry->swept_at = clock_now();
        registry->allocated = 0;
        return registry;
    }
    registry_close(registry);
    return NULL;
}

void registry_close(struct registry *registry)
{
    if (!registry)
        return;
    line_close(&registry->line);
    parsed_pool_close(&registry->parsed);
    usage_close(&registry->usage);
    refusals_close(&registry->refusals);
    pthread_mutex_destroy(&registry->tend_lock);
    pthread_mutex_destroy(&registry->sweep_lock);
    pthread_mutex_destroy(&registry->run_lock);
    pthread_mutex_destroy(&registry->clock_lock);
    pthread_mutex_destroy(&registry->think_lock);
    pthread_cond_destroy(&registry->think_free);
    pthread_mutex_destroy(&registry->queue_lock);
    pthread_cond_destroy(&registry->gate_free);
    free(registry);
}

const struct view *registry_view(struct registry *registry)
{
    return line_pin(&registry->line);
}

struct registry_figures registry_figures(struct registry *registry)
{
    AUTO_VIEW view = registry_view(registry);
    return (struct registry_figures){
        .seq = view_seq(view),
        .batches = registry->batches,
        .decisions = registry->decisions,
        .allocated = registry->allocated,
        .parsed = parsed_used(&registry->parsed),
    };
}
