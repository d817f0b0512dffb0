/* SPDX-License-Identifier: Apache-2.0 */
/* /mode: whether a subject, or the default context, may be written. The context always has a mode. */
#include "api/body.h"
#include "api/dialect.h"
#include "api/handlers.h"
#include "api/reply.h"

static const struct mode_word {
    struct span word;
    enum mode mode;
} words[] = {
    {SPAN("READWRITE"), MODE_READWRITE},
    {SPAN("READONLY"), MODE_READONLY},
    {SPAN("READONLY_OVERRIDE"), MODE_READONLY_OVERRIDE},
    {SPAN("IMPORT"), MODE_IMPORT},
    {SPAN("FORWARD"), MODE_FORWARD},
};

static bool read_mode(const struct dialect *dialect, struct span text, enum mode *mode, struct error *err)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_equal_case(text, words[i].word) &&
            (dialect->forward_mode || words[i].mode != MODE_FORWARD)) {
            *mode = words[i].mode;
            return true;
        }
    return dialect->forward_mode ? error_mode_invalid(err) : error_mode_unknown(err);
}

static bool answer(struct call *call, enum mode mode, struct error *err)
{
    struct reply *reply = reply_object(call->arena);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (mode && words[i].mode == mode)
            reply_string(reply, "mode", words[i].word);
    return reply_send(call, reply, err);
}

static bool get_scope(struct call *call, struct name scope, struct error *err)
{
    enum mode mode = view_settings_at(call->view, scope).mode;
    if (!mode && name_always_set(scope, &call->dialect->customs))
        mode = MODE_READWRITE;
    if (call_query_true(call, "defaultToGlobal"))
        mode = view_settings(call->view, scope).mode;
    if (!mode)
        return error_no_subject_mode(err, name_text(scope, call->arena));
    return answer(call, mode, err);
}

/* FORWARD is for everything or nothing; spelled in any other way it is not looked at so closely. */
static bool check_forward(struct name scope, struct span typed, struct error *err)
{
    bool everything = span_equal(scope.context, SPAN(".__GLOBAL")) && !scope.subject.len;
    return everything || !span_equal(typed, SPAN("FORWARD")) || error_mode_forward(err);
}

/* The answer is the mode as it was typed. */
static bool put_scope(struct call *call, struct name scope, struct error *err)
{
    struct setting wanted = {.scope = scope, .set_mode = true, .by = call->origin};
    struct settings before, after;
    struct span typed;
    if (!body_string(call, "mode", &typed, err))
        return false;
    if (!name_valid_scope(scope))
        return error_subject_invalid(err, call->arg[0]);
    if (!body_has(call, "mode"))
        return read_mode(call->dialect, SPAN(""), &wanted.mode, err);
    wanted.force = call_query_true(call, "force");
    if ((typed.ptr && (!read_mode(call->dialect, typed, &wanted.mode, err) ||
                       !check_forward(scope, typed, err))) ||
        !registry_set(call->registry, &wanted, &before, &after, call->arena, err))
        return false;
    struct reply *reply = reply_object(call->arena);
    if (typed.ptr)
        reply_string(reply, "mode", typed);
    else
        reply_null(reply, "mode");
    return reply_send(call, reply, err);
}

/* The answer is the mode that went. Beneath a subject there is nothing that `recursive` could reach. */
static bool delete_scope(struct call *call, struct name scope, struct error *err)
{
    bool recursive = call->dialect->recursive_modes && call_query_true(call, "recursive");
    struct setting wanted = {.scope = scope, .set_mode = true, .by = call->origin};
    wanted.recursive = recursive && !scope.subject.len;
    wanted.dry = call_query_true(call, "dryRun");
    struct settings before, after;
    if (!registry_set(call->registry, &wanted, &before, &after, call->arena, err))
        return false;
    if (!before.mode && name_always_set(scope, &call->dialect->customs))
        before.mode = MODE_READWRITE;
    if (!before.mode && !recursive)
        return error_subject_not_found(err, name_text(scope, call->arena));
    return answer(call, before.mode, err);
}

bool get_mode(struct call *call, struct error *err)
{
    return get_scope(call, (struct name){0}, err);
}

bool put_mode(struct call *call, struct error *err)
{
    return put_scope(call, (struct name){0}, err);
}

bool delete_mode(struct call *call, struct error *err)
{
    return delete_scope(call, (struct name){0}, err);
}

bool get_subject_mode(struct call *call, struct error *err)
{
    return get_scope(call, call_arg_subject(call, 0), err);
}

bool put_subject_mode(struct call *call, struct error *err)
{
    return put_scope(call, call_arg_subject(call, 0), err);
}

bool delete_subject_mode(struct call *call, struct error *err)
{
    return delete_scope(call, call_arg_subject(call, 0), err);
}
