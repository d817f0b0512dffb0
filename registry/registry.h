/* SPDX-License-Identifier: Apache-2.0 */
/* The registry: what may be asked, whoever asks. Safe from any thread. Writes are decided on a view and
 * committed against what the decision took for granted; they return once they are durable. */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "base/limits.h"
#include "registry/facet.h"
#include "registry/identity.h"
#include "registry/view.h"
#include "storage/store.h"

struct registry;
struct sweep_run;

struct registry_options {
    struct store *store;       /* borrowed; closed by its owner after registry_close */
    const struct level *level; /* the server's default; NULL: BACKWARD */
    size_t schema_max;         /* bytes of a new canonical text; 0: SCHEMA_MAX */
    size_t parsed_max;         /* bytes of parsed forms kept; 0: PARSED_MAX */
    int think_threads;         /* decisions worked out at a time; 0: no bound */
    struct customs customs;
    bool manual_clock;         /* the clock is set where the store says that it stands */
    int64_t sweep_interval;    /* ms; 0: nothing is swept */
    void (*swept)(const struct sweep_run *run); /* told after each sweep; may be NULL */
};

struct registry *registry_open(const struct registry_options *options, struct error *err);
void registry_close(struct registry *registry); /* NULL is accepted; nobody may still use it */

/* Pinned until view_release. */
const struct view *registry_view(struct registry *registry);

/* The same, after learning what other nodes committed. */
const struct view *registry_view_fresh(struct registry *registry, struct error *err);

/* Rules of an earlier version, with some over them and some away. */
struct rule_changes {
    int version;                        /* whose rules; LATEST_VERSION; 0: those of none */
    const struct rule_set *merge;       /* NULL: none */
    const struct span *remove;          /* names */
    size_t remove_count;
};

/* What a client asks to be registered, looked up or tried. Spans are borrowed for the call. */
struct registration {
    struct name subject;
    struct span type; /* empty: AVRO */
    struct span text; /* as it came; empty or blank: none */
    const struct reference *references;
    size_t reference_count;
    const struct metadata *metadata;
    const struct rule_set *rules;
    bool has_id;
    int id;                             /* asked for, where has_id: 0 and more */
    int version; /* asked for; 0: the next, -1: the next unless the latest is the same */
    const struct retagging *retaggings; /* done to the text before anything else */
    size_t retagging_count;
    bool propagate;                     /* tags of the latest version are taken over */
    const struct rule_changes *rule_changes;    /* instead of rules; NULL: none */
    bool plain;                         /* never normalized, whatever the configuration says */
    bool derived;                       /* made of a stored version: always a new one */
    bool normalize;                     /* asked for; the configuration may ask for it too */
    bool force;                         /* registration: the level is not asked */
    struct origin by;
};

/* What was found or made. Spans live in the arena of the call. */
struct registered {
    struct name subject;
    int version, id;
    struct span guid, type, text;
    struct span references, metadata, rules;    /* as JSON; empty: none */
    bool stored;                        /* the stored entry is told: ts and hidden belong to the answer */
    bool created;                       /* this call made it */
    bool completed;                     /* it is more than what was sent: something was filled in */
    int64_t ts;
    bool hidden;
};

/* Finds or adds (HTTP contract, section 4). */
MUST_CHECK bool registry_register(struct registry *registry, const struct registration *wanted,
                                  struct registered *got, struct arena *arena, struct error *err);

/* Looks a schema up under its subject (section 5). `hidden`: soft-deleted versions count too. */
MUST_CHECK bool registry_lookup(const struct view *view, const struct registration *wanted, bool hidden,
                                struct registered *got, struct arena *arena, struct error *err);

enum { ALL_VERSIONS = 0, LATEST_VERSION = -1 };

/* Would it be accepted? Against one version, LATEST_VERSION, or ALL_VERSIONS the level asks for. NULL in
 * `complaints`: yes. An invalid schema is an error (42201). */
MUST_CHECK bool registry_try(const struct view *view, const struct registration *wanted, int version,
                             const struct complaint **complaints, struct arena *arena, struct error *err);

/* A removal of one version or of a whole subject (section 6; retention: 42291, 42290, 42294, 42296). */
struct removal {
    struct name subject;
    int version; /* a number or LATEST_VERSION; unused for a subject */
    bool permanent;
    bool dry;                           /* nothing is done: the answer is what would come */
    bool force;                         /* passes protection, with a reason; looked at where that refuses */
    struct span reason;
    struct origin by;
};

/* `number` is the version that went. */
MUST_CHECK bool registry_remove_version(struct registry *registry, const struct removal *wanted, int *number,
                                        struct arena *arena, struct error *err);

/* The versions this call removed, ascending, in the arena. */
MUST_CHECK bool registry_remove_subject(struct registry *registry, const struct removal *wanted,
                                        const int **versions, size_t *count, struct arena *arena,
                                        struct error *err);

/* A context that holds nothing goes; one that is not there is gone already. `context` has its dot. */
struct context_removal {
    struct span context;
    bool dry;                           /* nothing is done: the answer is what would come */
    struct origin by;
};
MUST_CHECK bool registry_remove_context(struct registry *registry, const struct context_removal *wanted,
                                        struct arena *arena, struct error *err);

/* A change of the configuration or the mode stored at a scope; what is not touched stays. */
struct setting {
    struct name scope;                  /* an empty subject is the context */
    bool touched[FACETS];       /* by the rows of facets; what is unset in `config`: cleared */
    struct settings config;
    bool set_mode;
    enum mode mode;                     /* MODE_UNSET with set_mode: cleared */
    bool drop_config;                   /* the configuration is deleted whole */
    bool force;                         /* with set_mode to IMPORT: whatever is there stays */
    bool recursive;                     /* with set_mode at a context: its subjects' modes are cleared too */
    bool dry;                           /* nothing is done: the answer is what would come */
    struct origin by;
};

/* `before` and `after` are what is stored at the scope; either may be NULL. */
MUST_CHECK bool registry_set(struct registry *registry, const struct setting *wanted, struct settings *before,
                             struct settings *after, struct arena *arena, struct error *err);

/* Sets the manual clock, and keeps that in the store. Back only where that is allowed (42295). */
MUST_CHECK bool registry_set_clock(struct registry *registry, int64_t now, bool allow_back,
                                   struct error *err);

/* Writes marks of use and counted refusals to the store: at most once a minute, and at the end. */
MUST_CHECK bool registry_write_down(struct registry *registry, struct error *err);

/* Figures for logs and tests. */
struct registry_figures {
    uint64_t seq;
    uint64_t batches, decisions; /* committed since the start */
    uint64_t allocated;          /* bytes allocated by publishing since the start */
    size_t parsed;               /* bytes of parsed forms that are kept */
};
struct registry_figures registry_figures(struct registry *registry);

#endif
