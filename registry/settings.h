/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of a scope as the JSON of a change: {"config":{…},"mode":…}, members as in registry/facet.h.
 * Registry only. */
#ifndef REGISTRY_SETTINGS_H
#define REGISTRY_SETTINGS_H

#include "base/text.h"
#include "registry/facet.h"

/* Spans live in the arena, or in the body. False: a member is missing its sense. */
bool settings_read(struct span body, struct settings *settings, struct arena *arena);

/* Empty when nothing is set. */
struct span settings_write(const struct settings *settings, struct arena *arena);

/* Every span of them. */
size_t settings_spans(struct settings *settings, struct span *spans[FACETS]);

/* The configuration alone. */
bool facets_read(const struct text *config, struct settings *settings);
void facets_write(struct buffer *out, const struct settings *settings);

#endif
