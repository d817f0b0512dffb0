/* SPDX-License-Identifier: Apache-2.0 */
/* Walking the subjects that are asked for. Those of a context stand together, between ":.c:" and ":.c;",
 * and all contexts between ":." and ":/": what is not asked for is passed over without a look at it. */
#include "registry/selection.h"

struct selection selection_begin(const struct view *view, struct span prefix, struct arena *arena)
{
    struct selection selection = {.view = view, .arena = arena, .bare = SPAN("")};
    if (span_starts(prefix, SPAN(":*:"))) {
        selection.bare = span_from(prefix, 3);
        prefix = SPAN("");
    } else {
        selection.default_only = !span_starts(prefix, SPAN(":."));
    }
    selection.prefix = prefix;
    selection.cursor = view_subjects(view, prefix);
    return selection;
}

bool selection_has(const struct selection *selection, struct name name)
{
    return name_starts(name, selection->prefix) && span_starts(name.subject, selection->bare) &&
           !(selection->default_only && name.context.len);
}

static void go_on(struct selection *selection, struct span text)
{
    selection->cursor = view_subjects_from(selection->view, text, selection->prefix);
}

/* From a subject of the default context whose name does not begin as asked, to the next that may. */
static void pass_bare(struct selection *selection, struct span name)
{
    bool contexts_ahead = span_compare(name, SPAN(":.")) < 0, early = span_compare(name, selection->bare) < 0;
    if (contexts_ahead && !(early && span_compare(selection->bare, SPAN(":.")) < 0))
        go_on(selection, SPAN(":."));
    else
        go_on(selection, early ? selection->bare : SPAN("\xFF"));  /* no text begins so: the end */
}

/* The same from a subject of a named one. */
static void pass_qualified(struct selection *selection, struct name name)
{
    struct span context = name.context, bare = selection->bare;
    struct arena *arena = selection->arena;
    if (selection->default_only)
        go_on(selection, SPAN(":/"));
    else if (span_compare(name.subject, bare) < 0)
        go_on(selection, name_text((struct name){context, bare}, arena));
    else
        go_on(selection, arena_printf(arena, ":%.*s;", SPAN_ARGS(context)));
}

const struct subject *selection_next(struct selection *selection)
{
    const struct subject *subject;
    while ((subject = cursor_subject(&selection->cursor))) {
        struct name name = subject_name(subject);
        if (!(selection->default_only && name.context.len) && span_starts(name.subject, selection->bare))
            return subject;
        if (name.context.len)
            pass_qualified(selection, name);
        else
            pass_bare(selection, name.subject);
    }
    return NULL;
}
