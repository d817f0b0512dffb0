/* SPDX-License-Identifier: Apache-2.0 */
/* Topics: names of dot-separated segments, and templates for them in which "{name}" captures one segment
 * that may not be empty. */
#ifndef PRODUCER_TOPIC_H
#define PRODUCER_TOPIC_H

#include "base/error.h"

/* A topic as received, split. */
struct topic {
    struct span text;
    const struct span *segments;
    size_t count;
};

struct topic_segment {
    struct span text; /* what must stand there; or the capture's name */
    bool captures;
};

struct topic_template {
    struct span text;
    struct span general; /* every capture written {id} */
    const struct topic_segment *segments;
    size_t count;
};

struct topic topic_split(struct span text, struct arena *arena);

MUST_CHECK bool topic_template_parse(struct span text, struct topic_template *parsed, struct arena *arena,
                                     struct error *err);

bool topic_matches(const struct topic_template *parsed, const struct topic *topic);

/* Do they match the same topics, whatever their captures are called? */
bool topic_templates_same(const struct topic_template *a, const struct topic_template *b);

bool topic_captures(const struct topic_template *parsed, struct span name);

/* What the capture of that name holds of a topic that matches; ptr NULL: there is no such capture. */
struct span topic_captured(const struct topic_template *parsed, const struct topic *topic, struct span name);

/* Is `type` the detail type of that topic: ids written {id}, but {media} as it came? */
bool topic_has_type(const struct topic_template *parsed, const struct topic *topic, struct span type);

#endif
