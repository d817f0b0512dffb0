/* SPDX-License-Identifier: Apache-2.0 */
/* /schemas: by id, by guid, and which languages there are. */
#include "api/handlers.h"
#include "api/render.h"
#include "api/reply.h"
#include "api/tags.h"
#include "base/digest.h"
#include "registry/usage.h"

#include <stdlib.h>

static const struct version *holder_in(const struct view *view, struct name name, int id)
{
    const struct subject *subject = view_subject(view, name);
    return subject ? view_holder_in(view, subject, id) : NULL;
}

/* The version that an id names. A context chooses its own; a subject in a named context is meant exactly; any
 * other is looked for by name in every context, and if none has it the default one chooses. */
static const struct version *holder_of(const struct call *call, int id)
{
    struct name asked = call_query_subject(call);
    const struct version *version = NULL;
    if (!asked.subject.len)
        return view_holder(call->view, asked.context, id);
    if (asked.context.len)
        return holder_in(call->view, asked, id);
    struct cursor contexts = view_contexts(call->view);
    do
        version = holder_in(call->view, asked, id);
    while (!version && cursor_context(&contexts, &asked.context));
    return version ? version : view_holder(call->view, SPAN(""), id);
}

static bool find_holder(const struct call *call, int id, const struct version **version, struct error *err)
{
    *version = holder_of(call, id);
    return *version || error_schema_id_not_found(err, id);
}

/* The shared form, unless the call asks for something of its own. */
static bool answer(struct call *call, const struct version *version, enum form form, int max_id,
                   struct error *err)
{
    const struct record_row *row = &version->record->row;
    struct variant variant = {.max_id = max_id};
    if (form == FORM_SCHEMA_STRING)
        variant.references = render_references(call, version->record);
    if (!render_format(call, version->record->context, row, &variant.text, err))
        return false;
    if (form == FORM_SCHEMA_STRING && !tags_find(call, version, &variant.tags, err))
        return false;
    if (variant.text.ptr == row->text.ptr && !max_id && !variant.tags.len && !variant.references.len)
        render_version(call, version, form);
    else
        render_variant(call, version, form, &variant);
    return true;
}

bool get_schema(struct call *call, struct error *err)
{
    const struct version *version;
    if (!find_holder(call, call_arg_int(call, 0), &version, err))
        return false;
    int max_id = call_query_true(call, "fetchMaxId") ? view_last_id(call->view, version->record->context) : 0;
    return answer(call, version, FORM_SCHEMA_STRING, max_id, err);
}

bool get_schema_text(struct call *call, struct error *err)
{
    const struct version *version;
    return find_holder(call, call_arg_int(call, 0), &version, err) &&
           answer(call, version, FORM_TEXT, 0, err);
}

/* Asking is no use. */
bool get_schema_usage(struct call *call, struct error *err)
{
    const struct version *version;
    if (!find_holder(call, call_arg_int(call, 0), &version, err))
        return false;
    struct span members = span_from(usage_json(version->record, call->arena), 1);
    call->status = 200;
    call->reply = arena_printf(call->arena, "{\"id\":%d,%.*s", version->record->id, SPAN_ARGS(members));
    return true;
}

bool get_schema_of_guid(struct call *call, struct error *err)
{
    uint8_t bytes[MD5_SIZE];
    const struct record *record = NULL;
    if (digest_uuid_read(call->arg[0], bytes))
        record = view_record_of_guid_anywhere(call->view, digest_uuid(bytes, call->arena));
    const struct version *version = record ? view_holder(call->view, record->context, record->id) : NULL;
    if (!version)
        return error_schema_guid_not_found(err, call->arg[0]);
    return answer(call, version, FORM_GUID, 0, err);
}

/* A guid says the same in every context; its ids differ. */
bool get_schema_guid_ids(struct call *call, struct error *err)
{
    uint8_t bytes[MD5_SIZE];
    struct reply *list = reply_array(call->arena);
    if (!digest_uuid_read(call->arg[0], bytes))
        return reply_send(call, list, err);
    struct cursor cursor = view_records_of_guid(call->view, digest_uuid(bytes, call->arena));
    const struct record *record;
    while ((record = cursor_record(&cursor))) {
        struct reply *entry = reply_object(call->arena);
        reply_string(entry, "context", record->context.len ? record->context : SPAN("."));
        reply_number(entry, "id", record->id);
        reply_add(list, entry);
    }
    return reply_send(call, list, err);
}

/* By subject; of one subject's versions the live ones first, then the newest. */
static int by_subject(const void *a, const void *b)
{
    const struct version *x = *(const struct version *const *)a, *y = *(const struct version *const *)b;
    int order = span_compare(x->subject.subject, y->subject.subject);
    if (order)
        return order;
    if (x->row.hidden != y->row.hidden)
        return x->row.hidden ? 1 : -1;
    return (x->number < y->number) - (x->number > y->number);
}

struct holders {
    const struct version **versions;
    size_t count;
};

static size_t count_holders(const struct view *view, struct span context, int id)
{
    size_t count = 0;
    struct cursor cursor = view_holders(view, context, id);
    while (cursor_version(&cursor))
        count++;
    return count;
}

/* The subject asked for only chooses the context. */
static struct span context_of(const struct call *call, int id)
{
    struct name asked = call_query_subject(call);
    const struct version *version = asked.context.len ? NULL : holder_of(call, id);
    return version ? version->subject.context : asked.context;
}

/* One version per subject, by subject: its newest live one of the id, else its newest hidden. */
static bool list_holders(const struct call *call, struct holders *holders, struct error *err)
{
    int id = call_arg_int(call, 0);
    bool deleted = call_query_true(call, "deleted");
    struct span context = context_of(call, id);
    size_t room = count_holders(call->view, context, id), count = 0;
    if (!room)
        return error_schema_not_found(err);
    const struct version **all = arena_array(call->arena, room, sizeof(void *)), *version;
    struct cursor cursor = view_holders(call->view, context, id);
    while ((version = cursor_version(&cursor)))
        if (deleted || !version->row.hidden)
            all[count++] = version;
    if (count)
        qsort(all, count, sizeof *all, by_subject);
    *holders = (struct holders){.versions = all};
    for (size_t i = 0; i < count; i++)
        if (!holders->count || !name_equal(all[i]->subject, all[holders->count - 1]->subject))
            all[holders->count++] = all[i];
    return true;
}

bool get_schema_subjects(struct call *call, struct error *err)
{
    struct page page;
    struct holders holders;
    if (!call_page(call, 0, &page, err) || !list_holders(call, &holders, err))
        return false;
    struct reply *list = reply_array(call->arena);
    for (size_t i = 0; i < holders.count; i++)
        if (page_takes(&page))
            reply_add_string(list, name_text(holders.versions[i]->subject, call->arena));
    return reply_send(call, list, err);
}

bool get_schema_versions(struct call *call, struct error *err)
{
    struct page page;
    struct holders holders;
    if (!call_page(call, 0, &page, err) || !list_holders(call, &holders, err))
        return false;
    struct reply *list = reply_array(call->arena);
    for (size_t i = 0; i < holders.count; i++) {
        if (!page_takes(&page))
            continue;
        struct reply *entry = reply_object(call->arena);
        reply_string(entry, "subject", name_text(holders.versions[i]->subject, call->arena));
        reply_number(entry, "version", holders.versions[i]->number);
        reply_add(list, entry);
    }
    return reply_send(call, list, err);
}

/* Those we can parse, in the order in which clients have always been told of them. */
bool get_schema_types(struct call *call, struct error *err)
{
    static const struct span known[] = {SPAN("JSON"), SPAN("PROTOBUF"), SPAN("AVRO")};
    struct reply *list = reply_array(call->arena);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (schema_type_find(known[i]))
            reply_add_string(list, known[i]);
    return reply_send(call, list, err);
}
