/* SPDX-License-Identifier: Apache-2.0 */
/* A subject may be configured to stand for another one. */
#ifndef API_ALIAS_H
#define API_ALIAS_H

#include "api/call.h"

/* Puts the subjects that aliases stand for into the arguments and the query of a call; one hop. */
void alias_follow(struct call *call, const struct view *view);

#endif
