/* SPDX-License-Identifier: Apache-2.0 */
/* A moment in letters and as milliseconds since 1970, by calendar arithmetic alone: no locale, no time zone
 * of the machine. */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include "base/arena.h"

enum { SECOND_MS = 1000, DAY_MS = 86400 * SECOND_MS };

enum moment_spelling {
    MOMENT_RFC3339, /* "2026-03-01T08:00:00Z", with any fraction of a second, any zone */
    MOMENT_EVENT,   /* … capitals alone, nine digits of a fraction at most, a zone without its colon too */
};

/* Years 1 to 9999; the first three digits of a fraction count. */
bool moment_read(struct span text, enum moment_spelling spelling, int64_t *ms);

/* In UTC: "2026-03-01T08:00:00Z"; with milliseconds where there are any, or always. */
struct span moment_text(int64_t ms, struct arena *arena);
void moment_put(struct buffer *out, int64_t ms, bool with_ms);

/* Whole UTC days since 1970-01-01, and the day as "2026-03-01". */
int64_t moment_day(int64_t ms);
bool moment_day_read(struct span text, int64_t *day);
struct span moment_day_text(int64_t day, struct arena *arena);

#endif
