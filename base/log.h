/* SPDX-License-Identifier: Apache-2.0 */
/* One line per event on standard error, key=value or JSON. Only server/ and producer/ log; the rooms below
 * return their errors. Safe from any thread. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/span.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_TEXT, LOG_JSON };

struct log_pair {
    const char *key;
    struct span value;      /* quoted and escaped as needed; may hold any bytes */
};

/* What is less important than `level` is dropped. */
void log_open(enum log_level level, enum log_format format);
bool log_wants(enum log_level level);
void log_event(enum log_level level, const char *event, const struct log_pair *pairs, size_t count);

/* LOG(LOG_INFO, "ready", {"address", span_of(text)}); */
#define LOG(level, event, ...)                                                                              \
    do {                                                                                                    \
        if (log_wants(level)) {                                                                             \
            const struct log_pair log_pairs_[] = {__VA_ARGS__};                                             \
            log_event(level, event, log_pairs_, sizeof log_pairs_ / sizeof *log_pairs_);                    \
        }                                                                                                   \
    } while (0)

#endif
