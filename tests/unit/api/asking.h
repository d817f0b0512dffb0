/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the interface without a socket: a registry over the memory store, and calls filled by hand. */
#ifndef TESTS_UNIT_API_ASKING_H
#define TESTS_UNIT_API_ASKING_H

#include "api/call.h"

struct house {
    struct arena *arena;        /* of the answers, until the house is closed */
    struct store *store;
    struct registry *registry;
};

void house_open(struct house *house);
void house_close(struct house *house);

/* The whole of a call; `body` NULL: none. The answer lives as long as the house. */
struct call *ask(struct house *house, const char *method, const char *target, const char *body);
struct call *ask_with(struct house *house, const char *method, const char *target,
                      struct call_headers headers, struct span body);

/* The status and the bytes of the reply are these. */
#define expect(call, status, reply) expect_at(call, status, reply, __FILE__, __LINE__)
void expect_at(const struct call *call, int status, const char *reply, const char *file, int line);

/* The status is this, and the reply holds the text. */
#define expect_part(call, status, part) expect_part_at(call, status, part, __FILE__, __LINE__)
void expect_part_at(const struct call *call, int status, const char *part, const char *file, int line);

/* The plain bytes of a compressed reply. */
struct span unpacked(const struct call *call);

/* `house` of a test, opened by test_open and closed by test_close (a setup and a teardown of cmocka). */
int test_open(void **state);
int test_close(void **state);

#endif
