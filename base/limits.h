/* SPDX-License-Identifier: Apache-2.0 */
/* Every bound we set, in one place, each with its reason. Bounds that an operator may move are settings
 * (server/settings.def); their defaults stand here. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
    KIB = 1024,
    MIB = 1024 * 1024,

    /* HTTP */
    BODY_MAX = 16 * MIB,        /* a request body; above it 413 */
    BODIES_MAX = 256 * MIB,     /* … and all of them together; 503: thousands of connections may send one */
    REPLIES_MAX = 256 * MIB,    /* all replies that wait to be taken, and so one of them; 503 and 42205 */
    REPLY_SMALL = 64 * KIB,     /* … which has room in any case, with all that was used to make it */
    SETTING_BODY_MAX = 1 * MIB, /* the body of /config and /mode */
    DRAIN_MAX = 64 * MIB,       /* a chunked body past its limit is read and dropped up to here */
    HEADER_MAX = 8192,          /* the header block; 431 */
    TARGET_MAX = 8192,          /* the request target; 414 */
    HEADERS_MAX = 100,          /* header fields; 431: no client sends more, each costs a search */
    CONNECTION_POOL = 32 * KIB, /* of a connection: a head and a target at their bounds, a reply's */
    LANE_ROOM = 1024,           /* calls that wait in a lane; 503 past it */
    LINGER_PLACES = 64,         /* refused senders listened to at a time, so that they see it */
    LINGER_MS = 5000,           /* … each of them for so long */
    PATH_ARGS_MAX = 4,          /* {…} of one route */
    GZIP_LEAST = 32,            /* smaller replies grow by being compressed */

    /* JSON */
    TEXT_DEPTH_MAX = 1000,      /* containers within containers; Jackson's bound */
    TEXT_NUMBER_MAX = 1000,     /* digits of one number; Jackson's bound */
    TEXT_VALUES_MAX = 600000,   /* values of one text: more than SCHEMA_MAX can hold; 100 MiB read */
    TEXT_STRING_MAX = 20000000, /* characters of one string; Jackson's bound */
    TEXT_NAME_MAX = 50000,      /* characters of one member name; Jackson's bound */

    /* Schemas */
    SCHEMA_MAX = 1 * MIB,       /* the canonical text of a new schema; 42209 */
    SCHEMA_TEXT_MAX = 16 * MIB, /* any text printed from a schema: short references to long names grow */
    SCHEMA_NESTING_MAX = 2000,  /* types within types, through references too: what recursion may need */
    DEFAULT_STEPS_MAX = 5000000,/* values looked at to check the defaults of one schema */
    COMPARE_STEPS_MAX = 16000000, /* fields, symbols and (16 each) pairs of types in one comparison */
    COMPARE_DEPTH_MAX = 4000,   /* pairs of types within pairs: a record in a union counts three times */
    FINDINGS_MAX = 10000,       /* differences told of one comparison; they can double with each type */
    FINDINGS_BYTES_MAX = 8 * MIB,/* … and the bytes of their texts */
    EFFORT_GIB = 16,            /* memory taken, bit by bit, to read what is older for one answer; 42205 */
    REFERENCES_MAX = 1000,      /* a cycle is caught by depth; this catches a fan */
    REFERENCES_BYTES_MAX = 4 * MIB,/* … of large texts: reading one may take fifty times its bytes */
    SUBJECT_MAX = 4096,         /* bytes of a qualified subject; 42208 */
    TAGS_MAX = 1000,            /* schema tags to add and remove in a body; 42201 */
    RESERVED_MAX = 1000,        /* names in confluent:reserved where fields are validated; 42201 */
    RULES_MAX = 1000,           /* of one rule set in a body: each is held against each; 42210 */
    VERSIONS_MAX = 10000,       /* of one subject, soft-deleted ones counted; 42205 */
    CONTEXTS_MAX = 10000,       /* named ones; 42205 */
    RULE_NAME_MAX = 256,        /* UTF-16 units; 42210 */
    RESOURCE_NAME_MAX = 256,    /* UTF-16 units of a resource's name and of its namespace; 42212 */
    RESOURCE_ID_MAX = 4096,     /* bytes of a resource's id, which stands in keys; 42212 */
    ASSOCIATIONS_MAX = 10000,   /* rows that hold one subject, which are written together; 40902 */
    BATCH_MAX = 1000,           /* requests of one batch of associations; 42212 */
    PARSED_MAX = 64 * MIB,      /* parsed forms kept in memory */
    OLD_SCHEMA_SHOWN = 10240,   /* UTF-16 units of an old schema shown in a compatibility message */
    PAGE_MAX = 1000,            /* /schemas and references: default and most of `limit` */

    /* Version retention */
    REASON_MAX = 1024,          /* bytes of the reason of a hold or a forced removal; 42296 */
    EXPIRING_MS = 7 * 86400000, /* how soon a recycled version expires that is counted as expiring */
    SWEEP_MS = 3600 * 1000,     /* between two sweeps */
    PLAN_SUBJECTS_MAX = 1000,   /* names in the body of a plan; 42296 */
    HISTORY_MAX = 1000,         /* entries of a history: default and most of `limit` */
    DAYS_MAX = 36500,           /* a century: no rule counts more days; 42292 */
    RUN_MAX = 10000,            /* actions of one plan: what one transaction takes in a blink; 42292 */
    RUN_DEFAULT = 100,          /* … where the policy does not say */
    PERCENT_DEFAULT = 25,       /* of a subject's versions in one plan, where the policy does not say */
    AGENTS_MAX = 8,             /* clients remembered with an id: the one not seen longest makes room */
    AGENT_MAX = 100,            /* bytes kept of each of their names */
    NOTED_MAX = 1024,           /* clients seen with an id between two writes; of more the name is lost */
    REFUSALS_MAX = 1000,        /* of (subject, rule, who), counted between two writes; then "others" */
    RULES_REFUSING_MAX = 16,    /* rules that can refuse: room for what is counted under others */
    MARKS_MS = 60 * 1000,       /* between two writes of marks of use and counted refusals */

    /* Commits */
    STALE_MAX = 3,              /* stale answers before a writer takes the gate and decides alone */

    /* The store */
    STORE_BUSY_MS = 5000,       /* how long another program (a backup) may keep the database file locked */
    STORE_LOG_KEPT = 16 * MIB,  /* what a write-ahead log that grew beyond it shrinks to */

    /* The producer */
    LINE_MAX = 4 * MIB,         /* one event */
    UNWRAP_DEPTH_MAX = 4,       /* wrappers within wrappers: SNS in SQS is two */
    STATE_FILE_MAX = 64 * MIB,  /* what is read of a state file: a few hundred bytes for each input file */
    STATE_LINES = 10000,        /* lines between two acknowledgements: what may come again after a crash */
    STATE_MS = 1000,            /* … and the time between them */
    METRICS_MS = 5000,          /* between two writings of the metrics file */
    METRICS_SHOW_MS = 1000,     /* … of the text that is served */
    METRICS_CLIENTS_MAX = 16,   /* connections to the metrics at a time */
    METRICS_CLIENT_MS = 10000,  /* … and how long one may be silent */
    FOLLOW_MS = 250,            /* between two looks at a file that grows */
    EVENT_DEPTH_MAX = 64,       /* nesting of one event */
    MAPPED_STRING_MAX = 64 * KIB,/* one mapped string */
    TOPIC_MAX = 1024,           /* one topic name */
    MESSAGE_MAX = 16 * MIB,     /* one framed message: what is written here is also read back */
    BLOCK_SIZE = 64 * KIB,      /* a container block: what a torn file loses, and where it can be split */
    BLOCK_MAX = 64 * MIB,       /* a container block read, stored or inflated: catches a bomb */
    CONTAINER_HEADER_MAX = 16 * MIB,/* the metadata of a container file */
    RECORD_JSON_MAX = 64 * MIB, /* one record printed: long names make much of few bytes */
    RECORD_EMPTY_MAX = 1 * MIB, /* values of a record that take no bytes: nothing else bounds their number */
    RECORD_WORK_MAX = 256 * MIB,/* … its values, and bytes moved: a reader may want one field several times */
    REGISTRY_REPLY_MAX = 16 * MIB,/* a reply of the registry */
    SCHEMA_TTL_MS = 900 * 1000, /* how long the schema of an id is believed in; an hour at most */
    TOKEN_MAX = 8192,           /* a bearer token: what a header takes */
    REGISTRY_TRIES = 5,         /* of one request, while the time for it lasts */
    REGISTRY_ASK_MS = 5000,     /* one question while a run lasts: the run waits for it */
    REGISTRY_AGAIN_MS = 60000,  /* … and the time until it is asked again, when there was no answer */
    RULES_LOOK_MS = 2000,       /* between two looks at the files of lookup tables */
    MAPPING_FILE_MAX = 16 * MIB,/* a mapping file, its lookup tables included */
    SCHEMA_FILE_MAX = 4 * MIB,  /* a schema file as given; its canonical text is at most SCHEMA_MAX */
    KAFKA_FILE_MAX = 1 * MIB,   /* a file of settings for Kafka */
    KAFKA_TIME_MS = 30 * 1000,  /* for Kafka to answer at first, and for the rest after the word to stop */
    LAKE_FILES_MAX = 16,        /* of a lake, open at a time: an hour each; late events need a few */
    LAKE_NAME_MAX = 255,        /* bytes of the name of a subject's folder: what file systems take */
    LAKE_WAIT_MS = 10000,       /* how long records wait in memory for their block to fill */
    LAKE_SIZE = 128 * MIB,      /* a lake's file is complete at this size, */
    LAKE_COUNT = 1000000,       /* … or so many records, */
    LAKE_AGE_MS = 900 * 1000,   /* … or so long after its first: --roll-… moves them */
    REASONS_MAX = 256,          /* different reasons counted in a summary; the rest is one more */
};

#endif
