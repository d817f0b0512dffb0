/* SPDX-License-Identifier: Apache-2.0 */
/* A mapping under test: loaded from texts, asked for one line at a time. Strings are compared as JSON would
 * show them; quotes in the texts of a test may be written ' and are turned into ". */
#ifndef TESTS_UNIT_PRODUCER_TRYING_H
#define TESTS_UNIT_PRODUCER_TRYING_H

#include "producer/mapping.h"

struct trying {
    struct arena *arena;
    struct error err;
    const struct schema *schema;
    struct mapping *mapping;
};

static const int64_t TRYING_INGEST = 1700000000123;

/* The text with " for '. */
struct span trying_quoted(const struct trying *trying, const char *text);

/* False: err holds the reason. Both texts with ' for ". */
bool trying_load(struct trying *trying, const char *schema, const char *mapping);
void trying_end(struct trying *trying);

struct mapped trying_line(const struct trying *trying, const char *line);

/* Loading fails, and this is the whole message. */
void expect_refused(const char *schema, const char *mapping, const char *message);

/* The member of that name, which is a string; NULL stands for a null. */
void expect_text(const struct mapped *mapped, size_t member, const char *text);

#endif
