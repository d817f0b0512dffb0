/* SPDX-License-Identifier: Apache-2.0 */
/* Filling the one error object, and the rows of errors.def as data. */
#include "base/error.h"

#include <stdarg.h>

bool error_set(struct error *err, int code, const char *format, ...)
{
    struct buffer message = {.arena = err->arena};
    va_list args;
    va_start(args, format);
    buffer_vprintf(&message, format, args);
    va_end(args);
    err->code = code;
    err->message = buffer_span(&message);
    err->more = (struct span){NULL, 0};
    return false;
}

bool error_pass(struct error *to, const struct error *from)
{
    to->code = from->code;
    to->message = arena_copy(to->arena, from->message);
    to->more = from->more.len ? arena_copy(to->arena, from->more) : (struct span){NULL, 0};
    return false;
}

int error_status(int code)
{
    while (code > 999)
        code /= 10;
    return code;
}

const struct error_row error_rows[] = {
#define ERROR(name, code, format, params, ...) {#name, code, format},
#include "base/errors.def"
#undef ERROR
};
const size_t error_rows_count = sizeof error_rows / sizeof *error_rows;
