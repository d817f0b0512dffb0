/* SPDX-License-Identifier: Apache-2.0 */
/* The metadata of a schema: read, written, united, compared. Written, equal metadata is equal text; NULL is
 * none, which is not the same as empty. */
#ifndef REGISTRY_METADATA_H
#define REGISTRY_METADATA_H

#include "registry/loose.h"

/* From a client's JSON; what only a store may write is dropped. */
MUST_CHECK bool metadata_read(const struct loose *loose, const struct text *json,
                              const struct metadata **metadata);

/* Whether what a store kept is what metadata_write wrote. */
bool metadata_readable(struct span json);

/* From what metadata_write wrote; empty: NULL. */
const struct metadata *metadata_stored(struct span json, struct arena *arena);

/* "{}" when all is empty; empty for NULL. */
struct span metadata_write(const struct metadata *metadata, struct arena *arena);

/* The first, and the second over it: by key, a whole value at a time. */
const struct metadata *metadata_unite(const struct metadata *under, const struct metadata *over,
                                      struct arena *arena);

/* ptr NULL: there is none. */
struct span metadata_property(const struct metadata *metadata, struct span key);

/* The same with one property more, or another value of it. */
const struct metadata *metadata_with(const struct metadata *metadata, struct span key, struct span value,
                                     struct arena *arena);

/* Whether a value of it is not for everybody to see. */
bool metadata_sensitive(const struct metadata *metadata);

/* The property in which a version's own number may stand. */
#define METADATA_VERSION SPAN("confluent:version")

/* Whether a submitted and a stored one mean the same. A version's own number may be missing in one: where the
 * stored one lacks it, it is `number`. */
bool metadata_same(const struct metadata *submitted, const struct metadata *stored, int number,
                   struct arena *arena);

#endif
