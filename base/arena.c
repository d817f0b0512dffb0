/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas: chunks that double in size, a list of deferrals, and text that grows inside. What is free in a
 * chunk is zero: calloc made it so, and arena_clear again. */
#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum {
    ALIGNMENT = 16,
    FIRST_CHUNK = 1024,
    LARGEST_CHUNK = 64 * 1024,
    KEPT_CHUNK = 1024 * 1024,   /* the largest that outlives arena_clear */
    RED_ZONE = 16,              /* between two allocations, so that ASan sees an overrun */
};

struct chunk {
    struct chunk *older;
    size_t room, used;
    _Alignas(ALIGNMENT) char bytes[];
};

struct deferral {
    struct deferral *older;
    void (*release)(void *thing);
    void *thing;
};

struct arena {
    struct chunk *newest;
    struct deferral *deferrals;
    size_t size, next_chunk;
};

static void *memory_or_end(void *memory)
{
    if (!memory) {
        fputs("schemad: out of memory\n", stderr);
        abort();
    }
    return memory;
}

struct arena *arena_new(void)
{
    struct arena *arena = memory_or_end(calloc(1, sizeof *arena));
    arena->next_chunk = FIRST_CHUNK;
    return arena;
}

static void run_deferrals(struct arena *arena)
{
    for (struct deferral *each = arena->deferrals; each; each = each->older)
        each->release(each->thing);
    arena->deferrals = NULL;
}

static void free_chunks(struct chunk *chunk)
{
    for (struct chunk *older; chunk; chunk = older) {
        older = chunk->older;
        ASAN_UNPOISON_MEMORY_REGION(chunk->bytes, chunk->room);
        free(chunk);
    }
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    run_deferrals(arena);
    free_chunks(arena->newest);
    free(arena);
}

static void empty_chunk(struct chunk *chunk)
{
    ASAN_UNPOISON_MEMORY_REGION(chunk->bytes, chunk->room);
    memset(chunk->bytes, 0, chunk->used);
    ASAN_POISON_MEMORY_REGION(chunk->bytes, chunk->room);
    chunk->used = 0;
    chunk->older = NULL;
}

/* The newest chunk is the largest, or nearly so. */
void arena_clear(struct arena *arena)
{
    struct chunk *newest = arena->newest;
    bool kept = newest && newest->room <= KEPT_CHUNK;
    run_deferrals(arena);
    free_chunks(kept ? newest->older : newest);
    arena->newest = kept ? newest : NULL;
    arena->size = kept ? sizeof *newest + newest->room : 0;
    if (kept)
        empty_chunk(newest);
}

static struct chunk *chunk_add(struct arena *arena, size_t least)
{
    size_t room = arena->next_chunk > least ? arena->next_chunk : least;
    struct chunk *chunk = memory_or_end(calloc(1, sizeof *chunk + room));
    chunk->room = room;
    chunk->older = arena->newest;
    arena->newest = chunk;
    arena->size += sizeof *chunk + room;
    if (arena->next_chunk < LARGEST_CHUNK)
        arena->next_chunk *= 2;
    ASAN_POISON_MEMORY_REGION(chunk->bytes, chunk->room);
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    assert(size < SIZE_MAX / 2);
    size_t step = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + RED_ZONE;
    struct chunk *chunk = arena->newest;
    if (!chunk || chunk->room - chunk->used < step)
        chunk = chunk_add(arena, step);
    void *memory = chunk->bytes + chunk->used;
    chunk->used += step;
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        memory_or_end(NULL);
    return arena_alloc(arena, total);
}

struct span arena_copy(struct arena *arena, struct span text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    return (struct span){copy, text.len};
}

void arena_defer(struct arena *arena, void (*release)(void *thing), void *thing)
{
    struct deferral *deferral = arena_alloc(arena, sizeof *deferral);
    *deferral = (struct deferral){arena->deferrals, release, thing};
    arena->deferrals = deferral;
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

void arena_adopt(struct arena *arena, struct arena *other)
{
    arena_defer(arena, free_arena, other);
    arena->size += other->size;
}

size_t arena_size(const struct arena *arena)
{
    return arena->size;
}

static void buffer_grow(struct buffer *buffer, size_t wanted)
{
    size_t room = buffer->room ? buffer->room : 64;
    while (room < wanted)
        room *= 2;
    char *bytes = arena_alloc(buffer->arena, room);
    if (buffer->len)
        memcpy(bytes, buffer->ptr, buffer->len);
    buffer->ptr = bytes;
    buffer->room = room;
}

/* Room also for a NUL after them. */
char *buffer_claim(struct buffer *buffer, size_t most)
{
    size_t wanted;
    if (__builtin_add_overflow(buffer->len, most + 1, &wanted))
        memory_or_end(NULL);
    if (wanted > buffer->room)
        buffer_grow(buffer, wanted);
    return buffer->ptr + buffer->len;
}

void buffer_put(struct buffer *buffer, struct span text)
{
    if (!text.len)
        return;
    memcpy(buffer_claim(buffer, text.len), text.ptr, text.len);
    buffer->len += text.len;
    buffer->ptr[buffer->len] = 0;
}

void buffer_byte(struct buffer *buffer, char byte)
{
    *buffer_claim(buffer, 1) = byte;
    buffer->len++;
    buffer->ptr[buffer->len] = 0;
}

static void buffer_number(struct buffer *buffer, const char *format, long long number)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, format[0] == 'u' ? "%llu" : "%lld", number);
    buffer_put(buffer, (struct span){digits, (size_t)len});
}

/* One directive, `format` standing behind its '%'. vprintf would end a span at its first NUL byte. */
static const char *buffer_directive(struct buffer *buffer, const char *format, va_list *args)
{
    if (*format == '%') {
        buffer_byte(buffer, '%');
        return format + 1;
    }
    if (*format == 's') {
        buffer_put(buffer, span_of(va_arg(*args, const char *)));
        return format + 1;
    }
    if (*format == 'd') {
        buffer_number(buffer, "d", va_arg(*args, int));
        return format + 1;
    }
    if (strncmp(format, ".*s", 3) == 0) {
        int len = va_arg(*args, int);
        assert(len >= 0);
        buffer_put(buffer, (struct span){va_arg(*args, const char *), (size_t)len});
        return format + 3;
    }
    if (strncmp(format, "zu", 2) == 0) {
        buffer_number(buffer, "u", (long long)va_arg(*args, size_t));
        return format + 2;
    }
    if (strncmp(format, "lld", 3) == 0) {
        buffer_number(buffer, "d", va_arg(*args, long long));
        return format + 3;
    }
    assert(!"a directive that buffer_printf does not know");
    abort();
}

void buffer_vprintf(struct buffer *buffer, const char *format, va_list given)
{
    va_list args;
    va_copy(args, given);
    while (*format) {
        size_t plain = strcspn(format, "%");
        buffer_put(buffer, (struct span){format, plain});
        format += plain;
        if (*format)
            format = buffer_directive(buffer, format + 1, &args);
    }
    va_end(args);
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buffer_vprintf(buffer, format, args);
    va_end(args);
}

struct span arena_printf(struct arena *arena, const char *format, ...)
{
    struct buffer buffer = {.arena = arena};
    va_list args;
    va_start(args, format);
    buffer_vprintf(&buffer, format, args);
    va_end(args);
    return buffer_span(&buffer);
}
