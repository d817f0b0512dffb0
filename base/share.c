/* SPDX-License-Identifier: Apache-2.0 */
/* Counting the holders of rendered bytes. */
#include "base/share.h"

#include "base/digest.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct share *share_new(struct span bytes, bool gzipped)
{
    struct share *share = malloc(sizeof *share + bytes.len + 1);
    if (!share)
        abort();
    atomic_init(&share->holders, 1);
    share->gzipped = gzipped;
    share->len = bytes.len;
    if (bytes.len)
        memcpy(share->bytes, bytes.ptr, bytes.len);
    share->bytes[bytes.len] = 0;

    uint8_t digest[MD5_SIZE];
    digest_md5(bytes, digest);
    char *at = share->etag;
    *at++ = '"';
    for (size_t i = 0; i < MD5_SIZE; i++)
        at += sprintf(at, "%02x", digest[i]);
    *at++ = '"';
    *at = 0;
    return share;
}

struct share *share_take(struct share *share)
{
    atomic_fetch_add_explicit(&share->holders, 1, memory_order_relaxed);
    return share;
}

void share_drop(struct share *share)
{
    if (share && atomic_fetch_sub_explicit(&share->holders, 1, memory_order_acq_rel) == 1)
        free(share);
}

struct share *share_peek(struct share *_Atomic *slot)
{
    struct share *share = atomic_load_explicit(slot, memory_order_acquire);
    return share ? share_take(share) : NULL;
}

struct share *share_settle(struct share *_Atomic *slot, struct share *share)
{
    struct share *first = NULL;
    share_take(share);                      /* one holder for the slot, one for the caller */
    if (atomic_compare_exchange_strong(slot, &first, share))
        return share;
    share_drop(share);
    share_drop(share);
    return share_take(first);
}
