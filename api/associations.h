/* SPDX-License-Identifier: Apache-2.0 */
/* What the routes about associations share: which rows are asked for, what a body wishes, how both are
 * told. */
#ifndef API_ASSOCIATIONS_H
#define API_ASSOCIATIONS_H

#include "api/reply.h"
#include "registry/associate.h"
#include "registry/loose.h"

/* Which rows are asked for. */
struct asked {
    struct span type;                   /* of the resource; ptr NULL: any */
    const struct span *parts;
    size_t part_count;                  /* 0: any */
    bool any, none, weak, strong;       /* lifecycles; none: what nothing holds */
};

/* From a query. Another lifecycle than STRONG and WEAK, and NONE where `listing`, is no route (404). */
MUST_CHECK bool asked_read(const struct call *call, bool listing, struct asked *asked, struct error *err);

bool asked_part(const struct asked *asked, const struct association *row);  /* by both types */
bool asked_lifecycle(const struct asked *asked, const struct association *row);

/* Appends a row as an entity; and those that are asked for, as a list. */
void association_put(struct buffer *out, const struct association *row);

/* The parameter of that name, as often as it stands there. */
const struct span *query_all(const struct call *call, const char *name, size_t *count);

/* Of a body: the resource; the list of wishes that stands there as `associations`. */
MUST_CHECK bool associating_read(const struct call *call, const struct text *json, struct associating *wanted,
                                 struct error *err);
MUST_CHECK bool wish_read(const struct call *call, const struct text *json, struct wish *wish,
                          struct error *err);
MUST_CHECK bool lifecycle_read(const struct loose *loose, const struct text *json, enum lifecycle *lifecycle);

/* The resource. */
struct reply *reply_resource(const struct associating *resource, struct arena *arena);

/* One association as an answer to a wish; schema NULL: none. */
struct reply *reply_association(struct name subject, struct span part, bool strong, struct reply *schema,
                                struct arena *arena);

#endif
