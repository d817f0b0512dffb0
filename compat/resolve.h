/* SPDX-License-Identifier: Apache-2.0 */
/* How to read as one schema what was written with another: a plan, made once for a pair, by the rules of the
 * compatibility check. Pairs that the check refuses have no plan. Knows no bytes and no output. */
#ifndef COMPAT_RESOLVE_H
#define COMPAT_RESOLVE_H

#include "compat/avro.h"

enum plan_kind {
    PLAN_LEAF,   /* a value of the writer's kind, taken as one of the reader's */
    PLAN_RECORD,
    PLAN_SYMBOL, /* an enum */
    PLAN_ITEMS,  /* an array or a map */
    PLAN_BRANCH, /* the writer's is a union: the branch that was written decides */
    PLAN_NEVER,  /* cannot be read; only met where a type leads back to itself */
    PLAN_MAKING, /* never met once all is made */
};

struct plan;

enum { PLAN_DEFAULT = -1 }; /* no field of the writer, no symbol of the reader */

/* Where a field of the reader comes from. */
struct plan_field {
    int64_t from;            /* index of the writer's field; PLAN_DEFAULT: its own default */
    const struct plan *plan; /* NULL with PLAN_DEFAULT */
};

/* `reader` is never a union: where the reader has one, it is the branch that takes the value. */
struct plan {
    enum plan_kind kind;
    const struct avro_type *reader, *writer; /* PLAN_BRANCH: the reader's is NULL */
    union {
        struct {                             /* record */
            const struct plan_field *fields; /* as the reader has them */
            const size_t *order;             /* fields that are written, by their place in the bytes */
            size_t order_count;
            bool straight;                   /* … which is their order in the reader as well, each once */
        };
        const int64_t *symbols;              /* enum: the reader's index for each of the writer's */
        const struct plan *items;            /* array, map */
        const struct plan *const *branches;  /* union: for each of the writer's */
    };
};

/* In the arena, which must not outlive the schemas. False: the message tells what the reader cannot read. */
MUST_CHECK bool avro_resolve(const struct schema *reader, const struct schema *writer,
                             const struct plan **plan, struct arena *arena, struct error *err);

#endif
