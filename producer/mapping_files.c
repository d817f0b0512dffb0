/* SPDX-License-Identifier: Apache-2.0 */
/* A mapping as the user gave it: see the header. */
#include "producer/mapping_files.h"

#include "base/limits.h"
#include "producer/whole_file.h"

#include "mapping_genesys.h"

#include <sys/stat.h>

struct mapping_mark {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

/* NAME=REST, which options_check has seen. */
static struct span name_of(const char *pair)
{
    return (struct span){pair, (size_t)(strchr(pair, '=') - pair)};
}

static const char *rest_of(const char *pair)
{
    return strchr(pair, '=') + 1;
}

static void take_constants(const struct options *options, struct mapping_source *source, struct arena *arena)
{
    const struct option_list *given = &options->constants;
    struct mapping_constant *constants = arena_array(arena, given->count, sizeof *constants);
    for (size_t i = 0; i < given->count; i++)
        constants[i] = (struct mapping_constant){name_of(given->items[i]), span_of(rest_of(given->items[i]))};
    source->given.constants = constants;
    source->given.constant_count = given->count;
}

bool mapping_read_tables(const struct options *options, const struct mapping_source *before,
                         struct mapping_source *source, struct arena *arena, struct error *err)
{
    const struct option_list *given = &options->lookups;
    struct mapping_table *tables = arena_array(arena, given->count, sizeof *tables);
    *source = (struct mapping_source){.name = before->name, .text = arena_copy(arena, before->text)};
    take_constants(options, source, arena);
    for (size_t i = 0; i < given->count; i++) {
        const char *pair = given->items[i];
        tables[i] = (struct mapping_table){.name = name_of(pair), .place = rest_of(pair)};
        if (!whole_file(tables[i].place, MAPPING_FILE_MAX, &tables[i].text, arena, err))
            return false;
    }
    source->given.tables = tables;
    source->given.table_count = given->count;
    return true;
}

bool mapping_read(const struct options *options, struct mapping_source *source, struct arena *arena,
                  struct error *err)
{
    struct mapping_source rules = {.name = options->mapping,
                                   .text = {(const char *)mapping_genesys, mapping_genesys_size}};
    if (rules.name && !whole_file(rules.name, MAPPING_FILE_MAX, &rules.text, arena, err))
        return false;
    return mapping_read_tables(options, &rules, source, arena, err);
}

static bool is_other(const struct mapping_mark *a, const struct mapping_mark *b)
{
    return a->device != b->device || a->inode != b->inode || a->size != b->size ||
           a->changed.tv_sec != b->changed.tv_sec || a->changed.tv_nsec != b->changed.tv_nsec;
}

bool mapping_tables_moved(const struct options *options, struct mapping_marks *marks, struct arena *arena)
{
    bool first = !marks->of, moved = false;
    if (first)
        marks->of = arena_array(arena, options->lookups.count, sizeof *marks->of);
    for (size_t i = 0; i < options->lookups.count; i++) {
        struct stat found;
        if (stat(rest_of(options->lookups.items[i]), &found) != 0)
            continue;
        struct mapping_mark now = {found.st_dev, found.st_ino, found.st_size, found.st_mtim};
        moved = moved || is_other(&now, &marks->of[i]);
        marks->of[i] = now;
    }
    return moved && !first;
}
