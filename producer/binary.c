/* SPDX-License-Identifier: Apache-2.0 */
/* Avro binary: zigzag numbers of seven bits a byte, the lowest first; IEEE 754, the lowest byte first. */
#include "producer/binary.h"

#include <endian.h>

enum { LONG_MAX_BYTES = 10 };

static size_t put_long(char *to, int64_t number)
{
    size_t len = 0;
    uint64_t rest = ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
    for (; rest > 0x7f; rest >>= 7)
        to[len++] = (char)(rest | 0x80);
    to[len++] = (char)rest;
    return len;
}

void binary_long(struct buffer *out, int64_t number)
{
    char *end = buffer_claim(out, LONG_MAX_BYTES);
    out->len += put_long(end, number);
}

void binary_bytes(struct buffer *out, struct span bytes)
{
    char *end = buffer_claim(out, LONG_MAX_BYTES + bytes.len);
    size_t head = put_long(end, (int64_t)bytes.len);
    if (bytes.len)
        memcpy(end + head, bytes.ptr, bytes.len);
    out->len += head + bytes.len;
}

void binary_boolean(struct buffer *out, bool truth)
{
    buffer_byte(out, truth);
}

void binary_float(struct buffer *out, float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    bits = htole32(bits);
    buffer_put(out, (struct span){(const char *)&bits, sizeof bits});
}

void binary_double(struct buffer *out, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    bits = htole64(bits);
    buffer_put(out, (struct span){(const char *)&bits, sizeof bits});
}
