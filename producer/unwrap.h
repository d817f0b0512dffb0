/* SPDX-License-Identifier: Apache-2.0 */
/* Events that came wrapped: SQS and SNS put them as strings into messages of their own, Firehose glues them
 * together. Nothing is opened that was not named, and of a wrapper either everything is taken or nothing. */
#ifndef PRODUCER_UNWRAP_H
#define PRODUCER_UNWRAP_H

#include "base/error.h"

enum { UNWRAP_SQS = 1, UNWRAP_SNS = 2, UNWRAP_FIREHOSE = 4, UNWRAP_PAGES = 8 };

/* "sqs,sns,firehose", any of them. False: another word. */
MUST_CHECK bool unwrap_forms(struct span list, unsigned *forms, struct error *err);

struct unwrapped {
    const struct span *texts;
    size_t count; /* at least one */
};

/* The texts inside, wrappers within wrappers opened as well; the line itself when it is none of these forms.
 * What is inside lives in the arena or is the line's own. */
struct unwrapped unwrap_line(unsigned forms, struct span line, struct arena *arena);

#endif
