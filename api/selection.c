/* SPDX-License-Identifier: Apache-2.0 */
/* Walking the subjects that a call asks for; what it does not ask for is passed over whole where that is
 * known from the name. */
#include "api/selection.h"

struct selection selection_of(const struct call *call, struct span fallback)
{
    struct span prefix = call_query(call, "subjectPrefix");
    struct selection selection = {.view = call->view, .bare = SPAN("")};
    if (!prefix.ptr)
        prefix = fallback;
    if (span_starts(prefix, SPAN(":*:"))) {
        selection.bare = span_from(prefix, 3);
        prefix = SPAN("");
    } else {
        selection.default_only = !span_starts(prefix, SPAN(":."));
    }
    selection.prefix = prefix;
    selection.cursor = view_subjects(call->view, prefix);
    return selection;
}

bool selection_has(const struct selection *selection, struct name name)
{
    return name_starts(name, selection->prefix) && span_starts(name.subject, selection->bare) &&
           !(selection->default_only && name.context.len);
}

const struct subject *selection_next(struct selection *selection)
{
    const struct subject *subject;
    while ((subject = cursor_subject(&selection->cursor))) {
        struct name name = subject_name(subject);
        if (selection->default_only && name.context.len)
            selection->cursor = view_subjects_after_contexts(selection->view, selection->prefix);
        else if (span_starts(name.subject, selection->bare))
            return subject;
    }
    return NULL;
}
