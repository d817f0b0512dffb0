/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences about a wish that both its own check and the one against what is there need. Registry
 * only. */
#ifndef REGISTRY_WISH_H
#define REGISTRY_WISH_H

#include "registry/associate.h"

/* Each refuses (42212) and returns false. */
bool wish_refused(const char *property, struct span detail, struct error *err);
bool wish_weak_schema(struct error *err);
bool wish_weak_subject(struct span subject, struct arena *arena, struct error *err);
bool wish_strong_subject(struct span subject, struct arena *arena, struct error *err);
bool wish_without_subject(struct error *err);

/* Strong is frozen and weak is not; what is unset fits both. */
MUST_CHECK bool wish_frozen_fits(bool strong, enum truth frozen, struct arena *arena, struct error *err);

/* What it holds when it is strong. */
struct name wish_default_subject(const struct associating *wanted, const struct wish *wish,
                                 struct arena *arena);

#endif
