/* SPDX-License-Identifier: Apache-2.0 */
/* After a crash: files that never got their name. The lock tells whether somebody still writes one; what is
 * kept of it ends with a block that was read back whole. */
#include "producer/lake.h"

#include "producer/container.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct left {
    FILE *file;
    const char *path, *folder, *name; /* hidden path; its folder; the name it should have */
    uint64_t records, size;           /* what can be kept */
    uint64_t lost;                    /* bytes behind that */
};

/* Fills what can be kept: nothing when not even the header is whole. */
static void measure(struct left *left)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    struct container_reader *reader;
    struct container_block block;
    struct stat found;
    char magic[sizeof container_magic];
    bool begun = fread(magic, 1, sizeof magic, left->file) == sizeof magic &&
                 memcmp(magic, container_magic, sizeof magic) == 0 &&
                 container_open(left->file, sizeof magic, &reader, arena, &err);
    if (begun) {
        left->size = container_begins(reader);
        while (container_next(reader, &block, &err) == CONTAINER_BLOCK) {
            left->size = block.end;
            left->records += block.count;
        }
    }
    if (fstat(fileno(left->file), &found) == 0)
        left->lost = (uint64_t)found.st_size - left->size;
}

static bool settle(const struct left *left, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const char *named = arena_copy(arena, arena_printf(arena, "%s/%s", left->folder, left->name)).ptr;
    int fd = fileno(left->file);
    if (left->records == 0)
        return unlink(left->path) == 0 || error_set(err, 0, "%s", strerror(errno));
    if (access(named, F_OK) == 0)
        return error_set(err, 0, "%s is there already", named);
    if (ftruncate(fd, (off_t)left->size) != 0 || fsync(fd) != 0 || rename(left->path, named) != 0)
        return error_set(err, 0, "%s", strerror(errno));
    return output_sync_folder(left->folder, err);
}

static void take_up(struct left *left, FILE *notes)
{
    AUTO_ARENA arena = arena_new();
    struct error err = {.arena = arena};
    measure(left);
    /* What the disk does not give now is not gone, and is not to be cut off. */
    bool readable = !ferror(left->file) || error_set(&err, 0, "it cannot be read");
    if (!readable || !settle(left, &err))
        fprintf(notes, "genesys-producer: %s was left behind by an earlier run and cannot be recovered: "
                "%.*s\n", left->path, SPAN_ARGS(err.message));
    else if (left->records == 0)
        fprintf(notes, "genesys-producer: %s was left behind by an earlier run without one whole block (%llu "
                "bytes): removed\n", left->path, (unsigned long long)(left->size + left->lost));
    else
        fprintf(notes, "genesys-producer: recovered %s/%s: %llu records that an earlier run left behind, "
                "%llu bytes of a torn block dropped\n", left->folder, left->name,
                (unsigned long long)left->records, (unsigned long long)left->lost);
}

/* Is the file still the one of that name, now that it is locked? */
static bool still_there(const struct left *left)
{
    struct stat opened, named;
    return fstat(fileno(left->file), &opened) == 0 && stat(left->path, &named) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

static void try_file(struct left *left, FILE *notes)
{
    left->file = fopen(left->path, "r+be");
    if (!left->file) {
        if (errno != ENOENT)
            fprintf(notes, "genesys-producer: %s was left behind and cannot be opened: %s\n", left->path,
                    strerror(errno));
        return;
    }
    if (flock(fileno(left->file), LOCK_EX | LOCK_NB) == 0 && still_there(left))
        take_up(left, notes);
    fclose(left->file);
}

/* ---- finding them ---- */

/* `-PID-MS-SEQ`: what follows the machine's name. */
static bool three_numbers(struct span rest)
{
    int numbers = 0;
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] == '-' && i + 1 < rest.len && rest.ptr[i + 1] != '-')
            numbers++;
        else if (i == 0 || rest.ptr[i] < '0' || rest.ptr[i] > '9')
            return false;
    }
    return numbers == 3;
}

/* `.part-HOST-PID-MS-SEQ.avro.tmp`, of this machine or of another. */
static bool is_hidden(struct span name, struct span host, bool *ours, struct span *shown)
{
    struct span head = SPAN(".part-"), tail = SPAN(".avro.tmp");
    if (!span_starts(name, head) || name.len < head.len + tail.len ||
        !span_equal(span_from(name, name.len - tail.len), tail))
        return false;
    struct span inner = span_first(span_from(name, head.len), name.len - head.len - tail.len);
    *ours = span_starts(inner, host) && three_numbers(span_from(inner, host.len));
    *shown = span_first(span_from(name, 1), name.len - 1 - strlen(".tmp"));
    return true;
}

static void look_in(const char *folder, struct span host, FILE *notes)
{
    DIR *open = opendir(folder);
    if (!open)
        return;
    for (struct dirent *entry; (entry = readdir(open));) {
        AUTO_ARENA arena = arena_new();
        struct span shown;
        bool ours;
        if (!is_hidden(span_of(entry->d_name), host, &ours, &shown))
            continue;
        struct left left = {.folder = folder, .name = arena_copy(arena, shown).ptr};
        left.path = arena_copy(arena, arena_printf(arena, "%s/%s", folder, entry->d_name)).ptr;
        if (ours)
            try_file(&left, notes);
        else
            fprintf(notes, "genesys-producer: %s belongs to another machine: left alone\n", left.path);
    }
    closedir(open);
}

/* Calls itself for the folders whose names begin with the first prefix, and looks into the last of them. */
static void descend(const char *folder, const char *const *prefixes, struct span host, FILE *notes)
{
    if (!*prefixes) {
        look_in(folder, host, notes);
        return;
    }
    DIR *open = opendir(folder);
    if (!open)
        return;
    for (struct dirent *entry; (entry = readdir(open));) {
        AUTO_ARENA arena = arena_new();
        if (span_starts(span_of(entry->d_name), span_of(*prefixes)))
            descend(arena_copy(arena, arena_printf(arena, "%s/%s", folder, entry->d_name)).ptr, prefixes + 1,
                    host, notes);
    }
    closedir(open);
}

void lake_recover(struct span folder, FILE *notes)
{
    AUTO_ARENA arena = arena_new();
    static const char *const prefixes[] = {"dt=", "hour=", NULL};
    descend(arena_copy(arena, folder).ptr, prefixes, lake_host(arena), notes);
}
