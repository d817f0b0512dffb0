/* SPDX-License-Identifier: Apache-2.0 */
/* Every reply that is composed for one call. Members stand in the order in which they are put; what is put is
 * copied, so a reply outlives the view it was made from. */
#ifndef API_REPLY_H
#define API_REPLY_H

#include "api/call.h"

struct reply;           /* an object or an array in the making; lives with the arena */

struct reply *reply_object(struct arena *arena);
struct reply *reply_array(struct arena *arena);

/* Members of an object. */
void reply_string(struct reply *object, const char *name, struct span value);
void reply_number(struct reply *object, const char *name, int64_t value);
void reply_truth(struct reply *object, const char *name, bool value);
void reply_null(struct reply *object, const char *name);
void reply_member(struct reply *object, const char *name, struct reply *value);
void reply_ready(struct reply *object, const char *name, struct span json); /* our own; empty: none */

/* The members of Schema. */
struct reply *reply_schema(const struct call *call, const struct registered *got);

/* Elements of an array. */
void reply_add(struct reply *array, struct reply *value);
void reply_add_string(struct reply *array, struct span value);
void reply_add_number(struct reply *array, int64_t value);

/* Sets the answer: 200 and the JSON. */
MUST_CHECK bool reply_send(struct call *call, const struct reply *reply, struct error *err);

/* A list that may be long is written as it is found: a call of this before each element, and at its end the
 * answer is set. */
void reply_next(struct buffer *list);
void reply_send_list(struct call *call, struct buffer *list);

/* The same for a bare number. */
void reply_send_number(struct call *call, int64_t value);

/* Sets the answer: the members of RegisterSchemaResponse, or its id alone. */
MUST_CHECK bool reply_registered(struct call *call, const struct registered *got, struct error *err);

/* Sets the answer: the error's status and its JSON. */
void reply_error(struct call *call, const struct error *err);

#endif
