/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed from the table of settings: --help, and docs/configuration.md. */
#include "server/config.h"

#include "server/setting.h"

/* Breaks lines at blanks. */
static void print_wrapped(FILE *out, const char *text, const char *indent, size_t width)
{
    while (*text) {
        size_t len = strlen(text);
        if (len > width)
            for (len = width; len > 0 && text[len] != ' ';)
                len--;
        fprintf(out, "%s%.*s\n", indent, (int)len, text);
        text += len + (text[len] == ' ');
    }
}

void config_print_help(FILE *out)
{
    fputs("Usage: schemad [--config FILE] [--SETTING VALUE]...\n"
          "\n"
          "schemad keeps schemas and answers the REST interface of Confluent's Schema Registry.\n"
          "A setting may also stand in the environment (SCHEMAD_LOG_LEVEL=debug) or in the file\n"
          "(log_level = debug); a flag wins over the environment, the environment over the file.\n"
          "\n"
          "  --config FILE\n"
          "      Read settings from this file.\n"
          "  --version\n"
          "      Print the version and end.\n"
          "  --help\n"
          "      Print this and end.\n", out);
    for (const struct setting_row *row = settings_table; row < settings_table + settings_count; row++) {
        char shown[SHOWN_MAX];
        const char *fallback = setting_show_fallback(row, shown);
        fputs("  --", out);
        for (const char *letter = row->name; *letter; letter++)
            fputc(setting_spell(*letter, AS_FLAG), out);
        fprintf(out, " %s%s%s%s\n", row->type->name, *fallback ? " (" : "", fallback, *fallback ? ")" : "");
        print_wrapped(out, row->meaning, "      ", 90);
    }
}

static void print_bounds(FILE *out, const struct setting_row *row)
{
    char least[SHOWN_MAX], most[SHOWN_MAX];
    if (row->type->textual || row->type->words) {
        fprintf(out, "%s", row->type->words ? "" : row->type->name);
        for (int i = 0; row->type->words && row->type->words[i]; i++)
            fprintf(out, "%s`%s`", i ? ", " : "", row->type->words[i]);
        return;
    }
    fprintf(out, "%s, %s to %s", row->type->name, setting_show(row, row->least, least),
            setting_show(row, row->most, most));
}

void config_print_manual(FILE *out)
{
    fputs("# Configuration\n"
          "\n"
          "Printed from the table of settings by `schemad --print-configuration`; a test compares them.\n"
          "\n"
          "One name serves everywhere: `log_level` is the flag `--log-level info`, the variable\n"
          "`SCHEMAD_LOG_LEVEL=info` and the line `log_level = info` of the file that `--config FILE`\n"
          "names. A flag wins over the environment, the environment over the file, the file over the\n"
          "default. In the file `#` begins a comment; a name that is not below, or a value out of its\n"
          "bounds, stops the start with one line that says where. In the environment an unknown name is\n"
          "passed over, since others write there too (Kubernetes sets `SCHEMAD_PORT` for a service\n"
          "of that name).\n"
          "\n"
          "A size may end in `KiB`, `MiB` or `GiB`, a time in `ms`, `s`, `m` or `h`; a bare number is\n"
          "bytes or seconds. A flag of `true` or `false` may stand alone: `--die-with-parent`.\n"
          "\n"
          "| setting | default | value | meaning |\n"
          "|---|---|---|---|\n", out);
    for (const struct setting_row *row = settings_table; row < settings_table + settings_count; row++) {
        char shown[SHOWN_MAX];
        const char *fallback = setting_show_fallback(row, shown);
        const char *tick = *fallback ? "`" : "";
        fprintf(out, "| `%s` | %s%s%s | ", row->name, tick, *fallback ? fallback : "none", tick);
        print_bounds(out, row);
        fprintf(out, " | %s |\n", row->meaning);
    }
}
