/* SPDX-License-Identifier: Apache-2.0 */
/* Lines from files and standard input, in constant memory. Only LF ends a line; one CR before it goes with
 * it. A line over LINE_MAX is told by its length alone. */
#ifndef PRODUCER_INPUT_H
#define PRODUCER_INPUT_H

#include "producer/state.h"

struct input;

struct line {
    const char *input; /* the file as named by the user, "-" for standard input */
    uint64_t number;   /* from 1, per input */
    struct span bytes; /* without its line end; borrowed until the next line; empty when too long */
    uint64_t size;     /* its bytes without its line end */
    bool too_long;
};

/* No names: standard input; a folder stands for its files. A file that cannot be opened is an error at once,
 * before any line. */
struct input *input_open(const char *const *names, size_t count, struct error *err);
void input_close(struct input *input);

/* The end of the one file is no end, it may grow, be cut or be replaced; of a folder, files may come. Said
 * before anything is read. */
MUST_CHECK bool input_follow(struct input *input, struct error *err);

/* Goes on where the state says that an earlier run ended, and keeps account from now on. Only files can be
 * gone on with. Said before anything is read, after input_follow. */
MUST_CHECK bool input_resume(struct input *input, const struct state *state, struct error *err);

/* How far each file was told, the last line included. In the arena, names borrowed. */
void input_state(struct input *input, struct state *state, struct arena *arena);

/* From now on the input ends as soon as `fd` can be read: nothing more is read, a waiting read returns. */
void input_stop_on(struct input *input, int fd);

/* Calls once a second while bytes are read or waited for; when it answers false, the reading fails. */
typedef bool idle_fn(void *context, struct error *err);
void input_when_idle(struct input *input, idle_fn *idle, void *context);

enum input_result { INPUT_LINE, INPUT_END, INPUT_FAILED };
enum input_result input_next(struct input *input, struct line *line, struct error *err);

/* Bytes read so far, and of how many in all (0: unknown). */
uint64_t input_done(const struct input *input);
uint64_t input_total(const struct input *input);

#endif
