/* SPDX-License-Identifier: Apache-2.0 */
/* The schemas that come with the program. The names of the newest are known to every mapping, whatever older
 * schema the mapping is loaded for. */
#ifndef PRODUCER_SHIPPED_H
#define PRODUCER_SHIPPED_H

#include "compat/schema.h"

/* The text of one, by its name "v1" to "v4"; false: there is none of that name. */
bool shipped_text(struct span name, struct span *text);

const struct schema *shipped_newest(struct arena *arena);

/* Does it have the field, with dots inside records ("agent.id")? */
bool shipped_has(const struct schema *newest, struct span path);

#endif
