/* SPDX-License-Identifier: Apache-2.0 */
/* Reading members of a mapping file and saying, with its line, what is wrong with one. */
#include "producer/load.h"

#include <stdarg.h>

size_t load_line(const struct loader *loader, const struct text *at)
{
    size_t line = 1;
    for (const char *each = loader->text.ptr; each < at->source.ptr; each++)
        line += *each == '\n';
    return line;
}

bool load_fail(const struct loader *loader, const struct text *at, const char *format, ...)
{
    struct buffer out = {.arena = loader->arena};
    va_list args;
    va_start(args, format);
    buffer_vprintf(&out, format, args);
    va_end(args);
    return error_set(loader->err, 0, "line %zu: %.*s", load_line(loader, at), SPAN_ARGS(buffer_span(&out)));
}

static bool is_listed(struct span name, const char *const *names)
{
    for (; *names; names++)
        if (span_equal(name, span_of(*names)))
            return true;
    return false;
}

bool load_object(const struct loader *loader, const struct text *value, const char *what,
                 const char *const *members)
{
    if (value->kind != TEXT_OBJECT)
        return load_fail(loader, value, "%s is to be an object", what);
    for (size_t i = 0; i < value->count; i++)
        if (!is_listed(value->members[i].name, members))
            return load_fail(loader, &value->members[i].value, "%s has no member '%.*s'", what,
                             SPAN_ARGS(value->members[i].name));
    return true;
}

bool load_string(const struct loader *loader, const struct text *object, const char *name,
                 struct span *string)
{
    const struct text *value = text_get(object, span_of(name));
    if (!value)
        return true;
    if (value->kind != TEXT_STRING)
        return load_fail(loader, value, "'%s' is to be a string", name);
    *string = value->string;
    return true;
}

bool load_flag(const struct loader *loader, const struct text *object, const char *name, bool *flag)
{
    const struct text *value = text_get(object, span_of(name));
    if (!value)
        return true;
    if (value->kind != TEXT_BOOLEAN)
        return load_fail(loader, value, "'%s' is to be true or false", name);
    *flag = value->truth;
    return true;
}

bool load_list(const struct loader *loader, const struct text *object, const char *name,
               const struct text **list)
{
    const struct text *value = text_get(object, span_of(name));
    if (!value)
        return true;
    if (value->kind != TEXT_ARRAY)
        return load_fail(loader, value, "'%s' is to be an array", name);
    *list = value;
    return true;
}

bool load_needed(const struct loader *loader, const struct text *object, const char *name,
                 const struct text **value)
{
    *value = text_get(object, span_of(name));
    return *value || load_fail(loader, object, "the member '%s' is missing", name);
}

bool load_pointer(const struct loader *loader, const struct text *at, struct span text,
                  struct pointer *pointer)
{
    struct error cause = {.arena = loader->arena};
    if (pointer_parse(text, pointer, loader->arena, &cause))
        return true;
    return load_fail(loader, at, "%.*s: %.*s", SPAN_ARGS(text), SPAN_ARGS(cause.message));
}

bool load_template(const struct loader *loader, const struct text *at, struct topic_template *parsed)
{
    if (at->kind != TEXT_STRING)
        return load_fail(loader, at, "a topic is to be a string");
    struct error cause = {.arena = loader->arena};
    if (topic_template_parse(at->string, parsed, loader->arena, &cause))
        return true;
    return load_fail(loader, at, "%.*s: %.*s", SPAN_ARGS(at->string), SPAN_ARGS(cause.message));
}
