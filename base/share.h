/* SPDX-License-Identifier: Apache-2.0 */
/* A share: bytes rendered once and sent by many, with the ETag made from them. Counted; the last holder frees
 * it, so a reply holds its bytes and nothing else of the registry. */
#ifndef BASE_SHARE_H
#define BASE_SHARE_H

#include "base/arena.h"

struct share {
    _Atomic int holders;
    bool gzipped;
    size_t len;
    char etag[40];          /* quoted, NUL-terminated; a digest of `bytes` */
    char bytes[];
};

/* A new share with one holder: the caller. */
struct share *share_new(struct span bytes, bool gzipped);
struct share *share_take(struct share *share);
void share_drop(struct share *share);               /* NULL is accepted */

/* Fills an empty slot with `share`, or drops it for the one that was faster; returns a share to hold. */
struct share *share_settle(struct share *_Atomic *slot, struct share *share);

/* Takes a share from a slot, or NULL while it is empty. The slot must outlive the call. */
struct share *share_peek(struct share *_Atomic *slot);

#endif
