/* SPDX-License-Identifier: Apache-2.0 */
/* What a run asks of the registry before its first event: see the header. */
#include "producer/ask.h"

#include <stdio.h>

struct client_options registry_options(const struct options *options)
{
    return (struct client_options){
        .url = options->registry,
        .token_file = options->registry_token,
        .ca = options->registry_ca,
        .cert = options->registry_cert,
        .key = options->registry_key,
        .time_ms = options->registry_time,
    };
}

static void tell_enrolled(const struct options *options, const struct enrolled *enrolled)
{
    fprintf(stderr, "genesys-producer: subject %.*s, ", SPAN_ARGS(options->subject));
    if (enrolled->version)
        fprintf(stderr, "version %d, ", enrolled->version);
    if (enrolled->level.len)
        fprintf(stderr, "schema id %d, compatibility %.*s%s\n", enrolled->id, SPAN_ARGS(enrolled->level),
                enrolled->level_set ? " (set now)" : "");
    else
        fprintf(stderr, "schema id %d, compatibility as the registry's default\n", enrolled->id);
}

bool ask_registry(const struct options *options, struct enrolled *enrolled, struct arena *arena,
                  struct error *err)
{
    struct span text;
    struct mapping_source rules;
    if (!schema_text(options->schema, &text, arena, err) ||
        !mapping_text(options->mapping, &rules, arena, err))
        return false;
    struct client_options where = registry_options(options);
    struct client *client = client_open(&where, err);
    if (!client)
        return false;
    struct span subject = options->subject;
    bool well = options->use_latest
                    ? enrol_latest(client, subject, &rules, enrolled, arena, err)
                    : enrol(client, subject, text, &rules, enrolled, arena, err);
    client_close(client);
    if (well)
        tell_enrolled(options, enrolled);
    return well;
}
