/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused before a call begins: heads that are too large, and heads that a proxy in front may have
 * read differently from us. Pure functions over what was read; free of any HTTP library. */
#ifndef SERVER_ADMIT_H
#define SERVER_ADMIT_H

#include "base/error.h"

struct head_field {
    struct span name, value;
};

/* A request's head as it was read. */
struct head {
    struct span method, target, version;    /* "GET", "/subjects?deleted=true", "HTTP/1.1" */
    struct head_field *fields;              /* in the order in which they came */
    size_t count;
    size_t size;                            /* bytes of the header block, as they came; 0: unknown */
    bool cut;                               /* a NUL byte ended the target early */
    const char *end;                        /* of the bytes that the fields lie in; NULL: they lie anywhere */
};

struct head_limits {
    size_t target, block;                   /* bytes */
    size_t fields;
};

/* The body that follows a head. */
struct framing {
    bool chunked;
    bool declared;                          /* by a Content-Length */
    uint64_t length;
};

/* 431, 414, 400. */
MUST_CHECK bool admit_head(const struct head *head, const struct head_limits *limits, struct framing *framing,
                           struct error *err);

/* 413 for a body that says it is too large. */
MUST_CHECK bool admit_body(const struct framing *framing, size_t most, struct error *err);

#endif
