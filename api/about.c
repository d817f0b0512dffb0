/* SPDX-License-Identifier: Apache-2.0 */
/* The root, which monitors and load balancers ask whether anybody is there; and what clients ask to know with
 * whom they speak: they are told the release whose interface this is. */
#include "api/dialect.h"
#include "api/handlers.h"
#include "api/media.h"
#include "api/reply.h"
#include "openapi.h"

bool get_root(struct call *call, struct error *err)
{
    return reply_send(call, reply_object(call->arena), err);
}

bool post_root(struct call *call, struct error *err)
{
    return get_root(call, err);
}

/* Two registries of one name are told apart by nothing: there is no Kafka cluster behind this one. */
bool get_metadata_id(struct call *call, struct error *err)
{
    struct reply *clusters = reply_object(call->arena), *scope = reply_object(call->arena);
    struct reply *reply = reply_object(call->arena);
    reply_string(clusters, "kafka-cluster", SPAN("schemad"));
    reply_string(clusters, "schema-registry-cluster", SPAN("schema-registry"));
    reply_member(scope, "path", reply_array(call->arena));
    reply_member(scope, "clusters", clusters);
    reply_member(reply, "scope", scope);
    return reply_send(call, reply, err);
}

bool get_metadata_version(struct call *call, struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    reply_string(reply, "version", span_of(call->dialect->release));
    reply_string(reply, "commitId", span_of(SCHEMAD_COMMIT));
    return reply_send(call, reply, err);
}

bool get_metadata_deployment(struct call *call, struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    reply_member(reply, "attributes", reply_array(call->arena));
    return reply_send(call, reply, err);
}

/* The same bytes for everybody, whatever name of JSON the client prefers. */
bool get_openapi(struct call *call, struct error *err)
{
    (void)err;
    call->status = 200;
    call->media_type = media_plain_json;
    call->reply = (struct span){(const char *)openapi, openapi_size};
    return true;
}
