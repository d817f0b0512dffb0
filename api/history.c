/* SPDX-License-Identifier: Apache-2.0 */
/* /retention/history: what was recycled, undeleted, purged, restored, held, released, refused. */
#include "api/handlers.h"
#include "api/reply.h"
#include "base/moment.h"
#include "registry/retention.h"

/* Under the prefix of a context nothing else is seen. */
static bool read_subject(const struct call *call, struct history_wish *wanted)
{
    struct span text = call_query(call, "subject");
    struct name name = name_parse(text.ptr ? text : SPAN(""));
    bool qualified = span_starts(text, SPAN(":."));
    wanted->context = call->within;
    if (!text.ptr)
        return true;
    if (name.subject.len)
        wanted->subject = name.subject;
    if (!call->within.ptr)
        wanted->context = name.context.ptr ? name.context : SPAN("");
    return !call->within.ptr || !qualified || span_equal(call->within, name.context);
}

static bool read_since(const struct call *call, struct history_wish *wanted, struct error *err)
{
    struct span since = call_query(call, "since");
    wanted->since = INT64_MIN;
    return !since.ptr || moment_read(since, MOMENT_RFC3339, &wanted->since) ||
           error_retention_request(err, SPAN("'since' is not an RFC 3339 time"));
}

static struct reply *reply_entry(const struct history_entry *entry, struct arena *arena)
{
    struct reply *reply = reply_object(arena);
    reply_string(reply, "at", moment_text(entry->at, arena));
    reply_string(reply, "what", span_of(entry->what));
    reply_string(reply, "subject", name_text(entry->subject, arena));
    reply_number(reply, "version", entry->version);
    reply_number(reply, "id", entry->id);
    reply_string(reply, "by", entry->by);
    if (entry->why.len)
        reply_string(reply, "why", entry->why);
    if (entry->count)
        reply_number(reply, "count", entry->count);
    return reply;
}

bool get_retention_history(struct call *call, struct error *err)
{
    struct page page;
    struct history_wish wanted = {.context = {NULL, 0}};
    const struct history_entry *entries;
    size_t count = 0;
    if (!call_page(call, HISTORY_MAX, &page, err) || !read_since(call, &wanted, err))
        return false;
    wanted.most = page.most;
    if (read_subject(call, &wanted) &&
        !registry_history(call->registry, &wanted, &entries, &count, call->arena, err))
        return false;
    struct reply *list = reply_array(call->arena);
    for (size_t i = 0; i < count; i++)
        reply_add(list, reply_entry(&entries[i], call->arena));
    return reply_send(call, list, err);
}
