/* SPDX-License-Identifier: Apache-2.0 */
/* Find or add. What a client knows already is found before anything may refuse it, and without parsing what
 * is older; only what is new is held against the rules. */
#include "registry/association.h"
#include "registry/compatible.h"
#include "registry/inherit.h"
#include "registry/match.h"
#include "registry/metadata.h"
#include "registry/number.h"
#include "registry/references.h"
#include "registry/remove.h"
#include "registry/rules.h"
#include "registry/tags.h"
#include "registry/usage.h"

#include <limits.h>

struct registering {
    const struct registration *wanted;
    struct registered *got;
};

/* Without a text the latest version's is meant. */
static bool fill_blank(const struct decision *decision, const struct subject *subject,
                       struct registration *wanted, struct error *err)
{
    if (!submission_blank(wanted))
        return true;
    const struct version *latest = subject ? subject_latest(subject) : NULL;
    if (!latest)
        return error_schema_empty(err);
    wanted->text = arena_copy(decision->arena, latest->record->row.text);
    wanted->references = references_copy(latest->record->references, latest->record->reference_count,
                                         decision->arena);
    wanted->reference_count = latest->record->reference_count;
    wanted->type = arena_copy(decision->arena, latest->record->row.type);
    return true;
}

static struct record_row row_of(const struct submission *read)
{
    return (struct record_row){
        .type = span_of(read->schema->type->name), .guid = read->guid, .text = read->schema->text,
        .references = read->references, .metadata = read->metadata, .rules = read->rules};
}

/* An imported version may come before the latest, or in its place. A hold stays with what it was put on. */
static void change_all(struct decision *decision, const struct subject *subject,
                       const struct registration *wanted, const struct submission *read)
{
    struct name name = wanted->subject;
    int number = number_given(decision->view, wanted);
    const struct record *known = registration_record(decision->view, wanted, read);
    bool restored = number_restored(decision->view, wanted);
    struct change *record = decision_change(decision, CHANGE_RECORD, (struct name){.context = name.context});
    record->id = wanted->has_id ? wanted->id : 0;
    record->record = row_of(read);
    const struct version *before = number_overwritten(decision->view, wanted);
    if (before && before->record != known)
        remove_replaced(decision, before);
    struct change *added = decision_change(decision, restored ? CHANGE_RESTORE : CHANGE_VERSION, name);
    added->version = number;
    added->row = (struct version_row){.ts = decision->now, .created = decision->now};
    if (before && before->record == known)
        added->row.hold = arena_copy(decision->arena, before->row.hold);
    const struct version *latest = subject ? subject_latest(subject) : NULL;
    if (latest && latest->number > number)
        added->row.superseded = decision->now;
    if (latest && latest->number < number)
        decision_version(decision, CHANGE_VERSION, latest)->row.superseded = decision->now;
    if (known)
        usage_mark(known, USE_REGISTERED, wanted->by.agent);
    if (subject && known)
        remove_hidden_twins(decision, subject, known, number);
}

/* What is kept beside the text. */
static size_t size_beside(const struct submission *read)
{
    return read->references.len + read->metadata.len + read->rules.len;
}

/* An id that is taken is taken by the same content. */
static bool check_id(const struct decision *decision, const struct registration *wanted,
                     const struct submission *read, struct error *err)
{
    const struct record *there = wanted->has_id ? registration_record(decision->view, wanted, read) : NULL;
    struct record_row row = row_of(read);
    if (wanted->has_id && wanted->id == 0)
        return error_id_zero(err);
    return !there || record_row_same(&there->row, &row) ||
           error_overwrite(err, wanted->id, name_context_text(wanted->subject, decision->arena));
}

/* What the level and the bounds say. */
static bool check_new(struct decision *decision, const struct subject *subject,
                      const struct registration *wanted, const struct submission *read, struct error *err)
{
    struct arena *arena = decision->arena;
    struct settings settings = view_settings(decision->view, wanted->subject);
    const struct complaint *complaints = NULL;
    int count = subject ? subject_version_count(subject) : 0;
    size_t most = decision->registry->schema_max;
    bool imports = mode_imports(settings.mode);
    if (!imports && !wanted->force &&
        !compatible_check(decision->view, subject, ALL_VERSIONS, &settings, read, &complaints, arena, err))
        return false;
    if (complaints)
        return error_incompatible(err, name_text(wanted->subject, arena), complaints_join(complaints, arena));
    bool overwrites = number_overwritten(decision->view, wanted);
    if (!imports && wanted->version > 0 && wanted->version != number_next(decision->view, wanted))
        return error_version_step(err);
    if ((!imports || wanted->version <= 0) && !number_left(decision->view, wanted))
        return error_no_number_left(err, name_text(wanted->subject, arena), INT_MAX);
    if (count >= VERSIONS_MAX && !overwrites)
        return error_too_many_versions(err, name_text(wanted->subject, arena), count, VERSIONS_MAX);
    if (!view_has_room(decision->view, wanted->subject.context))
        return error_too_many_contexts(err, CONTEXTS_MAX);
    if (!check_id(decision, wanted, read, err) || !number_allowed(decision, wanted, read, err))
        return false;
    return (read->schema->text.len <= most && size_beside(read) <= most) || error_schema_too_large(err);
}

static bool add(struct decision *decision, const struct subject *subject, struct registering *registering,
                const struct submission *read, struct error *err)
{
    const struct registration *wanted = registering->wanted;
    int number = number_given(decision->view, wanted);
    if (!check_new(decision, subject, wanted, read, err))
        return false;
    for (size_t i = 0; i < read->target_count; i++)
        decision_rests_on_subject(decision, read->targets[i]);
    change_all(decision, subject, wanted, read);
    *registering->got = (struct registered){.subject = wanted->subject,
                                            .version = number,
                                            .guid = read->guid,
                                            .type = span_of(read->schema->type->name),
                                            .text = read->schema->text,
                                            .references = read->references,
                                            .metadata = read->metadata,
                                            .rules = read->rules,
                                            .created = true,
                                            .ts = decision->now};
    return true;
}

static struct sought sought_of(const struct registration *wanted)
{
    return (struct sought){.hidden = false, .id = wanted->has_id ? wanted->id : ANY_ID};
}

/* An older version of the same content, under its own number. */
static struct match find_older(const struct view *view, const struct subject *subject,
                               const struct registration *wanted, const struct submission *read,
                               const struct version *newer)
{
    const struct version *older = view_version(view, subject, wanted->version);
    bool known = match_counts(older, false) && older->number < newer->number &&
                 older->record == newer->record && span_equal(older->record->row.guid, read->guid);
    return (struct match){.version = known ? older : NULL, .exact = known};
}

/* The next version, unless the latest is the same; under another id than was asked for it is not. */
static bool find_latest(const struct decision *decision, const struct subject *subject,
                        const struct registration *wanted, const struct submission *read, struct match *match,
                        struct error *err)
{
    if (!match_latest(decision->view, subject, read, match, decision->arena, err))
        return false;
    if (match->version && wanted->has_id && match->version->record->id != wanted->id)
        match->version = NULL;
    return true;
}

/* Of one content under several ids the one asked for is meant; apart from that, what is found first must have
 * the id, and nothing else of the same meaning is looked for. */
static bool find_first(const struct decision *decision, const struct subject *subject,
                       const struct registration *wanted, const struct submission *read, struct match *match,
                       struct error *err)
{
    struct sought any = {.hidden = false, .id = ANY_ID};
    struct match first;
    if (!match_find(decision->view, subject, read, sought_of(wanted), match, err))
        return false;
    if (!wanted->has_id || !match->version || match->exact)
        return true;
    if (!match_find(decision->view, subject, read, any, &first, err))
        return false;
    if (first.version != match->version)
        match->version = NULL;
    return true;
}

/* What is known already is found before anything may refuse it. */
static bool find_known(const struct decision *decision, const struct subject *subject,
                       const struct registration *wanted, struct reading how, struct submission *read,
                       struct match *match, struct error *err)
{
    *match = (struct match){.version = NULL};
    if (submission_blank(wanted))
        return true;
    if (!submission_read(decision->view, wanted, how, read, decision->arena, err))
        return false;
    if (wanted->version == -1)
        return find_latest(decision, subject, wanted, read, match, err);
    if (wanted->version > 0 && !wanted->has_id)
        return true;
    if (!find_first(decision, subject, wanted, read, match, err))
        return false;
    if (match->version && wanted->version > 0 && match->version->number != wanted->version)
        *match = find_older(decision->view, subject, wanted, read, match->version);
    return true;
}

/* Whether something was put where the client left a gap. */
static bool is_completed(const struct registration *sent, const struct registration *meant,
                         struct arena *arena)
{
    return !span_equal(sent->text, meant->text) ||
           !span_equal(metadata_write(sent->metadata, arena), metadata_write(meant->metadata, arena)) ||
           !span_equal(rules_write(sent->rules, arena), rules_write(meant->rules, arena));
}

static void tell_known(const struct registering *registering, const struct match *match,
                       const struct submission *read, struct arena *arena)
{
    usage_mark(match->version->record, USE_REGISTERED, registering->wanted->by.agent);
    match_tell(registering->got, match, read, arena);
}

static bool decide(struct decision *decision, void *arg, struct error *err)
{
    struct registering *registering = arg;
    struct registration wanted = *registering->wanted;
    struct arena *arena = decision->arena;
    struct submission read;
    struct match match = {.version = NULL};
    decision_rests_on_subject(decision, wanted.subject);
    decision_rests_on_rules(decision, wanted.subject);
    const struct subject *subject = view_subject(decision->view, wanted.subject);
    struct settings settings = view_settings(decision->view, wanted.subject);
    struct reading how = {.normalize = submission_normalizes(decision->view, &wanted, &settings)};
    bool imports = mode_imports(settings.mode);
    if (!inherit_configured(&settings) && !tags_wanted(&wanted) &&
        !find_known(decision, subject, &wanted, how, &read, &match, err))
        return false;
    if (match.version) {
        tell_known(registering, &match, &read, arena);
        return true;
    }
    how.strict = settings.validate_new != TRUTH_NO && !wanted.has_id;
    if (!tags_apply(decision->view, &wanted, arena, err) ||
        !decision_may_register(decision, wanted.subject, wanted.has_id, err) ||
        !fill_blank(decision, imports ? NULL : subject, &wanted, err) ||
        (!imports && !tags_propagate(decision->view, subject, &wanted, arena, err)))
        return false;
    inherit_change_rules(&wanted, decision->view, subject, arena);
    if (!imports)
        inherit_fill(&wanted, &settings, subject, arena);
    if (metadata_sensitive(wanted.metadata) && !decision->registry->store->secret)
        return error_sensitive_no_key(err);
    if (!imports)
        inherit_number(&wanted, number_given(decision->view, &wanted), arena);
    /* Found this late, neither time nor state is told; a version that was asked for is a new one. */
    if (!submission_read(decision->view, &wanted, how, &read, arena, err) ||
        !associations_allow(decision->view, wanted.subject.context, wanted.references, wanted.reference_count,
                            arena, err) ||
        (!wanted.version &&
         !match_find(decision->view, subject, &read, sought_of(&wanted), &match, err)))
        return false;
    if (!match.version && !add(decision, subject, registering, &read, err))
        return false;
    if (match.version)
        tell_known(registering, &match, &read, arena);
    registering->got->stored = false;
    registering->got->completed = is_completed(registering->wanted, &wanted, arena);
    return true;
}

bool registry_register(struct registry *registry, const struct registration *wanted, struct registered *got,
                       struct arena *arena, struct error *err)
{
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by};
    struct registering registering = {wanted, got};
    if (!registry_decide(&decision, decide, &registering, err))
        return false;
    if (got->created)
        got->id = decision.given;
    return true;
}
