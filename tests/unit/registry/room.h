/* SPDX-License-Identifier: Apache-2.0 */
/* A registry to try things on: on a store that is gone afterwards, asked in a few words. What is wanted wrong
 * comes back as its code and message. */
#ifndef TESTS_REGISTRY_ROOM_H
#define TESTS_REGISTRY_ROOM_H

#include "registry/facet.h"
#include "registry/registry.h"
#include "tests/store/faulty.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Rows of the table of facets. */
enum { NORMALIZE = 2, LEVEL = 6 };

struct room {
    struct arena *arena;
    struct error err; /* the last call's; code 0: it went well */
    struct faulty_plan plan;
    struct store *store;
    struct registry *registry;
    struct registry_options options;
    struct registered got; /* of the last registration or lookup */
};

/* `place` as store_open takes it. */
struct room *room_open(const char *place);
struct room *room_open_with(const char *place, struct registry_options options);
struct room *room_open_on(struct store *store, struct registry_options options); /* closes it in the end */
void room_close(struct room *room);

/* Each returns the error's code, 0 when it went well. */
int room_register(struct room *room, const char *subject, const char *text);
int room_lookup(struct room *room, const char *subject, const char *text, bool hidden);
int room_try(struct room *room, const char *subject, int version, const char *text, struct span *complaints);
int room_remove(struct room *room, const char *subject, int version, bool permanent);
int room_remove_subject(struct room *room, const char *subject, bool permanent);
int room_level(struct room *room, const char *scope, const char *level); /* NULL: cleared */
int room_mode(struct room *room, const char *scope, enum mode mode);

/* Versions of a subject as "1 -2 3": hidden ones negative. */
const char *room_versions(struct room *room, const char *subject);

/* Everything a view can tell, line by line: two equal texts are two equal registries. */
const char *room_describe(struct room *room);

void expect_message(const struct room *room, const char *message);
void expect_text(struct span text, const char *wanted);

#endif
