/* SPDX-License-Identifier: Apache-2.0 */
/* A small file, read at once: see the header. */
#include "producer/whole_file.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>

static bool read_all(FILE *file, const char *name, size_t most, struct span *text, struct arena *arena,
                     struct error *err)
{
    struct buffer all = {.arena = arena};
    char chunk[8192];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buffer_put(&all, (struct span){chunk, got});
        if (all.len > most)
            return error_set(err, 0, "the file %s is longer than %zu bytes", name, most);
    }
    *text = buffer_span(&all);
    return !ferror(file) || error_set(err, 0, "cannot read %s: %s", name, strerror(errno));
}

bool whole_file(const char *place, size_t most, struct span *text, struct arena *arena, struct error *err)
{
    FILE *opened = fopen(place, "rb");
    if (!opened)
        return error_set(err, 0, "cannot read %s: %s", place, strerror(errno));
    bool read = read_all(opened, place, most, text, arena, err);
    fclose(opened);
    return read;
}
