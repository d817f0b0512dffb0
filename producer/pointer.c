/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Pointers: split when a mapping is loaded, so that an event costs comparisons alone. */
#include "producer/pointer.h"

/* "~1" becomes a slash, "~0" a tilde. */
static bool unescape(struct span text, struct span *name, struct arena *arena, struct error *err)
{
    *name = text;
    if (!text.len || !memchr(text.ptr, '~', text.len))
        return true;
    struct buffer out = {.arena = arena};
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte == '~') {
            char which = ++i < text.len ? text.ptr[i] : ' ';
            if (which != '0' && which != '1')
                return error_set(err, 0, "a '~' in a pointer is to be written ~0, a '/' in a name ~1");
            byte = which == '0' ? '~' : '/';
        }
        buffer_byte(&out, byte);
    }
    *name = buffer_span(&out);
    return true;
}

/* "0", or digits that do not begin with one; more than nine of them index nothing that fits a line. */
static bool read_index(struct span name, size_t *index)
{
    if (name.len == 0 || name.len > 9 || (name.ptr[0] == '0' && name.len > 1))
        return false;
    *index = 0;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] < '0' || name.ptr[i] > '9')
            return false;
        *index = *index * 10 + (size_t)(name.ptr[i] - '0');
    }
    return true;
}

static bool read_step(struct span text, struct pointer_step *step, struct arena *arena, struct error *err)
{
    if (!unescape(text, &step->name, arena, err))
        return false;
    step->indexes = read_index(step->name, &step->index);
    if (!span_starts(step->name, SPAN("?")))
        return true;
    struct span search = span_from(step->name, 1);
    const char *equals = search.len ? memchr(search.ptr, '=', search.len) : NULL;
    if (!equals)
        return error_set(err, 0, "a step that begins with '?' is to be ?member=text");
    step->member = span_first(search, (size_t)(equals - search.ptr));
    step->wanted = span_from(search, step->member.len + 1);
    return true;
}

static size_t count_slashes(struct span text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '/';
    return count;
}

bool pointer_parse(struct span text, struct pointer *pointer, struct arena *arena, struct error *err)
{
    if (text.len && text.ptr[0] != '/')
        return error_set(err, 0, "a pointer is empty or begins with '/'");
    pointer->count = count_slashes(text);
    struct pointer_step *steps = arena_array(arena, pointer->count, sizeof *steps);
    pointer->steps = steps;
    for (size_t i = 0; i < pointer->count; i++) {
        text = span_from(text, 1);
        const char *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;
        struct span name = slash ? span_first(text, (size_t)(slash - text.ptr)) : text;
        if (!read_step(name, &steps[i], arena, err))
            return false;
        text = span_from(text, name.len);
    }
    return true;
}

static const struct text *last_with(const struct text *array, struct span member, struct span wanted)
{
    for (size_t i = array->count; i-- > 0;) {
        const struct text *found = text_get(&array->items[i], member);
        if (found && found->kind == TEXT_STRING && span_equal(found->string, wanted))
            return &array->items[i];
    }
    return NULL;
}

static const struct text *take_step(const struct pointer_step *step, const struct text *from)
{
    if (from->kind == TEXT_OBJECT)
        return text_get(from, step->name);
    if (from->kind != TEXT_ARRAY)
        return NULL;
    if (step->member.ptr)
        return last_with(from, step->member, step->wanted);
    return step->indexes && step->index < from->count ? &from->items[step->index] : NULL;
}

const struct text *pointer_find(const struct pointer *pointer, const struct text *from)
{
    for (size_t i = 0; from && i < pointer->count; i++)
        from = take_step(&pointer->steps[i], from);
    return from;
}
