/* SPDX-License-Identifier: Apache-2.0 */
/* Container files: what is written is read back, the bytes are those of the specification, and a file that
 * lies is refused where it lies. */
#include "producer/container.h"

#include "base/limits.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/container_testXXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    char *made = mkdtemp(folder);
    snprintf(path, sizeof path, "%s/file.avro", folder);
    return made ? 0 : -1;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static struct span record_of(struct arena *arena, size_t number)
{
    struct span text = arena_printf(arena, "record %zu ", number);
    struct buffer out = {.arena = arena};
    for (size_t i = 0; i < 1 + number % 50; i++)
        buffer_put(&out, text);
    return buffer_span(&out);
}

static void write_file(enum container_codec codec, size_t count)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct container_meta metas[] = {{SPAN("genesys.schema.id"), SPAN("7")}};
    struct output *output = output_open(path, &err);
    assert_non_null(output);
    struct container *container = container_begin(output, codec, SPAN("\"bytes\""), metas, 1, &err);
    assert_non_null(container);
    for (size_t i = 0; i < count; i++)
        assert_true(container_add(container, record_of(arena, i), &err));
    assert_true(container_flush(container, &err));
    container_free(container);
    assert_true(output_close(output, &err));
}

static void check_file(size_t count)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct container_reader *reader;
    struct container_block block;
    struct span value;
    size_t seen = 0, blocks = 0;
    FILE *file = fopen(path, "rb");
    assert_int_equal(fseek(file, sizeof container_magic, SEEK_SET), 0);
    assert_true(container_open(file, sizeof container_magic, &reader, arena, &err));
    assert_true(container_meta_find(reader, SPAN("avro.schema"), &value));
    assert_true(span_equal(value, SPAN("\"bytes\"")));
    assert_true(container_meta_find(reader, SPAN("genesys.schema.id"), &value));
    assert_true(span_equal(value, SPAN("7")));
    while (container_next(reader, &block, &err) == CONTAINER_BLOCK) {
        assert_true(block.bytes.len <= BLOCK_SIZE);
        for (uint64_t i = 0; i < block.count; i++) {
            struct span wanted = record_of(arena, seen++);
            assert_true(span_starts(block.bytes, wanted));
            block.bytes = span_from(block.bytes, wanted.len);
        }
        assert_int_equal(block.bytes.len, 0);
        blocks++;
    }
    assert_int_equal(err.message.len, 0);
    assert_int_equal(seen, count);
    assert_true(count < 1000 || blocks > 2);
    fclose(file);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        write_file(CONTAINER_NULL, counts[i]);
        check_file(counts[i]);
        write_file(CONTAINER_DEFLATE, counts[i]);
        check_file(counts[i]);
    }
}

static size_t file_bytes(char *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    size_t len = fread(bytes, 1, room, file);
    fclose(file);
    return len;
}

static void the_bytes_are_those_of_the_specification(void **state)
{
    (void)state;
    random_seed(5);
    char sync[CONTAINER_SYNC], bytes[512];
    random_bytes(sync, sizeof sync);
    random_seed(5);
    write_file(CONTAINER_NULL, 1);
    random_seed(0);
    static const char head[] = "Obj\x01\x06\x16"
                               "avro.schema\x0e\"bytes\"\x14"
                               "avro.codec\x08null\x22"
                               "genesys.schema.id\x02"
                               "7\x00";
    size_t len = file_bytes(bytes, sizeof bytes), at = sizeof head - 1;
    assert_int_equal(len, at + 16 + 2 + 9 + 16);
    assert_memory_equal(bytes, head, at);
    assert_memory_equal(bytes + at, sync, 16);
    assert_memory_equal(bytes + at + 16, "\x02\x12record 0 ", 11);
    assert_memory_equal(bytes + len - 16, sync, 16);
}

/* The message of reading a file with these bytes behind the magic; "" when it was read to its end. */
static const char *trouble(const char *bytes, size_t len)
{
    static char message[200];
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct container_reader *reader;
    struct container_block block;
    FILE *file = fopen(path, "wb+");
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    rewind(file);
    if (container_open(file, 4, &reader, arena, &err))
        while (container_next(reader, &block, &err) == CONTAINER_BLOCK) {
        }
    fclose(file);
    snprintf(message, sizeof message, "%.*s", SPAN_ARGS(err.message));
    return message;
}

#define SYNC "0123456789abcdef"
#define HEAD \
    "\x02\x16" \
    "avro.schema\x0c\"null\"\x00" SYNC
#define TROUBLE(bytes) trouble(bytes, sizeof(bytes) - 1)
#define BROKEN         "broken container file, noticed at byte "

static void a_file_that_lies_is_refused(void **state)
{
    (void)state;
    assert_string_equal(TROUBLE(HEAD), "");
    assert_string_equal(TROUBLE(HEAD "\x02\x00" SYNC), "");
    assert_string_equal(TROUBLE(""), BROKEN "4: the file ends too early");
    assert_string_equal(TROUBLE("\x02\x16"
                                "avro"),
                        BROKEN "10: the file ends too early");
    assert_string_equal(TROUBLE("\x02\xfe\xff\xff\xff\xff\x01"),
                        BROKEN "11: a header longer than is read here");
    assert_string_equal(TROUBLE("\x02\x01"), BROKEN "6: a header longer than is read here");
    assert_string_equal(TROUBLE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
                        BROKEN "14: a number of more than 64 bits");
    assert_string_equal(TROUBLE("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
                        BROKEN "14: the file ends too early");
    assert_string_equal(TROUBLE("\x02\x14"
                                "avro.codec\x0csnappy\x00" SYNC),
                        "the container's codec 'snappy' is not known here: null and deflate are");
    assert_string_equal(TROUBLE(HEAD "\x01\x00" SYNC), BROKEN "43: a negative length");
    assert_string_equal(TROUBLE(HEAD "\x02\x01" SYNC), BROKEN "43: a negative length");
    assert_string_equal(TROUBLE(HEAD "\x02\xfe\xff\xff\xff\xff\x01" SYNC),
                        BROKEN "48: a block longer than is read here");
    assert_string_equal(TROUBLE(HEAD "\x02\x02"), BROKEN "43: the file ends too early");
    assert_string_equal(TROUBLE(HEAD "\x02\x00"
                                     "0123456789abcdeX"),
                        BROKEN "59: the sync marker is not the file's");
    assert_string_equal(TROUBLE("\x02\x14"
                                "avro.codec\x0e"
                                "deflate\x00" SYNC "\x02\x04zz" SYNC),
                        BROKEN "61: a block that is no deflated data");
}

/* One record of a block of its own, read back to the byte. */
static void check_record(struct span record)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct container_reader *reader;
    struct container_block block;
    struct output *output = output_open(path, &err);
    struct container *container =
        container_begin(output, CONTAINER_DEFLATE, SPAN("\"bytes\""), NULL, 0, &err);
    assert_true(container_add(container, record, &err) && container_flush(container, &err));
    container_free(container);
    assert_true(output_close(output, &err));
    FILE *file = fopen(path, "rb");
    assert_int_equal(fseek(file, sizeof container_magic, SEEK_SET), 0);
    assert_true(container_open(file, sizeof container_magic, &reader, arena, &err));
    assert_int_equal(container_next(reader, &block, &err), CONTAINER_BLOCK);
    assert_int_equal(block.count, 1);
    assert_true(span_equal(block.bytes, record));
    assert_int_equal(container_next(reader, &block, &err), CONTAINER_END);
    fclose(file);
}

/* Noise does not pack, a record of nulls has no byte, and one record may be larger than a block. */
static void whatever_the_bytes_are_they_come_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 65534, 65535, 65536, 131070, 131071, 5000000};
    AUTO_ARENA arena = arena_new();
    char *noise = arena_alloc(arena, 5000000), *words = arena_alloc(arena, 5000000);
    random_bytes(noise, 5000000);
    for (size_t i = 0; i < 5000000; i++)
        words[i] = "abcd"[noise[i] & 3];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check_record((struct span){noise, sizes[i]});
        check_record((struct span){words, sizes[i]});
        check_record((struct span){words + sizes[i] / 2, sizes[i] / 2});
    }
}

/* 64 KiB of the file claim to be more than a gigabyte of zeros. */
static void a_bomb_does_not_go_off(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct output *output = output_open(path, &err);
    struct container *container = container_begin(output, CONTAINER_DEFLATE, SPAN("\"null\""), NULL, 0, &err);
    char *zeros = calloc(1, BLOCK_MAX + 1);
    assert_true(container_add(container, (struct span){zeros, BLOCK_MAX + 1}, &err));
    assert_true(container_flush(container, &err));
    container_free(container);
    assert_true(output_close(output, &err));
    free(zeros);
    struct container_reader *reader;
    struct container_block block;
    FILE *file = fopen(path, "rb");
    assert_int_equal(fseek(file, 4, SEEK_SET), 0);
    assert_true(container_open(file, 4, &reader, arena, &err));
    assert_int_equal(container_next(reader, &block, &err), CONTAINER_FAILED);
    assert_non_null(
        strstr(arena_copy(arena, err.message).ptr, "a block that grows beyond what is read here"));
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(the_bytes_are_those_of_the_specification),
        cmocka_unit_test(whatever_the_bytes_are_they_come_back),
        cmocka_unit_test(a_file_that_lies_is_refused),
        cmocka_unit_test(a_bomb_does_not_go_off),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
