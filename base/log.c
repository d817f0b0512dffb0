/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines: composed aside, then written with one call, so that lines of several threads do not mix. */
#include "base/log.h"

#include "base/clock.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdatomic.h>
#include <unistd.h>

static _Atomic int wanted_level = LOG_INFO;
static _Atomic int wanted_format = LOG_TEXT;
static const char *const level_names[] = {"error", "warn", "info", "debug"};

void log_open(enum log_level level, enum log_format format)
{
    atomic_store(&wanted_level, (int)level);
    atomic_store(&wanted_format, (int)format);
}

bool log_wants(enum log_level level)
{
    return (int)level <= atomic_load(&wanted_level);
}

/* The machine's time, whatever a test has set: lines are compared with those of other programs. */
static void put_time(struct buffer *line)
{
    moment_put(line, clock_real(), true);
}

/* A request may hold any bytes, a line is text. */
static void put_string(struct buffer *line, struct span value)
{
    text_quote(line, text_shown(value, line->arena));
}

/* Bare where it is safe to read, else as a JSON string: no value can forge a line or a key. */
static void put_value(struct buffer *line, struct span value)
{
    bool bare = value.len > 0;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char byte = (unsigned char)value.ptr[i];
        bare = bare && byte > ' ' && byte < 0x7f && !strchr("\"=\\", byte);
    }
    if (bare)
        buffer_put(line, value);
    else
        put_string(line, value);
}

static void put_text_line(struct buffer *line, enum log_level level, const char *event,
                          const struct log_pair *pairs, size_t count)
{
    put_time(line);
    buffer_printf(line, " %s %s", level_names[level], event);
    for (size_t i = 0; i < count; i++) {
        buffer_printf(line, " %s=", pairs[i].key);
        put_value(line, pairs[i].value);
    }
}

static void put_json_line(struct buffer *line, enum log_level level, const char *event,
                          const struct log_pair *pairs, size_t count)
{
    buffer_printf(line, "{\"time\":\"");
    put_time(line);
    buffer_printf(line, "\",\"level\":\"%s\",\"event\":\"%s\"", level_names[level], event);
    for (size_t i = 0; i < count; i++) {
        buffer_printf(line, ",\"%s\":", pairs[i].key);
        put_string(line, pairs[i].value);
    }
    buffer_byte(line, '}');
}

void log_event(enum log_level level, const char *event, const struct log_pair *pairs, size_t count)
{
    AUTO_ARENA arena = arena_new();
    struct buffer line = {.arena = arena};
    if (atomic_load(&wanted_format) == LOG_JSON)
        put_json_line(&line, level, event, pairs, count);
    else
        put_text_line(&line, level, event, pairs, count);
    buffer_byte(&line, '\n');
    if (write(STDERR_FILENO, line.ptr, line.len) < 0)
        return;                             /* nobody listens; there is nobody left to tell */
}
