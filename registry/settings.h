/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of a scope as the JSON of a change:
 * {"config":{"compatibilityLevel":…,"normalize":…},"mode":…}. Registry only. */
#ifndef REGISTRY_SETTINGS_H
#define REGISTRY_SETTINGS_H

#include "registry/view.h"

/* False: a member is missing its sense. */
bool settings_read(struct span body, struct settings *settings);

/* Empty when nothing is set. */
struct span settings_write(const struct settings *settings, struct arena *arena);

#endif
