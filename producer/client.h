/* SPDX-License-Identifier: Apache-2.0 */
/* The registry over HTTP: levels, registration, schemas by id. The only file that knows libcurl. A request
 * is tried again after a lost connection, 429 and 5xx, with growing pauses, while its time lasts; nothing
 * that is asked here does harm when it is asked twice. One thread. */
#ifndef PRODUCER_CLIENT_H
#define PRODUCER_CLIENT_H

#include "base/text.h"

struct client;

struct client_options {
    struct span url; /* http or https, may hold user and password, may end in a path */
    const char *token_file; /* holds a bearer token; NULL: none */
    const char *ca, *cert, *key; /* PEM files; NULL: curl's own authorities, no certificate */
    int64_t time_ms; /* for one request, all tries together; 0: the default */
    bool once; /* one try, no more */
};

enum { CLIENT_TIME_MS = 30000 };

/* What the registry says of something that is not there, or not any more. */
enum { CLIENT_NO_SUBJECT = 40401, CLIENT_NO_VERSION = 40402, CLIENT_NO_SCHEMA = 40403 };

/* The code of a schema that is there, but is not one that can be read here. */
enum { CLIENT_UNFIT = 1 };

/* NULL: no usable address; nothing has been asked yet. */
struct client *client_open(const struct client_options *options, struct error *err);
void client_close(struct client *client); /* NULL is accepted */

/* The address without user and password, for people. */
struct span client_address(const struct client *client);

/* err->code is the registry's error_code, 0 when it gave none (unreachable, garbage, …). The registry's own
 * message is part of err->message. */

/* The subject's own compatibility level; empty: it has none. */
MUST_CHECK bool client_level(struct client *client, struct span subject, struct span *level,
                             struct arena *arena, struct error *err);
MUST_CHECK bool client_set_level(struct client *client, struct span subject, struct span level,
                                 struct error *err);

/* Registers an Avro schema, or finds it: the registry answers the same id either way. */
MUST_CHECK bool client_register(struct client *client, struct span subject, struct span schema, int *id,
                                struct error *err);

/* Whether the schema could follow the subject's latest version. Changes nothing. */
MUST_CHECK bool client_check(struct client *client, struct span subject, struct span schema, bool *compatible,
                             struct error *err);

/* Whether it could follow the subject's versions, those that its level asks for. Changes nothing. *messages:
 * an array of strings in the arena, or NULL. */
MUST_CHECK bool client_compare(struct client *client, struct span subject, struct span schema,
                               bool *compatible, const struct text **messages, struct arena *arena,
                               struct error *err);

/* The subject's latest version. Code 40401: it has none. */
MUST_CHECK bool client_latest(struct client *client, struct span subject, int *id, int *version,
                              struct span *schema, struct arena *arena, struct error *err);

/* Which id a schema has in the subject. Code 40401, 40403: it is not there, or not any more. */
MUST_CHECK bool client_find(struct client *client, struct span subject, struct span schema, int *id,
                            struct error *err);

/* The id of a version. Code 40401, 40402: it is not there, or not any more. */
MUST_CHECK bool client_version(struct client *client, struct span subject, int version, int *id,
                               struct error *err);

/* The full text of an Avro schema. Code 40403: no such id. `subject` may be empty; a qualified one says in
 * which context the id counts. */
MUST_CHECK bool client_schema(struct client *client, int id, struct span subject, struct span *schema,
                              struct arena *arena, struct error *err);

/* The same by its guid. */
MUST_CHECK bool client_schema_guid(struct client *client, struct span guid, struct span *schema,
                                   struct arena *arena, struct error *err);

#endif
