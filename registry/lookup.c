/* SPDX-License-Identifier: Apache-2.0 */
/* Looking a schema up under its subject: as it came, then with what it would inherit, then elsewhere.
 * What is found counts as used. */
#include "registry/inherit.h"
#include "registry/match.h"
#include "registry/usage.h"

static bool look_up(const struct view *view, const struct registration *wanted, struct sought sought,
                    struct submission *read, struct match *match, struct arena *arena, struct error *err)
{
    const struct subject *subject = view_subject(view, wanted->subject);
    struct settings settings = view_settings(view, wanted->subject);
    struct reading how = {.normalize = submission_normalizes(view, wanted, &settings)};
    struct registration heir = *wanted;
    *match = (struct match){.version = NULL};
    if (!submission_read(view, wanted, how, read, arena, err) ||
        !match_find(view, subject, read, sought, match, err))
        return false;
    if (match->version || !subject || !subject_latest(subject))
        return true;
    struct span guid = read->guid;
    inherit_fill(&heir, &settings, subject, arena);
    return submission_read(view, &heir, how, read, arena, err) &&
           (span_equal(guid, read->guid) || match_find(view, subject, read, sought, match, err));
}

/* The same name in the other contexts; where the text is invalid it is not found. What was read for one of
 * them is let go of before the next: there may be thousands. */
static bool look_around(const struct view *view, const struct registration *wanted, struct sought sought,
                        struct submission *read, struct match *match, struct arena *arena, struct error *err)
{
    struct registration elsewhere = *wanted;
    struct cursor contexts = view_contexts(view);
    AUTO_EFFORT effort = {0};
    while (!match->version && cursor_context(&contexts, &elsewhere.subject.context)) {
        if (!view_subject(view, elsewhere.subject))
            continue;
        if (!effort_next(&effort, err))
            return false;
        struct error unheard = {.arena = effort.arena};
        if (!look_up(view, &elsewhere, sought, read, match, effort.arena, &unheard))
            match->version = NULL;
    }
    if (match->version)
        effort_keep(&effort, arena);
    return true;
}

bool registry_lookup(const struct view *view, const struct registration *wanted, bool hidden,
                     struct registered *got, struct arena *arena, struct error *err)
{
    struct submission read;
    struct match match = {.version = NULL};
    AUTO_EFFORT older = {0};
    struct sought sought = {hidden, ANY_ID, &older};
    bool around = !wanted->subject.context.len;
    if (!submission_blank(wanted)) {
        if (!look_up(view, wanted, sought, &read, &match, arena, err))
            return false;
        if (!match.version && around && !look_around(view, wanted, sought, &read, &match, arena, err))
            return false;
    }
    if (match.version) {
        usage_mark(match.version->record, USE_REGISTERED, wanted->by.agent);
        match_tell(got, &match, &read, arena);
        return true;
    }
    const struct subject *subject = view_subject(view, wanted->subject);
    if (!subject || !(hidden || subject_live_count(subject)))
        return error_subject_not_found(err, name_text(wanted->subject, arena));
    return error_schema_not_found(err);
}
