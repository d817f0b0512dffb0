/* SPDX-License-Identifier: Apache-2.0 */
/* Records of a topic → JSON lines: to the ends that its partitions have at the beginning, or until told to
 * stop. */
#ifndef PRODUCER_KAFKA_READ_H
#define PRODUCER_KAFKA_READ_H

#include "producer/sink.h"
#include "producer/unpack.h"

struct kafka_reading {
    struct sink_options where; /* place, topic, settings, patience, stop */
    const char *group;         /* whose offsets are gone on from and committed; NULL: of nobody */
    bool from_end;             /* … where the group has none, or there is no group; else from the beginning */
    bool follow;
};

/* As unpack_file. With a group everything that was printed is committed, and nothing else. */
MUST_CHECK bool kafka_unpack(const struct kafka_reading *reading, const struct unpacking *how,
                             uint64_t *complaints, struct error *err);

#endif
