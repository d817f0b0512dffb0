/* SPDX-License-Identifier: Apache-2.0 */
/* Every bound we set, in one place, each with its reason. Bounds that an operator may move are settings
 * (server/settings.def); their defaults stand here. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
    KIB = 1024,
    MIB = 1024 * 1024,

    /* HTTP */
    BODY_MAX = 16 * MIB,            /* a request body; above it 413 */
    SETTING_BODY_MAX = 1 * MIB,     /* the body of /config and /mode */
    DRAIN_MAX = 64 * MIB,           /* a chunked body past its limit is read and dropped up to here, then closed */
    HEADER_MAX = 8192,              /* the header block; 431 */
    TARGET_MAX = 8192,              /* the request target; 414 */
    PATH_ARGS_MAX = 4,              /* {…} of one route */
    GZIP_LEAST = 32,                /* smaller replies grow by being compressed */

    /* JSON */
    TEXT_DEPTH_MAX = 1000,          /* containers within containers; Jackson's bound */
    TEXT_NUMBER_MAX = 1000,         /* characters of one number; Jackson's bound */
    TEXT_STRING_MAX = 20000000,     /* characters of one string; Jackson's bound */
    TEXT_NAME_MAX = 50000,          /* characters of one member name; Jackson's bound */

    /* Schemas */
    SCHEMA_MAX = 1 * MIB,           /* the canonical text of a new schema; 42209 */
    REFERENCES_MAX = 1000,          /* a cycle is caught by depth; this catches a fan */
    SUBJECT_MAX = 4096,             /* bytes of a qualified subject; 42208 */
    VERSIONS_MAX = 10000,           /* of one subject, soft-deleted ones counted; 42205 */
    CONTEXTS_MAX = 10000,           /* named ones; 42205 */
    PARSED_MAX = 64 * MIB,          /* parsed forms kept in memory */
    OLD_SCHEMA_SHOWN = 10240,       /* UTF-16 units of an old schema shown in a compatibility message */
    PAGE_MAX = 1000,                /* /schemas and references: default and most of `limit` */

    /* Commits */
    STALE_MAX = 3,                  /* stale answers before a writer takes the gate and decides alone */

    /* The producer */
    LINE_MAX = 4 * MIB,             /* one event */
    EVENT_DEPTH_MAX = 64,           /* nesting of one event */
    MAPPED_STRING_MAX = 64 * KIB,   /* one mapped string */
    TOPIC_MAX = 1024,               /* one topic name */
};

#endif
