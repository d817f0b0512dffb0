/* SPDX-License-Identifier: Apache-2.0 */
/* Container files, the writing half: see the header. Deflate is raw (RFC 1951), as the specification wants
 * it. */
#include "producer/container.h"

#include "base/limits.h"
#include "base/random.h"

#include <assert.h>
#include <zlib.h>

enum { RAW_DEFLATE = -15 };

const char container_magic[4] = {'O', 'b', 'j', 1};

bool container_codec_find(struct span name, enum container_codec *codec)
{
    *codec = span_equal(name, SPAN("deflate")) ? CONTAINER_DEFLATE : CONTAINER_NULL;
    return *codec == CONTAINER_DEFLATE || span_equal(name, SPAN("null"));
}

struct container {
    struct arena *arena;
    struct output *output;
    enum container_codec codec;
    char sync[CONTAINER_SYNC];
    struct buffer block;  /* records of the block in the making */
    struct buffer packed; /* its deflated form */
    uint64_t count;
    uint64_t size, kept; /* bytes and records that are written whole */
    z_stream zip;
};

static void put_long(struct buffer *out, int64_t number)
{
    uint64_t rest = ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
    for (; rest > 0x7f; rest >>= 7)
        buffer_byte(out, (char)(rest | 0x80));
    buffer_byte(out, (char)rest);
}

static void put_bytes(struct buffer *out, struct span bytes)
{
    put_long(out, (int64_t)bytes.len);
    buffer_put(out, bytes);
}

static void put_meta(struct buffer *out, struct span key, struct span value)
{
    put_bytes(out, key);
    put_bytes(out, value);
}

static bool write_header(struct container *container, struct span schema, const struct container_meta *metas,
                         size_t count, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct buffer head = {.arena = arena};
    buffer_put(&head, (struct span){container_magic, sizeof container_magic});
    put_long(&head, (int64_t)count + 2);
    put_meta(&head, SPAN("avro.schema"), schema);
    put_meta(&head, SPAN("avro.codec"),
             container->codec == CONTAINER_DEFLATE ? SPAN("deflate") : SPAN("null"));
    for (size_t i = 0; i < count; i++)
        put_meta(&head, metas[i].key, metas[i].value);
    put_long(&head, 0);
    buffer_put(&head, (struct span){container->sync, CONTAINER_SYNC});
    container->size = head.len;
    return output_write(container->output, buffer_span(&head), err);
}

static void end_deflate(void *zip)
{
    deflateEnd(zip);
}

struct container *container_begin(struct output *output, enum container_codec codec, struct span schema,
                                  const struct container_meta *metas, size_t count, struct error *err)
{
    struct arena *arena = arena_new();
    struct container *container = arena_alloc(arena, sizeof *container);
    container->arena = arena;
    container->output = output;
    container->codec = codec;
    container->block.arena = arena;
    container->packed.arena = arena;
    random_bytes(container->sync, CONTAINER_SYNC);
    if (codec == CONTAINER_DEFLATE) {
        int made = deflateInit2(&container->zip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, RAW_DEFLATE, 8,
                                Z_DEFAULT_STRATEGY);
        assert(made == Z_OK); /* only memory can be missing */
        arena_defer(arena, end_deflate, &container->zip);
    }
    if (write_header(container, schema, metas, count, err))
        return container;
    arena_free(arena);
    return NULL;
}

/* Room of exactly `size` bytes at the buffer's beginning. */
static char *buffer_claim(struct buffer *buffer, size_t size)
{
    if (buffer->room < size) {
        buffer->ptr = arena_alloc(buffer->arena, size);
        buffer->room = size;
    }
    buffer->len = size;
    return buffer->ptr;
}

static struct span deflated(struct container *container)
{
    z_stream *zip = &container->zip;
    deflateReset(zip);
    size_t most = deflateBound(zip, container->block.len);
    zip->next_out = (Bytef *)buffer_claim(&container->packed, most);
    zip->avail_out = (uInt)most;
    zip->next_in = (Bytef *)container->block.ptr;
    zip->avail_in = (uInt)container->block.len;
    int result = deflate(zip, Z_FINISH);
    assert(result == Z_STREAM_END); /* the room was enough for whatever comes out */
    return span_first(buffer_span(&container->packed), most - zip->avail_out);
}

bool container_flush(struct container *container, struct error *err)
{
    if (container->count == 0)
        return true;
    struct span body =
        container->codec == CONTAINER_DEFLATE ? deflated(container) : buffer_span(&container->block);
    AUTO_ARENA arena = arena_new();
    struct buffer head = {.arena = arena};
    put_long(&head, (int64_t)container->count);
    put_long(&head, (int64_t)body.len);
    uint64_t count = container->count;
    container->count = 0;
    container->block.len = 0;
    if (!output_write(container->output, buffer_span(&head), err) ||
        !output_write(container->output, body, err) ||
        !output_write(container->output, (struct span){container->sync, CONTAINER_SYNC}, err))
        return false;
    container->size += head.len + body.len + CONTAINER_SYNC;
    container->kept += count;
    return true;
}

uint64_t container_size(const struct container *container)
{
    return container->size;
}

uint64_t container_kept(const struct container *container)
{
    return container->kept;
}

uint64_t container_waiting(const struct container *container)
{
    return container->count;
}

bool container_add(struct container *container, struct span record, struct error *err)
{
    if (container->block.len + record.len > BLOCK_SIZE && !container_flush(container, err))
        return false;
    buffer_put(&container->block, record);
    container->count++;
    return true;
}

void container_free(struct container *container)
{
    arena_free(container->arena);
}
