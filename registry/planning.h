/* SPDX-License-Identifier: Apache-2.0 */
/* Wishes being planned; for plan.c and plan_wish.c. */
#ifndef REGISTRY_PLANNING_H
#define REGISTRY_PLANNING_H

#include "registry/plan.h"

struct planning {
    const struct view *view;
    struct associating *wanted;
    struct plan *plans;
    struct association_list rows;       /* of the resource */
    struct arena *arena;
};

struct span planning_text(const struct planning *planning, struct name subject);
bool planning_imports(const struct planning *planning, struct name subject);
int planning_live(const struct planning *planning, struct name subject);

/* Fills the plan of one wish; tells it subject and lifecycle, or that it is left out. */
MUST_CHECK bool plan_wish(const struct planning *planning, size_t at, struct error *err);

#endif
