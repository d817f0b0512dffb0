/* SPDX-License-Identifier: Apache-2.0 */
/* Each type of setting is a row that says how its values are spelled; a value out of its bounds is refused
 * with the bounds. */
#include "server/setting.h"

#include <ctype.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "registry/registry.h"

static const char *const words_flag[] = {"false", "true", NULL};
static const char *const words_log_level[] = {"error", "warn", "info", "debug", NULL};
static const char *const words_log_format[] = {"text", "json", NULL};
static const char *const words_clock[] = {"system", "manual", NULL};
static const struct unit units_count[] = {{"", 1}, {0}};
static const struct unit units_bytes[] = {{"", 1}, {"KiB", KIB}, {"MiB", MIB}, {"GiB", 1024LL * MIB}, {0}};
static const struct unit units_time[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {0}};

static const struct setting_type type_TEXT = {.name = "TEXT", .textual = true};
static const struct setting_type type_LEVEL = {.name = "LEVEL", .textual = true, .level = true};
static const struct setting_type type_COUNT = {
    .name = "COUNT", .units = units_count, .bare = "", .example = "a number"};
static const struct setting_type type_BYTES = {
    .name = "BYTES", .units = units_bytes, .bare = "", .example = "a size, such as 65536 or 16MiB"};
static const struct setting_type type_TIME = {
    .name = "TIME", .units = units_time, .bare = "s", .example = "a time, such as 500ms, 30s or 2m"};
static const struct setting_type type_FLAG = {.name = "true|false", .words = words_flag, .alone = true};
static const struct setting_type type_LOG_LEVEL = {.name = "error|warn|info|debug", .words = words_log_level};
static const struct setting_type type_LOG_FORMAT = {.name = "text|json", .words = words_log_format};
static const struct setting_type type_CLOCK = {.name = "system|manual", .words = words_clock};

#define FALLBACK_TEXT(value) {.text = value}
#define FALLBACK_LEVEL(value) {.text = value}
#define FALLBACK_COUNT(value) {.number = value}
#define FALLBACK_BYTES(value) {.number = value}
#define FALLBACK_TIME(value) {.number = value}
#define FALLBACK_FLAG(value) {.number = value}
#define FALLBACK_LOG_LEVEL(value) {.number = value}
#define FALLBACK_LOG_FORMAT(value) {.number = value}
#define FALLBACK_CLOCK(value) {.number = value}

const struct setting_row settings_table[] = {
#define SETTING(name, type, fallback, least, most, meaning)                                                  \
    {#name, &type_##type, offsetof(struct config, name), FALLBACK_##type(fallback), least, most, meaning},
#include "server/settings.def"
#undef SETTING
};
const size_t settings_count = sizeof settings_table / sizeof *settings_table;

char setting_spell(char letter, enum spelling spelling)
{
    if (spelling == AS_VARIABLE)
        return (char)toupper((unsigned char)letter);
    return spelling == AS_FLAG && letter == '_' ? '-' : letter;
}

const struct setting_row *setting_find(struct span name, enum spelling spelling)
{
    for (const struct setting_row *row = settings_table; row < settings_table + settings_count; row++) {
        size_t i = 0;
        while (i < name.len && row->name[i] && name.ptr[i] == setting_spell(row->name[i], spelling))
            i++;
        if (i == name.len && !row->name[i])
            return row;
    }
    return NULL;
}

/* In the largest unit that leaves it whole; a word as itself. */
const char *setting_show(const struct setting_row *setting, int64_t number, char shown[SHOWN_MAX])
{
    if (setting->type->words)
        return setting->type->words[number];
    const struct unit *best = setting->type->units;
    for (const struct unit *unit = best; unit->name; unit++)
        if (number != 0 && number % unit->factor == 0)
            best = unit;
    snprintf(shown, SHOWN_MAX, "%" PRId64 "%s%s", number / best->factor, *best->name ? " " : "", best->name);
    return shown;
}

const char *setting_show_fallback(const struct setting_row *setting, char shown[SHOWN_MAX])
{
    return setting->type->textual ? setting->fallback.text
                                  : setting_show(setting, setting->fallback.number, shown);
}

static void store_value(struct config *config, const struct setting_row *setting, struct value value)
{
    char *place = (char *)config + setting->offset;
    if (setting->type->textual)
        memcpy(place, &value.text, sizeof value.text);
    else
        memcpy(place, &value.number, sizeof value.number);
}

void setting_reset(struct config *config, const struct setting_row *setting)
{
    store_value(config, setting, setting->fallback);
}

static bool refuse(const struct setting_row *setting, struct span text, struct span why, struct error *err)
{
    return error_setting(err, arena_printf(err->arena, "%s: '%.*s' %.*s", setting->name, SPAN_ARGS(text),
                                           SPAN_ARGS(why)));
}

static bool refuse_bounds(const struct setting_row *setting, struct span text, struct error *err)
{
    char least[SHOWN_MAX], most[SHOWN_MAX];
    return refuse(setting, text,
                  arena_printf(err->arena, "is not between %s and %s",
                               setting_show(setting, setting->least, least),
                               setting_show(setting, setting->most, most)),
                  err);
}

static bool read_word(const struct setting_row *setting, struct span text, int64_t *number, struct error *err)
{
    for (int i = 0; setting->type->words[i]; i++) {
        if (span_equal_case(text, span_of(setting->type->words[i]))) {
            *number = i;
            return true;
        }
    }
    return refuse(setting, text, arena_printf(err->arena, "is not one of %s", setting->type->name), err);
}

static const struct unit *find_unit(const struct setting_type *type, struct span name)
{
    if (name.len == 0)
        name = span_of(type->bare);
    for (const struct unit *unit = type->units; unit->name; unit++)
        if (span_equal_case(span_of(unit->name), name))
            return unit;
    return NULL;
}

/* Digits, blanks, a unit. */
static bool read_number(const struct setting_row *setting, struct span text, int64_t *number,
                        struct error *err)
{
    size_t digits = 0;
    int64_t count = 0;
    bool huge = false;
    for (; digits < text.len && isdigit((unsigned char)text.ptr[digits]); digits++)
        huge = huge || __builtin_mul_overflow(count, 10, &count) ||
               __builtin_add_overflow(count, text.ptr[digits] - '0', &count);
    struct span rest = span_from(text, digits);
    while (rest.len && *rest.ptr == ' ')
        rest = span_from(rest, 1);
    const struct unit *unit = find_unit(setting->type, rest);
    if (digits == 0 || !unit)
        return refuse(setting, text, arena_printf(err->arena, "is not %s", setting->type->example), err);
    if (huge || __builtin_mul_overflow(count, unit->factor, number) || *number < setting->least ||
        *number > setting->most)
        return refuse_bounds(setting, text, err);
    return true;
}

static bool read_text(const struct setting_row *setting, struct span text, const char **result,
                      struct arena *arena, struct error *err)
{
    const char *nul = text.len ? memchr(text.ptr, '\0', text.len) : NULL;
    if (nul)            /* what follows it could not be printed */
        return refuse(setting, span_first(text, (size_t)(nul - text.ptr)),
                      SPAN("is followed by a NUL byte"), err);
    if ((int64_t)text.len < setting->least)
        return refuse(setting, text, SPAN("is too short"), err);
    if ((int64_t)text.len > setting->most)
        return refuse(setting, text, SPAN("is too long"), err);
    const struct level *level = setting->type->level ? level_find(text) : NULL;
    if (setting->type->level && !level)
        return refuse(setting, text, SPAN("is not a compatibility level"), err);
    *result = level ? level->name : arena_copy(arena, text).ptr;
    return true;
}

bool setting_read(struct config *config, const struct setting_row *setting, struct span text,
                  struct arena *arena, struct error *err)
{
    struct value value = {0};
    bool good = setting->type->textual ? read_text(setting, text, &value.text, arena, err)
                : setting->type->words ? read_word(setting, text, &value.number, err)
                                       : read_number(setting, text, &value.number, err);
    if (good)
        store_value(config, setting, value);
    return good;
}
