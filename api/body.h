/* SPDX-License-Identifier: Apache-2.0 */
/* The request body and its members, read as leniently as Jackson reads them: scalars become strings, numbers
 * in strings become numbers, unknown members are nobody's business. */
#ifndef API_BODY_H
#define API_BODY_H

#include "api/call.h"

/* What a complaint calls a value of each kind: "a string". */
extern const char *const body_kinds[];

/* Fills call->json with an object. Malformed or no object: 400; empty or null: 422. */
MUST_CHECK bool body_read(struct call *call, struct error *err);

/* A member of call->json. Absent and null are the same here: ptr NULL, or false in `has`. Mistyped: 400. */
MUST_CHECK bool body_string(const struct call *call, const char *name, struct span *value,
                            struct error *err);
MUST_CHECK bool body_int(const struct call *call, const char *name, bool *has, int *value, struct error *err);
MUST_CHECK bool body_bool(const struct call *call, const char *name, bool *has, bool *value,
                          struct error *err);

/* Whether the member stands there, be it null. */
bool body_has(const struct call *call, const char *name);

/* What is to be registered, looked up or tried under a subject. */
MUST_CHECK bool body_registration(const struct call *call, struct name subject, struct registration *wanted,
                                  struct error *err);

/* The registry takes no type for AVRO; a client that sends "" has named one that is unknown (42201). */
MUST_CHECK bool body_type_named(const struct registration *wanted, struct error *err);

/* The same of a body that is only looked up or tried, and whether its rules and tags are of a size to be
 * read: they are not heeded, but no more of them may be sent. */
MUST_CHECK bool body_tried(const struct call *call, const struct registration *wanted, struct error *err);

/* The members that only registration heeds: a version, and an id that is taken as one from 0 on. */
MUST_CHECK bool body_numbers(const struct call *call, struct registration *wanted, struct error *err);

/* What registration alone does to tags; after body_numbers. Too many, or incomplete: 42201. */
MUST_CHECK bool body_tags(const struct call *call, struct registration *wanted, struct error *err);

#endif
