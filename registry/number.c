/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of versions: given in order, kept for ever where a policy says so. */
#include "registry/number.h"

#include "registry/remove.h"

#include <limits.h>

/* Past the last number it is the last one again, which is taken: number_left. */
int number_next(const struct view *view, const struct registration *wanted)
{
    int highest = view_highest_number(view, wanted->subject);
    return highest < INT_MAX ? highest + 1 : highest;
}

bool number_left(const struct view *view, const struct registration *wanted)
{
    return view_highest_number(view, wanted->subject) < INT_MAX;
}

int number_given(const struct view *view, const struct registration *wanted)
{
    return wanted->version > 0 ? wanted->version : number_next(view, wanted);
}

const struct record *registration_record(const struct view *view, const struct registration *wanted,
                                         const struct submission *read)
{
    if (wanted->has_id)
        return view_record(view, wanted->subject.context, wanted->id);
    return view_record_of_guid(view, wanted->subject.context, read->guid);
}

const struct version *number_overwritten(const struct view *view, const struct registration *wanted)
{
    const struct subject *subject = view_subject(view, wanted->subject);
    return subject ? view_version(view, subject, number_given(view, wanted)) : NULL;
}

/* What was purged under the number, where such numbers are kept; NULL: it is as any other. */
static const struct tombstone *tombstone_of(const struct view *view, const struct registration *wanted)
{
    int number = number_given(view, wanted);
    if (number > view_kept_number(view, wanted->subject) || number_overwritten(view, wanted))
        return NULL;
    return view_tombstone(view, wanted->subject, number);
}

bool number_restored(const struct view *view, const struct registration *wanted)
{
    return tombstone_of(view, wanted) != NULL;
}

/* What another schema takes the place of is gone as if it were purged. */
static bool check_overwritten(struct decision *decision, const struct registration *wanted,
                              const struct submission *read, struct error *err)
{
    const struct version *before = number_overwritten(decision->view, wanted);
    if (!before || before->record == registration_record(decision->view, wanted, read))
        return true;
    decision_rests_on_policies(decision, wanted->subject);
    return removal_allowed(decision, before, NULL, err);
}

bool number_allowed(struct decision *decision, const struct registration *wanted,
                    const struct submission *read, struct error *err)
{
    const struct tombstone *stone = tombstone_of(decision->view, wanted);
    if (!stone)
        return check_overwritten(decision, wanted, read, err);
    bool same = wanted->has_id && wanted->id == stone->id && span_equal(read->guid, stone->guid);
    return same || error_number_purged(err, stone->number, name_text(wanted->subject, decision->arena));
}
