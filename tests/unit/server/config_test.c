/* SPDX-License-Identifier: Apache-2.0 */
/* Where a setting comes from, and what is refused with which sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/log.h"
#include "server/config.h"

enum { ARGUMENTS = 8, TEXT_ROOM = 65536 };

struct given {
    const char *arguments[ARGUMENTS];
    const char *environment[ARGUMENTS];
};

static struct arena *arena;
static char path[] = "/tmp/schemad-config-test-XXXXXX";

static int prepare(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int clean(void **state)
{
    (void)state;
    arena_free(arena);
    unlink(path);
    return 0;
}

static const char *write_file(const char *text)
{
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    return path;
}

static bool read_config(const struct given *given, struct config *config, struct error *err)
{
    char *argv[ARGUMENTS + 2] = {(char *)"schemad"}, *environment[ARGUMENTS + 1] = {0};
    int count = 1;
    for (size_t i = 0; given->arguments[i]; i++)
        argv[count++] = (char *)(uintptr_t)given->arguments[i];
    for (size_t i = 0; given->environment[i]; i++)
        environment[i] = (char *)(uintptr_t)given->environment[i];
    *err = (struct error){.arena = arena};
    return config_read(count, argv, environment, config, arena, err);
}

#define GIVEN(...) (&(const struct given){__VA_ARGS__})
#define FLAGS(...) .arguments = {__VA_ARGS__}
#define VARIABLES(...) .environment = {__VA_ARGS__}

static struct config accepted(const struct given *given)
{
    struct config config;
    struct error err;
    if (!read_config(given, &config, &err))
        fail_msg("%.*s", SPAN_ARGS(err.message));
    return config;
}

static void refused(const struct given *given, const char *sentence)
{
    struct config config;
    struct error err;
    assert_false(read_config(given, &config, &err));
    assert_string_equal(arena_copy(arena, err.message).ptr, sentence);
}

static void test_defaults_stand_when_nothing_is_given(void **state)
{
    (void)state;
    struct config config = accepted(GIVEN(FLAGS(NULL)));
    assert_string_equal(config.listen, "127.0.0.1:8081");
    assert_string_equal(config.db, "schemad.db");
    assert_string_equal(config.compatibility_level, "BACKWARD");
    assert_int_equal(config.lane_threads, 32);
    assert_int_equal(config.body_max, 16 * MIB);
    assert_int_equal(config.log_level, LOG_INFO);
    assert_int_equal(config.die_with_parent, 0);
    assert_int_equal(config.errand, ERRAND_SERVE);
}

static void test_flag_wins_over_environment_over_file(void **state)
{
    (void)state;
    const char *file = write_file("log_level = warn\nlane_threads=7 # a few\n"
                                  "\n# nothing\n  db =  /tmp/a#b  \r\n");
    struct config config = accepted(GIVEN(FLAGS("--config", file)));
    assert_int_equal(config.log_level, LOG_WARN);
    assert_int_equal(config.lane_threads, 7);
    assert_string_equal(config.db, "/tmp/a#b");
    config = accepted(GIVEN(FLAGS("--config", file), VARIABLES("SCHEMAD_LOG_LEVEL=error", "SCHEMAD_DB=b")));
    assert_int_equal(config.log_level, LOG_ERROR);
    assert_string_equal(config.db, "b");
    assert_int_equal(config.lane_threads, 7);
    config = accepted(
        GIVEN(FLAGS("--log-level", "debug", "--config", file), VARIABLES("SCHEMAD_LOG_LEVEL=error")));
    assert_int_equal(config.log_level, LOG_DEBUG);
}

static void test_a_flag_is_spelled_in_two_ways(void **state)
{
    (void)state;
    struct config config = accepted(GIVEN(FLAGS("--listen=[::1]:0", "--die-with-parent", "--db", "--odd")));
    assert_string_equal(config.listen, "[::1]:0");
    assert_string_equal(config.db, "--odd");
    assert_int_equal(config.die_with_parent, 1);
    config = accepted(GIVEN(FLAGS("--die-with-parent=false", "--compatibility-level=full_transitive")));
    assert_int_equal(config.die_with_parent, 0);
    assert_string_equal(config.compatibility_level, "FULL_TRANSITIVE");
}

static void test_sizes_and_times_have_units(void **state)
{
    (void)state;
    struct config config =
        accepted(GIVEN(FLAGS("--body-max=2MiB", "--drain-max=4096", "--schema-max=3 kib",
                             "--idle-timeout=1500ms", "--send-timeout=2", "--request-timeout=1h")));
    assert_int_equal(config.body_max, 2 * MIB);
    assert_int_equal(config.drain_max, 4096);
    assert_int_equal(config.schema_max, 3 * KIB);
    assert_int_equal(config.idle_timeout, 1500);
    assert_int_equal(config.send_timeout, 2000);
    assert_int_equal(config.request_timeout, 3600000);
}

static void test_unknown_names_stop_the_start(void **state)
{
    (void)state;
    refused(GIVEN(FLAGS("--log-lewel", "info")), "unknown flag '--log-lewel' (see --help)");
    refused(GIVEN(FLAGS("--log_level", "info")), "unknown flag '--log_level' (see --help)");
    refused(GIVEN(FLAGS("serve")), "unexpected argument 'serve' (see --help)");
    refused(GIVEN(FLAGS("--")), "unexpected argument '--' (see --help)");
    refused(GIVEN(FLAGS("--listen")), "--listen needs a value");
    const char *file = write_file("db = x\nlogLevel = info\n");
    char sentence[128];
    snprintf(sentence, sizeof sentence, "%s:2: unknown setting 'logLevel'", file);
    refused(GIVEN(FLAGS("--config", file)), sentence);
    unlink(file);
    snprintf(sentence, sizeof sentence, "%s: No such file or directory", file);
    refused(GIVEN(FLAGS("--config", file)), sentence);
}

static void test_a_variable_that_is_not_ours_is_let_be(void **state)
{
    (void)state;
    struct config config =
        accepted(GIVEN(VARIABLES("SCHEMAD_SHARED=/x", "SCHEMAD_log_level=debug", "SCHEMAD_", "X")));
    assert_int_equal(config.log_level, LOG_INFO);
}

static void test_values_out_of_bounds_stop_the_start(void **state)
{
    (void)state;
    refused(GIVEN(FLAGS("--lane-threads=0")), "lane_threads: '0' is not between 1 and 256");
    refused(GIVEN(FLAGS("--lane-threads=257")), "lane_threads: '257' is not between 1 and 256");
    refused(GIVEN(FLAGS("--lane-threads=-1")), "lane_threads: '-1' is not a number");
    refused(GIVEN(FLAGS("--lane-threads=")), "lane_threads: '' is not a number");
    refused(GIVEN(FLAGS("--lane-threads=99999999999999999999")),
            "lane_threads: '99999999999999999999' is not between 1 and 256");
    refused(GIVEN(FLAGS("--body-max=9223372036854775807GiB")),
            "body_max: '9223372036854775807GiB' is not between 1 KiB and 1 GiB");
    refused(GIVEN(FLAGS("--body-max=1XiB")), "body_max: '1XiB' is not a size, such as 65536 or 16MiB");
    refused(GIVEN(VARIABLES("SCHEMAD_IDLE_TIMEOUT=0")), "idle_timeout: '0' is not between 1 s and 24 h");
    refused(GIVEN(FLAGS("--log-level=loud")), "log_level: 'loud' is not one of error|warn|info|debug");
    refused(GIVEN(FLAGS("--compatibility-level=SIDEWARD")),
            "compatibility_level: 'SIDEWARD' is not a compatibility level");
    refused(GIVEN(FLAGS("--db=")), "db: '' is too short");
}

static void test_errands_need_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(accepted(GIVEN(FLAGS("--help"))).errand, ERRAND_HELP);
    assert_int_equal(accepted(GIVEN(FLAGS("--version"), VARIABLES("SCHEMAD_LOG_LEVEL=loud"))).errand,
                     ERRAND_VERSION);
}

static char *printed(void (*print)(FILE *out))
{
    char *text = arena_alloc(arena, TEXT_ROOM);
    FILE *out = fmemopen(text, TEXT_ROOM, "w");
    assert_non_null(out);
    print(out);
    fclose(out);
    return text;
}

static void test_help_names_every_setting(void **state)
{
    (void)state;
    const char *help = printed(config_print_help);
#define SETTING(name, type, fallback, least, most, meaning)                                                  \
    {                                                                                                        \
        char flag[64] = "  --" #name " ";                                                                    \
        for (char *c = flag; *c; c++)                                                                        \
            *c = *c == '_' ? '-' : *c;                                                                       \
        assert_non_null(strstr(help, flag));                                                                 \
    }
#include "server/settings.def"
#undef SETTING
}

static void test_the_manual_page_is_what_the_table_prints(void **state)
{
    (void)state;
    const char *source = getenv("SCHEMAD_SOURCE");
    struct span name = arena_printf(arena, "%s/docs/configuration.md", source ? source : ".");
    char *page = arena_alloc(arena, TEXT_ROOM);
    FILE *file = fopen(name.ptr, "r");
    assert_non_null(file);
    page[fread(page, 1, TEXT_ROOM - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(page, printed(config_print_manual));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_stand_when_nothing_is_given),
        cmocka_unit_test(test_flag_wins_over_environment_over_file),
        cmocka_unit_test(test_a_flag_is_spelled_in_two_ways),
        cmocka_unit_test(test_sizes_and_times_have_units),
        cmocka_unit_test(test_unknown_names_stop_the_start),
        cmocka_unit_test(test_a_variable_that_is_not_ours_is_let_be),
        cmocka_unit_test(test_values_out_of_bounds_stop_the_start),
        cmocka_unit_test(test_errands_need_nothing_else),
        cmocka_unit_test(test_help_names_every_setting),
        cmocka_unit_test(test_the_manual_page_is_what_the_table_prints),
    };
    return cmocka_run_group_tests(tests, prepare, clean);
}
