/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of librdkafka from a file, so that no password stands in the list of processes: KEY=VALUE, one a
 * line; empty lines and those that begin with # count for nothing. */
#include "producer/option_value.h"

#include "base/limits.h"
#include "producer/whole_file.h"

static struct span trimmed(struct span line)
{
    while (line.len > 0 && strchr(" \t\r", line.ptr[line.len - 1]))
        line.len--;
    while (line.len > 0 && strchr(" \t", line.ptr[0]))
        line = span_from(line, 1);
    return line;
}

static struct span take_line(struct span *rest)
{
    const char *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    struct span line = end ? span_first(*rest, (size_t)(end - rest->ptr)) : *rest;
    *rest = span_from(*rest, line.len + (end != NULL));
    return trimmed(line);
}

/* Those of the file come first: what is given by -X counts. */
bool options_kafka_file(struct options *options, struct arena *arena, struct error *err)
{
    struct span rest, text;
    size_t lines = 1, count = 0;
    if (!options->kafka_file)
        return true;
    if (!whole_file(options->kafka_file, KAFKA_FILE_MAX, &text, arena, err))
        return false;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    const char **items = arena_array(arena, lines + options->settings.count, sizeof *items);
    rest = text;
    for (size_t number = 1; rest.len > 0; number++) {
        struct span line = take_line(&rest);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        if (line.ptr[0] == '=' || !memchr(line.ptr, '=', line.len) || memchr(line.ptr, 0, line.len))
            return error_set(err, 0, "%s: line %zu: a setting is KEY=VALUE", options->kafka_file, number);
        items[count++] = arena_copy(arena, line).ptr;
    }
    for (size_t i = 0; i < options->settings.count; i++)
        items[count++] = options->settings.items[i];
    options->settings = (struct option_list){items, count};
    return true;
}
