/* SPDX-License-Identifier: Apache-2.0 */
/* Making a decision: on the newest view, in one of the slots for thinking, again when others were faster,
 * alone when they were so too often. Knows nothing of batches. */
#include "base/clock.h"
#include "registry/commit.h"
#include "registry/policy.h"
#include "registry/retention.h"
#include "registry/tombs.h"

static void *grown(void *items, size_t count, size_t *room, size_t size, struct arena *arena)
{
    if (count < *room)
        return items;
    *room = *room ? 2 * *room : 8;
    void *larger = arena_array(arena, *room, size);
    if (count)
        memcpy(larger, items, count * size);
    return larger;
}

static uint64_t mark_seq(const struct view *view, enum mark mark, struct name name)
{
    const struct subject *subject;
    const struct context *context;
    const struct scope *scope;
    switch (mark) {
    case MARK_SUBJECT:
        subject = view_subject(view, name);
        return subject ? subject->seq : view_purged_seq(view, name);
    case MARK_REFERRERS: subject = view_subject(view, name); return subject ? subject->referred_seq : 0;
    case MARK_CONTEXT: context = view_context(view, name.context); return context ? context->seq : 0;
    case MARK_REGISTRY: return view->state.contents_seq;
    case MARK_ROWS: return view->state.rows_seq;
    case MARK_ALL_RULES: return view->state.rules_seq;
    case MARK_POLICY: return view_policy_at(view, name).seq;
    case MARK_RULES: scope = view_scope(view, name); return scope ? scope->seq : 0;
    }
    __builtin_unreachable();
}

static void rest_on(struct decision *decision, enum mark mark, struct name name)
{
    decision->bases = grown(decision->bases, decision->base_count, &decision->base_room,
                            sizeof *decision->bases, decision->arena);
    decision->bases[decision->base_count++] =
        (struct basis){mark, name, mark_seq(decision->view, mark, name)};
}

void decision_rests_on_subject(struct decision *decision, struct name name)
{
    rest_on(decision, MARK_SUBJECT, name);
}

void decision_rests_on_referrers(struct decision *decision, struct name name)
{
    rest_on(decision, MARK_REFERRERS, name);
}

void decision_rests_on_context(struct decision *decision, struct span context)
{
    rest_on(decision, MARK_CONTEXT, (struct name){.context = context});
}

void decision_rests_on_registry(struct decision *decision)
{
    rest_on(decision, MARK_REGISTRY, (struct name){.context = SPAN("")});
}

void decision_rests_on_associations(struct decision *decision)
{
    rest_on(decision, MARK_ROWS, (struct name){.subject = SPAN("")});
}

void decision_rests_on_rules(struct decision *decision, struct name name)
{
    rest_on(decision, MARK_RULES, name);
    if (name.subject.len)
        rest_on(decision, MARK_RULES, (struct name){.context = name.context});
    if (name.context.len)
        rest_on(decision, MARK_RULES, (struct name){.context = SPAN("")}); /* for `normalize` */
    rest_on(decision, MARK_RULES, (struct name){.context = SPAN(".__GLOBAL")});
}

void decision_rests_on_policies(struct decision *decision, struct name name)
{
    rest_on(decision, MARK_POLICY, name);
    if (name.subject.len)
        rest_on(decision, MARK_POLICY, (struct name){.context = name.context});
    rest_on(decision, MARK_POLICY, (struct name){.context = SPAN(".__GLOBAL")});
}

void decision_rests_on_all_rules(struct decision *decision)
{
    rest_on(decision, MARK_ALL_RULES, (struct name){.context = SPAN("")});
}

bool decision_stands(const struct decision *decision, const struct view *view)
{
    for (size_t i = 0; i < decision->base_count; i++) {
        const struct basis *basis = &decision->bases[i];
        if (mark_seq(view, basis->mark, basis->name) != basis->seq)
            return false;
    }
    return true;
}

struct change *decision_change(struct decision *decision, enum change_kind kind, struct name name)
{
    decision->changes = grown(decision->changes, decision->change_count, &decision->change_room,
                              sizeof *decision->changes, decision->arena);
    struct change *change = &decision->changes[decision->change_count++];
    *change = (struct change){.kind = kind,
                              .at = decision->now,
                              .by = decision->by,
                              .context = name.context,
                              .subject = name.subject};
    return change;
}

struct change *decision_version(struct decision *decision, enum change_kind kind,
                                const struct version *version)
{
    struct name name = {arena_copy(decision->arena, version->subject.context),
                        arena_copy(decision->arena, version->subject.subject)};
    struct change *change = decision_change(decision, kind, name);
    change->id = version->record->id;
    change->version = version->number;
    change->row = version->row;
    change->row.recycled = arena_copy(decision->arena, version->row.recycled);
    change->row.hold = arena_copy(decision->arena, version->row.hold);
    return change;
}

bool decision_may_write(const struct decision *decision, struct name name, struct error *err)
{
    struct span text = name_text(name, decision->arena);
    if (!mode_reads_only(view_settings(decision->view, name).mode))
        return true;
    if (view_customs(decision->view)->short_sentences)
        return error_read_only(err, text);
    return error_mode_read_only(err, text, name_context_text(name, decision->arena));
}

bool decision_find_version(const struct decision *decision, struct name name, int number,
                           const struct version **version, struct error *err)
{
    struct standing_version found;
    struct span text = name_text(name, decision->arena);
    if (!view_subject(decision->view, name) && !view_has_tombstone(decision->view, name))
        return error_subject_not_found(err, text);
    if (!decision_may_write(decision, name, err) ||
        !view_find_version(decision->view, name, number, &found, decision->arena, err))
        return false;
    *version = found.version;
    return !found.tombstone || error_version_purged(err, text, found.tombstone->number);
}

bool decision_may_register(const struct decision *decision, struct name name, bool has_id, struct error *err)
{
    enum mode mode = view_settings(decision->view, name).mode;
    struct span text = name_text(name, decision->arena), context = name_context_text(name, decision->arena);
    if (!decision_may_write(decision, name, err))
        return false;
    if (has_id ? mode_imports(mode) : mode == MODE_READWRITE)
        return true;
    if (view_customs(decision->view)->short_sentences)
        return has_id ? error_not_import(err, text) : error_not_read_write(err, text);
    return has_id ? error_mode_not_import(err, text, context) : error_mode_not_read_write(err, text, context);
}

static void slot_take(struct decision *decision)
{
    struct registry *registry = decision->registry;
    if (!registry->think_threads)
        return;
    pthread_mutex_lock(&registry->think_lock);
    while (registry->thinking == registry->think_threads)
        pthread_cond_wait(&registry->think_free, &registry->think_lock);
    registry->thinking++;
    pthread_mutex_unlock(&registry->think_lock);
    decision->thinking = true;
}

static void slot_give(struct decision *decision)
{
    struct registry *registry = decision->registry;
    if (!decision->thinking)
        return;
    pthread_mutex_lock(&registry->think_lock);
    registry->thinking--;
    pthread_cond_signal(&registry->think_free);
    pthread_mutex_unlock(&registry->think_lock);
    decision->thinking = false;
}

/* The gate comes before the slot: nobody who waits for it keeps others from thinking. */
static void decision_begin(struct decision *decision)
{
    if (decision->stale >= STALE_MAX && !decision->alone) {
        gate_take(decision->registry);
        decision->alone = true;
    }
    slot_take(decision);
    decision->view = line_pin(&decision->registry->line);
    decision->now = clock_now();
    decision->base_count = decision->change_count = 0;
    decision->given = 0;
    decision->refused_count = 0;
    decision->done = false;
}

/* What is waited for after this holds neither view nor slot. */
static void decision_thought(struct decision *decision)
{
    view_release(decision->view);
    decision->view = NULL;
    slot_give(decision);
}

static enum commit settle(struct decision *decision, decide_fn *decide, void *arg, struct error *err)
{
    decision_begin(decision);
    bool decided = decide(decision, arg, err);
    decision_thought(decision);
    if (!decided)
        return COMMIT_FAILED;
    return decision->change_count && !decision->dry ? registry_commit(decision) : COMMIT_DONE;
}

bool registry_decide(struct decision *decision, decide_fn *decide, void *arg, struct error *err)
{
    enum commit outcome;
    decision->err = err;
    pthread_cond_init(&decision->moved, NULL);
    while ((outcome = settle(decision, decide, arg, err)) == COMMIT_STALE)
        if (++decision->stale == 2 * STALE_MAX) {
            error_busy(err);
            break;
        }
    if (decision->alone)
        gate_give(decision->registry);
    pthread_cond_destroy(&decision->moved);
    for (size_t i = 0; i < decision->refused_count && !decision->dry; i++)
        registry_refused(decision->registry, &decision->refused[i]);
    return outcome == COMMIT_DONE;
}

const struct view *registry_view_fresh(struct registry *registry, struct error *err)
{
    if (registry->store->type->wait) {
        struct decision decision = {.registry = registry, .err = err, .fresh = true};
        pthread_cond_init(&decision.moved, NULL);
        enum commit outcome = registry_commit(&decision);
        pthread_cond_destroy(&decision.moved);
        if (outcome != COMMIT_DONE)
            return NULL;
    }
    return registry_view(registry);
}
