/* SPDX-License-Identifier: Apache-2.0 */
/* From a JSON value of an event to a value of a record, and the words for what may be wrong with it. */
#ifndef PRODUCER_CONVERT_H
#define PRODUCER_CONVERT_H

#include "producer/mapping.h"

/* What may be wrong with a value of an event. In the order of their names. */
enum flaw {
    FLAW_NUMBER_OUT_OF_RANGE,
    FLAW_STRING_TOO_LONG,
    FLAW_FROM_INGEST,
    FLAW_TIMESTAMP_NOT_INTEGER,
    FLAW_TIMESTAMP_NOT_ISO8601,
    FLAW_TIMESTAMP_OUT_OF_RANGE,
    FLAW_TIMESTAMP_WRONG_TYPE,
    FLAW_TYPE_MISMATCH,
    FLAW_NONE,
};

/* The word of warnings and dead letters: "type-mismatch". */
const char *flaw_name(enum flaw flaw);

enum conversion { AS_STRING, AS_UPPER, AS_UPPER_SNAKE, AS_LONG, AS_DOUBLE, AS_TIMESTAMP };

/* `from` is no null. FLAW_NONE: `value` is filled. */
enum flaw convert_text(const struct text *from, enum conversion as, struct value *value, struct arena *arena);

#endif
