/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions and how they are committed. A decision is a list of changes and what it took for granted (its
 * bases); many decisions share one batch; one that is no longer well founded is made again. Registry only. */
#ifndef REGISTRY_COMMIT_H
#define REGISTRY_COMMIT_H

#include "registry/draft.h"
#include "registry/marks.h"
#include "registry/protect.h"
#include "registry/refusals.h"
#include "registry/registry.h"
#include "registry/sweep.h"

#include <pthread.h>

/* ---- the line of views, from the oldest still read to the current one (line.c) */

struct line {
    pthread_mutex_t lock; /* oldest, current, and the bookkeeping of each view */
    struct view *oldest, *current;
};

void line_open(struct line *line, struct view *first);
void line_close(struct line *line);             /* every view is let go */
const struct view *line_pin(struct line *line); /* the current one */

/* The draft becomes the current view; nothing of it is left with the caller. */
void line_publish(struct line *line, struct draft *draft);

/* ---- a decision (decision.c) */

/* What a decision looked at, and the batch that last touched it then. */
enum mark {
    MARK_SUBJECT, MARK_REFERRERS, MARK_CONTEXT, MARK_REGISTRY, MARK_RULES, MARK_ALL_RULES, MARK_ROWS,
    MARK_POLICY,
};

struct basis {
    enum mark mark;
    struct name name; /* of MARK_RULES: a scope */
    uint64_t seq;
};

struct decision {
    /* For whoever decides. */
    struct registry *registry;
    const struct view *view; /* the newest when it began; let go before the decision waits */
    struct arena *arena;
    int64_t now; /* the time of everything in it */
    const struct origin *by;
    int given; /* after the commit: the id of its record */

    struct refusal refused[FLOORS_MAX]; /* by which rules it was, if protection refused it */
    size_t refused_count;

    struct basis *bases;
    size_t base_count, base_room;
    struct change *changes;
    size_t change_count, change_room;

    /* For commit.c. */
    struct error *err;
    bool dry;             /* decided, and left at that */
    bool fresh;           /* only wants to know what others committed */
    bool thinking, alone; /* has a slot; has the gate */
    int stale;            /* answers so far */
    enum commit outcome;
    bool done;
    pthread_cond_t moved; /* done, or its turn to lead */
    struct decision *next;
};

/* What was looked at: a subject's versions; the settings that hold for a scope, from wherever they come. */
void decision_rests_on_subject(struct decision *decision, struct name name);
void decision_rests_on_referrers(struct decision *decision, struct name name); /* that there are no more */
void decision_rests_on_context(struct decision *decision, struct span context);     /* its versions */
void decision_rests_on_registry(struct decision *decision);                        /* any version */
void decision_rests_on_associations(struct decision *decision);             /* all of them: few change */
void decision_rests_on_rules(struct decision *decision, struct name name);  /* all that it inherits */

void decision_rests_on_policies(struct decision *decision, struct name name);   /* the same of policies */

/* For whoever looks for scopes: what is set anywhere, policies too, and where nothing is. */
void decision_rests_on_all_rules(struct decision *decision);

/* A new change of that kind to be filled; kind, name, time and origin are. Its spans must lie in the
 * decision's arena or in what was asked. */
struct change *decision_change(struct decision *decision, enum change_kind kind, struct name name);

/* The same, filled with a version as it stands, for the caller to alter. */
struct change *decision_version(struct decision *decision, enum change_kind kind,
                                const struct version *version);

/* Whether the mode lets this name be written (42205). */
MUST_CHECK bool decision_may_write(const struct decision *decision, struct name name, struct error *err);

/* A version that is live or recycled, under a name that may be written: 40401 where there is nothing of the
 * subject, 42205, 40402, 40492. */
MUST_CHECK bool decision_find_version(const struct decision *decision, struct name name, int number,
                                      const struct version **version, struct error *err);

/* The same for a registration: ids are brought to what imports, and only there. */
MUST_CHECK bool decision_may_register(const struct decision *decision, struct name name, bool has_id,
                                      struct error *err);

/* Whether everything it took for granted still stands. */
bool decision_stands(const struct decision *decision, const struct view *view);

/* Works on decision->view, adds bases and changes. No change: nothing is to be done. Called again when others
 * were faster, so what it tells must be told anew. */
typedef bool decide_fn(struct decision *decision, void *arg, struct error *err);

/* The one way to write: decides and commits until it is done or refused. The caller fills registry, arena and
 * by of the decision, and finds in `given` the id of its record. */
MUST_CHECK bool registry_decide(struct decision *decision, decide_fn *decide, void *arg, struct error *err);

/* ---- refusals that wait to be written (refusals.c) */

struct refusal_book {
    pthread_mutex_t lock;       /* everything below */
    size_t count, rule_count;
    struct counted counted[REFUSALS_MAX + RULES_REFUSING_MAX];
    struct refused_by rules[RULES_REFUSING_MAX];
};

void refusals_open(struct refusal_book *book);
void refusals_close(struct refusal_book *book);
MUST_CHECK bool refusals_write(struct registry *registry, struct error *err);

/* ---- the registry itself, and committing (commit.c, registry.c) */

struct registry {
    struct store *store;
    struct line line;
    struct parsed_pool parsed;
    struct usage usage;
    struct refusal_book refusals;
    pthread_mutex_t tend_lock;  /* marks and refusals, from the look at them until they are written */
    pthread_mutex_t sweep_lock; /* swept_at, and a sweep from the look at it until it is done */
    int64_t sweep_interval, swept_at;
    void (*swept)(const struct sweep_run *run);
    pthread_mutex_t run_lock;   /* run: the last sweep */
    struct sweep_run run;
    size_t schema_max;
    uint64_t edits; /* drafts so far; the leader's */

    pthread_mutex_t clock_lock; /* the manual clock, from the look at it until it is set */

    pthread_mutex_t think_lock; /* thinking */
    pthread_cond_t think_free;
    int thinking, think_threads;

    pthread_mutex_t queue_lock; /* everything below */
    pthread_cond_t gate_free;
    struct decision *head, *tail;
    bool leading; /* a batch is being written */
    bool gate;    /* somebody decides alone: no other batch starts */
    int gate_waiting;

    _Atomic uint64_t batches, decisions, allocated;
};

/* Waits for its batch. */
MUST_CHECK enum commit registry_commit(struct decision *decision);

/* For decision.c: the gate is taken before a decision begins, and given back when it ends or is committed. */
void gate_take(struct registry *registry);
void gate_give(struct registry *registry);

/* Publishes what is in the store after the current view. */
MUST_CHECK bool registry_catch_up(struct registry *registry, struct standing *standing, struct error *err);

/* Sets the manual clock to where the store left it, else to the newest time in it (clock.c). */
void clock_begin(const struct standing *standing);

#endif
