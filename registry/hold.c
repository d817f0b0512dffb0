/* SPDX-License-Identifier: Apache-2.0 */
/* Holds: a note on a version that keeps it from its next step, put on and taken off by hand. */
#include "base/moment.h"
#include "registry/commit.h"
#include "registry/retention.h"

struct holding_outcome {
    const struct holding *wanted;
    struct hold hold;
};

/* What is wrong with the note itself, in the order in which clients are told. */
static bool check_note(const struct decision *decision, const struct holding *wanted, struct error *err)
{
    if (wanted->fault)
        return error_pass(err, wanted->fault);
    if (wanted->until != NEVER && wanted->until <= decision->now)
        return error_hold_end_past(err, wanted->until_text);
    return true;
}

static bool put_hold(struct decision *decision, const struct version *version,
                     struct holding_outcome *outcome, struct error *err)
{
    const struct holding *wanted = outcome->wanted;
    if (!check_note(decision, wanted, err))
        return false;
    outcome->hold = (struct hold){wanted->reason, origin_text(decision->by, decision->arena), wanted->until,
                                  decision->now};
    decision_version(decision, CHANGE_HOLD, version)->row.hold = hold_write(&outcome->hold, decision->arena);
    return true;
}

static bool take_hold(struct decision *decision, const struct version *version,
                      struct holding_outcome *outcome, struct error *err)
{
    struct hold hold;
    if (!hold_in_force(&version->row, decision->now, &hold, decision->arena))
        return error_version_not_held(err, name_text(outcome->wanted->subject, decision->arena),
                                      version->number);
    outcome->hold = (struct hold){arena_copy(decision->arena, hold.reason),
                                  arena_copy(decision->arena, hold.by), hold.until, hold.at};
    decision_version(decision, CHANGE_HOLD, version)->row.hold = SPAN("");
    return true;
}

static bool decide(struct decision *decision, void *arg, struct error *err)
{
    struct holding_outcome *outcome = arg;
    const struct holding *wanted = outcome->wanted;
    const struct version *version;
    decision_rests_on_subject(decision, wanted->subject);
    decision_rests_on_rules(decision, wanted->subject);
    if (!decision_find_version(decision, wanted->subject, wanted->version, &version, err))
        return false;
    return wanted->release ? take_hold(decision, version, outcome, err)
                           : put_hold(decision, version, outcome, err);
}

bool registry_hold(struct registry *registry, const struct holding *wanted, struct hold *hold,
                   struct arena *arena, struct error *err)
{
    struct holding_outcome outcome = {.wanted = wanted};
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by, .dry = wanted->dry};
    if (!registry_decide(&decision, decide, &outcome, err))
        return false;
    *hold = outcome.hold;
    return true;
}
