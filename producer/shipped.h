/* SPDX-License-Identifier: Apache-2.0 */
/* The newest of the schemas that come with the program: its names are known to every mapping, whatever older
 * schema the mapping is loaded for. */
#ifndef PRODUCER_SHIPPED_H
#define PRODUCER_SHIPPED_H

#include "compat/schema.h"

const struct schema *shipped_newest(struct arena *arena);

/* Does it have the field, with dots inside records ("agent.id")? */
bool shipped_has(const struct schema *newest, struct span path);

#endif
