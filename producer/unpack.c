/* SPDX-License-Identifier: Apache-2.0 */
/* Files of records → JSON lines: see the header. A frame that cannot be read is passed over while its length
 * can be believed; behind a broken length nothing has a place, so reading ends there. */
#include "producer/unpack_message.h"

#include "base/limits.h"
#include "producer/container.h"
#include "producer/sink.h"

#include <errno.h>

enum { LENGTH = 4 };

struct file {
    struct unpack *unpack;
    FILE *stream;
    uint64_t offset; /* of the next byte */
};

static void complain(struct file *file, uint64_t offset, struct span what)
{
    AUTO_ARENA arena = arena_new();
    unpack_complain(file->unpack, arena_printf(arena, "byte %lld", (long long)offset), what);
}

/* ---- container files ---- */

/* The records of one block. What is wrong with one spoils those behind it. */
static bool print_block(struct file *file, const struct decoding *how,
                        const struct container_block *block, struct error *err)
{
    struct span rest = block->bytes;
    uint64_t empty = 0;
    for (uint64_t left = block->count; left > 0; left--) {
        AUTO_ARENA arena = arena_new();
        struct buffer json = {.arena = arena};
        struct error broken = {.arena = arena};
        size_t before = rest.len;
        bool decoded = decode_as(how, &rest, &json, &broken);
        if (decoded && rest.len == before && ++empty > RECORD_EMPTY_MAX)
            decoded = error_set(&broken, 0, "too many records that take no bytes");
        if (!decoded) {
            struct span what = arena_printf(arena, "record %lld of the block: %.*s",
                                            (long long)(block->count - left + 1), SPAN_ARGS(broken.message));
            complain(file, block->offset, what);
            return true;
        }
        if (!unpack_line(file->unpack, &json, err))
            return false;
    }
    if (rest.len > 0)
        complain(file, block->offset, SPAN("the block holds more bytes than its records"));
    return true;
}

static bool print_blocks(struct file *file, struct container_reader *reader, const struct decoding *how,
                         struct error *err)
{
    while (!unpack_stopped(file->unpack)) {
        struct container_block block;
        struct error broken = {.arena = file->unpack->arena};
        switch (container_next(reader, &block, &broken)) {
        case CONTAINER_BLOCK:
            if (!print_block(file, how, &block, err))
                return false;
            break;
        case CONTAINER_END: return true;
        case CONTAINER_FAILED: complain(file, block.offset, broken.message); return true;
        }
    }
    return true;
}

static bool unpack_container(struct file *file, struct error *err)
{
    struct error broken = {.arena = file->unpack->arena};
    struct container_reader *reader;
    struct decoding how;
    struct span text;
    if (!container_open(file->stream, file->offset, &reader, file->unpack->arena, &broken)) {
        complain(file, 0, broken.message);
        return true;
    }
    if (!container_meta_find(reader, SPAN("avro.schema"), &text)) {
        complain(file, 0, SPAN("the container's header holds no schema"));
        return true;
    }
    if (!known_prepare(file->unpack->ids, text, &how, &broken)) {
        struct span what = SPAN("the container's schema: ");
        complain(file, 0, arena_printf(broken.arena, "%.*s%.*s", SPAN_ARGS(what), SPAN_ARGS(broken.message)));
        return true;
    }
    return print_blocks(file, reader, &how, err);
}

/* ---- framed files ---- */

static uint32_t big_endian(const char *bytes)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++)
        number = number << 8 | (uint8_t)bytes[i];
    return number;
}

static bool read_exactly(struct file *file, char *into, size_t len, uint64_t start)
{
    size_t got = fread(into, 1, len, file->stream);
    file->offset += got;
    if (got < len)
        complain(file, start, SPAN("the file ends within this frame"));
    return got == len;
}

enum step { STEP_ON, STEP_END, STEP_FAILED };

/* One frame whose length has been read. */
static enum step unpack_frame(struct file *file, uint64_t start, const char *length, struct error *err)
{
    uint32_t len = big_endian(length);
    if (len < WIRE_HEADER || len > MESSAGE_MAX) {
        AUTO_ARENA arena = arena_new();
        complain(file, start, arena_printf(arena, "no frame can have a length of %lld", (long long)len));
        return STEP_END;
    }
    AUTO_ARENA arena = arena_new();
    char *message = arena_alloc(arena, len);
    if (!read_exactly(file, message, len, start))
        return STEP_END;
    struct span where = arena_printf(arena, "byte %lld", (long long)start);
    return unpack_message(file->unpack, where, (struct span){message, len}, err) ? STEP_ON : STEP_FAILED;
}

static bool unpack_frames(struct file *file, const char *first, struct error *err)
{
    char length[LENGTH];
    memcpy(length, first, LENGTH);
    for (;;) {
        enum step step = unpack_frame(file, file->offset - LENGTH, length, err);
        if (step != STEP_ON)
            return step == STEP_END;
        uint64_t start = file->offset;
        int byte = unpack_stopped(file->unpack) ? EOF : getc(file->stream);
        if (byte == EOF)
            return true;
        length[0] = (char)byte;
        file->offset++;
        if (!read_exactly(file, length + 1, LENGTH - 1, start))
            return true;
    }
}

/* ---- either ---- */

static bool unpack_any(struct file *file, struct error *err)
{
    char first[LENGTH];
    size_t got = fread(first, 1, LENGTH, file->stream);
    file->offset = got;
    if (got == LENGTH && memcmp(first, container_magic, LENGTH) == 0)
        return unpack_container(file, err);
    if (got == LENGTH)
        return unpack_frames(file, first, err);
    if (got > 0)
        complain(file, 0, SPAN("the file is too short to be a framed or a container file"));
    return true;
}

bool unpack_file(const struct unpacking *how, uint64_t *complaints, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct unpack unpack;
    struct file file = {.unpack = &unpack};
    bool standard = strcmp(how->place, "-") == 0;
    if (!unpack_begin(&unpack, how, arena, err))
        return false;
    file.stream = standard ? stdin : fopen(how->place, "rb");
    if (!file.stream)
        return error_set(err, 0, "cannot read %s: %s", how->place, strerror(errno));
    bool done = unpack_any(&file, err);
    if (done && ferror(file.stream))
        done = error_set(err, 0, "cannot read %s: %s", how->place, strerror(errno));
    done = done && unpack_end(&unpack, err);
    if (!standard)
        fclose(file.stream);
    *complaints += unpack.complaints;
    return done;
}
