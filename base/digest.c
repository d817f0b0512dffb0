/* SPDX-License-Identifier: Apache-2.0 */
/* Digests by nettle, and how they are written. */
#include "base/digest.h"

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

static const uint8_t *span_bytes(struct span bytes)
{
    return (const uint8_t *)(bytes.ptr ? bytes.ptr : "");
}

void digest_md5(struct span bytes, uint8_t digest[MD5_SIZE])
{
    struct md5_ctx md5;
    md5_init(&md5);
    md5_update(&md5, bytes.len, span_bytes(bytes));
    md5_digest(&md5, MD5_SIZE, digest);
}

void digest_sha1(struct span bytes, uint8_t digest[SHA1_SIZE])
{
    struct sha1_ctx sha1;
    sha1_init(&sha1);
    sha1_update(&sha1, bytes.len, span_bytes(bytes));
    sha1_digest(&sha1, SHA1_SIZE, digest);
}

void digest_sha256(struct span bytes, uint8_t digest[SHA256_SIZE])
{
    struct sha256_ctx sha256;
    sha256_init(&sha256);
    sha256_update(&sha256, bytes.len, span_bytes(bytes));
    sha256_digest(&sha256, SHA256_SIZE, digest);
}

static const char hex_digits[] = "0123456789abcdef";

struct span digest_hex(const uint8_t *digest, size_t size, struct arena *arena)
{
    char *text = arena_alloc(arena, 2 * size + 1);
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = hex_digits[digest[i] >> 4];
        text[2 * i + 1] = hex_digits[digest[i] & 15];
    }
    return (struct span){text, 2 * size};
}

struct span digest_uuid(const uint8_t bytes[MD5_SIZE], struct arena *arena)
{
    struct buffer text = {.arena = arena};
    for (size_t i = 0; i < MD5_SIZE; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            buffer_byte(&text, '-');
        buffer_byte(&text, hex_digits[bytes[i] >> 4]);
        buffer_byte(&text, hex_digits[bytes[i] & 15]);
    }
    return buffer_span(&text);
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool digest_uuid_read(struct span text, uint8_t bytes[MD5_SIZE])
{
    bool hyphens = text.len == UUID_TEXT;
    if (!hyphens && text.len != 2 * MD5_SIZE)
        return false;
    size_t at = 0;
    for (size_t i = 0; i < MD5_SIZE; i++) {
        if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10) && text.ptr[at++] != '-')
            return false;
        int high = hex_value(text.ptr[at++]), low = hex_value(text.ptr[at++]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

struct span digest_uuid5(const uint8_t name_space[MD5_SIZE], struct span name, struct arena *arena)
{
    struct buffer text = {.arena = arena};
    buffer_put(&text, (struct span){(const char *)name_space, MD5_SIZE});
    buffer_put(&text, name);
    uint8_t digest[SHA1_SIZE];
    digest_sha1(buffer_span(&text), digest);
    digest[6] = (uint8_t)((digest[6] & 0x0f) | 0x50);
    digest[8] = (uint8_t)((digest[8] & 0x3f) | 0x80);
    return digest_uuid(digest, arena);
}
