/* SPDX-License-Identifier: Apache-2.0 */
/* A file in the making: see the header. The order at the end is flush, fsync, rename, fsync of the folder,
 * so that after a power failure the name stands for the whole file or for what it stood for before. */
#include "producer/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
    struct arena *arena;
    FILE *file;
    const char *name;   /* for messages: as the user wrote it */
    const char *path;   /* where the file belongs; NULL: written to directly */
    const char *hidden; /* where it grows */
    const char *folder;
    bool disk;
    bool nowhere; /* /dev/null */
    bool broken; /* a write failed: the file must not get its name */
};

static bool failed(const char *name, int cause, struct error *err)
{
    return error_set(err, 0, "cannot write %s: %s", name, strerror(cause));
}

static bool output_failed(struct output *output, struct error *err)
{
    output->broken = true;
    return failed(output->name, errno, err);
}

/* The path behind symbolic links, so that a link stays one. */
static const char *real_path(struct arena *arena, const char *place)
{
    char resolved[PATH_MAX];
    return arena_copy(arena, span_of(realpath(place, resolved) ? resolved : place)).ptr;
}

/* Fills path and folder; answers what follows the last slash. */
static const char *split_path(struct output *output, const char *place)
{
    output->path = real_path(output->arena, place);
    const char *slash = strrchr(output->path, '/');
    const char *base = slash ? slash + 1 : output->path;
    struct span folder = {output->path, (size_t)(base - output->path)};
    output->folder = slash ? arena_copy(output->arena, folder).ptr : ".";
    return base;
}

static bool open_hidden(struct output *output, const char *place, mode_t mode, struct error *err)
{
    const char *base = split_path(output, place);
    struct span hidden = arena_printf(output->arena, "%s/.%s.%d.tmp", output->folder, base, (int)getpid());
    output->hidden = arena_copy(output->arena, hidden).ptr;
    int fd = open(output->hidden, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return failed(place, errno, err);
    output->file = fdopen(fd, "wb");
    output->disk = true;
    return output->file || failed(place, errno, err);
}

static bool open_direct(struct output *output, int fd, struct error *err)
{
    output->file = fd < 0 ? NULL : fdopen(fd, "wb");
    return output->file || failed(output->name, errno, err);
}

static bool leads_nowhere(const struct stat *place)
{
    struct stat nowhere;
    return S_ISCHR(place->st_mode) && stat("/dev/null", &nowhere) == 0 && place->st_rdev == nowhere.st_rdev;
}

static bool open_place(struct output *output, const char *place, struct error *err)
{
    if (strcmp(place, "-") == 0) {
        output->name = "standard output";
        return open_direct(output, fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), err);
    }
    struct stat found;
    if (stat(place, &found) != 0)
        return open_hidden(output, place, 0666, err);
    output->nowhere = leads_nowhere(&found);
    if (!S_ISREG(found.st_mode))
        return open_direct(output, open(place, O_WRONLY | O_CLOEXEC), err);
    if (access(place, W_OK) != 0)
        return failed(place, errno, err);
    return open_hidden(output, place, found.st_mode & 0777, err);
}

struct output *output_open(const char *place, struct error *err)
{
    struct arena *arena = arena_new();
    struct output *output = arena_alloc(arena, sizeof *output);
    output->arena = arena;
    output->name = arena_copy(arena, span_of(place)).ptr;
    if (open_place(output, place, err))
        return output;
    arena_free(arena);
    return NULL;
}

/* Between its making and its locking the file may have been taken for one that was left behind. */
static int open_locked(const char *hidden)
{
    struct stat made;
    int fd = open(hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX) == 0 && fstat(fd, &made) == 0 && made.st_nlink > 0)
        return fd;
    close(fd);
    errno = EAGAIN;
    return -1;
}

struct output *output_create(const char *place, struct error *err)
{
    struct arena *arena = arena_new();
    struct output *output = arena_alloc(arena, sizeof *output);
    output->arena = arena;
    output->name = arena_copy(arena, span_of(place)).ptr;
    const char *base = split_path(output, place);
    output->hidden = arena_copy(arena, arena_printf(arena, "%s/.%s.tmp", output->folder, base)).ptr;
    output->disk = true;
    int fd = open_locked(output->hidden);
    output->file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (output->file && setvbuf(output->file, NULL, _IONBF, 0) == 0)
        return output;
    failed(output->name, errno, err);
    arena_free(arena);
    return NULL;
}

bool output_cut(struct output *output, uint64_t size, struct error *err)
{
    if (ftruncate(fileno(output->file), (off_t)size) != 0)
        return output_failed(output, err);
    output->broken = false;
    return true;
}

bool output_write(struct output *output, struct span bytes, struct error *err)
{
    if (bytes.len == 0 || fwrite(bytes.ptr, 1, bytes.len, output->file) == bytes.len)
        return true;
    return output_failed(output, err);
}

bool output_waited(const struct output *output)
{
    return !output->disk && !output->nowhere;
}

bool output_flush(struct output *output, struct error *err)
{
    if (fflush(output->file) != 0)
        return output_failed(output, err);
    if (output->disk && fsync(fileno(output->file)) != 0)
        return output_failed(output, err);
    return true;
}

bool output_sync_folder(const char *folder, struct error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    int cause = errno;
    if (fd >= 0)
        close(fd);
    return synced || failed(folder, cause, err);
}

static bool settle(struct output *output, struct error *err)
{
    if (!output->disk)
        return true;
    if (rename(output->hidden, output->path) != 0)
        return output_failed(output, err);
    return output_sync_folder(output->folder, err);
}

bool output_close(struct output *output, struct error *err)
{
    bool whole = !output->broken && output_flush(output, err);
    if (output->broken && err->message.len == 0)
        error_set(err, 0, "%s was not written to its end", output->name);
    whole = whole && settle(output, err); /* while the file is open, and locked if it was created */
    if (output->disk && output->broken)
        unlink(output->hidden);
    if (fclose(output->file) != 0 && whole)
        whole = failed(output->name, errno, err);
    arena_free(output->arena);
    return whole;
}
