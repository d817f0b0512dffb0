/* SPDX-License-Identifier: Apache-2.0 */
/* What a client asks to be associated, and taken apart again. Everything is checked before anything is
 * written; then schemas are registered one by one, then the rows come together. */
#ifndef REGISTRY_ASSOCIATE_H
#define REGISTRY_ASSOCIATE_H

#include "registry/association.h"
#include "registry/registry.h"

enum lifecycle { LIFECYCLE_UNSET, LIFECYCLE_WEAK, LIFECYCLE_STRONG };

/* One association. */
struct wish {
    struct span typed;                  /* the subject as it came; ptr NULL: none */
    struct name subject;                /* … and what it means; told afterwards in any case */
    struct span part;                   /* ptr NULL: "value" */
    enum lifecycle lifecycle;           /* told afterwards */
    enum truth frozen;
    struct registration *schema;        /* NULL: none; the subject is filled in */
    struct error fault;                 /* what it is refused for in its turn; code 0: nothing is known */

    /* Told. */
    bool left_out;                      /* it stands already as it was asked for */
    bool registered;                    /* the schema was, as `got` */
    struct registered got;
};

/* The associations of one resource. */
struct associating {
    bool create;                        /* else what is there may be met again (upsert) */
    bool dry;                           /* nothing is written */
    struct span resource_name, resource_namespace, resource_id, resource_type;      /* ptr NULL: none */
    struct wish *wishes;
    size_t count;
    struct origin by;
};

/* Whether it names a resource (42212). */
MUST_CHECK bool associating_names(struct associating *wanted, struct arena *arena, struct error *err);

/* The same, and whether each wish makes sense in itself; fills what it leaves to the defaults. */
MUST_CHECK bool associating_check(struct associating *wanted, struct arena *arena, struct error *err);

/* Checks it, then does it. */
MUST_CHECK bool registry_associate(struct registry *registry, struct associating *wanted, struct arena *arena,
                                   struct error *err);

/* An association that is to go. */
struct parting {
    struct span part;
    bool cascade;                       /* a subject that is held strongly goes with its row */
};

/* Which associations of a resource are to go. */
struct dissociating {
    struct span resource_id, resource_type;
    const struct parting *parts;
    size_t part_count;                  /* 0: all */
    bool cascade;                       /* … with what they hold strongly */
    bool dry;
    bool silent;                        /* none there is no failure (40410) */
    struct origin by;
};

MUST_CHECK bool registry_dissociate(struct registry *registry, const struct dissociating *wanted,
                                    struct arena *arena, struct error *err);

#endif
