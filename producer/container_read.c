/* SPDX-License-Identifier: Apache-2.0 */
/* Container files, the reading half: see the header. Memory grows with what the file holds, never with what
 * it claims; the bounds stand in base/limits.h. */
#include "producer/container.h"

#include "base/limits.h"

#include <assert.h>
#include <zlib.h>

enum { VARINT_MAX = 10, CHUNK = 64 * KIB, RAW_DEFLATE = -15 };

struct container_reader {
    FILE *file;
    uint64_t offset; /* of the next byte */
    uint64_t begins; /* the first block */
    struct arena *arena;
    struct container_meta *metas;
    size_t count, room;
    size_t header_left; /* bytes the header may still take */
    enum container_codec codec;
    char sync[CONTAINER_SYNC];
    struct buffer stored, inflated;
};

static bool broken(const struct container_reader *reader, const char *what, struct error *err)
{
    return error_set(err, 0, "broken container file, noticed at byte %lld: %s", (long long)reader->offset,
                     what);
}

/* Appends `size` bytes of the file; memory grows with what is really there, not with what is claimed. */
static bool take(struct container_reader *reader, struct buffer *into, uint64_t size, struct error *err)
{
    char chunk[4096];
    while (size > 0) {
        size_t wanted = size < sizeof chunk ? (size_t)size : sizeof chunk;
        size_t got = fread(chunk, 1, wanted, reader->file);
        reader->offset += got;
        if (got < wanted)
            return broken(reader, "the file ends too early", err);
        buffer_put(into, (struct span){chunk, got});
        size -= got;
    }
    return true;
}

static bool take_long(struct container_reader *reader, int first, int64_t *number, struct error *err)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < VARINT_MAX; i++) {
        int byte = i == 0 && first != EOF ? first : getc(reader->file);
        if (byte == EOF)
            return broken(reader, "the file ends too early", err);
        reader->offset++;
        if (i == VARINT_MAX - 1 && byte > 1)
            break;
        bits |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *number = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
            return true;
        }
    }
    return broken(reader, "a number of more than 64 bits", err);
}

static bool take_bytes(struct container_reader *reader, struct span *bytes, struct error *err)
{
    int64_t len;
    if (!take_long(reader, EOF, &len, err))
        return false;
    if (len < 0 || (uint64_t)len > reader->header_left)
        return broken(reader, "a header longer than is read here", err);
    reader->header_left -= (size_t)len;
    struct buffer text = {.arena = reader->arena};
    if (!take(reader, &text, (uint64_t)len, err))
        return false;
    *bytes = buffer_span(&text);
    return true;
}

static void add_meta(struct container_reader *reader, struct container_meta meta)
{
    if (reader->count == reader->room) {
        size_t room = reader->room ? reader->room * 2 : 8;
        struct container_meta *grown = arena_array(reader->arena, room, sizeof *grown);
        if (reader->count)
            memcpy(grown, reader->metas, reader->count * sizeof *grown);
        reader->metas = grown;
        reader->room = room;
    }
    reader->metas[reader->count++] = meta;
}

static bool take_metas(struct container_reader *reader, struct error *err)
{
    for (;;) {
        int64_t count, size;
        if (!take_long(reader, EOF, &count, err))
            return false;
        if (count == 0)
            return true;
        if (count < 0 && !take_long(reader, EOF, &size, err))
            return false;
        for (uint64_t left = count < 0 ? -(uint64_t)count : (uint64_t)count; left > 0; left--) {
            struct container_meta meta;
            if (reader->header_left < 2)
                return broken(reader, "a header longer than is read here", err);
            reader->header_left -= 2; /* two lengths at least, even of nothing */
            if (!take_bytes(reader, &meta.key, err) || !take_bytes(reader, &meta.value, err))
                return false;
            add_meta(reader, meta);
        }
    }
}

static bool take_sync(struct container_reader *reader, char sync[CONTAINER_SYNC], struct error *err)
{
    size_t got = fread(sync, 1, CONTAINER_SYNC, reader->file);
    reader->offset += got;
    return got == CONTAINER_SYNC || broken(reader, "the file ends too early", err);
}

uint64_t container_begins(const struct container_reader *reader)
{
    return reader->begins;
}

bool container_meta_find(const struct container_reader *reader, struct span key, struct span *value)
{
    for (size_t i = 0; i < reader->count; i++) {
        if (span_equal(reader->metas[i].key, key)) {
            *value = reader->metas[i].value;
            return true;
        }
    }
    return false;
}

bool container_open(FILE *file, uint64_t offset, struct container_reader **reader, struct arena *arena,
                    struct error *err)
{
    struct container_reader *made = arena_alloc(arena, sizeof *made);
    *reader = made;
    made->file = file;
    made->offset = offset;
    made->arena = arena;
    made->header_left = CONTAINER_HEADER_MAX;
    made->stored.arena = arena;
    made->inflated.arena = arena;
    if (!take_metas(made, err) || !take_sync(made, made->sync, err))
        return false;
    made->begins = made->offset;
    struct span codec;
    if (!container_meta_find(made, SPAN("avro.codec"), &codec))
        codec = SPAN("null");
    if (!container_codec_find(codec, &made->codec))
        return error_set(err, 0, "the container's codec '%.*s' is not known here: null and deflate are",
                         SPAN_ARGS(codec));
    return true;
}

static bool inflate_all(struct container_reader *reader, z_stream *zip, struct error *err)
{
    char chunk[CHUNK];
    int result = Z_OK;
    while (result == Z_OK) {
        zip->next_out = (Bytef *)chunk;
        zip->avail_out = sizeof chunk;
        result = inflate(zip, Z_NO_FLUSH);
        buffer_put(&reader->inflated, (struct span){chunk, sizeof chunk - zip->avail_out});
        if (reader->inflated.len > BLOCK_MAX)
            return broken(reader, "a block that grows beyond what is read here", err);
    }
    /* Behind the end there may be bytes: some writers leave part of a checksum there. */
    return result == Z_STREAM_END || broken(reader, "a block that is no deflated data", err);
}

static bool inflate_block(struct container_reader *reader, struct error *err)
{
    z_stream zip = {.next_in = (Bytef *)reader->stored.ptr, .avail_in = (uInt)reader->stored.len};
    int made = inflateInit2(&zip, RAW_DEFLATE);
    assert(made == Z_OK);
    reader->inflated.len = 0;
    bool whole = inflate_all(reader, &zip, err);
    inflateEnd(&zip);
    return whole;
}

static bool take_block(struct container_reader *reader, int first, struct container_block *block,
                       struct error *err)
{
    int64_t count, size;
    char sync[CONTAINER_SYNC];
    block->offset = reader->offset;
    if (!take_long(reader, first, &count, err) || !take_long(reader, EOF, &size, err))
        return false;
    if (count < 0 || size < 0)
        return broken(reader, "a negative length", err);
    if (size > BLOCK_MAX)
        return broken(reader, "a block longer than is read here", err);
    reader->stored.len = 0;
    if (!take(reader, &reader->stored, (uint64_t)size, err) || !take_sync(reader, sync, err))
        return false;
    if (memcmp(sync, reader->sync, CONTAINER_SYNC) != 0)
        return broken(reader, "the sync marker is not the file's", err);
    if (reader->codec == CONTAINER_DEFLATE && !inflate_block(reader, err))
        return false;
    block->end = reader->offset;
    block->count = (uint64_t)count;
    block->bytes = buffer_span(reader->codec == CONTAINER_DEFLATE ? &reader->inflated : &reader->stored);
    return true;
}

enum container_result container_next(struct container_reader *reader, struct container_block *block,
                                     struct error *err)
{
    int first = getc(reader->file);
    if (first == EOF && !ferror(reader->file))
        return CONTAINER_END;
    return take_block(reader, first, block, err) ? CONTAINER_BLOCK : CONTAINER_FAILED;
}
