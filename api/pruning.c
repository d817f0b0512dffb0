/* SPDX-License-Identifier: Apache-2.0 */
/* /retention/plan and /retention/apply: what the policies would take now, and taking it. A misspelled member
 * would ask for everything, so none is passed over. */
#include "registry/pruning.h"

#include "api/handlers.h"
#include "api/strict.h"
#include "base/clock.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
    return name_compare(*(const struct name *)a, *(const struct name *)b);
}

/* Under /contexts/{context} a name that says no context is one of it. */
static struct span qualified(const struct call *call, struct span text)
{
    if (!call->within.len || span_starts(text, SPAN(":.")) || span_starts(text, SPAN(":*:")))
        return text;
    return arena_printf(call->arena, ":%.*s:%.*s", SPAN_ARGS(call->within), SPAN_ARGS(text));
}

static bool read_names(const struct call *call, const struct text *list, struct prune_wish *wanted,
                       struct error *err)
{
    if (list->count > PLAN_SUBJECTS_MAX)
        return error_retention_request(err, arena_printf(err->arena, "'subjects' has more than %d names",
                                                         PLAN_SUBJECTS_MAX));
    struct name *names = arena_array(call->arena, list->count + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != TEXT_STRING)
            return error_retention_request(err, SPAN("'subjects' holds something other than strings"));
        names[i] = name_parse(qualified(call, list->items[i].string));
    }
    qsort(names, list->count, sizeof *names, by_name);
    for (size_t i = 0; i < list->count; i++)
        if (!count || !name_equal(names[count - 1], names[i]))
            names[count++] = names[i];
    wanted->names = names;
    wanted->name_count = count;
    return true;
}

static bool read_stages(const struct text *list, struct prune_wish *wanted, struct error *err)
{
    wanted->recycles = wanted->purges = !list;
    for (size_t i = 0; list && i < list->count; i++) {
        struct span stage = list->items[i].kind == TEXT_STRING ? list->items[i].string : SPAN("");
        bool recycle = span_equal(stage, SPAN("recycle")), purge = span_equal(stage, SPAN("purge"));
        if (!recycle && !purge)
            return error_retention_request(err, SPAN("'stages' holds something other than \"recycle\" and "
                                                     "\"purge\""));
        wanted->recycles |= recycle;
        wanted->purges |= purge;
    }
    return true;
}

static bool read_wish(const struct call *call, struct prune_wish *wanted, struct error *err)
{
    const struct text *names = strict_member(call, "subjects");
    const struct text *prefix = strict_member(call, "subjectPrefix");
    *wanted = (struct prune_wish){.within = call->within};
    if (names && prefix)
        return error_retention_request(err, SPAN("'subjects' and 'subjectPrefix' exclude each other"));
    if (prefix)
        wanted->prefix = qualified(call, prefix->string);
    else
        wanted->prefix = call->within.ptr ? qualified(call, SPAN("")) : SPAN(":*:");
    return (!names || read_names(call, names, wanted, err)) &&
           read_stages(strict_member(call, "stages"), wanted, err);
}

static bool answer(struct call *call, struct span json)
{
    call->status = 200;
    call->reply = json;
    return true;
}

static const struct strict_member members[] = {
    {"subjects", TEXT_ARRAY},
    {"subjectPrefix", TEXT_STRING},
    {"stages", TEXT_ARRAY},
    {"digest", TEXT_STRING},
};
enum { MEMBERS = sizeof members / sizeof *members };

bool post_retention_plan(struct call *call, struct error *err)
{
    struct prune_wish wanted;
    struct prune_plan plan;
    return strict_read(call, members, MEMBERS - 1, err) && read_wish(call, &wanted, err) &&
           prune_plan(call->view, &wanted, clock_now(), &plan, call->arena, err) &&
           answer(call, prune_plan_write(&plan, call->arena));
}

bool post_retention_apply(struct call *call, struct error *err)
{
    struct prune_wish wanted;
    struct span told;
    if (!strict_read(call, members, MEMBERS, err) || !read_wish(call, &wanted, err))
        return false;
    const struct text *digest = strict_member(call, "digest");
    if (!digest)
        return error_retention_request(err, SPAN("'digest' is missing"));
    struct span text = digest->string.ptr ? digest->string : SPAN("");
    return registry_apply(call->registry, &wanted, text, &call->origin, &told, call->arena, err) &&
           answer(call, told);
}
