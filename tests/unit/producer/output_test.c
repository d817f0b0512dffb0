/* SPDX-License-Identifier: Apache-2.0 */
/* Files in the making, and the framed sink on top: nobody sees half a file, and a full disk is said. */
#include "producer/output.h"
#include "producer/sink.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/output_testXXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    char *made = mkdtemp(folder);
    snprintf(path, sizeof path, "%s/out", folder);
    return made ? 0 : -1;
}

static int drop_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static int drop_file(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static size_t entries(void)
{
    size_t count = 0;
    DIR *listing = opendir(folder);
    while (readdir(listing))
        count++;
    closedir(listing);
    return count - 2;
}

static void expect_file(const char *text, size_t len)
{
    char bytes[256];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), len);
    assert_memory_equal(bytes, text, len);
    fclose(file);
}

static void a_file_has_its_name_when_it_is_whole(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct output *output = output_open(path, &err);
    assert_true(output_write(output, SPAN("first"), &err) && output_flush(output, &err));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(entries(), 1);
    assert_true(output_close(output, &err));
    expect_file("first", 5);
    assert_int_equal(entries(), 1);
}

static void an_older_file_stays_until_then_with_its_mode(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    FILE *old = fopen(path, "wb");
    fputs("old", old);
    fclose(old);
    assert_int_equal(chmod(path, 0600), 0);
    struct output *output = output_open(path, &err);
    assert_true(output_write(output, SPAN("new"), &err));
    expect_file("old", 3);
    assert_true(output_close(output, &err));
    expect_file("new", 3);
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
}

static void a_full_disk_is_said(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct output *output = output_open("/dev/full", &err);
    assert_non_null(output);
    assert_true(output_waited(output));
    assert_true(output_write(output, SPAN("text"), &err));
    assert_false(output_flush(output, &err));
    assert_string_equal(arena_copy(arena, err.message).ptr,
                        "cannot write /dev/full: No space left on device");
    assert_false(output_close(output, &err));
}

static void a_file_that_cannot_grow_leaves_what_was_there(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct rlimit whole, small = {.rlim_cur = 4096};
    FILE *old = fopen(path, "wb");
    fputs("old", old);
    fclose(old);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
    small.rlim_max = whole.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    struct output *output = output_open(path, &err);
    char *text = calloc(1, 100000);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool written = output_write(output, (struct span){text, 100000}, &err) && output_flush(output, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);
    free(text);
    assert_false(written);
    assert_non_null(strstr(arena_copy(arena, err.message).ptr, "File too large"));
    assert_false(output_close(output, &err));
    expect_file("old", 3);
    assert_int_equal(entries(), 1);
}

static void a_place_that_is_none_is_said(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    assert_null(output_open("/nowhere/out", &err));
    assert_string_equal(arena_copy(arena, err.message).ptr,
                        "cannot write /nowhere/out: No such file or directory");
    assert_null(output_open(folder, &err));
    assert_non_null(strstr(arena_copy(arena, err.message).ptr, "Is a directory"));
}

static void a_framed_message_is_length_magic_id_record(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct sink_options options = {.place = path};
    struct sink_schema schema = {.id = 0x01020304};
    struct sink *sink = sink_find(SPAN("framed"))->open(&options, &schema, &err);
    assert_non_null(sink);
    char room[WIRE_HEADER + 3] = "-----abc";
    struct message message = {.avro = {room + WIRE_HEADER, 3}};
    assert_true(sink->type->put(sink, &message, &err));
    assert_true(sink->type->close(sink, &err));
    expect_file("\x00\x00\x00\x08\x00\x01\x02\x03\x04"
                "abc",
                12);
}

static void a_codec_belongs_to_containers(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct sink_schema schema = {.id = 1};
    struct sink_options framed = {.place = path, .codec = SPAN("null")},
                        ocf = {.place = path, .codec = SPAN("lzma")};
    assert_null(sink_framed.open(&framed, &schema, &err));
    assert_non_null(strstr(arena_copy(arena, err.message).ptr, "--codec"));
    assert_null(sink_ocf.open(&ocf, &schema, &err));
    assert_string_equal(arena_copy(arena, err.message).ptr,
                        "unknown codec 'lzma': null and deflate are known");
    assert_int_equal(entries(), 0);
    assert_null(sink_find(SPAN("csv")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_file_has_its_name_when_it_is_whole, drop_file),
        cmocka_unit_test_teardown(an_older_file_stays_until_then_with_its_mode, drop_file),
        cmocka_unit_test_teardown(a_full_disk_is_said, drop_file),
        cmocka_unit_test_teardown(a_file_that_cannot_grow_leaves_what_was_there, drop_file),
        cmocka_unit_test_teardown(a_place_that_is_none_is_said, drop_file),
        cmocka_unit_test_teardown(a_framed_message_is_length_magic_id_record, drop_file),
        cmocka_unit_test_teardown(a_codec_belongs_to_containers, drop_file),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
