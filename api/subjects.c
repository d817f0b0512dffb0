/* SPDX-License-Identifier: Apache-2.0 */
/* /subjects: which there are, their versions, and what changes them. */
#include "api/body.h"
#include "api/dialect.h"
#include "api/handlers.h"
#include "api/render.h"
#include "api/reply.h"
#include "api/selection.h"
#include "api/tags.h"
#include "registry/rules.h"

/* What `deleted` and `deletedOnly` ask to be shown. */
struct shown {
    bool live, hidden;
};

static struct shown shown_of(const struct call *call)
{
    bool only = call_query_true(call, "deletedOnly");
    return (struct shown){.live = !only, .hidden = only || call_query_true(call, "deleted")};
}

static bool is_shown(const struct subject *subject, struct shown shown)
{
    return subject_live_count(subject) > 0 ? shown.live : shown.hidden;
}

bool get_subjects(struct call *call, struct error *err)
{
    struct page page;
    if (!call_page(call, 0, &page, err))
        return false;
    struct shown shown = shown_of(call);
    struct selection selection = selection_of(call, SPAN(":*:"));
    struct buffer list = {.arena = call->arena};
    const struct subject *subject;
    while (page.most && (subject = selection_next(&selection)))
        if (is_shown(subject, shown) && page_takes(&page)) {
            reply_next(&list);
            text_quote(&list, subject_text(subject));
        }
    reply_send_list(call, &list);
    return true;
}

/* The subject, if it has a version that counts. */
static bool find_subject(const struct call *call, bool hidden_counts, const struct subject **subject,
                         struct error *err)
{
    struct name name = call_arg_subject(call, 0);
    *subject = view_subject(call->view, name);
    if (*subject && (hidden_counts || subject_live_count(*subject)))
        return true;
    return error_subject_not_found(err, name_text(name, call->arena));
}

bool get_subject_versions(struct call *call, struct error *err)
{
    struct page page;
    const struct subject *subject;
    struct shown shown = shown_of(call);
    if (!call_page(call, 0, &page, err) || !find_subject(call, shown.hidden, &subject, err))
        return false;
    bool negative = call->dialect->negative_versions && call_query_true(call, "deletedAsNegative");
    if (negative)
        shown = (struct shown){true, true};
    struct buffer list = {.arena = call->arena};
    struct cursor cursor = subject_versions(call->view, subject);
    const struct version *version;
    while (page.most && (version = cursor_version(&cursor)))
        if ((version->row.hidden ? shown.hidden : shown.live) && page_takes(&page)) {
            reply_next(&list);
            buffer_printf(&list, "%d", negative && version->row.hidden ? -version->number : version->number);
        }
    reply_send_list(call, &list);
    return true;
}

/* The latest is always a live version, whatever `deleted` says. */
static const struct version *version_at(const struct view *view, struct name name, int number, bool deleted)
{
    const struct subject *subject = view_subject(view, name);
    const struct version *version = NULL;
    if (subject)
        version = number == LATEST_VERSION ? subject_latest(subject) : view_version(view, subject, number);
    return version && (deleted || !version->row.hidden) ? version : NULL;
}

/* What the default context lacks is looked for under the same name in every other one. */
static bool find_version(const struct call *call, bool deleted, const struct version **version,
                         struct error *err)
{
    int number;
    const struct subject *subject;
    struct name name = call_arg_subject(call, 0);
    if (!call_arg_version(call, 1, &number, err))
        return false;
    struct cursor contexts = view_contexts(call->view);
    bool falls_through = !name.context.len;
    do
        *version = version_at(call->view, name, number, deleted);
    while (!*version && falls_through && cursor_context(&contexts, &name.context));
    return *version || (find_subject(call, deleted, &subject, err) && error_version_not_found(err, number));
}

static bool answer_version(struct call *call, enum form form, struct error *err)
{
    const struct version *version;
    struct variant variant = {0};
    if (!find_version(call, call_query_true(call, "deleted"), &version, err))
        return false;
    const struct record_row *row = &version->record->row;
    if (!render_format(call, version->record->context, row, &variant.text, err))
        return false;
    if (form != FORM_TEXT && !tags_find(call, version, &variant.tags, err))
        return false;
    variant.references = render_references(call, version->record);
    if (variant.text.ptr == row->text.ptr && !variant.tags.len &&
        (form == FORM_TEXT || !variant.references.len))
        render_version(call, version, form);
    else
        render_variant(call, version, form, &variant);
    return true;
}

bool get_subject_version(struct call *call, struct error *err)
{
    return answer_version(call, FORM_SCHEMA, err);
}

bool get_subject_version_text(struct call *call, struct error *err)
{
    return answer_version(call, FORM_TEXT, err);
}

static bool has_live_holder(const struct view *view, const struct record *record)
{
    const struct version *version = view_holder(view, record->context, record->id);
    return version && !version->row.hidden;
}

/* The ids of the schemas that refer to a version, be it hidden. */
bool get_subject_version_referrers(struct call *call, struct error *err)
{
    struct page page;
    const struct version *version;
    const struct record *record;
    bool deleted = call->dialect->hidden_referrers && call_query_true(call, "deleted");
    if (!call_page(call, PAGE_MAX, &page, err) || !find_version(call, true, &version, err))
        return false;
    struct reply *list = reply_array(call->arena);
    struct cursor cursor = view_referrers(call->view, version);
    while (page.most && (record = cursor_referrer(&cursor)))
        if ((deleted || has_live_holder(call->view, record)) && page_takes(&page))
            reply_add_number(list, record->id);
    return reply_send(call, list, err);
}

static bool format_answer(const struct call *call, struct registered *got, struct error *err)
{
    struct record_row row = {.type = got->type, .text = got->text, .references = got->references};
    return render_format(call, got->subject.context, &row, &got->text, err);
}

/* Looking a schema up: the members of Schema. */
bool post_subject(struct call *call, struct error *err)
{
    struct registration wanted;
    struct registered got;
    if (!body_registration(call, call_arg_subject(call, 0), &wanted, err) ||
        !body_tried(call, &wanted, err) ||
        !registry_lookup(call->view, &wanted, call_query_true(call, "deleted"), &got, call->arena, err) ||
        !format_answer(call, &got, err))
        return false;
    return reply_send(call, reply_schema(call, &got), err);
}

/* Registering one: the members of RegisterSchemaResponse. */
bool post_subject_version(struct call *call, struct error *err)
{
    struct name name = call_arg_subject(call, 0);
    struct registration wanted;
    struct registered got;
    if (!body_registration(call, name, &wanted, err) || !body_numbers(call, &wanted, err) ||
        !rules_check(wanted.rules, err))
        return false;
    if (!name_valid(name, &call->dialect->customs))
        return error_subject_invalid(err, call->arg[0]);
    wanted.force = call->dialect->forced_registration && call_query_true(call, "force");
    if (!body_tags(call, &wanted, err) || !body_type_named(&wanted, err) ||
        !registry_register(call->registry, &wanted, &got, call->arena, err) ||
        !format_answer(call, &got, err))
        return false;
    return reply_registered(call, &got, err);
}

static struct removal read_removal(const struct call *call)
{
    return (struct removal){.subject = call_arg_subject(call, 0),
                            .permanent = call_query_true(call, "permanent"),
                            .dry = call_query_true(call, "dryRun"),
                            .force = call_query_true(call, "force"),
                            .reason = call_query(call, "reason"),
                            .by = call->origin};
}

bool delete_subject(struct call *call, struct error *err)
{
    struct removal wanted = read_removal(call);
    const int *versions;
    size_t count;
    if (!registry_remove_subject(call->registry, &wanted, &versions, &count, call->arena, err))
        return false;
    struct reply *list = reply_array(call->arena);
    for (size_t i = 0; i < count; i++)
        reply_add_number(list, versions[i]);
    return reply_send(call, list, err);
}

bool delete_subject_version(struct call *call, struct error *err)
{
    struct removal wanted = read_removal(call);
    int number;
    if (!call_arg_version(call, 1, &wanted.version, err) ||
        !registry_remove_version(call->registry, &wanted, &number, call->arena, err))
        return false;
    reply_send_number(call, number);
    return true;
}
