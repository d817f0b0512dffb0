/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the JSON reader: where it stands, and the parts of a text that hold no other part. */
#ifndef BASE_TEXT_SCAN_H
#define BASE_TEXT_SCAN_H

#include "base/stride.h"
#include "base/text.h"

struct scan {
    const char *start, *at, *end;
    const struct text_rules *rules;
    struct text_failure *failure;
    struct arena *arena;
    unsigned depth_max;
    size_t values;                  /* begun so far */
    struct text_member *pile;       /* what is being read, and the members of what holds it, innermost last */
    size_t pile_used, pile_room;
};

/* A byte that tells most names of one object apart. */
static inline uint8_t text_tag(struct span name)
{
    if (name.len == 0)
        return 0;
    return (uint8_t)(name.len * 7 + (unsigned char)name.ptr[0] * 3u + (unsigned char)name.ptr[name.len - 1]);
}

/* Fill the failure and return false: here, at another place, or because the next byte is not what must stand
 * there (the end of the text is then truncated, not bad). */
bool scan_fail(struct scan *r, enum text_fault fault);
bool scan_fail_at(struct scan *r, enum text_fault fault, const char *where);
bool scan_fail_here(struct scan *r);

static inline bool scan_peek(const struct scan *r, char byte)
{
    return r->at < r->end && *r->at == byte;
}

bool scan_skip_blank(struct scan *r);       /* and comments where they are allowed */

/* The same, at once where there is none: between the parts of a text from a machine there seldom is. */
static inline bool scan_skip_space(struct scan *r)
{
    return (r->at < r->end && *r->at > ' ' && *r->at != '/') || scan_skip_blank(r);
}

/* A string, standing on its opening quote. Without an escape the result borrows from the source. */
bool scan_string(struct scan *r, size_t longest, struct span *string);
bool scan_number(struct scan *r, struct text *value);
bool scan_word(struct scan *r, struct text *value);     /* null, true, false */

#endif
