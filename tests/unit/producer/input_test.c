/* SPDX-License-Identifier: Apache-2.0 */
/* Lines: where they end, how they are counted, and that a long one takes no more memory than a short one. */
#include "producer/input.h"

#include "base/limits.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/input_testXXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int drop_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_file(struct span bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr ? bytes.ptr : "", 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

static struct input *open_file(size_t times, struct error *err)
{
    const char *const names[] = {path, path, path};
    struct input *input = input_open(names, times, err);
    assert_non_null(input);
    return input;
}

static void expect_line(struct input *input, uint64_t number, struct span bytes)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct line line;
    assert_int_equal(input_next(input, &line, &err), INPUT_LINE);
    assert_int_equal(line.number, number);
    assert_false(line.too_long);
    assert_int_equal(line.size, bytes.len);
    assert_true(span_equal(line.bytes, bytes));
    assert_string_equal(line.input, path);
}

static void expect_long(struct input *input, uint64_t number, uint64_t size)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct line line;
    assert_int_equal(input_next(input, &line, &err), INPUT_LINE);
    assert_int_equal(line.number, number);
    assert_true(line.too_long);
    assert_int_equal(line.size, size);
    assert_int_equal(line.bytes.len, 0);
}

static void expect_end(struct input *input)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct line line;
    assert_int_equal(input_next(input, &line, &err), INPUT_END);
    assert_int_equal(input_next(input, &line, &err), INPUT_END);
    input_close(input);
}

static void test_only_a_line_feed_ends_a_line(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    write_file(SPAN("one\ntwo\r\n\n\r\nth\0ree\r\r\n a\rb \xe2\x80\xa8 c\nlast\r"));
    struct input *input = open_file(1, &err);
    expect_line(input, 1, SPAN("one"));
    expect_line(input, 2, SPAN("two"));
    expect_line(input, 3, SPAN(""));
    expect_line(input, 4, SPAN(""));
    expect_line(input, 5, SPAN("th\0ree\r"));
    expect_line(input, 6, SPAN(" a\rb \xe2\x80\xa8 c"));
    expect_line(input, 7, SPAN("last\r"));
    expect_end(input);
}

static void test_lines_are_counted_anew_in_each_file(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    write_file(SPAN("a\nb"));
    struct input *input = open_file(2, &err);
    assert_int_equal(input_total(input), 6);
    expect_line(input, 1, SPAN("a"));
    expect_line(input, 2, SPAN("b"));
    expect_line(input, 1, SPAN("a"));
    expect_line(input, 2, SPAN("b"));
    assert_int_equal(input_done(input), 6);
    expect_end(input);
}

static void test_an_empty_file_has_no_line(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    write_file(SPAN(""));
    expect_end(open_file(3, &err));
}

static struct span letters(size_t count, const char *end, struct arena *arena)
{
    char *bytes = arena_alloc(arena, count + strlen(end));
    memset(bytes, 'x', count);
    memcpy(bytes + count, end, strlen(end));
    return (struct span){bytes, count + strlen(end)};
}

static void test_a_line_may_be_as_long_as_the_limit_and_no_longer(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", ""};
    for (size_t e = 0; e < 3; e++) {
        for (size_t over = 0; over < 4; over++) {
            AUTO_ARENA arena = arena_new();
            struct error err = {.arena = arena};
            struct span line = letters(LINE_MAX + over, ends[e], arena);
            struct buffer file = {.arena = arena};
            buffer_put(&file, SPAN("before\n"));
            buffer_put(&file, line);
            buffer_put(&file, ends[e][0] ? SPAN("after\n") : SPAN(""));
            write_file(buffer_span(&file));
            struct input *input = open_file(1, &err);
            expect_line(input, 1, SPAN("before"));
            if (over)
                expect_long(input, 2, LINE_MAX + over);
            else
                expect_line(input, 2, span_first(line, LINE_MAX));
            if (ends[e][0])
                expect_line(input, 3, SPAN("after"));
            expect_end(input);
        }
    }
}

/* Whatever the pieces in which it is read, the count is right and nothing of the next line is lost. */
static void test_a_long_line_is_counted_and_the_next_one_is_whole(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct buffer file = {.arena = arena};
    buffer_put(&file, letters(2 * LINE_MAX + 12345, "\r\n", arena));
    buffer_put(&file, letters(3 * LINE_MAX, "\n", arena));
    buffer_put(&file, SPAN("{}\n"));
    buffer_put(&file, letters(LINE_MAX + 77, "", arena));
    write_file(buffer_span(&file));
    struct input *input = open_file(1, &err);
    expect_long(input, 1, 2 * LINE_MAX + 12345);
    expect_long(input, 2, 3 * LINE_MAX);
    expect_line(input, 3, SPAN("{}"));
    expect_long(input, 4, LINE_MAX + 77);
    expect_end(input);
}

static void test_a_file_that_cannot_be_opened_is_told_before_any_line(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    const char *const names[] = {path, "/nowhere/at-all"};
    assert_null(input_open(names, 2, &err));
    assert_true(span_equal(err.message, SPAN("cannot open /nowhere/at-all: No such file or directory")));
}

static void test_the_word_to_stop_ends_it_without_half_a_line(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    int stop[2], feed[2];
    assert_int_equal(pipe(stop), 0);
    assert_int_equal(pipe(feed), 0);
    char name[32];
    snprintf(name, sizeof name, "/dev/fd/%d", feed[0]);
    const char *const names[] = {name};
    struct input *input = input_open(names, 1, &err);
    assert_non_null(input);
    assert_int_equal(input_total(input), 0);
    input_stop_on(input, stop[0]);
    assert_int_equal(write(feed[1], "whole\nhal", 9), 9);
    struct line line;
    assert_int_equal(input_next(input, &line, &err), INPUT_LINE);
    assert_true(span_equal(line.bytes, SPAN("whole")));
    assert_int_equal(write(stop[1], "!", 1), 1);
    expect_end(input);
    for (size_t i = 0; i < 2; i++) {
        close(stop[i]);
        close(feed[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_a_line_feed_ends_a_line),
        cmocka_unit_test(test_lines_are_counted_anew_in_each_file),
        cmocka_unit_test(test_an_empty_file_has_no_line),
        cmocka_unit_test(test_a_line_may_be_as_long_as_the_limit_and_no_longer),
        cmocka_unit_test(test_a_long_line_is_counted_and_the_next_one_is_whole),
        cmocka_unit_test(test_a_file_that_cannot_be_opened_is_told_before_any_line),
        cmocka_unit_test(test_the_word_to_stop_ends_it_without_half_a_line),
    };
    return cmocka_run_group_tests(tests, make_file, drop_file);
}
