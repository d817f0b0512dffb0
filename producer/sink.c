/* SPDX-License-Identifier: Apache-2.0 */
/* TABLE of the sinks that --format names, and the wire header they share. */
#include "producer/sink.h"

static const struct sink_type *const sinks[] = {
    &sink_framed,
    &sink_ocf,
};

void sink_wire_header(char *header, int id)
{
    uint32_t bits = (uint32_t)id;
    header[0] = 0;
    for (int i = 0; i < 4; i++)
        header[1 + i] = (char)(bits >> (24 - 8 * i));
}

const struct sink_type *sink_find(struct span name)
{
    for (size_t i = 0; i < sizeof sinks / sizeof *sinks; i++)
        if (span_equal(name, span_of(sinks[i]->name)))
            return sinks[i];
    return NULL;
}
