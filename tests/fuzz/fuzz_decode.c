/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that claim to be records. An input that begins as a container file is read as one, every record in it
 * by the schema it brings; any other is a schema, 0x1e, a reader's schema, 0x1e, and one record, which is
 * decoded as it was written and as the reader wants it. What is printed is JSON, whatever the bytes are. */
#include "base/limits.h"
#include "producer/container.h"
#include "producer/decode.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { PART_END = 0x1e, RECORDS_MAX = 1000 };

static const struct schema *parse(struct span text, struct arena *arena)
{
    struct error err = {.arena = arena};
    const struct schema *schema;
    bool good = schema_parse(&schema_avro, text, (struct reading){0}, NULL, 0, &schema, arena, &err);
    return good ? schema : NULL;
}

/* What was printed for a value that was read to its end. */
static void check_json(struct span json, struct arena *arena)
{
    struct text_rules rules = text_rules_own;
    struct text value;
    struct text_failure failure;
    rules.depth_max = 2 * TEXT_DEPTH_MAX;
    rules.duplicates_last = true; /* a map may have one key twice */
    assert(text_is_utf8(json));
    assert(text_read(json, &rules, &value, &failure, arena));
}

/* Whether a value could be taken off the front. It never takes more than there is. */
static bool take_value(const struct decoding *how, struct span *bytes)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct buffer json = {.arena = arena};
    size_t before = bytes->len;
    bool taken = decode_as(how, bytes, &json, &err);
    assert(bytes->len <= before);
    assert(taken || (err.message.len > 0 && text_is_utf8(err.message)));
    if (taken)
        check_json(buffer_span(&json), arena);
    return taken;
}

/* ---- container files ---- */

static void check_block(const struct schema *schema, const struct container_block *block)
{
    struct decoding how = {.type = avro_root(schema)};
    struct span rest = block->bytes;
    assert(block->end > block->offset && block->bytes.len <= BLOCK_MAX);
    for (uint64_t i = 0; i < block->count && i < RECORDS_MAX; i++)
        if (!take_value(&how, &rest))
            return;
}

static void check_blocks(struct container_reader *reader, const struct schema *schema, size_t size,
                         struct error *err)
{
    struct container_block block;
    uint64_t end = container_begins(reader);
    while (container_next(reader, &block, err) == CONTAINER_BLOCK) {
        assert(block.offset == end && block.end <= size);
        end = block.end;
        if (schema)
            check_block(schema, &block);
    }
}

static void check_container(struct span bytes)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct container_reader *reader;
    struct span text;
    FILE *file = fmemopen((void *)bytes.ptr, bytes.len, "rb");
    assert(file && fseek(file, sizeof container_magic, SEEK_SET) == 0);
    if (container_open(file, sizeof container_magic, &reader, arena, &err)) {
        bool told = container_meta_find(reader, SPAN("avro.schema"), &text);
        check_blocks(reader, told ? parse(text, arena) : NULL, bytes.len, &err);
    }
    fclose(file);
}

/* ---- a value and its schemas ---- */

static struct span take_part(struct span *rest)
{
    const char *at = rest->len ? memchr(rest->ptr, PART_END, rest->len) : NULL;
    struct span part = at ? span_first(*rest, (size_t)(at - rest->ptr)) : *rest;
    *rest = span_from(*rest, part.len + 1);
    return part;
}

static void check_value(struct span bytes)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    const struct schema *writer = parse(take_part(&bytes), arena);
    const struct schema *reader = parse(take_part(&bytes), arena);
    if (!writer)
        return;
    struct decoding how = {.type = avro_root(writer)};
    struct span rest = bytes;
    bool good = take_value(&how, &rest);
    struct span left = rest;
    rest = bytes;
    if (!reader || !avro_resolve(reader, writer, &how.plan, arena, &err))
        return;
    /* A reader may want what the writer's value cannot give, but steps over the same bytes. */
    if (take_value(&how, &rest) && good)
        assert(rest.ptr == left.ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span input = {(const char *)bytes, size};
    if (span_starts(input, (struct span){container_magic, sizeof container_magic}))
        check_container(input);
    else
        check_value(input);
    return 0;
}
