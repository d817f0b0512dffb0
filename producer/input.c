/* SPDX-License-Identifier: Apache-2.0 */
/* Lines from files, one after another. The room for a line grows to LINE_MAX and no further: of a longer one
 * the bytes are counted and dropped as they come. */
#include "producer/input.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ROOM_FIRST = 64 * KIB,
    ROOM_MAX = LINE_MAX + 2, /* a line of the greatest length, and its CR LF */
    IDLE_MS = 1000,          /* between two calls while nothing comes */
};

struct source {
    const char *name;
    int fd;
};

struct input {
    struct arena *arena; /* the names */
    struct source *sources;
    size_t count, current;
    uint64_t number; /* lines told of the current source */
    uint64_t done, total;
    char *room;
    size_t size;       /* of the room */
    size_t start, end; /* what was read and not yet told */
    size_t searched;   /* from start on: known to hold no LF */
    bool ended;        /* the current source has no more bytes */
    int stop;          /* when it can be read, reading ends; -1: nothing stops it */
    bool stopped;
    idle_fn *idle; /* NULL: nobody asks */
    void *idle_context;
};

/* ---- opening ---- */

static bool open_source(struct input *input, struct source *source, struct error *err)
{
    struct stat found;
    if (strcmp(source->name, "-") == 0)
        source->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    else
        source->fd = open(source->name, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0 || fstat(source->fd, &found) != 0)
        return error_set(err, 0, "cannot open %s: %s", source->name, strerror(errno));
    if (S_ISDIR(found.st_mode))
        return error_set(err, 0, "cannot read %s: %s", source->name, strerror(EISDIR));
    /* One source of unknown size makes the sum unknown. */
    if (!S_ISREG(found.st_mode))
        input->total = UINT64_MAX;
    else if (input->total != UINT64_MAX)
        input->total += (uint64_t)found.st_size;
    return true;
}

struct input *input_open(const char *const *names, size_t count, struct error *err)
{
    static const char *const standard[] = {"-"};
    if (count == 0) {
        names = standard;
        count = 1;
    }
    struct arena *arena = arena_new();
    struct input *input = arena_alloc(arena, sizeof *input);
    input->arena = arena;
    input->stop = -1;
    input->sources = arena_array(arena, count, sizeof *input->sources);
    for (size_t i = 0; i < count; i++) {
        input->sources[i].name = arena_copy(arena, span_of(names[i])).ptr;
        input->count++;
        if (!open_source(input, &input->sources[i], err)) {
            input_close(input);
            return NULL;
        }
    }
    return input;
}

void input_close(struct input *input)
{
    if (!input)
        return;
    for (size_t i = 0; i < input->count; i++)
        if (input->sources[i].fd >= 0)
            close(input->sources[i].fd);
    free(input->room);
    arena_free(input->arena);
}

void input_stop_on(struct input *input, int fd)
{
    input->stop = fd;
}

void input_when_idle(struct input *input, idle_fn *idle, void *context)
{
    input->idle = idle;
    input->idle_context = context;
}

uint64_t input_done(const struct input *input)
{
    return input->done;
}

uint64_t input_total(const struct input *input)
{
    return input->total == UINT64_MAX ? 0 : input->total;
}

/* ---- reading ---- */

/* Makes place behind `end`: by moving what is left to the front, else by a larger room. */
static void make_room(struct input *input)
{
    if (input->end < input->size)
        return;
    if (input->start > 0) {
        memmove(input->room, input->room + input->start, input->end - input->start);
        input->end -= input->start;
        input->start = 0;
        if (input->end <= input->size / 2)
            return;
    }
    if (input->size == ROOM_MAX)
        return;
    size_t size = input->size ? 2 * input->size : ROOM_FIRST;
    input->size = size < ROOM_MAX ? size : ROOM_MAX;
    input->room = realloc(input->room, input->size);
    if (!input->room)
        abort();
}

/* Waits for bytes or for the word to stop, whichever is first. */
static bool wait_for_bytes(struct input *input, int fd, struct error *err)
{
    struct pollfd watched[] = {{.fd = fd, .events = POLLIN}, {.fd = input->stop, .events = POLLIN}};
    int ready;
    if (input->stop < 0)
        return true;
    while ((ready = poll(watched, 2, input->idle ? IDLE_MS : -1)) <= 0) {
        if (ready < 0 && errno != EINTR)
            return error_set(err, 0, "cannot wait for input: %s", strerror(errno));
        if (ready == 0 && !input->idle(input->idle_context, err))
            return false;
    }
    input->stopped = watched[1].revents != 0;
    return true;
}

/* When told to stop it reads nothing and is still no failure. */
static bool read_more(struct input *input, struct error *err)
{
    const struct source *source = &input->sources[input->current];
    if (!wait_for_bytes(input, source->fd, err))
        return false;
    if (input->stopped)
        return true;
    make_room(input);
    ssize_t got;
    do
        got = read(source->fd, input->room + input->end, input->size - input->end);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set(err, 0, "cannot read %s: %s", source->name, strerror(errno));
    input->ended = got == 0;
    input->end += (size_t)got;
    input->done += (uint64_t)got;
    return true;
}

/* The length of what stands before the next LF, if one was read. */
static bool find_end(struct input *input, size_t *length)
{
    size_t known = input->end - input->start;
    const char *from = input->room + input->start + input->searched;
    const char *found = known > input->searched ? memchr(from, '\n', known - input->searched) : NULL;
    input->searched = known;
    if (found)
        *length = (size_t)(found - (input->room + input->start));
    return found != NULL;
}

static void take(struct input *input, size_t bytes)
{
    input->start += bytes;
    input->searched = 0;
    if (input->start == input->end)
        input->start = input->end = 0;
}

/* Counts and drops the rest of a line that is too long, up to and with its LF. */
static bool skip_line(struct input *input, struct line *line, struct error *err)
{
    size_t length;
    char last = 0;
    line->too_long = true;
    for (;;) {
        bool whole = find_end(input, &length);
        if (!whole)
            length = input->end - input->start;
        if (length)
            last = input->room[input->start + length - 1];
        line->size += length;
        take(input, length + whole);
        if (whole || input->ended) {
            line->size -= whole && last == '\r';
            return true;
        }
        if (!read_more(input, err))
            return false;
        if (input->stopped)
            return true;
    }
}

static void tell_line(struct input *input, struct line *line, size_t length, bool whole)
{
    const char *bytes = input->room + input->start;
    size_t size = length - (whole && length && bytes[length - 1] == '\r');
    line->bytes = (struct span){bytes, size};
    line->size = size;
    if (size > LINE_MAX) {
        line->bytes = (struct span){0};
        line->too_long = true;
    }
    take(input, length + whole);
}

static bool next_of_source(struct input *input, struct line *line, bool *found, struct error *err)
{
    size_t length;
    *found = true;
    for (;;) {
        if (find_end(input, &length)) {
            tell_line(input, line, length, true);
            return true;
        }
        length = input->end - input->start;
        if (length == ROOM_MAX)
            return skip_line(input, line, err);
        if (input->ended) {
            *found = length > 0;
            if (*found)
                tell_line(input, line, length, false);
            return true;
        }
        if (!read_more(input, err))
            return false;
        if (input->stopped)
            return true;
    }
}

static void next_source(struct input *input)
{
    input->current++;
    input->number = 0;
    input->ended = false;
}

enum input_result input_next(struct input *input, struct line *line, struct error *err)
{
    for (; input->current < input->count && !input->stopped; next_source(input)) {
        *line = (struct line){.input = input->sources[input->current].name, .number = input->number + 1};
        bool found;
        if (!next_of_source(input, line, &found, err))
            return INPUT_FAILED;
        /* Half a line is no line: whoever goes on later begins with it anew. */
        if (input->stopped)
            return INPUT_END;
        if (found) {
            input->number++;
            return INPUT_LINE;
        }
    }
    return INPUT_END;
}
