/* SPDX-License-Identifier: Apache-2.0 */
/* Lines from files, one after another. Of a line that is too long the bytes are counted and dropped as they
 * come. */
#include "base/limits.h"
#include "base/text.h"
#include "producer/feed.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- opening ---- */

struct input *input_open(const char *const *names, size_t count, struct error *err)
{
    struct places *places = places_open(names, count, err);
    if (!places)
        return NULL;
    struct input *input = calloc(1, sizeof *input);
    if (!input)
        abort();
    input->places = places;
    input->stop = -1;
    return input;
}

void input_close(struct input *input)
{
    if (!input)
        return;
    places_close(input->places);
    free(input->room);
    free(input);
}

bool input_follow(struct input *input, struct error *err)
{
    input->marked = true; /* a file that grows after its turn is gone on with */
    return places_follow(input->places, err);
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
    return input->done + (input->source ? source_taken(input->source) : 0);
}

uint64_t input_total(const struct input *input)
{
    return places_total(input->places);
}

/* ---- reading ---- */

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
    input->offset += bytes;
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
        bool over = whole;
        if (!whole && !feed_over(input, &over, err))
            return false;
        if (over) {
            line->size -= whole && last == '\r';
            return true;
        }
        if (input->restarted || input->stopped)
            return true;
        if (!feed_more(input, err))
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

/* Who goes on later reads a last line when it is whole: with its LF, or as a JSON text. */
static bool is_left(struct input *input)
{
    AUTO_ARENA arena = arena_new();
    struct text value;
    struct text_failure failure;
    struct span rest = {input->room + input->start, input->end - input->start};
    if (!input->marked || places_follows(input->places) ||
        text_read(rest, &text_rules_event, &value, &failure, arena))
        return false;
    fprintf(stderr, "genesys-producer: the last line of %s has no end yet, it is left for the next run\n",
            places_name(input->places));
    input->start = input->end = input->searched = 0;
    return true;
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
        bool over;
        input->restarted = false;
        if (!feed_over(input, &over, err))
            return false;
        if (over) {
            *found = input->end > input->start && !is_left(input);
            if (*found)
                tell_line(input, line, input->end - input->start, false);
            return true;
        }
        if (input->stopped || !feed_more(input, err))
            return input->stopped;
        if (input->stopped)
            return true;
    }
}

enum input_result input_next(struct input *input, struct line *line, struct error *err)
{
    if (!input->source && !input->stopped && !feed_next(input, err))
        return INPUT_FAILED;
    while (input->source && !input->stopped) {
        bool found;
        input->restarted = false;
        *line = (struct line){0};
        if (!next_of_source(input, line, &found, err))
            return INPUT_FAILED;
        /* Half a line is no line: whoever goes on later begins with it anew. */
        if (input->stopped)
            return INPUT_END;
        line->input = places_name(input->places);
        line->number = input->number + 1;
        if (found) {
            input->number++;
            return INPUT_LINE;
        }
        if (!feed_next(input, err))
            return INPUT_FAILED;
    }
    return INPUT_END;
}
