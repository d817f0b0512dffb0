/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON Pointer (RFC 6901) split once, followed often. One extension: the step "?name=text" takes the last
 * element of an array that is an object whose member `name` is the string `text`. */
#ifndef PRODUCER_POINTER_H
#define PRODUCER_POINTER_H

#include "base/text.h"

struct pointer_step {
    struct span name; /* of an object's member, unescaped */
    bool indexes;     /* the name is also an array's index */
    size_t index;
    struct span member, wanted; /* of the extension; member.ptr NULL: it is none */
};

struct pointer {
    const struct pointer_step *steps;
    size_t count;
};

/* "" is the value itself. The steps may borrow from `text`. */
MUST_CHECK bool pointer_parse(struct span text, struct pointer *pointer, struct arena *arena,
                              struct error *err);

/* NULL: there is nothing. */
const struct text *pointer_find(const struct pointer *pointer, const struct text *from);

#endif
