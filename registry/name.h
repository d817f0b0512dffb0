/* SPDX-License-Identifier: Apache-2.0 */
/* ":.context:subject", parsed once, at the edge; below it a subject is always a struct name. */
#ifndef REGISTRY_NAME_H
#define REGISTRY_NAME_H

#include "base/arena.h"
#include "registry/customs.h"

struct name {
    struct span context; /* "" is the default context, else ".name" with its dot */
    struct span subject; /* the bare name; may be empty */
};

/* A context is recognised only after ":." and ends at the next colon or the end; ":.:foo" is "foo".
 * Borrows from `text`. */
struct name name_parse(struct span text);

/* The text a client reads: bare in the default context, else ":.context:subject". */
struct span name_text(struct name name, struct arena *arena);

/* The context as messages print it: "" or ":.context:". */
struct span name_context_text(struct name name, struct arena *arena);

/* Whether a subject may be registered under this name: no control characters, not __GLOBAL or __EMPTY, at
 * most SUBJECT_MAX bytes; as customs are, not in the context `.__GLOBAL`, and not empty. */
bool name_valid(struct name name, const struct customs *customs);

/* The same for a configuration or a mode, which the context `:.__GLOBAL:` and the empty name may have too. */
bool name_valid_scope(struct name name);

/* Whether configuration and mode are always set here: the top level, and all of `:.__GLOBAL:`. */
bool name_always_set(struct name scope, const struct customs *customs);

/* Whether a subject is of a scope: itself, its context, or with the top level and `:.__GLOBAL:` anything. */
bool name_within(struct name name, struct name scope, const struct customs *customs);

bool name_equal(struct name a, struct name b);

struct name name_copy(struct name name, struct arena *arena);

/* Whether the qualified text begins so. */
bool name_starts(struct name name, struct span prefix);

/* Order by the bytes of the qualified text, and the number of them. */
int name_compare(struct name a, struct name b);
size_t name_size(struct name name);

#endif
