/* SPDX-License-Identifier: Apache-2.0 */
/* What makes two schemas the same content: the guid, an MD5 over text, references, metadata and rule set.
 * Type, subject and context do not count (HTTP contract, section 4). */
#ifndef REGISTRY_IDENTITY_H
#define REGISTRY_IDENTITY_H

#include "base/arena.h"

struct reference {
    struct span name, subject;
    int version;
};

/* A string map with its keys in order; a tag set is a key with several values. */
struct metadata_entry {
    struct span key;
    const struct span *values;
    size_t count;
};

struct metadata {
    const struct metadata_entry *tags; /* sorted by path; values sorted */
    size_t tag_count;
    const struct metadata_entry *properties; /* sorted by key; one value each */
    size_t property_count;
    const struct span *sensitive; /* sorted */
    size_t sensitive_count;
};

/* A member that is absent has ptr NULL and is skipped; "" is not absent. */
struct rule {
    struct span name, doc, kind, mode, type;
    const struct span *tags; /* sorted */
    size_t tag_count;
    const struct metadata_entry *params; /* sorted by key; one value each */
    size_t param_count;
    struct span expr, on_success, on_failure;
    bool disabled;
    bool missing;               /* a null stood there: rules_fit refuses it */
};

struct rule_set {
    const struct rule *migration, *domain, *encoding;
    size_t migration_count, domain_count, encoding_count;
    struct span enable_at;
};

struct content {
    struct span text; /* canonical, UTF-8 */
    const struct reference *references;
    size_t reference_count;
    const struct metadata *metadata; /* NULL: none, which is not the same as empty */
    const struct rule_set *rules;    /* NULL: none */
};

/* 36 characters: the MD5 as a lower-case UUID without version bits. */
struct span identity_guid(const struct content *content, struct arena *arena);

#endif
