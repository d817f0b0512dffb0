/* SPDX-License-Identifier: Apache-2.0 */
/* Digests: MD5 (guid, ETag), SHA-1 (UUIDv5), SHA-256 (plans, migrations). None of them guards a secret. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/arena.h"

enum { MD5_SIZE = 16, SHA1_SIZE = 20, SHA256_SIZE = 32, UUID_TEXT = 36 };

void digest_md5(struct span bytes, uint8_t digest[MD5_SIZE]);
void digest_sha1(struct span bytes, uint8_t digest[SHA1_SIZE]);
void digest_sha256(struct span bytes, uint8_t digest[SHA256_SIZE]);

/* Lower-case hex. */
struct span digest_hex(const uint8_t *digest, size_t size, struct arena *arena);

/* Sixteen bytes as 8-4-4-4-12 lower-case hex; no version bits are set. */
struct span digest_uuid(const uint8_t bytes[MD5_SIZE], struct arena *arena);

/* Reads 32 hex digits, with or without the four hyphens of a UUID, in either case. */
bool digest_uuid_read(struct span text, uint8_t bytes[MD5_SIZE]);

/* RFC 9562, version 5. */
struct span digest_uuid5(const uint8_t name_space[MD5_SIZE], struct span name, struct arena *arena);

#endif
