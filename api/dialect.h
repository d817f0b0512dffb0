/* SPDX-License-Identifier: Apache-2.0 */
/* What a client can see change between Confluent's releases, as a row of booleans per level spoken: handlers
 * ask for the habit, never for a version. What the registry itself does differently goes to it as customs. */
#ifndef API_DIALECT_H
#define API_DIALECT_H

#include "registry/customs.h"

struct dialect {
    int level;                          /* the setting api_level */
    const char *release;                /* whose interface this is */

    /* How things are told. */
    bool own_code_for_incompatible;     /* 40901; else the bare 409 */
    bool names_avro;                    /* schemaType stands there for AVRO too */
    bool tells_guids;                   /* guid, ts and deleted, wherever a schema is told */
    bool tells_holder;                  /* the subject and version that an id was found by */
    bool tells_registered;              /* a registration answers all of it; else its id, unless completed */
    bool fills_level;                   /* a configuration without a level shows the server's */

    /* What is understood; what is not is ignored, or no route. */
    bool clears_by_null;                /* in a configuration; the answer is then what is stored */
    bool forward_mode;
    bool removes_contexts;              /* contexts and the top-level mode can be deleted */
    bool recursive_modes;               /* … a mode with those beneath it: `recursive` */
    bool guid_routes;
    bool associations;                  /* the operator may switch them off too */
    bool context_prefix;                /* `contextPrefix` */
    bool negative_versions;             /* `deletedAsNegative` */
    bool qualified_references;          /* `referenceFormat` */
    bool hidden_referrers;              /* `deleted` of referencedby */
    bool forced_registration;           /* `force` of a registration */

    struct customs customs;
};

/* NULL: a level we do not speak. */
const struct dialect *dialect_find(int level);

/* The code this dialect knows an error by. */
int dialect_code(const struct dialect *dialect, int code);

#endif
