/* SPDX-License-Identifier: Apache-2.0 */
/* An arena is memory that lives and dies together: one call, one parsed schema. Nothing taken from it is
 * freed by hand; a foreign thing is tied to it by arena_defer. One thread at a time. Running out of memory
 * ends the process, so nothing here fails. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/span.h"

struct arena;

struct arena *arena_new(void);

/* Runs the deferrals, newest first, then frees everything. NULL is accepted. */
void arena_free(struct arena *arena);

/* Runs the deferrals and takes everything back; some memory is kept for what comes next. */
void arena_clear(struct arena *arena);

/* Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same for `count` elements; the product may not overflow (it ends the process). */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy that lives with the arena, followed by a NUL byte that its length does not count. */
struct span arena_copy(struct arena *arena, struct span text);

/* Calls release(thing) when the arena is freed. */
void arena_defer(struct arena *arena, void (*release)(void *thing), void *thing);

/* The other arena lives as long as this one, and counts as a part of it. */
void arena_adopt(struct arena *arena, struct arena *other);

/* Bytes the arena has taken from the system so far. */
size_t arena_size(const struct arena *arena);

/* Text that grows inside an arena. Start with {.arena = arena}; `ptr` moves as it grows. */
struct buffer {
    struct arena *arena;
    char *ptr;
    size_t len, room;
};

void buffer_put(struct buffer *buffer, struct span text);
void buffer_byte(struct buffer *buffer, char byte);

/* Room for `most` more bytes, at the end; whoever writes them adds to `len` what they are. */
char *buffer_claim(struct buffer *buffer, size_t most);

/* Knows %.*s (NUL bytes inside included), %s, %d, %zu, %lld, %%; ends the process on anything else. */
void buffer_printf(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_vprintf(struct buffer *buffer, const char *format, __builtin_va_list args)
    __attribute__((format(printf, 2, 0)));

/* What was written so far; borrowed until the buffer grows again. */
static inline struct span buffer_span(const struct buffer *buffer)
{
    return (struct span){buffer->ptr, buffer->len};
}

/* buffer_printf into a fresh span. */
struct span arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `AUTO_ARENA arena = arena_new();` is freed when its scope ends. */
static inline void arena_auto(struct arena **arena)
{
    arena_free(*arena);
}
#define AUTO_ARENA __attribute__((cleanup(arena_auto))) struct arena *

#endif
