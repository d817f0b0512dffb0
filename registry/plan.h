/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of wishes on a view: every check against what is there. Registry only. */
#ifndef REGISTRY_PLAN_H
#define REGISTRY_PLAN_H

#include "registry/associate.h"

struct plan {
    const struct association *row;      /* that the wish meets; NULL: none */
    bool adds;                          /* a row comes of it */
};

/* One plan per wish; tells the wishes their subjects and lifecycles, and which are left out. */
MUST_CHECK bool plan_wishes(const struct view *view, struct associating *wanted, const struct plan **plans,
                            struct arena *arena, struct error *err);

/* Whether the schemas that came along would be accepted. */
MUST_CHECK bool plan_schemas(const struct view *view, const struct associating *wanted, struct arena *arena,
                             struct error *err);

/* Whether the mode lets rows of the subject come and go (42205). */
MUST_CHECK bool plan_may_write(const struct view *view, struct name subject, struct error *err);

#endif
