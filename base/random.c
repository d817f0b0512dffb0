/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's bytes, or those of a seed (SplitMix64, for tests only). */
#include "base/random.h"

#include "base/digest.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum { POOL = 256 };

static _Atomic uint64_t seeded;     /* 0: the kernel's bytes */

static uint64_t seeded_next(void)
{
    uint64_t z = atomic_fetch_add(&seeded, 0x9e3779b97f4a7c15u) + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void kernel_bytes(char *bytes, size_t size)
{
    while (size) {
        ssize_t got = getrandom(bytes, size, 0);
        if (got < 0 && errno != EINTR) {
            perror("schemad: getrandom");
            abort();
        }
        if (got > 0) {
            bytes += got;
            size -= (size_t)got;
        }
    }
}

/* A request asks for sixteen bytes: one system call serves many of them. The process never forks. */
static void pooled_bytes(char *bytes, size_t size)
{
    static _Thread_local char pool[POOL];
    static _Thread_local size_t left;
    if (size > left) {
        kernel_bytes(pool, sizeof pool);
        left = sizeof pool;
    }
    left -= size;
    memcpy(bytes, pool + left, size);
    memset(pool + left, 0, size);
}

void random_bytes(void *bytes, size_t size)
{
    if (!atomic_load(&seeded)) {
        if (size <= POOL)
            pooled_bytes(bytes, size);
        else
            kernel_bytes(bytes, size);
        return;
    }
    for (size_t done = 0; done < size; done += sizeof(uint64_t)) {
        uint64_t next = seeded_next();
        size_t part = size - done < sizeof next ? size - done : sizeof next;
        memcpy((char *)bytes + done, &next, part);
    }
}

void random_seed(uint64_t seed)
{
    atomic_store(&seeded, seed);
}

struct span random_uuid(struct arena *arena)
{
    uint8_t bytes[MD5_SIZE];
    random_bytes(bytes, sizeof bytes);
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    return digest_uuid(bytes, arena);
}
