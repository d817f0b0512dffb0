/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator set: flag over environment over file over default, checked against the table of settings
 * before anything is opened. Knows what a value may be, not what it is for. */
#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H

#include <stdio.h>

#include "base/error.h"

/* What the command line asks for. */
enum errand { ERRAND_SERVE, ERRAND_HELP, ERRAND_VERSION, ERRAND_MANUAL };

#define CONFIG_TEXT const char *
#define CONFIG_LEVEL const char *
#define CONFIG_COUNT int64_t
#define CONFIG_BYTES int64_t
#define CONFIG_TIME int64_t             /* milliseconds */
#define CONFIG_FLAG int64_t
#define CONFIG_LOG_LEVEL int64_t        /* enum log_level */
#define CONFIG_LOG_FORMAT int64_t       /* enum log_format */
#define CONFIG_CLOCK int64_t            /* enum clock_kind */
struct config {
    enum errand errand;
#define SETTING(name, type, fallback, least, most, meaning) CONFIG_##type name;
#include "server/settings.def"
#undef SETTING
};

/* Texts live in the arena. `environment` is the process's own, "NAME=value" each, NULL at the end. */
MUST_CHECK bool config_read(int argc, char *const *argv, char *const *environment, struct config *config,
                            struct arena *arena, struct error *err);

/* --help, and docs/configuration.md. */
void config_print_help(FILE *out);
void config_print_manual(FILE *out);

#endif
