/* SPDX-License-Identifier: Apache-2.0 */
/* Going on where an earlier run ended: how far each place was read. A file is the same when device, inode and
 * its first bytes are: a number of an inode may be given again. */
#include "producer/feed.h"

#include "base/digest.h"

#include <stdio.h>

static size_t head_size(uint64_t offset)
{
    return offset < MARK_HEAD ? (size_t)offset : MARK_HEAD;
}

static void digest_head(struct span head, char hex[MARK_DIGEST + 1])
{
    AUTO_ARENA arena = arena_new();
    uint8_t digest[SHA256_SIZE];
    digest_sha256(head, digest);
    memcpy(hex, digest_hex(digest, sizeof digest, arena).ptr, MARK_DIGEST);
    hex[MARK_DIGEST] = 0;
}

/* ---- where this run is ---- */

void feed_mark(struct input *input)
{
    if (!input->marked || !input->source || !input->placed)
        return;
    struct mark *mark = places_mark(input->places);
    size_t before = mark->head[0] ? head_size(mark->offset) : SIZE_MAX, now = head_size(input->offset);
    mark->offset = input->offset;
    mark->lines = input->number;
    /* The first bytes stay as they are once there are enough of them. */
    if (now != before)
        digest_head((struct span){input->head, now}, mark->head);
}

void input_state(struct input *input, struct state *state, struct arena *arena)
{
    feed_mark(input);
    places_state(input->places, state, arena);
}

/* ---- where the last one was ---- */

bool input_resume(struct input *input, const struct state *state, struct error *err)
{
    input->marked = true;
    return places_resume(input->places, state, err);
}

/* Whether the file begins as it did then, and is as long. Nothing that was read is dropped. */
static bool is_same(struct input *input, const struct mark *mark, bool *same, struct error *err)
{
    char hex[MARK_DIGEST + 1];
    size_t wanted = head_size(mark->offset);
    while (input->end < wanted && !input->ended && !input->stopped)
        if (!feed_more(input, err))
            return false;
    digest_head((struct span){input->head, wanted < input->end ? wanted : input->end}, hex);
    *same = strcmp(hex, mark->head) == 0 && !source_is_shorter(input->source, mark->offset);
    return true;
}

/* Drops the bytes up to the mark. */
static bool pass_over(struct input *input, uint64_t offset, struct error *err)
{
    if (source_seek(input->source, offset)) {
        input->start = input->end = 0;
        input->ended = false;
        input->head_count = input->head_count < offset ? input->head_count : (size_t)offset;
        return true;
    }
    for (uint64_t left = offset;;) {
        size_t there = input->end - input->start, drop = there < left ? there : (size_t)left;
        left -= drop;
        input->start += drop;
        if (input->start == input->end)
            input->start = input->end = 0;
        if (left == 0 || input->stopped)
            return true;
        if (input->ended)
            return error_set(err, 0, "%s ends before byte %lld, up to which it was read before",
                             places_name(input->places), (long long)offset);
        if (!feed_more(input, err))
            return false;
    }
}

bool feed_resume(struct input *input, struct error *err)
{
    struct mark mark = *places_mark(input->places);
    bool same;
    input->placed = !mark.head[0] || mark.offset == 0;
    if (input->placed)
        return true;
    if (!is_same(input, &mark, &same, err))
        return false;
    if (input->stopped)
        return true;
    if (!same)
        fprintf(stderr, "genesys-producer: %s is not what was read before, it is read from its beginning\n",
                places_name(input->places));
    if (same && !pass_over(input, mark.offset, err))
        return false;
    input->offset = same ? mark.offset : 0;
    input->number = same ? mark.lines : 0;
    if (!same)
        *places_mark(input->places) = (struct mark){0};
    input->placed = !input->stopped;
    return true;
}
