/* SPDX-License-Identifier: Apache-2.0 */
/* The one error object: filled where the failure is found, read where it is answered. A function that can
 * fail returns bool, is MUST_CHECK and takes `struct error *err` last; each row of errors.def is a
 * constructor that fills *err and returns false: `return error_subject_not_found(err, name);` */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/arena.h"

#define MUST_CHECK __attribute__((warn_unused_result))

struct error {
    struct arena *arena;    /* where the message lives; set by whoever owns the error, before the call */
    int code;               /* Confluent's error_code; its first three digits are the HTTP status */
    struct span message;
    struct span more;       /* ready JSON members to follow the message, without leading comma; or empty */
};

/* Fills the error and returns false. The format is that of buffer_printf. */
bool error_set(struct error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Carries an error into another error's arena; returns false. */
bool error_pass(struct error *to, const struct error *from);

/* The HTTP status of a code: 404 for 40401, 409 for 409. */
int error_status(int code);

#define ERROR(name, code, format, params, ...)                                                              \
    static inline bool error_##name params                                                                  \
    {                                                                                                       \
        return error_set(err, code, format, ##__VA_ARGS__);                                                 \
    }
#include "base/errors.def"
#undef ERROR

/* The same rows as data: for the manual and for tests that count what was reached. */
struct error_row {
    const char *name;
    int code;
    const char *format;
};
extern const struct error_row error_rows[];
extern const size_t error_rows_count;

#endif
