/* SPDX-License-Identifier: Apache-2.0 */
/* One file as a stream of bytes: see the header. Plain bytes go straight to who asks for them. */
#include "producer/source.h"

#include "base/limits.h"
#include "producer/decompress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct source {
    const char *name;
    int fd;
    bool regular;
    struct identity identity;
    uint64_t size, taken;
    enum pack pack;               /* PACK_UNDECIDED: its first bytes are still gathered */
    char first[DECOMPRESS_MAGIC]; /* they are handed out before all others */
    size_t first_count, first_told;
    struct decompressor *decompressor;
    char *raw; /* of a compressed file: read and not yet inflated */
    struct span rest;
    bool full; /* more may wait inside the decompressor than there was room for */
};

bool identity_equal(struct identity a, struct identity b)
{
    return a.device == b.device && a.inode == b.inode;
}

struct source *source_open(const char *name, struct error *err)
{
    struct stat found;
    int fd = strcmp(name, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                    : open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &found) != 0) {
        error_set(err, 0, "cannot open %s: %s", name, strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct source *source = calloc(1, sizeof *source);
    if (!source)
        abort();
    *source = (struct source){
        .name = name,
        .fd = fd,
        .regular = S_ISREG(found.st_mode),
        .identity = {(uint64_t)found.st_dev, (uint64_t)found.st_ino},
        .size = S_ISREG(found.st_mode) ? (uint64_t)found.st_size : 0,
        .pack = PACK_UNDECIDED,
    };
    return source;
}

void source_close(struct source *source)
{
    if (!source)
        return;
    close(source->fd);
    decompressor_free(source->decompressor);
    free(source->raw);
    free(source);
}

int source_fd(const struct source *source)
{
    return source->fd;
}

struct identity source_identity(const struct source *source)
{
    return source->identity;
}

bool source_is_file(const struct source *source)
{
    return source->regular;
}

bool source_is_compressed(const struct source *source)
{
    return source->decompressor != NULL;
}

uint64_t source_size(const struct source *source)
{
    return source->size;
}

uint64_t source_taken(const struct source *source)
{
    return source->taken;
}

bool source_has_more(const struct source *source)
{
    if (source->decompressor)
        return source->rest.len > 0 || source->full;
    return source->pack == PACK_NONE && source->first_told < source->first_count;
}

/* ---- reading ---- */

static bool read_raw(struct source *source, char *to, size_t room, size_t *got, struct error *err)
{
    ssize_t count;
    do
        count = read(source->fd, to, room);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return error_set(err, 0, "cannot read %s: %s", source->name, strerror(errno));
    *got = (size_t)count;
    source->taken += *got;
    return true;
}

/* Gathers the first bytes until they tell what the file is. A short file that ends before is plain. */
static bool look_at_first(struct source *source, bool *ended, struct error *err)
{
    size_t got;
    char *to = source->first + source->first_count;
    if (!read_raw(source, to, sizeof source->first - source->first_count, &got, err))
        return false;
    source->first_count += got;
    struct span begin = {source->first, source->first_count};
    source->pack = pack_of(begin);
    if (source->pack == PACK_UNDECIDED && got == 0) {
        *ended = source->first_count == 0;
        source->pack = source->first_count == 0 ? PACK_UNDECIDED : PACK_NONE;
    }
    if (source->pack != PACK_GZIP && source->pack != PACK_ZSTD)
        return true;
    source->decompressor = decompressor_new(source->pack);
    source->raw = malloc(64 * KIB);
    if (!source->raw)
        abort();
    memcpy(source->raw, begin.ptr, begin.len);
    source->rest = (struct span){source->raw, begin.len};
    return true;
}

static bool read_compressed(struct source *source, char *to, size_t room, size_t *got, bool *ended,
                            struct error *err)
{
    const char *why;
    if (source->rest.len == 0 && !source->full) {
        size_t count;
        if (!read_raw(source, source->raw, 64 * KIB, &count, err))
            return false;
        source->rest = (struct span){source->raw, count};
        *ended = count == 0;
    }
    if (*ended)
        return decompressor_whole(source->decompressor) ||
               error_set(err, 0, "cannot read %s: the compressed data end in the midst", source->name);
    if (!decompress(source->decompressor, &source->rest, to, room, got, &why))
        return error_set(err, 0, "cannot inflate %s: %s", source->name, why);
    source->full = *got == room;
    return true;
}

bool source_read(struct source *source, char *to, size_t room, size_t *got, bool *ended, struct error *err)
{
    *got = 0;
    *ended = false;
    if (source->pack == PACK_UNDECIDED)
        return look_at_first(source, ended, err);
    if (source->decompressor)
        return read_compressed(source, to, room, got, ended, err);
    if (source->first_told < source->first_count) {
        size_t left = source->first_count - source->first_told;
        *got = left < room ? left : room;
        memcpy(to, source->first + source->first_told, *got);
        source->first_told += *got;
        return true;
    }
    if (!read_raw(source, to, room, got, err))
        return false;
    *ended = *got == 0;
    return true;
}

bool source_seek(struct source *source, uint64_t offset)
{
    if (!source->regular || source->decompressor || lseek(source->fd, (off_t)offset, SEEK_SET) < 0)
        return false;
    source->taken = offset;
    source->pack = PACK_NONE;
    source->first_told = source->first_count;
    return true;
}

bool source_is_shorter(const struct source *source, uint64_t offset)
{
    struct stat found;
    return !source->decompressor && fstat(source->fd, &found) == 0 && (uint64_t)found.st_size < offset;
}

/* ---- files that change under the reader ---- */

bool source_shrank(struct source *source)
{
    struct stat found;
    if (fstat(source->fd, &found) != 0 || (uint64_t)found.st_size >= source->taken ||
        lseek(source->fd, 0, SEEK_SET) != 0)
        return false;
    source->taken = 0;
    source->pack = PACK_UNDECIDED;
    source->first_count = source->first_told = 0;
    return true;
}

bool source_replaced(const struct source *source)
{
    struct stat found;
    if (stat(source->name, &found) != 0)
        return false; /* taken away, and nothing has come in its place yet */
    return !identity_equal(source->identity,
                           (struct identity){(uint64_t)found.st_dev, (uint64_t)found.st_ino});
}
