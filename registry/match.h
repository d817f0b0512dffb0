/* SPDX-License-Identifier: Apache-2.0 */
/* Where a submission stands already, among the versions of one subject. Registry only. */
#ifndef REGISTRY_MATCH_H
#define REGISTRY_MATCH_H

#include "registry/effort.h"
#include "registry/submit.h"

struct match {
    const struct version *version; /* NULL: nowhere */
    bool exact;                    /* the same content; else the same meaning */
};

/* Whether a version is looked at: live, or hidden ones too. */
static inline bool match_counts(const struct version *version, bool hidden)
{
    return version && (hidden || !version->row.hidden);
}

/* What may be found: hidden versions too; only those of an id (ANY_ID: of any). And the effort that looking
 * for it is counted to; NULL: its own. */
enum { ANY_ID = -1 };
struct sought {
    bool hidden;
    int id;
    struct effort *effort;
};

/* First by content, then by meaning, newest first; only here. */
MUST_CHECK bool match_find(const struct view *view, const struct subject *subject,
                           const struct submission *read, struct sought sought, struct match *match,
                           struct error *err);

/* The latest live version, if it means the same. */
MUST_CHECK bool match_latest(const struct view *view, const struct subject *subject,
                             const struct submission *read, struct match *match, struct arena *arena,
                             struct error *err);

/* Equal content is told as it was asked for, equal meaning as it is stored. */
void match_tell(struct registered *got, const struct match *match, const struct submission *read,
                struct arena *arena);

#endif
