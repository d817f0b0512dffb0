/* SPDX-License-Identifier: Apache-2.0 */
/* The names and folders of a data lake: see the header. */
#include "producer/lake.h"

#include "base/limits.h"
#include "base/text.h"
#include "producer/output.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool plain(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           byte == '-' || byte == '_' || byte == '.' || byte == '~';
}

struct span lake_subject(struct span subject, struct arena *arena)
{
    static const char digits[] = "0123456789ABCDEF";
    struct buffer out = {.arena = arena};
    for (size_t i = 0; i < subject.len; i++) {
        char byte = subject.ptr[i];
        if (plain(byte) && !(i == 0 && (byte == '.' || byte == '_'))) {
            buffer_byte(&out, byte);
            continue;
        }
        buffer_byte(&out, '%');
        buffer_byte(&out, digits[(unsigned char)byte >> 4]);
        buffer_byte(&out, digits[byte & 15]);
    }
    return buffer_span(&out);
}

bool lake_takes(struct span subject, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    size_t len = lake_subject(subject, arena).len;
    return len <= LAKE_NAME_MAX ||
           error_set(err, 0, "the subject gives a folder's name of %zu bytes: a lake takes %d", len,
                     LAKE_NAME_MAX);
}

struct span lake_host(struct arena *arena)
{
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) != 0 || !name[0])
        memcpy(name, "localhost", sizeof "localhost");
    for (char *at = name; *at; at++)
        if (!plain(*at))
            *at = '_';
    return arena_copy(arena, span_first(span_of(name), 64));
}

struct span lake_partition(int64_t hour, struct arena *arena)
{
    time_t seconds = hour * (HOUR_MS / 1000);
    struct tm at;
    char text[64];
    gmtime_r(&seconds, &at);
    snprintf(text, sizeof text, "dt=%04d-%02d-%02d/hour=%02d", at.tm_year + 1900, at.tm_mon + 1, at.tm_mday,
             at.tm_hour);
    return arena_copy(arena, span_of(text));
}

/* One folder; the one above it must be there. */
static bool make_folder(const char *path, const char *above, struct error *err)
{
    struct stat found;
    if (mkdir(path, 0777) == 0)
        return output_sync_folder(above, err);
    int cause = errno;
    if (cause == EEXIST && stat(path, &found) == 0 && S_ISDIR(found.st_mode))
        return true;
    return error_set(err, 0, "cannot make the folder %s: %s", path,
                     cause == EEXIST ? "something else has that name" : strerror(cause));
}

bool lake_folder(struct span path, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    const char *above = path.ptr[0] == '/' ? "/" : ".";
    for (size_t i = 1; i <= path.len; i++) {
        if (i < path.len && path.ptr[i] != '/')
            continue;
        const char *folder = arena_copy(arena, span_first(path, i)).ptr;
        if (path.ptr[i - 1] != '/' && !make_folder(folder, above, err))
            return false;
        above = folder;
    }
    return true;
}
