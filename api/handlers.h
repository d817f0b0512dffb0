/* SPDX-License-Identifier: Apache-2.0 */
/* The prototypes of all handlers, from the table of routes. */
#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "api/call.h"

#define ROUTE(method, path, handler, access, body_argument) handler_fn handler;
#include "api/routes.def"
#undef ROUTE

#endif
