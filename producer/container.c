/* SPDX-License-Identifier: Apache-2.0 */
/* Container files, the writing half: see the header. Deflate is raw (RFC 1951), as the specification wants
 * it, by ISA-L at level 1: it packs a block of records as well as zlib does by default, at a twelfth of the
 * cost. */
#include "producer/container.h"

#include "base/limits.h"
#include "base/random.h"
#include "producer/binary.h"

#include <assert.h>
#include <isa-l/igzip_lib.h>

/* The least room for its tables in which a block of BLOCK_SIZE is not packed in many small parts. */
enum { DEFLATE_LEVEL = 1, DEFLATE_TABLES = ISAL_DEF_LVL1_SMALL };

/* Bytes that do not pack are stored as they are, in parts of at most STORED_MAX behind a head each. */
enum { STORED_MAX = 65535, STORED_HEAD = 5 };

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
    uint8_t *tables; /* for deflate; NULL with the codec null */
};

static void put_meta(struct buffer *out, struct span key, struct span value)
{
    binary_bytes(out, key);
    binary_bytes(out, value);
}

static bool write_header(struct container *container, struct span schema, const struct container_meta *metas,
                         size_t count, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct buffer head = {.arena = arena};
    buffer_put(&head, (struct span){container_magic, sizeof container_magic});
    binary_long(&head, (int64_t)count + 2);
    put_meta(&head, SPAN("avro.schema"), schema);
    put_meta(&head, SPAN("avro.codec"),
             container->codec == CONTAINER_DEFLATE ? SPAN("deflate") : SPAN("null"));
    for (size_t i = 0; i < count; i++)
        put_meta(&head, metas[i].key, metas[i].value);
    binary_long(&head, 0);
    buffer_put(&head, (struct span){container->sync, CONTAINER_SYNC});
    container->size = head.len;
    return output_write(container->output, buffer_span(&head), err);
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
    if (codec == CONTAINER_DEFLATE)
        container->tables = arena_alloc(arena, DEFLATE_TABLES);
    if (write_header(container, schema, metas, count, err))
        return container;
    arena_free(arena);
    return NULL;
}

static size_t deflated_most(size_t size)
{
    return size + STORED_HEAD * (size / STORED_MAX + 1);
}

static struct span deflated(struct container *container)
{
    size_t most = deflated_most(container->block.len);
    char *room = buffer_claim(&container->packed, most);
    struct isal_zstream stream;
    isal_deflate_stateless_init(&stream);
    stream.level = DEFLATE_LEVEL;
    stream.level_buf = container->tables;
    stream.level_buf_size = DEFLATE_TABLES;
    stream.end_of_stream = 1;
    stream.next_in = (uint8_t *)container->block.ptr;
    stream.avail_in = (uint32_t)container->block.len;
    stream.next_out = (uint8_t *)room;
    stream.avail_out = (uint32_t)most;
    int result = isal_deflate_stateless(&stream);
    assert(result == COMP_OK); /* the room was enough for whatever comes out */
    return (struct span){room, stream.total_out};
}

bool container_flush(struct container *container, struct error *err)
{
    if (container->count == 0)
        return true;
    struct span body =
        container->codec == CONTAINER_DEFLATE ? deflated(container) : buffer_span(&container->block);
    AUTO_ARENA arena = arena_new();
    struct buffer head = {.arena = arena};
    binary_long(&head, (int64_t)container->count);
    binary_long(&head, (int64_t)body.len);
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
