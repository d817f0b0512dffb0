/* SPDX-License-Identifier: Apache-2.0 */
/* Who asked for a change: kept with it in the journal. All members may be empty. */
#ifndef BASE_ORIGIN_H
#define BASE_ORIGIN_H

#include "base/span.h"

struct origin {
    struct span who;        /* the principal, else the address */
    struct span agent;      /* User-Agent */
    struct span why;        /* the reason given with a forced removal */
};

#endif
