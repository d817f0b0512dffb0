/* SPDX-License-Identifier: Apache-2.0 */
/* Grown by doubling and never by what a client declares: a thousand heads that promise 16 MiB cost nothing.
 * */
#include "server/body.h"

#include <stdlib.h>

#include "base/limits.h"

enum { FIRST_ROOM = 4 * KIB };

bool body_dropped(const struct body *body)
{
    return body->seen > body->most;
}

static void grow(struct body *body)
{
    if (body->room == 0)
        body->room = FIRST_ROOM;
    while (body->room < body->seen)
        body->room *= 2;
    body->ptr = realloc(body->ptr, body->room);
    if (!body->ptr)
        abort();
}

bool body_take(struct body *body, const char *bytes, size_t size)
{
    size_t len = (size_t)body->seen;
    body->seen += size;
    if (body_dropped(body)) {
        body_free(body);
        return body->seen <= body->most + body->drain;
    }
    if (body->seen > body->room)
        grow(body);
    memcpy(body->ptr + len, bytes, size);
    return true;
}

struct span body_span(const struct body *body)
{
    return body_dropped(body) ? (struct span){0} : (struct span){body->ptr, (size_t)body->seen};
}

void body_free(struct body *body)
{
    free(body->ptr);
    body->ptr = NULL;
    body->room = 0;
}
