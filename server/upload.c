/* SPDX-License-Identifier: Apache-2.0 */
/* Grown by doubling and never by what a client declares: a thousand heads promising 16 MiB cost
 * nothing. */
#include "server/upload.h"

#include <stdlib.h>

#include "base/limits.h"

enum { FIRST_ROOM = 4 * KIB };

bool upload_dropped(const struct upload *upload)
{
    return upload->seen > upload->most;
}

static void grow(struct upload *upload)
{
    if (upload->room == 0)
        upload->room = FIRST_ROOM;
    while (upload->room < upload->seen)
        upload->room *= 2;
    upload->ptr = realloc(upload->ptr, upload->room);
    if (!upload->ptr)
        abort();
}

bool upload_take(struct upload *upload, const char *bytes, size_t size)
{
    size_t len = (size_t)upload->seen;
    upload->seen += size;
    if (upload_dropped(upload)) {
        upload_free(upload);
        return upload->seen <= upload->most + upload->drain;
    }
    if (upload->seen > upload->room)
        grow(upload);
    memcpy(upload->ptr + len, bytes, size);
    return true;
}

struct span upload_span(const struct upload *upload)
{
    return upload_dropped(upload) ? (struct span){0} : (struct span){upload->ptr, (size_t)upload->seen};
}

void upload_free(struct upload *upload)
{
    free(upload->ptr);
    upload->ptr = NULL;
    upload->room = 0;
}
