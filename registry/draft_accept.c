/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a change fits a draft: what others decided, or what a file held, is looked at before it is
 * applied. */
#include "registry/marks.h"
#include "registry/metadata.h"
#include "registry/policy.h"
#include "registry/references.h"
#include "registry/rows.h"
#include "registry/rules.h"
#include "registry/settings.h"
#include "registry/state.h"

static bool refuse(const struct change *change, const char *why, struct error *err)
{
    return error_store(err, arena_printf(err->arena, "%s %.*s/%.*s/%d (id %d) %s",
                                         change_kind_name(change->kind), SPAN_ARGS(change->context),
                                         SPAN_ARGS(change->subject), change->version, change->id, why));
}

bool draft_accepts(const struct draft *draft, const struct change *change, struct error *err)
{
    struct settings settings;
    struct policy policy;
    const struct reference *references;
    struct association *rows;
    size_t count;
    const struct record *record = view_record(draft->view, change->context, change->id);
    switch (change->kind) {
    case CHANGE_RECORD:
        if (record && !span_equal(record->row.guid, change->record.guid))
            return refuse(change, "stands for another schema", err);
        if (!references_stored(change->record.references, &references, &count, err->arena))
            return refuse(change, "has references that cannot be read", err);
        if (!metadata_readable(change->record.metadata) || !rules_readable(change->record.rules))
            return refuse(change, "has metadata or rules that cannot be read", err);
        return schema_type_find(change->record.type) || refuse(change, "has an unknown type", err);
    case CHANGE_VERSION:
    case CHANGE_RESTORE:
    case CHANGE_HIDE:
    case CHANGE_REVIVE:
    case CHANGE_HOLD: return record || refuse(change, "has no schema", err);
    case CHANGE_SETTINGS:
        return !change->body.len || settings_read(change->body, &settings, err->arena) ||
               refuse(change, "cannot be read", err);
    case CHANGE_POLICY:
        return !change->body.len || policy_read(change->body, &policy, err->arena) ||
               refuse(change, "cannot be read", err);
    case CHANGE_ASSOCIATION:
        return rows_read(change->body, (struct name){change->context, change->subject}, &rows, &count,
                         err->arena) || refuse(change, "cannot be read", err);
    case CHANGE_FORGET:
        return !record || !view_holder(draft->view, change->context, change->id) ||
               refuse(change, "is still held", err);
    case CHANGE_PURGE:
    case CHANGE_CONTEXT: return true;
    case CHANGE_USED: return usage_readable(change->body) || refuse(change, "cannot be read", err);
    case CHANGE_REFUSED:
    case CHANGE_CLOCK:
    case CHANGE_KINDS: break;
    }
    return refuse(change, "is of a kind that this release does not keep", err);
}
