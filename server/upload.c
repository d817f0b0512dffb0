/* SPDX-License-Identifier: Apache-2.0 */
/* Grown by doubling and never by what a client declares: a thousand heads promising 16 MiB cost
 * nothing. */
#include "server/upload.h"

#include <stdlib.h>

#include "base/limits.h"

enum { FIRST_ROOM = 4 * KIB };

bool upload_too_large(const struct upload *upload)
{
    return upload->seen > upload->most;
}

/* Small bodies are always taken: a connection costs more than they do. */
static bool claim(struct upload *upload, size_t room)
{
    if (room > FIRST_ROOM)
        return budget_take(upload->all, room - upload->room);
    budget_take_anyway(upload->all, room - upload->room);
    return true;
}

static bool grow(struct upload *upload)
{
    size_t room = upload->room ? upload->room : FIRST_ROOM;
    while (room < upload->seen)
        room *= 2;
    if (room > upload->most)
        room = upload->most;
    if (!claim(upload, room))
        return false;
    upload->room = room;
    upload->ptr = realloc(upload->ptr, room);
    if (!upload->ptr)
        abort();
    return true;
}

bool upload_take(struct upload *upload, const char *bytes, size_t size)
{
    size_t len = (size_t)upload->seen;
    upload->seen += size;
    if (!upload_too_large(upload) && !upload->crowded && upload->seen > upload->room)
        upload->crowded = !grow(upload);
    if (upload_too_large(upload) || upload->crowded) {
        upload_free(upload);
        return upload->seen <= upload->most + upload->drain;
    }
    memcpy(upload->ptr + len, bytes, size);
    return true;
}

struct span upload_span(const struct upload *upload)
{
    return upload->ptr ? (struct span){upload->ptr, (size_t)upload->seen} : (struct span){0};
}

void upload_free(struct upload *upload)
{
    free(upload->ptr);
    if (upload->room)
        budget_give(upload->all, upload->room);
    upload->ptr = NULL;
    upload->room = 0;
}
