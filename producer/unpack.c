/* SPDX-License-Identifier: Apache-2.0 */
/* Files of records → JSON lines: see the header. A frame that cannot be read is passed over while its length
 * can be believed; behind a broken length nothing has a place, so reading ends there. */
#include "producer/unpack.h"

#include "base/limits.h"
#include "producer/container.h"
#include "producer/sink.h"

#include <errno.h>

enum { LENGTH = 4 };

struct unpack {
    struct unpacking how;
    FILE *file;
    uint64_t offset; /* of the next byte */
    uint64_t complaints;
    struct known_ids *ids;
    struct arena *arena; /* lives as long as the file is read: schemas */
};

static void complain(struct unpack *unpack, uint64_t offset, struct span what)
{
    unpack->complaints++;
    fprintf(unpack->how.complaints, "genesys-producer: %s: byte %llu: %.*s\n", unpack->how.place,
            (unsigned long long)offset, SPAN_ARGS(what));
}

static bool stopped(const struct unpack *unpack)
{
    return unpack->how.stop && unpack->complaints > 0;
}

static bool print_line(struct unpack *unpack, struct buffer *json, struct error *err)
{
    buffer_byte(json, '\n');
    if (fwrite(json->ptr, 1, json->len, unpack->how.out) == json->len)
        return true;
    return error_set(err, 0, "cannot write the records: %s", strerror(errno));
}

/* ---- container files ---- */

/* The records of one block. What is wrong with one spoils those behind it. */
static bool print_block(struct unpack *unpack, const struct decoding *how,
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
            complain(unpack, block->offset, what);
            return true;
        }
        if (!print_line(unpack, &json, err))
            return false;
    }
    if (rest.len > 0)
        complain(unpack, block->offset, SPAN("the block holds more bytes than its records"));
    return true;
}

static bool print_blocks(struct unpack *unpack, struct container_reader *reader, const struct decoding *how,
                         struct error *err)
{
    while (!stopped(unpack)) {
        struct container_block block;
        struct error broken = {.arena = unpack->arena};
        switch (container_next(reader, &block, &broken)) {
        case CONTAINER_BLOCK:
            if (!print_block(unpack, how, &block, err))
                return false;
            break;
        case CONTAINER_END: return true;
        case CONTAINER_FAILED: complain(unpack, block.offset, broken.message); return true;
        }
    }
    return true;
}

static bool unpack_container(struct unpack *unpack, struct error *err)
{
    struct error broken = {.arena = unpack->arena};
    struct container_reader *reader;
    struct decoding how;
    struct span text;
    if (!container_open(unpack->file, unpack->offset, &reader, unpack->arena, &broken)) {
        complain(unpack, 0, broken.message);
        return true;
    }
    if (!container_meta_find(reader, SPAN("avro.schema"), &text)) {
        complain(unpack, 0, SPAN("the container's header holds no schema"));
        return true;
    }
    if (!known_prepare(unpack->ids, text, &how, &broken)) {
        complain(unpack, 0,
                 arena_printf(unpack->arena, "the container's schema: %.*s", SPAN_ARGS(broken.message)));
        return true;
    }
    return print_blocks(unpack, reader, &how, err);
}

/* ---- framed files ---- */

static uint32_t big_endian(const char *bytes)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++)
        number = number << 8 | (uint8_t)bytes[i];
    return number;
}

static bool print_message(struct unpack *unpack, uint64_t offset, struct span message, struct error *err)
{
    if (message.ptr[0] != 0) {
        complain(unpack, offset, SPAN("a message that does not begin with the byte 0"));
        return true;
    }
    const struct known *known = known_find(unpack->ids, (int)big_endian(message.ptr + 1), err);
    if (!known)
        return false;
    if (!known->usable) {
        complain(unpack, offset, known->cause);
        return true;
    }
    AUTO_ARENA arena = arena_new();
    struct buffer json = {.arena = arena};
    struct error broken = {.arena = arena};
    struct span rest = span_from(message, WIRE_HEADER);
    bool decoded = decode_as(&known->how, &rest, &json, &broken);
    if (decoded && rest.len > 0)
        decoded = error_set(&broken, 0, "%zu bytes behind the record", rest.len);
    if (decoded)
        return print_line(unpack, &json, err);
    complain(unpack, offset, broken.message);
    return true;
}

static bool read_exactly(struct unpack *unpack, char *into, size_t len, uint64_t start)
{
    size_t got = fread(into, 1, len, unpack->file);
    unpack->offset += got;
    if (got < len)
        complain(unpack, start, SPAN("the file ends within this frame"));
    return got == len;
}

enum step { STEP_ON, STEP_END, STEP_FAILED };

/* One frame whose length has been read. */
static enum step unpack_frame(struct unpack *unpack, uint64_t start, const char *length, struct error *err)
{
    uint32_t len = big_endian(length);
    if (len < WIRE_HEADER || len > MESSAGE_MAX) {
        AUTO_ARENA arena = arena_new();
        complain(unpack, start, arena_printf(arena, "no frame can have a length of %lld", (long long)len));
        return STEP_END;
    }
    AUTO_ARENA arena = arena_new();
    char *message = arena_alloc(arena, len);
    if (!read_exactly(unpack, message, len, start))
        return STEP_END;
    return print_message(unpack, start, (struct span){message, len}, err) ? STEP_ON : STEP_FAILED;
}

static bool unpack_frames(struct unpack *unpack, const char *first, struct error *err)
{
    char length[LENGTH];
    memcpy(length, first, LENGTH);
    for (;;) {
        enum step step = unpack_frame(unpack, unpack->offset - LENGTH, length, err);
        if (step != STEP_ON)
            return step == STEP_END;
        uint64_t start = unpack->offset;
        int byte = stopped(unpack) ? EOF : getc(unpack->file);
        if (byte == EOF)
            return true;
        length[0] = (char)byte;
        unpack->offset++;
        if (!read_exactly(unpack, length + 1, LENGTH - 1, start))
            return true;
    }
}

/* ---- either ---- */

static bool unpack_any(struct unpack *unpack, struct error *err)
{
    char first[LENGTH];
    size_t got = fread(first, 1, LENGTH, unpack->file);
    unpack->offset = got;
    if (got == LENGTH && memcmp(first, container_magic, LENGTH) == 0)
        return unpack_container(unpack, err);
    if (got == LENGTH)
        return unpack_frames(unpack, first, err);
    if (got > 0)
        complain(unpack, 0, SPAN("the file is too short to be a framed or a container file"));
    return true;
}

bool unpack_file(const struct unpacking *how, uint64_t *complaints, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct unpack unpack = {.how = *how, .arena = arena};
    bool standard = strcmp(how->place, "-") == 0;
    unpack.file = standard ? stdin : fopen(how->place, "rb");
    if (!unpack.file)
        return error_set(err, 0, "cannot read %s: %s", how->place, strerror(errno));
    bool done = known_begin(&how->reading, &unpack.ids, arena, err) && unpack_any(&unpack, err);
    if (done && ferror(unpack.file))
        done = error_set(err, 0, "cannot read %s: %s", how->place, strerror(errno));
    if (done && fflush(how->out) != 0)
        done = error_set(err, 0, "cannot write the records: %s", strerror(errno));
    if (done && stopped(&unpack))
        done = error_set(err, 0, "stopped there, as --on-error stop asks for");
    if (!standard)
        fclose(unpack.file);
    *complaints = unpack.complaints;
    return done;
}
