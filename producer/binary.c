/* SPDX-License-Identifier: Apache-2.0 */
/* Avro binary: zigzag numbers of seven bits a byte, the lowest first; IEEE 754, the lowest byte first. */
#include "producer/binary.h"

#include <endian.h>

void binary_long(struct buffer *out, int64_t number)
{
    char bytes[10];
    size_t len = 0;
    uint64_t rest = ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
    for (; rest > 0x7f; rest >>= 7)
        bytes[len++] = (char)(rest | 0x80);
    bytes[len++] = (char)rest;
    buffer_put(out, (struct span){bytes, len});
}

void binary_bytes(struct buffer *out, struct span bytes)
{
    binary_long(out, (int64_t)bytes.len);
    buffer_put(out, bytes);
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
