/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of what no other registry has: nothing is coerced and nothing ignored (42296, which names the
 * member). A route whose body is read here names no body_argument. */
#ifndef API_STRICT_H
#define API_STRICT_H

#include "api/call.h"

struct strict_member {
    const char *name;
    enum text_kind kind;
};

/* Fills call->json with an object of no other members than these, each of its kind; an empty body has none. A
 * body that is no JSON is 400. */
MUST_CHECK bool strict_read(struct call *call, const struct strict_member *members, size_t count,
                            struct error *err);

/* NULL: it is not there. */
const struct text *strict_member(const struct call *call, const char *name);

/* A member that must be there, and be an RFC 3339 time. */
MUST_CHECK bool strict_moment(const struct call *call, const char *name, int64_t *ms, struct error *err);

#endif
