/* SPDX-License-Identifier: Apache-2.0 */
/* What a registration is given that it does not bring: metadata and rules of the latest version, and those
 * that a configuration puts under and over them. Registry only. */
#ifndef REGISTRY_INHERIT_H
#define REGISTRY_INHERIT_H

#include "registry/registry.h"

/* Whether the configuration puts anything under or over what is registered. */
bool inherit_configured(const struct settings *settings);

/* Makes the rules of the changes that are wanted, if there are any. */
void inherit_change_rules(struct registration *wanted, const struct view *view, const struct subject *subject,
                          struct arena *arena);

/* Fills metadata and rules of what is wanted; what it takes from the view is copied. */
void inherit_fill(struct registration *wanted, const struct settings *settings, const struct subject *subject,
                  struct arena *arena);

/* Tells a version its own number, where that was asked for or is told already. */
void inherit_number(struct registration *wanted, int number, struct arena *arena);

#endif
