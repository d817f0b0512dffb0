/* SPDX-License-Identifier: Apache-2.0 */
/* The process: reads what was set, opens the store and what stands on it, serves until it is told to stop,
 * and closes everything in the opposite order. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "api/dialect.h"
#include "base/clock.h"
#include "base/log.h"
#include "server/http.h"
#include "server/sweeper.h"

enum { TICK_MS = 1000 };

/* Everything that lives as long as the process, in the order in which it is opened. */
struct process {
    struct arena *arena;
    struct config config;
    struct dialect dialect;
    int signals, parent;            /* descriptors; parent: -1 when nobody watches it */
    struct listener listener;
    struct store *store;
    struct registry *registry;
    struct sweeper *sweeper;
    struct metrics *metrics;
    struct lanes lanes;
    struct budget uploads, replies;
    struct http *http;
};

/* ---- what ends the process ---- */

/* Blocked in every thread, and read from a descriptor: nothing is done inside a handler. */
static bool watch_signals(struct process *process, struct error *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    process->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (process->signals >= 0)
        return true;
    return error_start(err, arena_printf(err->arena, "signals: %s", strerror(errno)));
}

/* By descriptor, because PR_SET_PDEATHSIG fires when the thread that started us ends, not its process. */
static bool watch_parent(struct process *process, pid_t parent, struct error *err)
{
    process->parent = -1;
    if (!process->config.die_with_parent)
        return true;
    if (parent > 1)
        process->parent = (int)syscall(SYS_pidfd_open, parent, 0);
    if (process->parent >= 0 && getppid() == parent)
        return true;
    return error_start(err, SPAN("die_with_parent: the parent is gone"));
}

static const char *wait_for_end(struct process *process)
{
    struct pollfd waits[] = {
        {.fd = process->signals, .events = POLLIN},
        {.fd = process->parent, .events = POLLIN},
        {.fd = http_fd(process->http), .events = POLLIN},
    };
    for (;;) {
        poll(waits, sizeof waits / sizeof *waits, TICK_MS);
        http_tick(process->http);
        if (waits[1].revents)
            return "parent ended";
        struct signalfd_siginfo got;
        if (read(process->signals, &got, sizeof got) == sizeof got)
            return got.ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT";
    }
}

/* ---- opening and closing ---- */

static void settle_threads(struct config *config)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (config->http_threads == 0)
        config->http_threads = cores < 1 ? 1 : cores > 64 ? 64 : cores;
    if (config->think_threads == 0)
        config->think_threads = cores < 3 ? 1 : cores > 65 ? 64 : cores - 1;
}

/* The level says how clients are spoken to; some of it is the operator's to choose. */
static void settle_dialect(struct process *process)
{
    const struct config *config = &process->config;
    struct dialect *dialect = &process->dialect;
    *dialect = *dialect_find((int)config->api_level);
    dialect->associations &= config->associations != 0;
    dialect->customs.refuses_empty_subject = config->reject_empty_subject;
    dialect->customs.lenient_unless_told = !config->validate_new_schemas;
}

static bool open_registry(struct process *process, struct error *err)
{
    const struct config *config = &process->config;
    process->store = store_open(span_of(config->db), err);
    if (!process->store)
        return false;
    if (*config->sensitive_key_file && !store_take_key(process->store, config->sensitive_key_file, err))
        return false;
    struct registry_options options = {
        .store = process->store,
        .level = level_find(span_of(config->compatibility_level)),
        .schema_max = (size_t)config->schema_max,
        .parsed_max = (size_t)config->parsed_max,
        .think_threads = (int)config->think_threads,
        .customs = process->dialect.customs,
        .manual_clock = config->clock == CLOCK_MANUAL,
        .sweep_interval = config->retention_sweep_interval,
        .swept = sweeper_log,
    };
    process->registry = registry_open(&options, err);
    if (process->registry)
        process->sweeper = sweeper_open(process->registry, config->retention_sweep_interval, err);
    return process->sweeper != NULL;
}

static bool open_http(struct process *process, struct error *err)
{
    const struct config *config = &process->config;
    process->lanes.think = lane_open((int)config->think_threads, LANE_ROOM, err);
    process->lanes.write = process->lanes.think ? lane_open((int)config->lane_threads, LANE_ROOM, err) : NULL;
    if (!process->lanes.write)
        return false;
    process->metrics = metrics_new();
    /* The largest body alone must find room. */
    bool enough = config->bodies_max >= config->body_max;
    process->uploads.most = (size_t)(enough ? config->bodies_max : config->body_max);
    process->replies.most = (size_t)config->replies_max;
    struct http_options options = {
        .registry = process->registry,
        .dialect = &process->dialect,
        .metrics = process->metrics,
        .lanes = &process->lanes,
        .uploads = &process->uploads,
        .replies = &process->replies,
        .listener = &process->listener,
        .config = config,
    };
    process->http = http_open(&options, err);
    return process->http != NULL;
}

/* Whole or not at all: who waits for the file never reads half a number. */
static bool write_port(const struct process *process, struct error *err)
{
    const char *path = process->config.port_file;
    if (!*path)
        return true;
    const char *fresh = arena_printf(process->arena, "%s.new", path).ptr;
    FILE *file = fopen(fresh, "we");
    bool written = file && fprintf(file, "%d\n", process->listener.port) > 0;
    if (file && fclose(file) != 0)
        written = false;
    if (written && rename(fresh, path) == 0)
        return true;
    return error_start(err, arena_printf(err->arena, "port_file: %s: %s", path, strerror(errno)));
}

/* Whoever reaches a manual clock may make everything old. */
static bool check_clock(const struct process *process, struct error *err)
{
    if (process->config.clock != CLOCK_MANUAL || process->listener.loopback)
        return true;
    struct span address = process->listener.url;
    return error_start(err, arena_printf(err->arena, "clock: manual only where every listen address is "
                                                     "loopback, not %.*s", SPAN_ARGS(address)));
}

/* The port is taken before the database is touched: a start that cannot serve must not migrate it. */
static bool open_process(struct process *process, pid_t parent, struct error *err)
{
    settle_threads(&process->config);
    settle_dialect(process);
    return watch_signals(process, err) && watch_parent(process, parent, err) &&
           listen_open(span_of(process->config.listen), &process->listener, process->arena, err) &&
           check_clock(process, err) && open_registry(process, err) && open_http(process, err) &&
           write_port(process, err);
}

static void close_process(struct process *process)
{
    size_t left = http_close(process->http, process->config.shutdown_grace);
    if (left)
        LOG(LOG_WARN, "stopped before every reply was sent",
            {"left", arena_printf(process->arena, "%zu", left)});
    lane_close(process->lanes.think);
    lane_close(process->lanes.write);
    metrics_free(process->metrics);
    sweeper_close(process->sweeper);
    registry_close(process->registry);
    store_close(process->store);
}

static int serve(struct process *process)
{
    LOG(LOG_INFO, "ready", {"address", process->listener.url}, {"db", span_of(process->config.db)},
        {"version", SPAN(SCHEMAD_VERSION)});
    printf("schemad ready %.*s\n", SPAN_ARGS(process->listener.url));
    fflush(stdout);
    const char *cause = wait_for_end(process);
    LOG(LOG_INFO, "stopping", {"cause", span_of(cause)});
    close_process(process);
    LOG(LOG_INFO, "stopped");
    return EXIT_SUCCESS;
}

static int print_errand(enum errand errand)
{
    if (errand == ERRAND_HELP)
        config_print_help(stdout);
    else if (errand == ERRAND_MANUAL)
        config_print_manual(stdout);
    else
        puts("schemad " SCHEMAD_VERSION " (" SCHEMAD_COMMIT ")");
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int complain(const struct error *err)
{
    fprintf(stderr, "schemad: %.*s\n", SPAN_ARGS(err->message));
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    pid_t parent = getppid();
    AUTO_ARENA arena = arena_new();
    struct process process = {.arena = arena};
    struct error err = {.arena = arena};
    if (!config_read(argc, argv, environ, &process.config, arena, &err))
        return complain(&err);
    if (process.config.errand != ERRAND_SERVE)
        return print_errand(process.config.errand);
    log_open((enum log_level)process.config.log_level, (enum log_format)process.config.log_format);
    if (open_process(&process, parent, &err))
        return serve(&process);
    int status = complain(&err);
    close_process(&process);
    return status;
}
