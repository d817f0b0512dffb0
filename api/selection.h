/* SPDX-License-Identifier: Apache-2.0 */
/* The subjects that the parameter `subjectPrefix` of a call asks for. */
#ifndef API_SELECTION_H
#define API_SELECTION_H

#include "api/call.h"
#include "registry/selection.h"

/* `fallback` is what a call without the parameter means. */
struct selection selection_of(const struct call *call, struct span fallback);

#endif
