/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a folder: see the header. Names tell the order, because times change when files are copied. */
#include "producer/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- order ---- */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static struct span without_end(struct span name, struct span end)
{
    bool has = name.len > end.len && span_equal(span_from(name, name.len - end.len), end);
    return has ? span_first(name, name.len - end.len) : name;
}

static struct span uncompressed(struct span name)
{
    return without_end(without_end(name, SPAN(".gz")), SPAN(".zst"));
}

/* A name in parts: events.log-20260301, events.log.3. */
struct parts {
    struct span stem, date;
    uint64_t number;
    bool numbered;
};

static struct parts split(struct span name)
{
    struct parts parts = {.stem = uncompressed(name)};
    size_t digits = 0;
    while (digits < parts.stem.len && is_digit(parts.stem.ptr[parts.stem.len - digits - 1]))
        digits++;
    size_t rest = parts.stem.len - digits;
    if (digits == 0 || rest < 2 || !strchr(".-", parts.stem.ptr[rest - 1]))
        return parts;
    struct span last = span_from(parts.stem, rest);
    if (digits < 6 && parts.stem.ptr[rest - 1] == '.') {
        parts.numbered = true;
        for (size_t i = 0; i < digits; i++)
            parts.number = 10 * parts.number + (uint64_t)(last.ptr[i] - '0');
    } else if (digits >= 8) {
        parts.date = last;
    } else {
        return parts;
    }
    parts.stem = span_first(parts.stem, rest - 1);
    return parts;
}

/* Runs of digits count as numbers, so that 9 comes before 10. */
static int compare_naturally(struct span a, struct span b)
{
    while (a.len > 0 && b.len > 0) {
        size_t i = 0, j = 0;
        while (i < a.len && is_digit(a.ptr[i]))
            i++;
        while (j < b.len && is_digit(b.ptr[j]))
            j++;
        if (i != j && i > 0 && j > 0)
            return i < j ? -1 : 1;
        size_t step = i > 0 && i == j ? i : 1;
        int order = memcmp(a.ptr, b.ptr, step);
        if (order != 0)
            return order;
        a = span_from(a, step);
        b = span_from(b, step);
    }
    return (a.len > 0) - (b.len > 0);
}

int folder_order(struct span a, struct span b)
{
    struct parts left = split(a), right = split(b);
    int order = compare_naturally(left.stem, right.stem);
    if (order != 0)
        return order;
    if ((left.date.len > 0) != (right.date.len > 0))
        return left.date.len > 0 ? -1 : 1;
    if (left.date.len > 0 && (order = compare_naturally(left.date, right.date)) != 0)
        return order;
    if (left.numbered != right.numbered)
        return left.numbered ? -1 : 1;
    if (left.number != right.number)
        return left.number > right.number ? -1 : 1;
    return span_compare(a, b);
}

/* ---- listing ---- */

struct named {
    struct span name;
    struct folder_file file;
};

static int compare_named(const void *a, const void *b)
{
    return folder_order(((const struct named *)a)->name, ((const struct named *)b)->name);
}

/* All names, hidden ones left out. */
static bool read_names(const char *path, struct named **names, size_t *count, struct arena *arena,
                       struct error *err)
{
    size_t room = 0;
    DIR *folder = opendir(path);
    if (!folder)
        return error_set(err, 0, "cannot read %s: %s", path, strerror(errno));
    errno = 0;
    for (struct dirent *each; (each = readdir(folder)) != NULL; errno = 0) {
        if (each->d_name[0] == '.')
            continue;
        if (*count == room) {
            struct named *more = arena_array(arena, room = room ? 2 * room : 16, sizeof *more);
            if (*count)
                memcpy(more, *names, *count * sizeof *more);
            *names = more;
        }
        (*names)[(*count)++] = (struct named){.name = arena_copy(arena, span_of(each->d_name))};
    }
    int cause = errno;
    closedir(folder);
    return cause == 0 || error_set(err, 0, "cannot read %s: %s", path, strerror(cause));
}

/* Whether it is a regular file; one that has just gone away is none. */
static bool look_at(const char *path, struct named *named, struct arena *arena)
{
    struct stat found;
    bool slash = path[strlen(path) - 1] == '/';
    struct span whole = arena_printf(arena, "%s%s%.*s", path, slash ? "" : "/", SPAN_ARGS(named->name));
    named->file.path = arena_copy(arena, whole).ptr;
    if (stat(named->file.path, &found) != 0 || !S_ISREG(found.st_mode))
        return false;
    named->file.identity = (struct identity){(uint64_t)found.st_dev, (uint64_t)found.st_ino};
    named->file.size = (uint64_t)found.st_size;
    return true;
}

static bool has_name(const struct named *names, size_t count, struct span name)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal(names[i].name, name))
            return true;
    return false;
}

bool folder_list(const char *path, const struct folder_file **files, size_t *count, struct arena *arena,
                 struct error *err)
{
    struct named *names = NULL;
    size_t found = 0;
    *count = 0;
    if (!read_names(path, &names, &found, arena, err))
        return false;
    if (found > 0)
        qsort(names, found, sizeof *names, compare_named);
    struct folder_file *list = arena_array(arena, found, sizeof *list);
    for (size_t i = 0; i < found; i++) {
        struct span plain = uncompressed(names[i].name);
        bool copy = plain.len < names[i].name.len && has_name(names, found, plain);
        if (!copy && look_at(path, &names[i], arena))
            list[(*count)++] = names[i].file;
    }
    *files = list;
    return true;
}
