/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes for input.c: read, waited for, followed. The room for a line grows to LINE_MAX and no further. */
#include "producer/feed.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ROOM_FIRST = 64 * KIB,
    IDLE_MS = 1000, /* between two calls, also while little comes */
};

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

static bool idle(struct input *input, struct error *err)
{
    int64_t now = clock_steady();
    if (!input->idle || now - input->idled < IDLE_MS)
        return true;
    input->idled = now;
    return input->idle(input->idle_context, err);
}

/* Waits for bytes of `fd` (-1: of none) or for the word to stop, whichever is first, or until the time is
 * over (-1: never). */
static bool wait_for(struct input *input, int fd, int ms, struct error *err)
{
    struct pollfd watched[] = {{.fd = fd, .events = POLLIN}, {.fd = input->stop, .events = POLLIN}};
    int ready;
    input->idled = input->idled ? input->idled : clock_steady();
    do {
        ready = poll(watched, 2, ms >= 0 ? ms : input->idle ? IDLE_MS : -1);
        if (ready < 0 && errno != EINTR)
            return error_set(err, 0, "cannot wait for input: %s", strerror(errno));
        if (!idle(input, err))
            return false;
    } while (ready < 0 || (ready == 0 && ms < 0));
    input->stopped = watched[1].revents != 0;
    return true;
}

bool feed_more(struct input *input, struct error *err)
{
    size_t got;
    int fd = source_has_more(input->source) ? -1 : source_fd(input->source);
    if (input->stop >= 0 && !wait_for(input, fd, fd < 0 ? 0 : -1, err))
        return false;
    if (input->stopped)
        return true;
    make_room(input);
    if (!source_read(input->source, input->room + input->end, input->size - input->end, &got, &input->ended,
                     err))
        return false;
    size_t lacking = MARK_HEAD - input->head_count, more = got < lacking ? got : lacking;
    if (input->marked && more > 0) {
        memcpy(input->head + input->head_count, input->room + input->end, more);
        input->head_count += more;
    }
    input->end += got;
    return true;
}

static void start_anew(struct input *input)
{
    fprintf(stderr, "genesys-producer: %s was cut, it is read from its beginning\n",
            places_name(input->places));
    input->start = input->end = input->searched = 0;
    input->number = input->offset = input->head_count = 0;
    input->restarted = true;
    *places_mark(input->places) = (struct mark){0};
}

/* Half a line was read. */
static bool is_torn(const struct input *input)
{
    return input->end > input->start;
}

/* A while later there may be more, or something else behind it. */
static bool wait_for_growth(struct input *input, struct error *err)
{
    if (!wait_for(input, -1, FOLLOW_MS, err))
        return false;
    if (input->stopped)
        return true;
    input->ended = false;
    if (input->source && source_shrank(input->source))
        start_anew(input);
    return places_look(input->places, is_torn(input), err);
}

bool feed_over(struct input *input, bool *over, struct error *err)
{
    *over = false;
    if (!input->ended)
        return true;
    if (places_waits(input->places, is_torn(input)))
        return wait_for_growth(input, err);
    *over = true;
    return true;
}

static bool next_source(struct input *input, struct error *err)
{
    if (input->source) {
        input->done += source_taken(input->source);
        feed_mark(input);
    }
    input->number = input->offset = input->head_count = 0;
    input->ended = false;
    if (!places_next(input->places, &input->source, err))
        return false;
    return !input->source || feed_resume(input, err);
}

bool feed_next(struct input *input, struct error *err)
{
    if (!next_source(input, err))
        return false;
    /* A folder that is followed may be empty. */
    while (!input->source && !input->stopped && places_waits(input->places, false))
        if (!wait_for_growth(input, err) || !next_source(input, err))
            return false;
    return true;
}
