/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen bytes looked at in one step: most of what is read is plain text, and of that most is passed over.
 * The vectors are the compiler's own, so they are there on every machine. */
#ifndef BASE_STRIDE_H
#define BASE_STRIDE_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char stride __attribute__((vector_size(16)));

enum { STRIDE = sizeof(stride) };

static inline stride stride_at(const char *bytes)
{
    stride taken;
    memcpy(&taken, bytes, sizeof taken);
    return taken;
}

/* The place of the first byte that is marked, as a comparison of strides marks it (0xff); STRIDE: none is. */
static inline size_t stride_first(stride marks)
{
    uint64_t halves[2];
    memcpy(halves, &marks, sizeof halves);
    if (halves[0])
        return (size_t)__builtin_ctzll(le64toh(halves[0])) / 8;
    return halves[1] ? 8 + (size_t)__builtin_ctzll(le64toh(halves[1])) / 8 : STRIDE;
}

static inline bool stride_is_ascii(stride bytes)
{
    uint64_t halves[2];
    memcpy(halves, &bytes, sizeof halves);
    return !((halves[0] | halves[1]) & 0x8080808080808080u);
}

#endif
