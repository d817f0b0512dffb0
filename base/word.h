/* SPDX-License-Identifier: Apache-2.0 */
/* Eight bytes looked at in one step: most of what is read is plain text, and of that most is passed over. The
 * answer to a question is a word that is 0 when no byte is of that kind. Answers may be joined by |, and
 * word_first tells the first byte; of those behind it they may say too much. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { WORD = sizeof(uint64_t) };

static const uint64_t WORD_ONES = 0x0101010101010101u, WORD_TOPS = 0x8080808080808080u;

/* The first byte is the lowest one, on every machine. */
static inline uint64_t word_at(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

/* A byte from 0x80 up. */
static inline uint64_t word_above(uint64_t word)
{
    return word & WORD_TOPS;
}

/* A byte below `limit`, which is at most 0x80. */
static inline uint64_t word_below(uint64_t word, unsigned char limit)
{
    return (word - WORD_ONES * limit) & ~word & WORD_TOPS;
}

/* That byte. */
static inline uint64_t word_has(uint64_t word, char byte)
{
    return word_below(word ^ WORD_ONES * (unsigned char)byte, 1);
}

/* The place of the first byte that an answer names; the answer is not 0. */
static inline size_t word_first(uint64_t answer)
{
    return (size_t)__builtin_ctzll(answer) / 8;
}

#endif
