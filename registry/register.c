/* SPDX-License-Identifier: Apache-2.0 */
/* Find or add; look up; try. What a client knows already is found before anything may refuse it, and without
 * parsing what is older; only what is new is held against the rules. */
#include "registry/remove.h"
#include "registry/submit.h"

#include <assert.h>

/* Where a submission stands already. */
struct match {
    const struct version *version;      /* NULL: nowhere */
    bool exact;                         /* the same content; else the same meaning */
};

/* What a submission may bring is what the interface takes: text and type, so far. */
static void check_wanted(const struct registration *wanted)
{
    assert(!wanted->reference_count && !wanted->metadata && !wanted->rules);
}

static bool counts(const struct version *version, bool hidden)
{
    return version && (hidden || !version->row.hidden);
}

static const struct version *find_exact(const struct view *view, const struct subject *subject,
                                        const struct submission *read)
{
    const struct record *record = view_record_of_guid(view, subject_name(subject).context, read->guid);
    if (!record || !span_equal(record->row.type, span_of(read->schema->type->name)))
        return NULL;
    return view_holder_in(view, subject, record->id);
}

/* Whether a stored version means the same; most are told apart by a number. */
static bool means_same(const struct version *version, const struct submission *read, uint64_t likeness, bool *same,
                       struct arena *arena, struct error *err)
{
    const struct record_row *row = &version->record->row;
    struct error cause = {.arena = arena};
    uint64_t other;
    *same = false;
    if (!span_equal(row->type, span_of(read->schema->type->name)) || row->references.len || row->metadata.len ||
        row->rules.len)
        return true;
    if (!version_likeness(version, &other, arena, &cause))
        return submission_stored_invalid(version, cause.message, err);
    if (other != likeness)
        return true;
    const struct schema *stored = version_schema(version, arena, &cause);
    if (!stored)
        return submission_stored_invalid(version, cause.message, err);
    *same = schema_same(read->schema, stored);
    return true;
}

static bool find_alike(const struct view *view, const struct subject *subject, const struct submission *read,
                       bool hidden, const struct version **found, struct arena *arena, struct error *err)
{
    uint64_t likeness = read->schema->type->likeness(read->schema);
    struct cursor cursor = subject_versions_down(view, subject);
    bool same = false;
    while (!same && (*found = cursor_version(&cursor)))
        if (counts(*found, hidden) &&
            !means_same(*found, read, likeness ? likeness : 1, &same, arena, err))
            return false;
    return true;
}

/* First by content, then by meaning, newest first; only here, and live unless `hidden`. */
static bool find_match(const struct view *view, const struct subject *subject, const struct submission *read,
                       bool hidden, struct match *match, struct arena *arena, struct error *err)
{
    *match = (struct match){.version = NULL};
    if (!subject)
        return true;
    match->version = find_exact(view, subject, read);
    match->exact = counts(match->version, hidden);
    return match->exact || find_alike(view, subject, read, hidden, &match->version, arena, err);
}

/* Equal content is told as it was asked for, equal meaning as it is stored. */
static void tell(struct registered *got, const struct match *match, const struct submission *read,
                 struct arena *arena)
{
    const struct version *version = match->version;
    const struct record_row *row = &version->record->row;
    *got = (struct registered){
        .subject = {arena_copy(arena, version->subject.context), arena_copy(arena, version->subject.subject)},
        .version = version->number,
        .id = version->record->id,
        .guid = arena_copy(arena, row->guid),
        .type = arena_copy(arena, row->type),
        .text = match->exact ? read->schema->text : arena_copy(arena, row->text),
        .stored = !match->exact,
        .ts = version->row.ts,
        .hidden = version->row.hidden,
    };
}

/* Everything the level holds against a schema; stops at the first version that it breaks. */
static bool complain(struct history history, const struct schema *schema,
                     const struct level *level, const struct complaint **complaints, struct arena *arena,
                     struct error *err)
{
    struct error cause = {.arena = arena};
    *complaints = NULL;
    for (size_t i = 0; i < history.count && !*complaints; i++) {
        const struct version *version = history.versions[i];
        const struct schema *past = version_schema(version, arena, &cause);
        if (!past)
            return submission_stored_invalid(version, cause.message, err);
        *complaints = schema_check(schema, level, (struct past){version->number, past}, arena);
    }
    *complaints = complaints_close(*complaints, false, level, arena);
    return true;
}

struct registering {
    const struct registration *wanted;
    struct registered *got;
};

/* Without a text the latest version's is meant. */
static bool fill_blank(const struct decision *decision, const struct subject *subject, struct registration *wanted,
                       struct error *err)
{
    if (!submission_blank(wanted))
        return true;
    const struct version *latest = subject ? subject_latest(subject) : NULL;
    if (!latest)
        return error_schema_empty(err);
    wanted->text = arena_copy(decision->arena, latest->record->row.text);
    wanted->type = arena_copy(decision->arena, latest->record->row.type);
    return true;
}

static void change_all(struct decision *decision, const struct subject *subject, struct name name, int number,
                       const struct submission *read)
{
    struct change *record = decision_change(decision, CHANGE_RECORD, (struct name){.context = name.context});
    record->record = (struct record_row){
        .type = span_of(read->schema->type->name), .guid = read->guid, .text = read->schema->text};
    struct change *added = decision_change(decision, CHANGE_VERSION, name);
    added->version = number;
    added->row = (struct version_row){.ts = decision->now, .created = decision->now};
    if (!subject)
        return;
    const struct version *latest = subject_latest(subject);
    if (latest)
        decision_version(decision, CHANGE_VERSION, latest)->row.superseded = decision->now;
    const struct record *known = view_record_of_guid(decision->view, name.context, read->guid);
    if (known)
        remove_hidden_twins(decision, subject, known);
}

/* A new version, if the level and the bounds allow it. */
static bool add(struct decision *decision, const struct subject *subject, struct registering *registering,
                const struct submission *read, struct error *err)
{
    struct name name = registering->wanted->subject;
    struct arena *arena = decision->arena;
    const struct level *level = view_settings(decision->view, name).level;
    const struct complaint *complaints = NULL;
    bool asks = subject && !registering->wanted->force;
    if (asks && !complain(subject_history(decision->view, subject, level, arena), read->schema,
                             level, &complaints, arena, err))
        return false;
    if (complaints)
        return error_incompatible(err, name_text(name, arena), complaints_join(complaints, arena));
    int count = subject ? subject_version_count(subject) : 0;
    if (count >= VERSIONS_MAX)
        return error_too_many_versions(err, name_text(name, arena), count, VERSIONS_MAX);
    if (!view_has_room(decision->view, name.context))
        return error_too_many_contexts(err, CONTEXTS_MAX);
    if (read->schema->text.len > decision->registry->schema_max)
        return error_schema_too_large(err);
    int number = subject ? subject_highest_number(subject) + 1 : 1;
    change_all(decision, subject, name, number, read);
    *registering->got = (struct registered){
        .subject = name, .version = number, .guid = read->guid, .type = span_of(read->schema->type->name),
        .text = read->schema->text, .created = true, .ts = decision->now};
    return true;
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
    struct reading how = {.normalize = wanted.normalize ||
                                       view_settings(decision->view, wanted.subject).normalize};
    if (!submission_blank(&wanted) &&
        (!submission_read(&wanted, how, &read, arena, err) ||
         !find_match(decision->view, subject, &read, false, &match, arena, err)))
        return false;
    if (match.version) {
        tell(registering->got, &match, &read, arena);
        return true;
    }
    how.strict = true;
    if (!decision_may_write(decision, wanted.subject, err) ||
        !fill_blank(decision, subject, &wanted, err) || !submission_read(&wanted, how, &read, arena, err) ||
        !find_match(decision->view, subject, &read, false, &match, arena, err))
        return false;
    if (!match.version)
        return add(decision, subject, registering, &read, err);
    tell(registering->got, &match, &read, arena);
    registering->got->stored = false;       /* found this late, neither time nor state is told */
    return true;
}

bool registry_register(struct registry *registry, const struct registration *wanted, struct registered *got,
                       struct arena *arena, struct error *err)
{
    check_wanted(wanted);
    struct decision decision = {.registry = registry, .arena = arena, .by = &wanted->by};
    struct registering registering = {wanted, got};
    if (!registry_decide(&decision, decide, &registering, err))
        return false;
    if (got->created)
        got->id = decision.given;
    return true;
}

static bool look_up(const struct view *view, const struct registration *wanted, bool hidden,
                    struct submission *read, struct match *match, struct arena *arena, struct error *err)
{
    const struct subject *subject = view_subject(view, wanted->subject);
    struct reading how = {.normalize = wanted->normalize || view_settings(view, wanted->subject).normalize};
    *match = (struct match){.version = NULL};
    return submission_read(wanted, how, read, arena, err) &&
           find_match(view, subject, read, hidden, match, arena, err);
}

/* The same name in the other contexts; where the text is invalid it is not found. */
static void look_around(const struct view *view, const struct registration *wanted, bool hidden,
                        struct submission *read, struct match *match, struct arena *arena)
{
    struct registration elsewhere = *wanted;
    struct cursor contexts = view_contexts(view);
    struct error unheard = {.arena = arena};
    while (!match->version && cursor_context(&contexts, &elsewhere.subject.context))
        if (view_subject(view, elsewhere.subject) &&
            !look_up(view, &elsewhere, hidden, read, match, arena, &unheard))
            match->version = NULL;
}

bool registry_lookup(const struct view *view, const struct registration *wanted, bool hidden,
                     struct registered *got, struct arena *arena, struct error *err)
{
    check_wanted(wanted);
    struct submission read;
    struct match match = {.version = NULL};
    if (!submission_blank(wanted)) {
        if (!look_up(view, wanted, hidden, &read, &match, arena, err))
            return false;
        if (!match.version && !wanted->subject.context.len)
            look_around(view, wanted, hidden, &read, &match, arena);
    }
    if (match.version) {
        tell(got, &match, &read, arena);
        return true;
    }
    const struct subject *subject = view_subject(view, wanted->subject);
    if (!subject || !(hidden || subject_live_count(subject)))
        return error_subject_not_found(err, name_text(wanted->subject, arena));
    return error_schema_not_found(err);
}

/* The versions to compare with: one, or what the level asks for. */
static bool choose(const struct view *view, struct name name, int number, struct history *history,
                   struct arena *arena, struct error *err)
{
    const struct subject *subject = view_subject(view, name);
    *history = (struct history){0};
    if (number == ALL_VERSIONS) {
        if (subject)
            *history = subject_history(view, subject, view_settings(view, name).level, arena);
        return true;
    }
    const struct version **one = arena_array(arena, 1, sizeof *one);
    if (subject)
        *one = number == LATEST_VERSION ? subject_latest(subject) : view_version(view, subject, number);
    if (!counts(*one, false))
        return number == LATEST_VERSION || error_version_not_found(err, number);
    *history = (struct history){one, 1};
    return true;
}

bool registry_try(const struct view *view, const struct registration *wanted, int version,
                  const struct complaint **complaints, struct arena *arena, struct error *err)
{
    check_wanted(wanted);
    struct settings settings = view_settings(view, wanted->subject);
    struct reading how = {.strict = true, .normalize = wanted->normalize || settings.normalize};
    struct submission read;
    struct history history;
    *complaints = NULL;
    if (!choose(view, wanted->subject, version, &history, arena, err))
        return false;
    if (submission_blank(wanted))
        return error_schema_empty(err);
    return submission_read(wanted, how, &read, arena, err) &&
           complain(history, read.schema, settings.level, complaints, arena, err);
}
