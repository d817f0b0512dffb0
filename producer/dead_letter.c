/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters: see the header. The order of members is published, so that what is mended can be found and
 * fed in again. */
#include "producer/dead_letter.h"

#include "base/text.h"
#include "producer/kafka_letters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct dead_letters {
    FILE *file; /* NULL: none; unbuffered, a letter is written in one */
    const char *place;
    struct kafka_letters *topic; /* NULL: none */
};

static bool failed(const char *place, int cause, struct error *err)
{
    return error_set(err, 0, "cannot write dead letters to %s: %s", place, strerror(cause));
}

static int open_private(const char *place)
{
    if (strcmp(place, "-") == 0)
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    int fd = open(place, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct stat found;
    if (fd < 0 || fstat(fd, &found) != 0 || !S_ISREG(found.st_mode) || (found.st_mode & 0777) == 0600)
        return fd;
    if (fchmod(fd, 0600) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

static FILE *open_file(const char *place, struct error *err)
{
    int fd = open_private(place);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "ab");
    if (file && setvbuf(file, NULL, _IONBF, 0) == 0)
        return file;
    failed(place, errno, err);
    if (file)
        fclose(file);
    return NULL;
}

struct dead_letters *dead_letters_open(const char *place, const struct sink_options *topic, struct error *err)
{
    struct dead_letters *letters = calloc(1, sizeof *letters);
    if (!letters)
        abort();
    letters->place = place;
    bool opened = (!place || (letters->file = open_file(place, err))) &&
                  (!topic || (letters->topic = kafka_letters_open(topic, err)));
    if (opened)
        return letters;
    if (letters->file)
        fclose(letters->file);
    free(letters);
    return NULL;
}

static void put_base64(struct buffer *out, struct span bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        struct span rest = span_from(bytes, i);
        uint32_t bits = 0;
        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (j < rest.len ? (uint8_t)rest.ptr[j] : 0);
        for (size_t j = 0; j < 4; j++)
            buffer_byte(out, j <= rest.len ? digits[bits >> (18 - 6 * j) & 63] : '=');
    }
}

void dead_letter_render(struct buffer *out, const struct dead_letter *letter)
{
    const struct line *line = letter->line;
    buffer_put(out, SPAN("{\"input\":"));
    text_quote(out, text_shown(span_of(line->input), out->arena));
    buffer_printf(out, ",\"line\":%lld,\"reason\":", (long long)line->number);
    text_quote(out, span_of(letter->reason));
    buffer_put(out, SPAN(",\"field\":"));
    if (letter->field.len > 0)
        text_quote(out, letter->field);
    else
        buffer_put(out, SPAN("null"));
    buffer_printf(out, ",\"bytes\":%lld", (long long)letter->bytes);
    if (!letter->bare && text_is_utf8(line->bytes)) {
        buffer_put(out, SPAN(",\"raw\":"));
        text_quote(out, line->bytes);
    } else if (!letter->bare) {
        buffer_put(out, SPAN(",\"raw_base64\":\""));
        put_base64(out, line->bytes);
        buffer_byte(out, '"');
    }
    buffer_byte(out, '}');
}

static bool put_line(struct dead_letters *letters, const struct dead_letter *letter, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct buffer out = {.arena = arena};
    dead_letter_render(&out, letter);
    buffer_byte(&out, '\n');
    struct stat before;
    bool known = fstat(fileno(letters->file), &before) == 0 && S_ISREG(before.st_mode);
    if (fwrite(out.ptr, 1, out.len, letters->file) == out.len)
        return true;
    int cause = errno;
    if (known && ftruncate(fileno(letters->file), before.st_size) != 0)
        cause = errno; /* half a letter stays */
    return failed(letters->place, cause, err);
}

bool dead_letters_put(struct dead_letters *letters, const struct dead_letter *letter, struct error *err)
{
    return (!letters->file || put_line(letters, letter, err)) &&
           (!letters->topic || kafka_letters_put(letters->topic, letter, err));
}

bool dead_letters_tick(struct dead_letters *letters, struct error *err)
{
    return !letters->topic || kafka_letters_tick(letters->topic, err);
}

static bool sync_file(struct dead_letters *letters, struct error *err)
{
    int fd = fileno(letters->file);
    return fsync(fd) == 0 || errno == EINVAL || errno == EROFS || failed(letters->place, errno, err);
}

bool dead_letters_sync(struct dead_letters *letters, struct error *err)
{
    return (!letters->file || sync_file(letters, err)) &&
           (!letters->topic || kafka_letters_sync(letters->topic, err));
}

static bool close_file(struct dead_letters *letters, struct error *err)
{
    bool synced = sync_file(letters, err);
    return fclose(letters->file) == 0 ? synced : synced && failed(letters->place, errno, err);
}

/* Both are closed whatever happens; the first failure is told. */
bool dead_letters_close(struct dead_letters *letters, struct error *err)
{
    AUTO_ARENA arena = arena_new();
    struct error second = {.arena = arena};
    bool well = !letters->file || close_file(letters, err);
    if (letters->topic && !kafka_letters_close(letters->topic, well ? err : &second))
        well = false;
    free(letters);
    return well;
}
