/* SPDX-License-Identifier: Apache-2.0 */
/* Where settings come from: flags, the environment, a file. All end in setting_read. A name that is not in
 * the table stops the start, but in the environment, which others write to as well. */
#include "server/config.h"

#include <ctype.h>
#include <errno.h>

#include "base/limits.h"
#include "server/setting.h"

enum { CONFIG_FILE_MAX = 1 * MIB, PREFIX_LEN = sizeof "SCHEMAD_" - 1 };

/* ---- the file and the environment ---- */

static struct span trim(struct span text)
{
    while (text.len && isspace((unsigned char)*text.ptr))
        text = span_from(text, 1);
    while (text.len && isspace((unsigned char)text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* A comment begins with '#' at the start of a line or after white space, so that a path may hold one. */
static struct span without_comment(struct span line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '#' && (i == 0 || isspace((unsigned char)line.ptr[i - 1])))
            return span_first(line, i);
    return line;
}

static bool read_line(struct config *config, struct span line, struct arena *arena, struct error *err)
{
    line = trim(without_comment(line));
    if (line.len == 0)
        return true;
    const char *equals = memchr(line.ptr, '=', line.len);
    if (!equals)
        return error_setting(err, arena_printf(err->arena, "'%.*s' is not NAME = VALUE", SPAN_ARGS(line)));
    struct span name = trim(span_first(line, (size_t)(equals - line.ptr)));
    const struct setting_row *row = setting_find(name, IN_FILE);
    if (!row)
        return error_setting(err, arena_printf(err->arena, "unknown setting '%.*s'", SPAN_ARGS(name)));
    return setting_read(config, row, trim(span_from(line, (size_t)(equals - line.ptr) + 1)), arena, err);
}

static bool load_file(const char *path, struct span *text, struct arena *arena, struct error *err)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return error_setting(err, arena_printf(err->arena, "%s: %s", path, strerror(errno)));
    char *bytes = arena_alloc(arena, CONFIG_FILE_MAX);
    size_t len = fread(bytes, 1, CONFIG_FILE_MAX, file);
    int failed = ferror(file) ? errno : 0;
    fclose(file);
    if (failed)
        return error_setting(err, arena_printf(err->arena, "%s: %s", path, strerror(failed)));
    if (len == CONFIG_FILE_MAX)
        return error_setting(err, arena_printf(err->arena, "%s: too large for a file of settings", path));
    *text = (struct span){bytes, len};
    return true;
}

static bool read_file(struct config *config, const char *path, struct arena *arena, struct error *err)
{
    struct span rest;
    if (!load_file(path, &rest, arena, err))
        return false;
    for (int number = 1; rest.len; number++) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.ptr) : rest.len;
        if (!read_line(config, span_first(rest, len), arena, err)) {
            struct span cause = err->message;
            return error_setting(err,
                                 arena_printf(err->arena, "%s:%d: %.*s", path, number, SPAN_ARGS(cause)));
        }
        rest = span_from(rest, len + 1);
    }
    return true;
}

static bool read_environment(struct config *config, char *const *environment, struct arena *arena,
                             struct error *err)
{
    for (; *environment; environment++) {
        struct span entry = span_of(*environment);
        const char *equals = strchr(*environment, '=');
        if (!equals || !span_starts(entry, SPAN("SCHEMAD_")))
            continue;
        struct span name = span_from(span_first(entry, (size_t)(equals - *environment)), PREFIX_LEN);
        /* Other programs' variables may begin alike, so an unknown one is not ours to refuse. */
        const struct setting_row *row = setting_find(name, AS_VARIABLE);
        if (row && !setting_read(config, row, span_of(equals + 1), arena, err))
            return false;
    }
    return true;
}

/* ---- the command line ---- */

/* One argument taken apart: "--name", "--name value", "--name=value". */
struct flag {
    struct span name;           /* without the dashes */
    struct span value;
    bool joined;                /* by '=' */
};

static bool take_flag(const char *argument, struct flag *flag, struct error *err)
{
    if (strncmp(argument, "--", 2) != 0 || !argument[2])
        return error_setting(err,
                             arena_printf(err->arena, "unexpected argument '%s' (see --help)", argument));
    const char *equals = strchr(argument, '=');
    flag->joined = equals != NULL;
    flag->name = span_from(span_of(argument), 2);
    if (equals)
        flag->name.len = (size_t)(equals - flag->name.ptr);
    flag->value = equals ? span_of(equals + 1) : (struct span){0};
    return true;
}

/* The value is joined, or the next argument; only a true|false may stand alone. */
static bool take_value(struct flag *flag, bool alone, char *const **argv, struct error *err)
{
    if (flag->joined)
        return true;
    if (alone) {
        flag->value = SPAN("true");
        return true;
    }
    if (!(*argv)[1])
        return error_setting(err, arena_printf(err->arena, "--%.*s needs a value", SPAN_ARGS(flag->name)));
    flag->value = span_of(*++*argv);
    return true;
}

static bool find_errand(struct span name, enum errand *errand)
{
    static const struct {
        const char *flag;
        enum errand errand;
    } errands[] = {
        {"help", ERRAND_HELP},
        {"version", ERRAND_VERSION},
        {"print-configuration", ERRAND_MANUAL},
    };
    for (size_t i = 0; i < sizeof errands / sizeof *errands; i++) {
        if (span_equal(name, span_of(errands[i].flag))) {
            *errand = errands[i].errand;
            return true;
        }
    }
    return false;
}

/* With `config`, settings are taken; without, the file and the errand are looked for. */
static bool read_flags(char *const *argv, struct config *config, const char **file, enum errand *errand,
                       struct arena *arena, struct error *err)
{
    for (; *argv; argv++) {
        struct flag flag = {0};
        if (!take_flag(*argv, &flag, err))
            return false;
        if (!flag.joined && find_errand(flag.name, errand))
            continue;
        bool is_file = span_equal(flag.name, SPAN("config"));
        const struct setting_row *row = is_file ? NULL : setting_find(flag.name, AS_FLAG);
        if (!is_file && !row)
            return error_setting(err, arena_printf(err->arena, "unknown flag '--%.*s' (see --help)",
                                                   SPAN_ARGS(flag.name)));
        if (!take_value(&flag, row && row->type->alone, &argv, err))
            return false;
        if (is_file)
            *file = flag.value.ptr;
        else if (config && !setting_read(config, row, flag.value, arena, err))
            return false;
    }
    return true;
}

bool config_read(int argc, char *const *argv, char *const *environment, struct config *config,
                 struct arena *arena, struct error *err)
{
    const char *file = NULL;
    *config = (struct config){.errand = ERRAND_SERVE};
    for (size_t i = 0; i < settings_count; i++)
        setting_reset(config, &settings_table[i]);
    argv += argc > 0;
    if (!read_flags(argv, NULL, &file, &config->errand, arena, err))
        return false;
    if (config->errand != ERRAND_SERVE)
        return true;
    return (!file || read_file(config, file, arena, err)) &&
           read_environment(config, environment, arena, err) &&
           read_flags(argv, config, &file, &config->errand, arena, err);
}
