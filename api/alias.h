/* SPDX-License-Identifier: Apache-2.0 */
/* A subject may be configured to stand for another one. */
#ifndef API_ALIAS_H
#define API_ALIAS_H

#include "api/call.h"

/* The subject that one stands for, or itself; one hop. */
struct span alias_target(const struct view *view, struct span text, struct arena *arena);

/* Puts them into the arguments and the query of a call. */
void alias_follow(struct call *call, const struct view *view);

#endif
