/* SPDX-License-Identifier: Apache-2.0 */
/* The table of settings as data: how each type of value is spelled, read and shown. Private to config.c and
 * manual.c. */
#ifndef SERVER_SETTING_H
#define SERVER_SETTING_H

#include "server/config.h"

/* One value: a text or a number, by its type. */
struct value {
    const char *text;
    int64_t number;
};

struct unit {
    const char *name;
    int64_t factor;
};

struct setting_type {
    const char *name;               /* as --help shows it */
    const char *const *words;       /* the number is an index of these */
    const struct unit *units;       /* a number may end in one of these; one without a name ends the list */
    const char *bare;               /* the unit of a number that has none */
    const char *example;            /* "is not …" */
    bool textual;
    bool level;                     /* the text names a compatibility level */
    bool alone;                     /* as a flag it may stand without a value: true */
};

struct setting_row {
    const char *name;
    const struct setting_type *type;
    size_t offset;                  /* in struct config */
    struct value fallback;
    int64_t least, most;            /* of a number, or of a text's length */
    const char *meaning;
};

extern const struct setting_row settings_table[];
extern const size_t settings_count;

/* How a name is spelled: log_level, --log-level, SCHEMAD_LOG_LEVEL. */
enum spelling { IN_FILE, AS_FLAG, AS_VARIABLE };
char setting_spell(char letter, enum spelling spelling);
const struct setting_row *setting_find(struct span name, enum spelling spelling);   /* NULL: there is none */

enum { SHOWN_MAX = 64 };
const char *setting_show(const struct setting_row *setting, int64_t number, char shown[SHOWN_MAX]);
const char *setting_show_fallback(const struct setting_row *setting, char shown[SHOWN_MAX]);

/* Into the config: the default, or what was given. */
void setting_reset(struct config *config, const struct setting_row *setting);
MUST_CHECK bool setting_read(struct config *config, const struct setting_row *setting, struct span text,
                             struct arena *arena, struct error *err);

#endif
