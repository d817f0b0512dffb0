/* SPDX-License-Identifier: Apache-2.0 */
/* Files of their own: see the header. A file is known by device and inode; one that is not there yet by its
 * folder's and its name. */
#include "producer/apart.h"

#include "producer/source.h"

#include <sys/stat.h>

struct place {
    bool there, regular, folder;
    struct identity identity;   /* its own, when it is there */
    struct identity folder_identity;
    struct span name;           /* in that folder */
};

static bool identify(const char *path, struct identity *identity, mode_t *mode)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return false;
    *identity = (struct identity){(uint64_t)found.st_dev, (uint64_t)found.st_ino};
    *mode = found.st_mode;
    return true;
}

static struct place look(const char *path, struct arena *arena)
{
    struct place place = {0};
    mode_t mode = 0, folder;
    const char *slash = strrchr(path, '/');
    struct span above = slash ? (struct span){path, (size_t)(slash - path) + 1} : SPAN(".");
    place.there = identify(path, &place.identity, &mode);
    place.regular = S_ISREG(mode);
    place.folder = S_ISDIR(mode);
    place.name = span_of(slash ? slash + 1 : path);
    if (!identify(arena_copy(arena, above).ptr, &place.folder_identity, &folder))
        place.name = span_of(path);
    return place;
}

static bool is_same(const char *one, const char *other, struct arena *arena)
{
    if (strcmp(one, "-") == 0 || strcmp(other, "-") == 0)
        return strcmp(one, other) == 0;
    struct place a = look(one, arena), b = look(other, arena);
    if (a.there || b.there)
        return a.regular && b.regular && identity_equal(a.identity, b.identity);
    return identity_equal(a.folder_identity, b.folder_identity) && span_equal(a.name, b.name);
}

/* Where a folder's files are read, hidden ones and what is no file are not. */
static bool is_in(const char *file, const char *folder, struct arena *arena)
{
    struct place inner = look(file, arena), outer = look(folder, arena);
    return outer.folder && (inner.regular || !inner.there) && !span_starts(inner.name, SPAN(".")) &&
           identity_equal(inner.folder_identity, outer.identity);
}

static bool check_inputs(const struct options *options, const char *name, const char *file,
                         struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < options->input_count; i++) {
        if (strcmp(file, "-") == 0)
            return true; /* the input "-" is another stream */
        if (is_same(file, options->inputs[i], arena))
            return error_set(err, 0, "--%s %s is read as well: it wants a file of its own", name, file);
        if (is_in(file, options->inputs[i], arena))
            return error_set(err, 0, "--%s %s is in a folder that is read: it wants another place", name,
                             file);
    }
    return true;
}

bool apart_check(const struct options *options, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const struct {
        const char *name, *file;
    } written[] = {{"out", options->out},
                   {"state", options->state},
                   {"dead-letter", options->dead_letter},
                   {"metrics-file", options->metrics}};
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        if (!written[i].file)
            continue;
        if (!check_inputs(options, written[i].name, written[i].file, arena, err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (written[j].file && is_same(written[i].file, written[j].file, arena))
                return error_set(err, 0, "--%s and --%s cannot be the same file", written[j].name,
                                 written[i].name);
    }
    return true;
}
