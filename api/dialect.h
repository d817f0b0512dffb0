/* SPDX-License-Identifier: Apache-2.0 */
/* What a client can see change between Confluent's releases, as a row of booleans per level spoken: handlers
 * ask for the habit, never for a version. */
#ifndef API_DIALECT_H
#define API_DIALECT_H

#include <stdbool.h>

struct dialect {
    int level;                          /* the setting api_level */
    const char *release;                /* whose interface this is */
    bool own_code_for_incompatible;     /* 40901; before 8.0.4 the bare 409 */
};

/* NULL: a level we do not speak. */
const struct dialect *dialect_find(int level);

/* The code this dialect knows an error by. */
int dialect_code(const struct dialect *dialect, int code);

#endif
