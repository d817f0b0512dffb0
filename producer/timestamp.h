/* SPDX-License-Identifier: Apache-2.0 */
/* A time as an event spells it: an integer of milliseconds since 1970, or ISO 8601 with a zone. Nothing is
 * guessed and nothing rounded up; what lies outside 1990..2199 is seconds, microseconds or a broken clock. */
#ifndef PRODUCER_TIMESTAMP_H
#define PRODUCER_TIMESTAMP_H

#include "base/text.h"

enum timestamp {
    TIMESTAMP_OK,
    TIMESTAMP_NOT_INTEGER,
    TIMESTAMP_NOT_ISO8601,
    TIMESTAMP_OUT_OF_RANGE,
    TIMESTAMP_WRONG_TYPE,
};

enum timestamp timestamp_read(const struct text *value, int64_t *ms);

#endif
