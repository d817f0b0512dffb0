/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters: the published form, byte for byte, and who may read the file. */
#include "producer/dead_letter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void expect(const struct dead_letter *letter, const char *text)
{
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    dead_letter_render(&out, letter);
    assert_string_equal(arena_copy(arena, buffer_span(&out)).ptr, text);
}

static struct line line_of(const char *text)
{
    return (struct line){.input = "events.jsonl", .number = 3, .bytes = span_of(text), .size = strlen(text)};
}

static void a_line_goes_with_its_reason(void **state)
{
    (void)state;
    struct line line = line_of("{\"a\": \"\xc3\xa9\\n\"}\t");
    expect(
        &(struct dead_letter){&line, "unknown-envelope", {0}, line.size, false},
        "{\"input\":\"events.jsonl\",\"line\":3,\"reason\":\"unknown-envelope\",\"field\":null,\"bytes\":14,"
        "\"raw\":\"{\\\"a\\\": \\\"\xc3\xa9\\\\n\\\"}\\t\"}");
    expect(
        &(struct dead_letter){&line, "required-field-missing", SPAN("agent.id"), line.size, true},
        "{\"input\":\"events.jsonl\",\"line\":3,\"reason\":\"required-field-missing\",\"field\":\"agent.id\","
        "\"bytes\":14}");
}

static void what_is_not_utf8_goes_as_base64(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"\xff", "/w=="},
                                           {"\xff"
                                            "a",
                                            "/2E="},
                                           {"\xff"
                                            "ab",
                                            "/2Fi"},
                                           {"\xff"
                                            "abc",
                                            "/2FiYw=="}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char wanted[200];
        struct line line = line_of(cases[i][0]);
        snprintf(
            wanted, sizeof wanted,
            "{\"input\":\"events.jsonl\",\"line\":3,\"reason\":\"invalid-utf8\",\"field\":null,\"bytes\":%zu,"
            "\"raw_base64\":\"%s\"}",
            strlen(cases[i][0]), cases[i][1]);
        expect(&(struct dead_letter){&line, "invalid-utf8", {0}, line.size, false}, wanted);
    }
}

static void a_file_name_may_hold_any_bytes(void **state)
{
    (void)state;
    struct line line = {.input = "a\xff\".jsonl", .number = 1};
    expect(
        &(struct dead_letter){&line, "too-large", {0}, 5000000, true},
        "{\"input\":\"a?\\\".jsonl\",\"line\":1,\"reason\":\"too-large\",\"field\":null,\"bytes\":5000000}");
}

static void the_file_is_its_owners_alone_and_grows(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    char path[] = "/tmp/dead_letter_testXXXXXX", text[400] = "";
    close(mkstemp(path));
    assert_int_equal(chmod(path, 0644), 0);
    struct line line = line_of("x");
    struct dead_letter letter = {&line, "bad-json", {0}, 1, false};
    for (int i = 0; i < 2; i++) {
        struct dead_letters *letters = dead_letters_open(path, NULL, &err);
        assert_non_null(letters);
        assert_true(dead_letters_put(letters, &letter, &err));
        assert_true(dead_letters_close(letters, &err));
    }
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    FILE *file = fopen(path, "rb");
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    unlink(path);
    const char *line_of_file =
        "{\"input\":\"events.jsonl\",\"line\":3,\"reason\":\"bad-json\",\"field\":null,"
        "\"bytes\":1,\"raw\":\"x\"}\n";
    size_t half = strlen(line_of_file);
    assert_int_equal(strlen(text), 2 * half);
    assert_memory_equal(text, line_of_file, half);
    assert_string_equal(text + half, line_of_file);
}

static void a_full_disk_is_said(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct line line = line_of("x");
    struct dead_letters *letters = dead_letters_open("/dev/full", NULL, &err);
    assert_non_null(letters);
    assert_false(dead_letters_put(letters, &(struct dead_letter){&line, "bad-json", {0}, 1, false}, &err));
    assert_non_null(strstr(arena_copy(arena, err.message).ptr, "No space left on device"));
    if (!dead_letters_close(letters, &err)) /* the failure has been told; closing may tell it again */
        assert_non_null(strstr(arena_copy(arena, err.message).ptr, "No space left on device"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_goes_with_its_reason),
        cmocka_unit_test(what_is_not_utf8_goes_as_base64),
        cmocka_unit_test(a_file_name_may_hold_any_bytes),
        cmocka_unit_test(the_file_is_its_owners_alone_and_grows),
        cmocka_unit_test(a_full_disk_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
